//! Several engines on one store, as several servers are: who has what, and what becomes of what one had that is gone.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use jiff::{SignedDuration, Timestamp};
use zephyr_core::effect::{Lane, Outcome, Receipt};
use zephyr_core::incident::{Command, Declaration, Incident};
use zephyr_core::policy::{self, Severity};
use zephyr_core::text::Summary;
use zephyr_core::world::Runbook;
use zephyr_core::{Actor, EffectId, StreamId, World, limits};
use zephyr_engine::ports::{
    Backlog, Claimed, Commit, Committed, Due, Entropy, EventRow, Lease, Loaded, RequestRow, Retry, Store, StoreError,
};
use zephyr_engine::{Answer, Ask, Engine, Request, RequestKey, Send};
use zephyr_store::ModelStore;
use zephyr_store::model::EffectRow;

use crate::kit::must;

/// Longer than a lease, shorter than the wait for another method.
const PAUSE: SignedDuration = SignedDuration::from_secs(3);
const ACME: &str = include_str!("../../../../examples/acme/zephyr.toml");

/// A Tuesday, 11:30 in Berlin: people are on call.
pub fn store() -> ModelStore {
    ModelStore::new(must("2026-02-03T10:30:00Z".parse()))
}

/// Bytes that differ from one replica to the other, and from one call to the next.
pub struct Counting(u64);

impl Entropy for Counting {
    fn fill(&mut self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(8) {
            self.0 += 1;
            let next = self.0.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes();
            chunk.iter_mut().zip(next).for_each(|(byte, next)| *byte = next);
        }
    }
}

/// A replica that has a lease.
pub async fn replica<S: Store>(store: S, seed: u64) -> Engine<S, Counting> {
    let runbook = Runbook::Content { path: "runbooks/incident.md".to_owned(), hash: "0123456789ab".to_owned() };
    let world = World::new(must(policy::read(ACME)), runbook);
    let mut engine = Engine::new(store, Counting(seed << 32), Arc::new(world));
    must(engine.renew(limits::LEASE).await);
    engine
}

fn request(ask: Ask, key: Option<&str>) -> Request {
    let key = key.map(|key| RequestKey { key: key.to_owned(), body_hash: "hash".to_owned() });
    let who = if matches!(ask, Ask::Open(_)) { "sam" } else { "ines" };
    Request { id: "request".to_owned(), actor: Actor::Person(must(who.parse())), key, ask }
}

fn declare() -> Ask {
    Ask::Open(Declaration {
        summary: must(Summary::new("Checkout is down in eu-frankfurt")),
        severity: Severity::One,
        service: None,
        region: None,
        private: false,
        reported_by: None,
        public: None,
        ring_me: false,
        anyway: true,
    })
}

async fn ask<S: Store>(engine: &mut Engine<S, Counting>, ask: Ask) -> Incident {
    match must(engine.execute(vec![request(ask, None)]).await).pop() {
        Some(Answer::Done(incident)) => Incident::clone(&incident),
        other => panic!("{other:?}"),
    }
}

/// Everything that is handed out until nothing more is, each accepted at once.
async fn serve<S: Store>(engine: &mut Engine<S, Counting>) -> Vec<Send> {
    let mut all = Vec::new();
    loop {
        let sends = must(engine.poll().await);
        if sends.is_empty() {
            return all;
        }
        let done = |send: Send| (send, Outcome::Done(Receipt::default()), "test");
        all.extend(sends.iter().filter(|send| send.effect.lane() == Lane::Page).cloned());
        must(engine.finished(sends.into_iter().map(done).collect()).await);
    }
}

/// Page sends that somebody has claimed and not finished, by id.
fn held(store: &ModelStore) -> Vec<EffectId> {
    let held =
        |(id, row): (EffectId, EffectRow)| (row.effect.lane() == Lane::Page && row.epoch.is_some()).then_some(id);
    store.peek_effects().into_iter().filter_map(held).collect()
}

fn ids(sends: &[Send]) -> Vec<EffectId> {
    let mut ids: Vec<_> = sends.iter().map(|send| send.id).collect();
    ids.sort();
    ids
}

