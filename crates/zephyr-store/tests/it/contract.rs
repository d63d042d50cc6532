//! The contract suite: the same operations on the model, on SQLite and on PostgreSQL, and every answer compared.

use std::collections::BTreeMap;
use std::fmt::Debug;

use jiff::{SignedDuration, Timestamp};
use proptest::test_runner::{Config, RngSeed, TestCaseError, TestRunner};
use tempfile::TempDir;
use zephyr_core::effect::Lane;
use zephyr_core::{EffectId, StreamId};
use zephyr_engine::ports::{
    About, AuditRow, Commit, End, EventRow, Finish, NewEffect, NoticeRow, ObjectKey, Objects, PolicyRow, Registry,
    RequestRow, Retry, Store, StoreError,
};
use zephyr_store::{ManualClock, ModelStore, PostgresOptions, PostgresStore, SqliteStore, TimeSource};

use crate::cluster;
use crate::kit::{after, commit, hush, must, new_page, options, page, start, stream};
use crate::operations::{CommitOp, IndexOp, Op, RetryOp, operations};

/// Generated sequences of up to sixty operations. The seed is fixed: a failure is a failure every time.
const CASES: u32 = 160;

#[test]
fn sqlite_answers_what_the_model_answers() {
    compare::<SqliteStore>(CASES, &|| Place::File(must(tempfile::tempdir())));
}

#[test]
fn postgres_answers_what_the_model_answers() {
    let Some(cluster) = cluster::shared("postgres_answers_what_the_model_answers") else { return };
    compare::<PostgresStore>(CASES / 2, &|| Place::Database(cluster.url(&cluster.database())));
}

/// Where a store is kept.
enum Place {
    File(TempDir),
    Database(String),
}

/// A store that can be closed and opened again.
trait Kept: Store + Objects + Registry {
    fn open(place: &Place, clock: &ManualClock) -> impl Future<Output = Self>;
    fn shut(self) -> impl Future<Output = ()>;
    fn epoch_of(&self) -> u64;
}

impl Kept for SqliteStore {
    async fn open(place: &Place, clock: &ManualClock) -> Self {
        let Place::File(folder) = place else { panic!("a database is no file") };
        must(SqliteStore::open(folder.path().join("zephyr.db"), options(clock)).await)
    }
    async fn shut(self) {
        self.close().await;
    }
    fn epoch_of(&self) -> u64 {
        self.epoch()
    }
}

impl Kept for PostgresStore {
    async fn open(place: &Place, clock: &ManualClock) -> Self {
        let Place::Database(url) = place else { panic!("a file is no database") };
        let options = PostgresOptions { clock: TimeSource::Manual(clock.clone()), ..PostgresOptions::default() };
        let store = must(PostgresStore::open(url, options).await);
        must(store.renew(SignedDuration::from_hours(24 * 3_660)).await);
        store
    }
    async fn shut(self) {
        self.close().await;
    }
    fn epoch_of(&self) -> u64 {
        self.epoch()
    }
}

fn compare<S: Kept>(cases: u32, place: &dyn Fn() -> Place) {
    let runtime = must(tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build());
    let config = Config {
        cases,
        rng_seed: RngSeed::Fixed(0x7a65_7068),
        failure_persistence: None,
        max_shrink_iters: 2_000,
        ..Config::default()
    };
    let outcome =
        TestRunner::new(config).run(&operations(), |operations| runtime.block_on(check::<S>(place(), &operations)));
    if let Err(failure) = outcome {
        panic!("{failure}");
    }
}

async fn check<S: Kept>(place: Place, operations: &[Op]) -> Result<(), TestCaseError> {
    let mut pair = Pair::<S>::new(place).await;
    for (number, operation) in operations.iter().enumerate() {
        pair.step(&format!("operation {number}, {operation:?}"), operation).await?;
    }
    pair.sweep().await?;
    pair.other.shut().await;
    Ok(())
}

/// Both stores, and what the operations' small numbers stand for.
struct Pair<S> {
    place: Place,
    clock: ManualClock,
    model: ModelStore,
    other: S,
    /// Every effect that a commit named.
    named: Vec<EffectId>,
    storms: u16,
}

