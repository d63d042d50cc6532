//! An engine over a store in memory, which never waits; and short words for what is asked of it.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use zephyr_core::incident::{Command, Declaration, Event, Incident, narrate};
use zephyr_core::policy::{self, Severity};
use zephyr_core::text::Summary;
use zephyr_core::world::Runbook;
use zephyr_core::{Actor, World, limits};
use zephyr_engine::ports::Entropy;
use zephyr_engine::{Answer, Ask, Engine, Request, RequestKey, Send, incident_of};
use zephyr_store::ModelStore;

/// Numbers that never repeat, the same in every run.
pub struct Counting(u64);

impl From<u64> for Counting {
    fn from(life: u64) -> Self {
        Self(life << 32)
    }
}

impl Entropy for Counting {
    fn fill(&mut self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(8) {
            self.0 += 1;
            chunk.copy_from_slice(&self.0.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes()[..chunk.len()]);
        }
    }
}

pub fn ready<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("the store in memory never waits"),
    }
}

/// An engine, and the store that outlives it.
pub struct Place {
    pub store: ModelStore,
    pub engine: Engine<ModelStore, Counting>,
    lives: u64,
}

impl Place {
    pub fn new() -> Self {
        let store = ModelStore::new("2026-02-03T10:30:00Z".parse().unwrap());
        Self { engine: leased(store.clone(), 0), store, lives: 1 }
    }

    /// Another replica on the same store.
    pub fn beside(&self) -> Self {
        let (store, lives) = (self.store.clone(), self.lives + 100);
        Self { engine: leased(store.clone(), lives), store, lives }
    }

    /// The process dies and is started again.
    pub fn restart(&mut self) {
        self.store = self.store.reopen();
        self.lives += 1;
        self.engine = leased(self.store.clone(), self.lives);
    }

    pub fn asks(&mut self, requests: Vec<Request>) -> Vec<Answer> {
        ready(self.engine.execute(requests)).unwrap()
    }

    pub fn ask(&mut self, request: Request) -> Answer {
        self.asks(vec![request]).pop().unwrap()
    }

    /// Lets the engine do what it can at this moment; what it wants sent is let go.
    pub fn poll(&mut self) -> Vec<Send> {
        let mut sends = Vec::new();
        for _ in 0..20 {
            sends.extend(ready(self.engine.poll()).unwrap());
        }
        sends
    }

    /// Every incident, by number.
    pub fn incidents(&self) -> Vec<Incident> {
        let rows = self.store.peek_streams().into_iter().map(|(_, stream)| stream.row);
        let mut all: Vec<Incident> = rows.map(|row| ready(incident_of(&self.store, row)).unwrap()).collect();
        all.sort_by_key(|incident| incident.number);
        all
    }

    /// What the timeline of an incident says that contains this.
    pub fn told(&self, incident: &Incident, text: &str) -> usize {
        let rows = self.store.peek_events(incident.stream());
        let events = rows.iter().map(|row| Event::from_stored(row.seq, row.at, &row.body).unwrap());
        events.filter(|event| narrate(event).text.contains(text)).count()
    }
}

/// An engine that has a lease.
fn leased(store: ModelStore, life: u64) -> Engine<ModelStore, Counting> {
    let mut engine = Engine::new(store, Counting::from(life), world());
    ready(engine.renew(limits::LEASE)).unwrap();
    engine
}

fn world() -> Arc<World> {
    let policy = policy::read(include_str!("../../../../examples/acme/zephyr.toml")).unwrap();
    Arc::new(World::new(policy, Runbook::Missing { path: "runbooks/incident.md".into() }))
}

pub fn declared(severity: u8, summary: &str) -> Declaration {
    Declaration {
        summary: Summary::new(summary).unwrap(),
        severity: Severity::try_from(severity).unwrap(),
        service: None,
        region: None,
        private: false,
        reported_by: None,
        public: None,
        ring_me: false,
        anyway: false,
    }
}

pub fn open(declared: Declaration) -> Request {
    let actor = Actor::Person("sam".parse().unwrap());
    Request { id: "r".to_owned(), actor, key: None, ask: Ask::Open(declared) }
}

pub fn of(incident: &Incident, command: Command) -> Request {
    let actor = Actor::Person("sam".parse().unwrap());
    Request { id: "r".to_owned(), actor, key: None, ask: Ask::Of { incident: incident.id, command } }
}

pub fn keyed(request: Request, key: &str) -> Request {
    Request { key: Some(RequestKey { key: key.to_owned(), body_hash: "same".to_owned() }), ..request }
}

/// `done INC-1`, `similar INC-1`, `repeated INC-1`, or what else it is.
pub fn said(answer: &Answer) -> String {
    match answer {
        Answer::Done(incident) => format!("done {}", incident.label()),
        Answer::Similar(incident) => format!("similar {}", incident.label()),
        Answer::Repeated { incident, .. } => format!("repeated {}", incident.label()),
        Answer::Refused(refused) => format!("refused: {refused}"),
        other => format!("{other:?}"),
    }
}

pub fn all_said(answers: &[Answer]) -> Vec<String> {
    answers.iter().map(said).collect()
}