/// All of them went out, and nothing twice. Where an outcome is not known, other methods of that person go as well.
#[track_caller]
fn assert_each_once(sends: &[Send], claimed: &[EffectId]) {
    let sent = ids(sends);
    assert!(sent.is_sorted_by(|one, next| one < next), "{sends:#?}");
    assert!(claimed.iter().all(|id| sent.contains(id)), "{sends:#?}");
}

#[tokio::test]
async fn f27_two_replicas_that_open_at_once_take_different_numbers() {
    let store = store();
    let (mut one, mut two) = (replica(store.join(), 1).await, replica(store.join(), 2).await);
    let mut numbers = Vec::new();
    for _ in 0..3 {
        // Each believes that the next number is its own.
        numbers.push(ask(&mut one, declare()).await.number);
        numbers.push(ask(&mut two, declare()).await.number);
    }
    assert_eq!(numbers, [1, 2, 3, 4, 5, 6]);
}

#[tokio::test]
async fn f27_a_step_that_is_due_for_both_begins_once_and_each_page_goes_out_once() {
    let store = store();
    let (mut one, mut two) = (replica(store.join(), 1).await, replica(store.join(), 2).await);
    ask(&mut one, declare()).await;
    let (by_one, by_two) = (serve(&mut one).await, serve(&mut two).await);
    assert!(!by_one.is_empty(), "who commits hands out");
    assert_eq!(by_two, [], "and nobody else does");
    // The next step is due for both; whoever looks first has it.
    store.advance(SignedDuration::from_mins(5));
    must(one.renew(limits::LEASE).await);
    must(two.renew(limits::LEASE).await);
    let (by_two, by_one) = (serve(&mut two).await, serve(&mut one).await);
    assert!(!by_two.is_empty());
    assert_eq!(by_one, []);
}

#[tokio::test]
async fn f3_what_a_lost_replica_had_claimed_another_sends_once_its_lease_has_lapsed() {
    let store = store();
    let (mut lost, mut other) = (replica(store.join(), 1).await, replica(store.join(), 2).await);
    let incident = ask(&mut lost, declare()).await;
    let claimed = held(&store);
    drop(lost);
    assert_eq!(serve(&mut other).await, [], "they are claimed");
    store.advance(limits::LEASE - SignedDuration::from_micros(1));
    must(other.renew(limits::LEASE).await);
    assert_eq!(serve(&mut other).await, [], "for as long as the lease lasts");
    store.advance(SignedDuration::from_micros(1));
    assert!(must(other.renew(limits::LEASE).await).freed > 0);
    assert_each_once(&serve(&mut other).await, &claimed);
    let told = store.peek_events(incident.stream());
    let doubts = told.iter().filter(|event| event.body.contains("before it learnt the answer")).count();
    assert_eq!(doubts, claimed.len(), "the timeline says that these may be the second: {told:#?}");
    assert_eq!(serve(&mut other).await, []);
}

#[tokio::test]
async fn f29_a_replica_that_was_paused_sends_nothing_of_what_it_held_and_goes_on_under_a_new_epoch() {
    let store = store();
    let (mut paused, mut other) = (replica(store.join(), 1).await, replica(store.join(), 2).await);
    ask(&mut paused, declare()).await;
    let claimed = held(&store);
    store.advance(PAUSE);
    must(other.renew(limits::LEASE).await);
    let by_other = serve(&mut other).await;
    assert_each_once(&by_other, &claimed);

    let refused = paused.execute(vec![request(declare(), None)]).await;
    assert!(matches!(refused, Err(StoreError::Lapsed(_))), "{refused:?}");
    let lease = must(paused.renew(limits::LEASE).await);
    assert_eq!(lease, Lease { epoch: 4, lasts: Some(limits::LEASE), freed: 0 });
    assert_eq!(serve(&mut paused).await, [], "it holds nothing any more");
    // What it learns late of a send of its former life changes nothing.
    let late = by_other.into_iter().map(|send| (send, Outcome::Done(Receipt::default()), "late")).collect();
    let before = store.peek_streams();
    must(paused.finished(late).await);
    assert_eq!(store.peek_streams(), before);
    assert_eq!(ask(&mut paused, declare()).await.number, 2);
    assert_eq!(serve(&mut paused).await.len(), claimed.len());
}