impl<S: Kept> Pair<S> {
    async fn new(place: Place) -> Self {
        let clock = ManualClock::new(start());
        let other = S::open(&place, &clock).await;
        Self { place, clock, model: ModelStore::new(start()), other, named: Vec::new(), storms: 0 }
    }

    async fn step(&mut self, what: &str, operation: &Op) -> Result<(), TestCaseError> {
        match operation {
            Op::Reopen => self.reopen().await,
            Op::Advance(nanos) => self.model.advance(SignedDuration::from_nanos(i64::try_from(*nanos).unwrap_or(0))),
            Op::Commit(slice) => {
                let commits = self.slice(slice);
                self.same(what, self.model.commit(&commits).await, self.other.commit(&commits).await)?;
            }
            Op::Storm(count) => {
                let commits = self.storm(*count);
                self.same(what, self.model.commit(&commits).await, self.other.commit(&commits).await)?;
                let streams: Vec<_> = commits.iter().map(|commit| commit.stream).collect();
                self.same(what, self.model.load(&streams).await, self.other.load(&streams).await)?;
            }
            Op::Retry(retries) => {
                let now = self.model.peek_now();
                let retries: Vec<_> =
                    retries.iter().map(|(pick, retry)| real_retry(self.pick(*pick), retry, now)).collect();
                self.same(what, self.model.retry(&retries).await, self.other.retry(&retries).await)?;
            }
            other => {
                let (model, sqlite) = (ask(&self.model, other).await, ask(&self.other, other).await);
                self.same(what, Ok::<_, ()>(model), Ok(sqlite))?;
            }
        }
        self.clock.set_now(self.model.peek_now());
        self.same(what, self.model.now().await, self.other.now().await)
    }

    /// All that can be seen of the stores, at the end.
    async fn sweep(&mut self) -> Result<(), TestCaseError> {
        let mut all = vec![Op::Load((0..6).collect()), Op::Backlog, Op::Due(1_000), Op::Policies(300)];
        all.extend((0..5).map(|number| Op::Events(number, 0, 1_000)));
        all.extend((0..6).map(|number| Op::Find(IndexOp::Number(number), 9)));
        all.extend((0..2).map(|status| Op::Find(IndexOp::Status(status), 9)));
        all.extend([Op::Tokens(9), Op::RevokeToken(0, 1, None), Op::Tokens(2), Op::TokenById(0)]);
        all.extend([Op::Audit(1_000), Op::Audit(3)]);
        all.extend(
            (0..4).flat_map(|id| {
                [Op::Greatest(id), Op::Request(id), Op::Token(id), Op::Objects(id, 9), Op::PolicyText(id)]
            }),
        );
        let claims = [Op::Claim(Lane::Page, u8::MAX, 9_999), Op::Claim(Lane::Tell, u8::MAX, 9_999), Op::Backlog];
        let later = Op::Advance(3_600_000_000_000);
        all.extend(
            claims.clone().into_iter().chain([later.clone(), Op::Reopen]).chain(claims).chain([later, Op::Due(9)]),
        );
        for operation in &all {
            self.step(&format!("at the end, {operation:?}"), operation).await?;
        }
        Ok(())
    }

    async fn reopen(&mut self) {
        self.other.clone().shut().await;
        self.model = self.model.reopen();
        self.other = S::open(&self.place, &self.clock).await;
        assert_eq!(self.model.epoch(), self.other.epoch_of());
    }

    fn same<T: Debug, E: Debug>(
        &self,
        what: &str,
        model: Result<T, E>,
        other: Result<T, E>,
    ) -> Result<(), TestCaseError> {
        let (model, other) = (format!("{model:#?}"), format!("{other:#?}"));
        if model == other && model.starts_with("Ok") {
            return Ok(());
        }
        Err(TestCaseError::fail(format!("{what}\nthe model says {model}\nthe other says {other}")))
    }

    fn pick(&self, from_last: usize) -> EffectId {
        let at = self.named.len().checked_sub(from_last + 1);
        at.and_then(|at| self.named.get(at)).copied().unwrap_or(EffectId::derive(stream(0), 99, 0))
    }

