//! Several replicas on one PostgreSQL: who wins, who is refused, and what nobody loses.

use std::sync::Arc;

use jiff::SignedDuration;
use zephyr_core::effect::Lane;
use zephyr_core::limits;
use zephyr_engine::ports::{
    About, Committed, End, Finish, Lease, NoticeRow, ObjectKey, Objects, PolicyRow, Registry, RequestRow, Store,
    StoreError,
};
use zephyr_store::copy::{CopyError, Place, copy, everything};
use zephyr_store::{ConnectError, ManualClock, PostgresOptions, PostgresStore, SqliteStore, TimeSource};

use crate::cluster;
use crate::kit::{commit, must, new_page, options, start, stream, token};

/// A database of its own, and a clock that all replicas on it have.
pub struct Shared {
    pub url: String,
    clock: ManualClock,
}

impl Shared {
    pub fn new(test: &str) -> Option<Self> {
        let cluster = cluster::shared(test)?;
        Some(Self { url: cluster.url(&cluster.database()), clock: ManualClock::new(start()) })
    }

    async fn open(&self) -> PostgresStore {
        let options = PostgresOptions { clock: TimeSource::Manual(self.clock.clone()), ..PostgresOptions::default() };
        must(PostgresStore::open(&self.url, options).await)
    }