#[tokio::test]
async fn a_lease_that_lapsed_and_that_nobody_ended_goes_on() {
    let store = store();
    let mut alone = replica(store.join(), 1).await;
    ask(&mut alone, declare()).await;
    let claimed = held(&store);
    store.advance(PAUSE);
    assert_eq!(must(alone.renew(limits::LEASE).await).epoch, 2);
    assert_eq!(ids(&serve(&mut alone).await), claimed);
}

#[tokio::test]
async fn a_replica_without_a_lease_writes_nothing() {
    let store = store();
    let joined = store.join();
    assert_eq!(joined.epoch(), 0);
    assert!(matches!(joined.claim(Lane::Page, u8::MAX, 1).await, Err(StoreError::Lapsed(_))));
    assert!(matches!(joined.commit(&[]).await, Err(StoreError::Lapsed(_))));
}

#[tokio::test]
async fn a_refusal_that_rests_on_what_was_not_written_is_decided_anew() {
    let store = store();
    let (mut one, mut two) = (replica(store.join(), 1).await, replica(store.join(), 2).await);
    let incident = ask(&mut two, declare()).await;
    let meddled = Meddled::new(store.join());
    let mut three = replica(meddled.clone(), 3).await;
    // The key that comes with the resolution is used elsewhere between the decision and the commit.
    let used = request(declare(), Some("same"));
    must(one.execute(vec![used]).await);
    meddled.hide_request_once("same");
    let of = |command| Ask::Of { incident: incident.id, command };
    let batch = vec![
        request(of(Command::Resolve { public: None, reported_by: None }), Some("same")),
        request(of(Command::Acknowledge), None),
    ];
    let answers = must(three.execute(batch).await);
    assert!(matches!(answers.first(), Some(Answer::Repeated { .. })), "{answers:?}");
    assert!(matches!(answers.get(1), Some(Answer::Done(after)) if after.is_open()), "{answers:?}");
}

#[tokio::test]
async fn an_answer_shows_what_was_written_and_nothing_that_was_decided_after_it() {
    let store = store();
    let (mut one, mut two) = (replica(store.join(), 1).await, replica(store.join(), 2).await);
    let incident = ask(&mut two, declare()).await;
    let meddled = Meddled::new(store.join());
    let mut three = replica(meddled.clone(), 3).await;
    must(one.execute(vec![request(declare(), Some("same"))]).await);
    meddled.hide_request_once("same");
    let of = |command| Ask::Of { incident: incident.id, command };
    let batch = vec![
        request(of(Command::Acknowledge), None),
        request(of(Command::Resolve { public: None, reported_by: None }), Some("same")),
    ];
    let answers = must(three.execute(batch).await);
    assert!(matches!(answers.first(), Some(Answer::Done(after)) if after.is_open()), "{answers:?}");
    assert!(matches!(answers.get(1), Some(Answer::Repeated { .. })), "{answers:?}");
}

#[tokio::test]
async fn f18_an_answer_lost_with_the_lease_is_read_back_and_its_pages_are_the_next_owners() {
    let store = store();
    let meddled = Meddled::new(store.join());
    let (mut one, mut two) = (replica(meddled.clone(), 1).await, replica(store.join(), 2).await);
    meddled.lose_answers(true);
    let unknown = one.execute(vec![request(declare(), None)]).await;
    assert!(matches!(unknown, Err(StoreError::Unknown(_))), "{unknown:?}");
    let claimed = held(&store);
    store.advance(PAUSE);
    must(two.renew(limits::LEASE).await);
    meddled.lose_answers(false);
    must(one.renew(limits::LEASE).await);
    let (by_one, by_two) = (serve(&mut one).await, serve(&mut two).await);
    assert_each_once(&[by_one, by_two].concat(), &claimed);
    assert_eq!(store.peek_streams().len(), 1);
}