    /// The commits of a slice, right ones on top of each other.
    fn slice(&mut self, slice: &[CommitOp]) -> Vec<Commit> {
        let mut versions = BTreeMap::new();
        slice.iter().map(|operation| self.real_commit(operation, &mut versions)).collect()
    }

    fn real_commit(&mut self, of: &CommitOp, versions: &mut BTreeMap<StreamId, u64>) -> Commit {
        let (now, id) = (self.model.peek_now(), stream(of.stream));
        let known = || self.model.peek_stream(id).map_or(0, |stream| stream.row.version);
        let version = versions.entry(id).or_insert_with(known);
        let expected = version.saturating_add_signed(of.wrong_by);
        // A stream begins with an event.
        let count = if expected == 0 { of.events.max(1) } else { of.events };
        if expected == *version {
            *version += count;
        }
        let events = (1..=count).map(|offset| EventRow {
            seq: expected + offset,
            at: now,
            kind: "said".to_owned(),
            body: format!(r#"{{"text":"{offset} of {of:?}"}}"#).replace('"', "'"),
        });
        let effects: Vec<_> = of
            .effects
            .iter()
            .zip(0..)
            // An effect has an event that caused it.
            .filter(|_| count > 0)
            .map(|(effect, index)| NewEffect {
                id: EffectId::derive(id, expected + 1, index),
                effect: if effect.is_page { page(id, index) } else { hush(id, index) },
                urgency: effect.urgency,
                due_at: from(now, effect.due_in),
                claimed: effect.claimed,
            })
            .collect();
        self.named.extend(effects.iter().map(|effect| effect.id));
        let finish = of.finish.as_ref().map(|(pick, retry)| {
            let effect = self.pick(*pick);
            let end = retry.as_ref().map_or(End::Over, |retry| End::Again(real_retry(effect, retry, now)));
            Finish { effect, end }
        });
        Commit {
            stream: id,
            expected,
            events: events.collect(),
            state: format!("{of:?}"),
            format: u32::from(of.urgency),
            wake_at: of.wake_in.map(|nanos| from(now, nanos)),
            urgency: of.urgency,
            index: of.index.iter().map(|row| index_row(*row)).collect(),
            effects,
            finish,
            request: of.request.map(|key| RequestRow {
                key: key.to_string(),
                body_hash: format!("hash of {of:?}"),
                about: About::Stream { stream: id, version: Some(1) },
                at: now,
            }),
        }
    }

    fn storm(&mut self, count: u16) -> Vec<Commit> {
        let now = self.model.peek_now();
        let from = 1_000 + self.storms;
        self.storms += count;
        (from..from + count)
            .map(|number| {
                let id = stream(number);
                let mut new = commit(id, 0, now);
                new.index = vec![("number".to_owned(), format!("{number:010}")), ("status".to_owned(), "1".to_owned())];
                new.wake_at = Some(now);
                new.effects = vec![new_page(id, 0, now, number % 2 == 0), new_page(id, 1, now, false)];
                self.named.extend(new.effects.iter().map(|effect| effect.id));
                new
            })
            .collect()
    }
}

fn from(now: Timestamp, nanos: i64) -> Timestamp {
    after(now, SignedDuration::from_nanos(nanos))
}

fn real_retry(effect: EffectId, retry: &RetryOp, now: Timestamp) -> Retry {
    let error = format!("the provider answered 50{}", retry.attempt);
    Retry { effect, attempt: retry.attempt, due_at: from(now, retry.due_in), error }
}

fn index_row(row: IndexOp) -> (String, String) {
    let (key, value) = match row {
        IndexOp::Number(number) => ("number", format!("{number:010}")),
        IndexOp::Status(status) => ("status", status.to_string()),
        IndexOp::Service(service) => ("service", service.to_string()),
    };
    (key.to_owned(), value)
}

/// The answer to whatever needs no more than its own numbers.
async fn ask(store: &(impl Store + Objects + Registry), operation: &Op) -> String {
    match operation {
        Op::Claim(lane, urgency, limit) => said(store.claim(*lane, *urgency, *limit).await),
        Op::Due(limit) => said(store.due(*limit).await),
        Op::Load(streams) => said(store.load(&streams.iter().map(|number| stream(*number)).collect::<Vec<_>>()).await),
        Op::Find(row, limit) => {
            let (key, value) = index_row(*row);
            let all = std::collections::BTreeSet::from(["0000000001", "1", "2", &value, "absent"].map(str::to_owned));
            let all: Vec<String> = all.into_iter().collect();
            let each = said(store.find_each(&key, &all, *limit).await);
            said(store.find(&key, &value, *limit).await) + &each
        }
        Op::Greatest(key) => {
            let key = ["number", "status", "service", "absent"].get(usize::from(*key)).copied().unwrap_or_default();
            said(store.greatest(key).await)
        }
        Op::Events(number, after, limit) => said(store.events(stream(*number), *after, *limit).await),
        Op::Request(key) => {
            let all: Vec<String> = (0..4).map(|key: u8| key.to_string()).collect();
            let rows = store.requests(&all).await.map(|mut rows| {
                rows.sort_by(|one, other| one.key.cmp(&other.key));
                rows
            });
            said(store.request(&key.to_string()).await) + &said(rows)
        }
        Op::Backlog => said(store.backlog().await),
        Op::Exchange(read, write) => {
            let keys = read.iter().map(|(kind, id)| object(*kind, *id)).collect();
            let written: Vec<_> =
                write.iter().map(|(kind, id, text)| (object(*kind, *id), format!(r#"{{"text":{text}}}"#))).collect();
            said(store.exchange(keys, move |now, documents| ((now, documents), written)).await)
        }
        Op::Objects(kind, limit) => said(store.objects(&kind.to_string(), *limit).await),
        Op::PutToken(hash, holder, key) => {
            let now = must(store.now().await);
            let answers = key.map(|key| crate::kit::answered(key, *hash, now));
            said(store.put_token(crate::kit::token(*hash, *holder), answers).await)
        }
        Op::Token(hash) => said(store.token(&hash.to_string()).await),
        Op::Tokens(limit) => said(store.tokens(*limit).await),
        Op::TokenById(id) => said(store.token_by_id(&format!("tok_{id}")).await),
        Op::RevokeToken(id, by, key) => {
            let now = must(store.now().await);
            let answers = key.map(|key| crate::kit::answered(key, *id, now));
            let request = (by % 2 == 1).then_some("r-2");
            said(store.revoke_token(&format!("tok_{id}"), &by.to_string(), request, answers).await)
        }
        Op::PutPolicy(version, text, key) => {
            let now = must(store.now().await);
            let answers = key.map(|key| {
                let about = About::Policy { version: version.to_string(), before: "0".to_owned() };
                RequestRow { key: key.to_string(), body_hash: String::new(), about, at: now }
            });
            let request = (version % 2 == 1).then(|| "r-3".to_owned());
            let (version, text) = (version.to_string(), text.to_string());
            let by = format!("by-{text}");
            let row = PolicyRow { version, text, by, source: "api".to_owned(), request };
            said(store.put_policy(row, answers).await)
        }
        Op::Note(about) => {
            let known = (about % 2 == 1).then(|| "nora".to_owned());
            let (kind, about) = ("signed_in".to_owned(), about.to_string());
            said(store.note(NoticeRow { kind, actor: known.clone(), about, request: known }).await)
        }
        Op::Audit(portion) => said(audit(store, *portion).await),
        Op::Policies(limit) => said(store.policies(*limit).await),
        Op::PolicyText(version) => said(store.policy_text(&version.to_string()).await),
        Op::Commit(_) | Op::Storm(_) | Op::Retry(_) | Op::Advance(_) | Op::Reopen => String::new(),
    }
}

/// All of it, read in portions.
async fn audit(store: &impl Registry, portion: usize) -> Result<Vec<AuditRow>, StoreError> {
    let mut all: Vec<AuditRow> = Vec::new();
    loop {
        let next = store.audit(all.last().map(|row| &row.place), portion).await?;
        if next.is_empty() {
            return Ok(all);
        }
        all.extend(next);
    }
}

fn said<T: Debug, E: Debug>(answer: Result<T, E>) -> String {
    format!("{:#?}", must(answer))
}

fn object(kind: u8, id: u8) -> ObjectKey {
    ObjectKey { kind: kind.to_string(), id: id.to_string() }
}
