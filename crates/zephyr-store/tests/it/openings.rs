//! Two replicas that are told of the same thing in the same instant: one opens it, the other sees that.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex};

use jiff::{SignedDuration, Timestamp};
use zephyr_core::effect::Lane;
use zephyr_core::incident::{Declaration, Incident};
use zephyr_core::policy::Severity;
use zephyr_core::text::Summary;
use zephyr_core::{Actor, StreamId};
use zephyr_engine::ports::{
    Backlog, Claimed, Commit, Committed, Due, EventRow, Lease, Loaded, RequestRow, Retry, Store, StoreError,
};
use zephyr_engine::{Answer, Ask, Request};

use crate::kit::must;
use crate::postgres::Shared;
use crate::replicas::{replica, store};

const CHECKOUT: &str = "Checkout is down in eu-frankfurt";
const SEARCH: &str = "Search is slow in eu-frankfurt";

fn open(summary: &str) -> Request {
    let declared = Declaration {
        summary: must(Summary::new(summary)),
        severity: Severity::Two,
        service: None,
        region: None,
        private: false,
        reported_by: None,
        public: None,
        ring_me: false,
        anyway: false,
    };
    Request { id: "request".to_owned(), actor: Actor::Person(must("sam".parse())), key: None, ask: Ask::Open(declared) }
}

fn said(answers: &[Answer]) -> Vec<String> {
    let said = |answer: &Answer| match answer {
        Answer::Done(incident) => format!("opened {}", incident.number),
        Answer::Similar(incident) => format!("offered {}", incident.number),
        other => format!("{other:?}"),
    };
    answers.iter().map(said).collect()
}

/// One looks for what is like its declarations and finds nothing; before it has written, the other opens `theirs`.
async fn race<S: Store>(one: S, two: S, before: &[&str], ours: &[&str], theirs: &str) -> Vec<String> {
    let between = Between { store: one, meanwhile: Arc::default() };
    let (mut first, mut second) = (replica(between.clone(), 1).await, replica(two, 2).await);
    for summary in before {
        must(first.execute(vec![open(summary)]).await);
    }
    let theirs = open(theirs);
    *must(between.meanwhile.lock()) = Some(Box::pin(async move {
        must(second.execute(vec![theirs]).await);
    }));
    said(&must(first.execute(ours.iter().map(|summary| open(summary)).collect()).await))
}

#[tokio::test]
async fn p12_f27_what_another_replica_opens_between_the_look_and_the_commit_is_offered() {
    let new = || (store(), "Logins fail");
    // The number is looked up for the first time.
    let (stored, _) = new();
    assert_eq!(race(stored.join(), stored.join(), &[], &[CHECKOUT], CHECKOUT).await, ["offered 1"]);
    // The number is known from the opening before.
    let (stored, logins) = new();
    assert_eq!(race(stored.join(), stored.join(), &[logins], &[CHECKOUT], CHECKOUT).await, ["offered 2"]);
    // Another one of the same commit has the number that is taken.
    let (stored, _) = new();
    let raced = race(stored.join(), stored.join(), &[], &[SEARCH, CHECKOUT], CHECKOUT).await;
    assert_eq!(raced, ["opened 2", "offered 1"]);
    // The declaration before was only offered another, and counted no number.
    let (stored, logins) = new();
    let raced = race(stored.join(), stored.join(), &[logins, logins], &[SEARCH, CHECKOUT], CHECKOUT).await;
    assert_eq!(raced, ["opened 3", "offered 2"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn p12_f27_what_another_replica_opens_in_the_same_instant_is_offered_on_a_database() {
    for (before, ours) in [(&[][..], &[CHECKOUT][..]), (&["Logins fail"], &[SEARCH, CHECKOUT])] {
        let Some(shared) = Shared::new("p12_f27_what_another_replica_opens_in_the_same_instant") else { return };
        let raced = race(shared.replica().await, shared.replica().await, before, ours, CHECKOUT).await;
        assert_eq!(raced.last(), Some(&format!("offered {}", before.len() + 1)), "{raced:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn p12_f27_one_of_two_that_open_the_same_at_once_opens_it_whoever_is_faster() {
    let Some(shared) = Shared::new("p12_f27_one_of_two_that_open_the_same_at_once") else { return };
    let mut engines = Vec::new();
    for seed in 0..3 {
        engines.push(replica(shared.replica().await, seed).await);
    }
    for round in 0..12 {
        let mut racing = Vec::new();
        for mut engine in engines.drain(..) {
            let (own, same) = (format!("Own {round}"), format!("Job {round} hangs"));
            racing.push(tokio::spawn(async move {
                let asked = if round % 2 == 0 { vec![open(&same)] } else { vec![open(&own), open(&same)] };
                let answers = said(&must(engine.execute(asked).await));
                (engine, answers)
            }));
        }
        let mut opened = 0;
        for racer in racing {
            let (engine, answers) = must(racer.await);
            opened += answers.last().map_or(0, |answer| usize::from(answer.starts_with("opened")));
            engines.push(engine);
        }
        assert_eq!(opened, 1, "round {round}");
    }
    let last = must(shared.replica().await.greatest(Incident::NUMBER).await);
    assert_eq!(last.as_deref(), Some("0000000018"), "numbers have no gaps");
}

type Meanwhile = Pin<Box<dyn Future<Output = ()> + Send>>;

/// A store on which another replica does something, once, right after this one has looked for what is alike.
#[derive(Clone)]
struct Between<S> {
    store: S,
    meanwhile: Arc<Mutex<Option<Meanwhile>>>,
}

macro_rules! through {
    ($($name:ident($($arg:ident: $kind:ty),*) -> $answer:ty;)*) => {
        $(fn $name(&self $(, $arg: $kind)*) -> impl Future<Output = Result<$answer, StoreError>> + Send {
            self.store.$name($($arg),*)
        })*
    };
}

impl<S: Store> Store for Between<S> {
    async fn find_each(&self, key: &str, values: &[String], limit: usize) -> Result<Vec<Vec<StreamId>>, StoreError> {
        let found = self.store.find_each(key, values, limit).await;
        let meanwhile = must(self.meanwhile.lock()).take();
        if let Some(meanwhile) = meanwhile {
            meanwhile.await;
        }
        found
    }

    through! {
        now() -> Timestamp;
        renew(lasts: SignedDuration) -> Lease;
        load(ids: &[StreamId]) -> Loaded;
        commit(commits: &[Commit]) -> Vec<Committed>;
        due(limit: usize) -> Due;
        claim(lane: Lane, urgency: u8, limit: usize) -> Vec<Claimed>;
        retry(retries: &[Retry]) -> ();
        find(key: &str, value: &str, limit: usize) -> Vec<StreamId>;
        greatest(key: &str) -> Option<String>;
        events(stream: StreamId, after: u64, limit: usize) -> Vec<EventRow>;
        request(key: &str) -> Option<RequestRow>;
        backlog() -> Backlog;
    }
}