    pub async fn replica(&self) -> PostgresStore {
        let store = self.open().await;
        must(store.renew(limits::LEASE).await);
        store
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f28_five_replicas_that_start_at_once_make_one_schema_and_take_different_epochs() {
    let Some(shared) = Shared::new("f28_five_replicas_that_start_at_once") else { return };
    let shared = Arc::new(shared);
    let starting: Vec<_> = (0..5)
        .map(|_| {
            let shared = shared.clone();
            tokio::spawn(async move { shared.replica().await.epoch() })
        })
        .collect();
    let mut epochs = Vec::new();
    for replica in starting {
        epochs.push(must(replica.await));
    }
    epochs.sort_unstable();
    assert_eq!(epochs, [1, 2, 3, 4, 5]);
}

#[tokio::test]
async fn f21_f29_a_lease_that_another_has_ended_writes_nothing_and_is_followed_by_a_new_one() {
    let Some(shared) = Shared::new("f21_f29_a_lease_that_another_has_ended") else { return };
    let (paused, other) = (shared.replica().await, shared.replica().await);
    let mut new = commit(stream(1), 0, start());
    new.effects = vec![new_page(stream(1), 0, start(), true)];
    let effect = new.effects.first().map(|new| new.id);
    assert_eq!(must(paused.commit(&[new]).await), [Committed::Done]);
    assert_eq!(must(other.claim(Lane::Page, u8::MAX, 9).await), []);

    shared.clock.advance(limits::LEASE);
    assert_eq!(must(other.renew(limits::LEASE).await), Lease { epoch: 2, lasts: Some(limits::LEASE), freed: 1 });
    let claimed = must(other.claim(Lane::Page, u8::MAX, 9).await);
    assert!(claimed.len() == 1 && claimed.iter().all(|page| page.abandoned && Some(page.id) == effect), "{claimed:?}");

    let mut late = commit(stream(1), 1, start());
    late.finish = effect.map(|effect| Finish { effect, end: End::Over });
    assert!(matches!(paused.commit(&[late.clone()]).await, Err(StoreError::Lapsed(_))));
    let key = ObjectKey { kind: "inbox".to_owned(), id: "maya".to_owned() };
    let sent = paused.exchange(vec![key.clone()], move |_, _| ((), vec![(key, "late".to_owned())])).await;
    assert!(matches!(sent, Err(StoreError::Lapsed(_))), "its late send is refused as well: {sent:?}");
    assert_eq!(must(other.objects("inbox", 9).await), []);

    assert_eq!(must(paused.renew(limits::LEASE).await).epoch, 3);
    assert_eq!(must(paused.commit(&[late.clone()]).await), [Committed::Fenced]);
    assert_eq!(must(other.commit(&[late]).await), [Committed::Done]);
}

#[tokio::test]
async fn a_replica_that_ends_in_order_leaves_its_claims_to_others_at_once() {
    let Some(shared) = Shared::new("a_replica_that_ends_in_order") else { return };
    let (ending, other) = (shared.replica().await, shared.replica().await);
    let mut new = commit(stream(1), 0, start());
    new.effects = vec![new_page(stream(1), 0, start(), true)];
    must(ending.commit(&[new]).await);
    ending.close().await;
    assert_eq!(must(other.claim(Lane::Page, u8::MAX, 9).await).len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f19_f27_whatever_replicas_do_at_once_is_done_once() {
    let Some(shared) = Shared::new("f19_f27_whatever_replicas_do_at_once") else { return };
    let mut replicas = Vec::new();
    for _ in 0..3 {
        replicas.push(shared.replica().await);
    }
    for round in 0..20_u16 {
        // Each opens an incident of its own under the same number and the same key, and changes one that all know.
        let mut racing = Vec::new();
        for (index, replica) in (0..).zip(&replicas) {
            let id = stream(100 + round * 10 + index);
            let mut opened = commit(id, 0, start());
            opened.index = vec![("number".to_owned(), format!("{round:010}"))];
            opened.request = Some(RequestRow {
                key: format!("key {}", round / 2),
                body_hash: format!("of {index}"),
                about: About::Stream { stream: id, version: Some(1) },
                at: start(),
            });
            let mut changed = commit(stream(1), u64::from(round), start());
            changed.state = format!("by {index}");
            let replica = replica.clone();
            racing.push(tokio::spawn(async move { replica.commit(&[opened, changed]).await }));
        }
        let mut answers = Vec::new();
        for racer in racing {
            answers.push(must(must(racer.await)));
        }
        let done = |at: usize| answers.iter().filter(|answer| answer.get(at) == Some(&Committed::Done)).count();
        assert_eq!(done(0), usize::from(round % 2 == 0), "one key, one answer: {answers:?}");
        assert_eq!(done(1), 1, "one version, one writer: {answers:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn documents_that_many_write_at_once_lose_nothing() {
    let Some(shared) = Shared::new("documents_that_many_write_at_once") else { return };
    let replicas = [shared.replica().await, shared.replica().await];
    let mut writing = Vec::new();
    for number in 0..40_usize {
        let replica = replicas[number % 2].clone();
        writing.push(tokio::spawn(async move {
            let key = ObjectKey { kind: "inbox".to_owned(), id: "maya".to_owned() };
            let handle = move |_, mut documents: Vec<Option<String>>| {
                let document = documents.pop().flatten().unwrap_or_default() + "x";
                ((), vec![(key, document)])
            };
            let key = ObjectKey { kind: "inbox".to_owned(), id: "maya".to_owned() };
            replica.exchange(vec![key], handle).await
        }));
    }
    for writer in writing {
        must(must(writer.await));
    }
    assert_eq!(must(replicas[0].objects("inbox", 9).await), [("maya".to_owned(), "x".repeat(40))]);
}

#[tokio::test]
async fn policies_and_tokens_of_one_replica_are_those_of_all() {
    let Some(shared) = Shared::new("policies_and_tokens_of_one_replica") else { return };
    let (one, two) = (shared.open().await, shared.replica().await);
    must(one.put_token(token(1, 2), None).await);
    assert!(must(two.token("1").await).is_some());
    let policy = |version: &str| PolicyRow {
        version: version.to_owned(),
        text: "text".to_owned(),
        by: "maya".to_owned(),
        source: "api".to_owned(),
        request: None,
    };
    let (first, second) = tokio::join!(one.put_policy(policy("a"), None), two.put_policy(policy("b"), None));
    must(first);
    must(second);
    let applied: Vec<u64> = must(two.policies(9).await).into_iter().map(|row| row.seq).collect();
    assert_eq!(applied, [2, 1]);
}

#[tokio::test]
async fn f63_a_nul_in_a_text_is_shown_as_what_it_is() {
    let Some(shared) = Shared::new("f63_a_nul_in_a_text") else { return };
    let store = shared.replica().await;
    let mut new = commit(stream(1), 0, start());
    new.state = "before\0after".to_owned();
    assert_eq!(must(store.commit(&[new]).await), [Committed::Done]);
    let loaded = must(store.load(&[stream(1)]).await).streams.pop().flatten().map(|row| row.state);
    assert_eq!(loaded.as_deref(), Some("before\u{2400}after"));
    assert_eq!(must(store.request("no\0such").await), None);
}

#[tokio::test]
async fn f26_the_time_is_the_databases() {
    let Some(shared) = Shared::new("f26_the_time_is_the_databases") else { return };
    let store = must(PostgresStore::open(&shared.url, PostgresOptions::default()).await);
    let (one, two) = (must(store.now().await), must(store.now().await));
    assert!(two >= one && two.duration_since(one) < SignedDuration::from_secs(5), "{one} {two}");
}

#[tokio::test]
async fn an_address_that_leads_nowhere_is_told_without_its_password() {
    let Some(shared) = Shared::new("an_address_that_leads_nowhere") else { return };
    let open = async |url: &str| PostgresStore::open(url, PostgresOptions::default()).await.map(drop);
    let told = |error: &ConnectError| {
        let source = std::error::Error::source(error).map(ToString::to_string).unwrap_or_default();
        format!("{error} ({source})")
    };
    for (url, part) in [
        ("postgres://zephyr:hunter2@127.0.0.1:1/none", "127.0.0.1:1/none cannot be reached"),
        ("postgres://zephyr:hunter2@[broken", "cannot be read: write it like"),
        (&shared.url.replace("zephyr@", "zephyr:hunter2@").replace("/test_", "/no_"), "refuses this user"),
    ] {
        let error = open(url).await.expect_err("nothing is there");
        let told = told(&error);
        assert!(told.contains(part) && !told.contains("hunter2"), "{told}");
    }
}

/// A store with something in every table.
async fn filled(store: &(impl Store + Objects + Registry)) {
    let mut first = commit(stream(1), 0, start());
    first.effects = vec![new_page(stream(1), 0, start(), true), new_page(stream(1), 1, start(), false)];
    first.index = vec![("number".to_owned(), "0000000007".to_owned()), ("phase".to_owned(), "open".to_owned())];
    first.wake_at = Some(start());
    first.request = Some(RequestRow {
        key: "key".to_owned(),
        body_hash: "hash".to_owned(),
        about: About::Stream { stream: stream(1), version: Some(1) },
        at: start(),
    });
    must(store.commit(&[first]).await);
    for number in 2..700 {
        must(store.commit(&[commit(stream(number), 0, start())]).await);
    }
    let key = ObjectKey { kind: "inbox".to_owned(), id: "maya".to_owned() };
    must(store.exchange(vec![key.clone()], move |_, _| ((), vec![(key, r#"{"text":"ü"}"#.to_owned())])).await);
    must(store.put_token(token(1, 2), None).await);
    must(store.put_token(token(2, 2), None).await);
    must(store.revoke_token("tok_1", "nora", Some("request"), None).await);
    let policy = |version: &str| PolicyRow {
        version: version.to_owned(),
        text: "[organisation]\nname = \"Acme\"\n".to_owned(),
        by: "maya".to_owned(),
        source: "api".to_owned(),
        request: None,
    };
    must(store.put_policy(policy("a"), None).await);
    must(store.put_policy(policy("b"), None).await);
    let notice =
        NoticeRow { kind: "signed_in".to_owned(), actor: None, about: "203.0.113.7".to_owned(), request: None };
    must(store.note(notice).await);
}

#[tokio::test]
async fn copied_from_a_file_into_a_database_and_back_nothing_is_lost() {
    let Some(shared) = Shared::new("copied_from_a_file_into_a_database_and_back") else { return };
    let folder = must(tempfile::tempdir());
    let place = |name: &str| Place::File(folder.path().join(name));
    let file = must(SqliteStore::open(folder.path().join("first.db"), options(&shared.clock)).await);
    filled(&file).await;
    file.close().await;
    let database = Place::Database(shared.url.clone());

    let copied = must(copy(&place("first.db"), &database).await);
    assert!(copied.iter().all(|(_, rows)| *rows > 0), "every table has something: {copied:?}");
    must(copy(&database, &place("second.db")).await);
    let (first, there, second) =
        (everything(&place("first.db")).await, everything(&database).await, everything(&place("second.db")).await);
    let first = must(first);
    assert_eq!(first, must(there));
    assert_eq!(first, must(second));
    assert!(matches!(copy(&place("first.db"), &database).await, Err(CopyError::NotEmpty)), "nothing is written over");

    // What was claimed is free for whoever serves next.
    let store = shared.replica().await;
    let claimed = must(store.claim(Lane::Page, u8::MAX, 9).await);
    assert_eq!((claimed.len(), claimed.iter().filter(|page| page.abandoned).count()), (2, 1), "{claimed:?}");
}