#[tokio::test]
async fn f31_a_send_that_fails_at_one_is_given_back_and_another_that_reaches_the_provider_sends_it() {
    let store = store();
    let (mut cut_off, mut other) = (replica(store.join(), 1).await, replica(store.join(), 2).await);
    ask(&mut cut_off, declare()).await;
    let sends = must(cut_off.poll().await);
    let pages: Vec<EffectId> =
        ids(&sends.iter().filter(|it| it.effect.lane() == Lane::Page).cloned().collect::<Vec<_>>());
    assert!(!pages.is_empty() && serve(&mut other).await.is_empty(), "who commits tries first");
    let refused = |send: Send| (send, Outcome::Retry { after: None, error: "refused".to_owned() }, "test");
    must(cut_off.finished(sends.into_iter().map(refused).collect()).await);
    store.advance(SignedDuration::from_millis(500));
    // As every server does once a second, and at each word of another.
    other.look_again();
    assert_each_once(&serve(&mut other).await, &pages);
}

/// A store between whose answers something else happens.
#[derive(Clone)]
struct Meddled {
    store: ModelStore,
    hidden: Arc<Mutex<Option<String>>>,
    losing: Arc<AtomicBool>,
}

impl Meddled {
    fn new(store: ModelStore) -> Self {
        Self { store, hidden: Arc::default(), losing: Arc::default() }
    }

    /// The next time that this key is asked for, it is not there yet.
    fn hide_request_once(&self, key: &str) {
        *must(self.hidden.lock()) = Some(key.to_owned());
    }

    /// Commits are written, but their answers get lost, and reads fail.
    fn lose_answers(&self, losing: bool) {
        self.losing.store(losing, Ordering::SeqCst);
    }

    fn reach(&self) -> Result<&ModelStore, StoreError> {
        match self.losing.load(Ordering::SeqCst) {
            true => Err(StoreError::Unavailable("cut off".to_owned())),
            false => Ok(&self.store),
        }
    }
}

impl Store for Meddled {
    async fn now(&self) -> Result<Timestamp, StoreError> {
        self.store.now().await
    }
    async fn renew(&self, lasts: SignedDuration) -> Result<Lease, StoreError> {
        self.reach()?.renew(lasts).await
    }
    async fn load(&self, ids: &[StreamId]) -> Result<Loaded, StoreError> {
        // Looked into before the commit, whose answer is the first that is lost.
        self.store.load(ids).await
    }
    async fn commit(&self, commits: &[Commit]) -> Result<Vec<Committed>, StoreError> {
        let results = self.store.commit(commits).await?;
        self.reach().map_err(|_| StoreError::Unknown("lost".to_owned()))?;
        Ok(results)
    }
    async fn due(&self, limit: usize) -> Result<Due, StoreError> {
        self.reach()?.due(limit).await
    }
    async fn claim(&self, lane: Lane, urgency: u8, limit: usize) -> Result<Vec<Claimed>, StoreError> {
        self.reach()?.claim(lane, urgency, limit).await
    }
    async fn retry(&self, retries: &[Retry]) -> Result<(), StoreError> {
        self.reach()?.retry(retries).await
    }
    async fn find(&self, key: &str, value: &str, limit: usize) -> Result<Vec<StreamId>, StoreError> {
        // Looked into before the commit, whose answer is the first that is lost.
        self.store.find(key, value, limit).await
    }
    async fn greatest(&self, key: &str) -> Result<Option<String>, StoreError> {
        self.store.greatest(key).await
    }
    async fn events(&self, stream: StreamId, after: u64, limit: usize) -> Result<Vec<EventRow>, StoreError> {
        self.reach()?.events(stream, after, limit).await
    }
    async fn request(&self, key: &str) -> Result<Option<RequestRow>, StoreError> {
        let hidden = must(self.hidden.lock()).take_if(|hidden| hidden == key);
        if hidden.is_some() { Ok(None) } else { self.reach()?.request(key).await }
    }
    async fn backlog(&self) -> Result<Backlog, StoreError> {
        self.reach()?.backlog().await
    }
}
