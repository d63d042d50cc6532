//! What is counted and measured while the server runs.
//!
//! Labels have a few fixed values: no names, nothing of an incident but its severity. Deliberately not here: what is
//! looked up when somebody asks, and the text for Prometheus (`metrics/text.rs`).

use std::time::Duration;

use jiff::SignedDuration;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;
use zephyr_core::effect::{Effect, Lane, Outcome};
use zephyr_engine::ports::{Committed, StoreError};

mod text;

pub use text::Snapshot;

/// From what leaves at once to what waited for a server to be started again.
const LATENESS_SECS: [f64; 10] = [0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 15.0, 60.0, 300.0, 1800.0];
/// From a commit on a quick disk to one that hangs.
const COMMIT_SECS: [f64; 8] = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0];
/// From a read of a cached page to a store that hangs.
const STORE_SECS: [f64; 8] = [0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 5.0];

type Label = Vec<(&'static str, &'static str)>;

/// What is measured as it happens. A clone is a handle.
#[derive(Debug, Clone)]
pub struct Metrics {
    /// From when a page was due until a provider had accepted it.
    pub lateness: Histogram,
    /// Carrying out what was asked, the durable commit included.
    pub commit: Histogram,
    /// From when a step was due until it had begun and its pages were on their way.
    escalation: Histogram,
    /// A call of the store, by its name.
    store: Family<Label, Histogram, fn() -> Histogram>,
    store_errors: Family<Label, Counter>,
    commits: Family<Label, Counter>,
    sends: Family<Label, Counter>,
    requests: Family<Label, Counter>,
    limited: Family<Label, Counter>,
    leases_lost: Counter,
}

impl Metrics {
    /// Nothing measured yet. What alerts ask for is there from the start, as 0.
    pub fn new() -> Self {
        let metrics = Self {
            lateness: Histogram::new(LATENESS_SECS),
            commit: Histogram::new(COMMIT_SECS),
            escalation: Histogram::new(LATENESS_SECS),
            store: Family::new_with_constructor(|| Histogram::new(STORE_SECS)),
            store_errors: Family::default(),
            commits: Family::default(),
            sends: Family::default(),
            requests: Family::default(),
            limited: Family::default(),
            leases_lost: Counter::default(),
        };
        for what in LIMITED {
            drop(metrics.limited.get_or_create(&vec![("what", what)]));
        }
        for error in ["unavailable", "unknown", "lapsed", "corrupt"] {
            drop(metrics.store_errors.get_or_create(&vec![("error", error)]));
        }
        for class in ["2xx", "4xx", "5xx"] {
            drop(metrics.requests.get_or_create(&vec![("status", class)]));
        }
        for result in ["done", "conflict", "fenced", "repeated"] {
            drop(metrics.commits.get_or_create(&vec![("result", result)]));
        }
        for (kind, outcome) in Effect::KINDS.into_iter().flat_map(|kind| OUTCOMES.map(|outcome| (kind, outcome))) {
            drop(metrics.sends.get_or_create(&vec![("kind", kind), ("outcome", outcome)]));
        }
        metrics
    }

    /// Counts an answer.
    pub fn answered(&self, status: http::StatusCode) {
        let class = match status.as_u16() {
            ..=199 => "1xx",
            200..=299 => "2xx",
            300..=399 => "3xx",
            400..=499 => "4xx",
            500.. => "5xx",
        };
        self.requests.get_or_create(&vec![("status", class)]).inc();
    }

    /// Counts that another replica ended this one's lease.
    pub fn lease_lost(&self) {
        self.leases_lost.inc();
    }

    /// Counts what was over a rate: a request of a `token`, a `guess`, or an `opening`, which is done all the same.
    pub fn limited(&self, what: &'static str) {
        self.limited.get_or_create(&vec![("what", what)]).inc();
    }

    /// Notes that a step began, so long after it was due.
    pub fn begun(&self, late: SignedDuration) {
        self.escalation.observe(late.as_secs_f64().max(0.0));
    }

    /// Counts a call of the store.
    pub fn store_answered(&self, call: &'static str, took: Duration, error: Option<&StoreError>) {
        self.store.get_or_create(&vec![("call", call)]).observe(took.as_secs_f64());
        if let Some(error) = error {
            let name = match error {
                StoreError::Unavailable(_) => "unavailable",
                StoreError::Unknown(_) => "unknown",
                StoreError::Corrupt(_) => "corrupt",
                StoreError::Lapsed(_) => "lapsed",
            };
            self.store_errors.get_or_create(&vec![("error", name)]).inc();
        }
    }

    /// Counts what became of a commit.
    pub fn committed(&self, answer: Committed) {
        let name = match answer {
            Committed::Done => "done",
            Committed::Conflict => "conflict",
            Committed::Fenced => "fenced",
            Committed::Repeated => "repeated",
        };
        self.commits.get_or_create(&vec![("result", name)]).inc();
    }

    /// Counts what a provider answered. `late`: how long after it was due that was.
    pub fn sent(&self, effect: &Effect, outcome: &Outcome, late: Option<SignedDuration>) {
        self.sends.get_or_create(&vec![("kind", effect.kind()), ("outcome", named(outcome))]).inc();
        if let Some(late) = late.filter(|_| effect.lane() == Lane::Page && matches!(outcome, Outcome::Done(_))) {
            self.lateness.observe(late.as_secs_f64().max(0.0));
        }
    }
}

/// What is counted as over a rate.
const LIMITED: [&str; 3] = ["token", "guess", "opening"];
/// The names of outcomes that a provider may give.
const OUTCOMES: [&str; 4] = ["accepted", "failed", "refused", "unknown"];

fn named(outcome: &Outcome) -> &'static str {
    let [accepted, failed, refused, unknown] = OUTCOMES;
    match outcome {
        Outcome::Done(_) => accepted,
        Outcome::Retry { .. } => failed,
        Outcome::Permanent { .. } | Outcome::NotDue => refused,
        Outcome::Ambiguous { .. } => unknown,
    }
}

/// How long something takes is real time.
#[expect(clippy::disallowed_methods, reason = "measures how long something took; nothing is decided by it")]
pub fn instant() -> tokio::time::Instant {
    tokio::time::Instant::now()
}
