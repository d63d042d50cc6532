//! What the engine needs from the world: a store and entropy. Each has more than one implementation.
//!
//! Deliberately not here: sockets and deadlines, which belong to the runtime around the engine.

use std::collections::BTreeMap;
use std::future::Future;

use jiff::{SignedDuration, Timestamp};
use zephyr_core::effect::{Effect, Lane};
use zephyr_core::{EffectId, StreamId};

pub use crate::about::About;
pub use crate::lease::Lease;
pub use crate::objects::{ObjectKey, Objects};
pub use crate::registry::{
    AppliedRow, AuditPlace, AuditRow, Kept, NoticeRow, PolicyRow, Registry, Revocation, TokenRow,
};

/// Random bytes; the only source of chance.
pub trait Entropy: Send + 'static {
    /// Fills the bytes.
    fn fill(&mut self, bytes: &mut [u8]);
}

/// An answer of the store that is no answer.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// It cannot be reached, is full or stalls; nothing is known to have been written. Try again.
    #[error("the store is not available: {0}")]
    Unavailable(String),
    /// The commit may or may not have been written: its answer was lost.
    #[error("the store lost its answer: {0}")]
    Unknown(String),
    /// This replica's lease was ended by another one, or it has none yet: nothing was written. Renew, then go on.
    #[error("this replica has no lease: {0}")]
    Lapsed(String),
    /// Something in it cannot be read. Stop rather than guess.
    #[error("the store holds something unreadable: {0}")]
    Corrupt(String),
}

/// Where streams, effects and everything else that is remembered lives. Each `commit` is one transaction.
///
/// Times are in whole microseconds and come from the store's own clock, which never runs backwards.
pub trait Store: Clone + Send + Sync + 'static {
    /// The present, by the store's clock.
    fn now(&self) -> impl Future<Output = Result<Timestamp, StoreError>> + Send;

    /// Takes a lease that lasts this long from now, or makes the one of this handle last as long as that. Ends the
    /// leases of others whose time is over: what they had claimed is free again and marked as abandoned. A lease that
    /// somebody else has ended is followed by a new one under a new epoch; what was claimed under the old is lost.
    fn renew(&self, lasts: SignedDuration) -> impl Future<Output = Result<Lease, StoreError>> + Send;

    /// A handle for reads that many people make, and that may be slow: they take nothing from what the engine needs.
    fn aside(&self) -> Self {
        self.clone()
    }

    /// Ends once somebody else may have written. A hint, that makes one look sooner; it may never come.
    fn news(&self) -> impl Future<Output = ()> + Send {
        std::future::pending()
    }

    /// The present and the streams, in the order asked for; `None` for one that does not exist.
    fn load(&self, ids: &[StreamId]) -> impl Future<Output = Result<Loaded, StoreError>> + Send;

    /// Writes all of them in one transaction, in order. Each is applied or refused alone; a refused one leaves
    /// nothing behind, and refuses what follows on its stream, and every later one that takes a number where it would
    /// have taken one. Durable when it returns.
    fn commit(&self, commits: &[Commit]) -> impl Future<Output = Result<Vec<Committed>, StoreError>> + Send;

    /// Streams whose `wake_at` has come, most urgent first (`urgency`, then `wake_at`), at most `limit`; and when to
    /// look again: the earliest `wake_at` or `due_at` of an unclaimed effect that is still to come.
    fn due(&self, limit: usize) -> impl Future<Output = Result<Due, StoreError>> + Send;

    /// Claims effects of a lane for this replica's epoch: those due and unclaimed whose urgency is no greater number than
    /// `urgency`. Most urgent first (`urgency`, then `due_at`), at most `limit`.
    fn claim(
        &self,
        lane: Lane,
        urgency: u8,
        limit: usize,
    ) -> impl Future<Output = Result<Vec<Claimed>, StoreError>> + Send;

    /// Notes failed tries and gives the effects back until `due_at`. Effects that this epoch does not hold are left.
    fn retry(&self, retries: &[Retry]) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Streams that have this index row, newest first (by stream id), at most `limit`.
    fn find(
        &self,
        key: &str,
        value: &str,
        limit: usize,
    ) -> impl Future<Output = Result<Vec<StreamId>, StoreError>> + Send;

    /// The same for several values of one key, at most `limit` for each, in the order of `values`.
    fn find_each(
        &self,
        key: &str,
        values: &[String],
        limit: usize,
    ) -> impl Future<Output = Result<Vec<Vec<StreamId>>, StoreError>> + Send {
        async move {
            let mut found = Vec::with_capacity(values.len());
            for value in values {
                found.push(self.find(key, value, limit).await?);
            }
            Ok(found)
        }
    }

    /// The greatest value (in byte order) of an index key.
    fn greatest(&self, key: &str) -> impl Future<Output = Result<Option<String>, StoreError>> + Send;

    /// Events of a stream with a sequence number greater than `after`, in order, at most `limit`.
    fn events(
        &self,
        stream: StreamId,
        after: u64,
        limit: usize,
    ) -> impl Future<Output = Result<Vec<EventRow>, StoreError>> + Send;

    /// The answer kept for an idempotency key.
    fn request(&self, key: &str) -> impl Future<Output = Result<Option<RequestRow>, StoreError>> + Send;

    /// The same for several keys: what there is of them, in any order.
    fn requests(&self, keys: &[String]) -> impl Future<Output = Result<Vec<RequestRow>, StoreError>> + Send {
        async move {
            let mut found = Vec::new();
            for key in keys {
                found.extend(self.request(key).await?);
            }
            Ok(found)
        }
    }

    /// How many effects are in which state, for health and metrics; and the due time of the oldest unsent page.
    fn backlog(&self) -> impl Future<Output = Result<Backlog, StoreError>> + Send;
}

/// Streams as they are, and the present.
#[derive(Debug, Clone, PartialEq)]
pub struct Loaded {
    /// The present.
    pub now: Timestamp,
    /// In the order asked for.
    pub streams: Vec<Option<StreamRow>>,
}

/// A stream's cached state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StreamRow {
    /// Its id.
    pub id: StreamId,
    /// The sequence number of its last event.
    pub version: u64,
    /// Format number of `state`.
    pub format: u32,
    /// JSON of the state.
    pub state: String,
    /// When it has to be woken.
    pub wake_at: Option<Timestamp>,
}

/// All that one decision changes, written together.
#[derive(Debug, Clone, PartialEq)]
pub struct Commit {
    /// Which stream.
    pub stream: StreamId,
    /// The version that the decision was made on; 0 creates the stream.
    pub expected: u64,
    /// Sequence numbers `expected + 1 …`; empty where only an effect is finished or a request answered.
    pub events: Vec<EventRow>,
    /// JSON of the state after the events.
    pub state: String,
    /// Its format number.
    pub format: u32,
    /// The next wake-up.
    pub wake_at: Option<Timestamp>,
    /// Smaller is more urgent; orders wake-ups.
    pub urgency: u8,
    /// All index rows of the stream; they replace the former ones. The key [`UNIQUE_KEY`] may have a value once only
    /// in the whole store: a commit that would give it twice is refused as a conflict.
    pub index: Vec<(String, String)>,
    /// New effects.
    pub effects: Vec<NewEffect>,
    /// The effect whose outcome this is; refused as [`Committed::Fenced`] unless this epoch holds it.
    pub finish: Option<Finish>,
    /// The request that this answers.
    pub request: Option<RequestRow>,
}

/// The index key whose values are unique: an incident's number, ten digits.
pub const UNIQUE_KEY: &str = "number";

/// What became of one commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Committed {
    /// Written.
    Done,
    /// The stream has another version, or a unique value is taken: load and decide anew.
    Conflict,
    /// The effect it finishes is not held by this epoch any more: forget it.
    Fenced,
    /// The request key was used already: read the answer that was kept.
    Repeated,
}

/// An event as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventRow {
    /// From 1, without holes.
    pub seq: u64,
    /// When.
    pub at: Timestamp,
    /// What kind, `step_began`.
    pub kind: String,
    /// JSON: actor, cause and body.
    pub body: String,
}

/// An effect to insert.
#[derive(Debug, Clone, PartialEq)]
pub struct NewEffect {
    /// Its id.
    pub id: EffectId,
    /// What to do.
    pub effect: Effect,
    /// Smaller is more urgent.
    pub urgency: u8,
    /// Not before.
    pub due_at: Timestamp,
    /// `true`: inserted as claimed by this epoch, which will hand it over without claiming it first.
    pub claimed: bool,
}

/// The end of an effect, or of a try of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Finish {
    /// Which.
    pub effect: EffectId,
    /// How.
    pub end: End,
}

/// How an effect ends.
#[derive(Debug, Clone, PartialEq)]
pub enum End {
    /// Over: done, given up or no longer due. Its body is purged.
    Over,
    /// To be tried again.
    Again(Retry),
}

/// A failed try.
#[derive(Debug, Clone, PartialEq)]
pub struct Retry {
    /// Which.
    pub effect: EffectId,
    /// Tries so far.
    pub attempt: u32,
    /// Not before.
    pub due_at: Timestamp,
    /// Why it failed.
    pub error: String,
}

/// A claimed effect.
#[derive(Debug, Clone, PartialEq)]
pub struct Claimed {
    /// Its id.
    pub id: EffectId,
    /// Of which stream.
    pub stream: StreamId,
    /// What to do.
    pub effect: Effect,
    /// Smaller is more urgent.
    pub urgency: u8,
    /// Tries that ended before.
    pub attempt: u32,
    /// When this try was due.
    pub due_at: Timestamp,
    /// An earlier epoch had claimed it and never said what became of it.
    pub abandoned: bool,
}

/// What has to be woken.
#[derive(Debug, Clone, PartialEq)]
pub struct Due {
    /// The present.
    pub now: Timestamp,
    /// Most urgent first.
    pub streams: Vec<StreamId>,
    /// When to look again.
    pub next: Option<Timestamp>,
}

/// An answered request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestRow {
    /// Idempotency key, made unique by who sent it.
    pub key: String,
    /// SHA-256 of the body, hexadecimal.
    pub body_hash: String,
    /// What the answer is about.
    pub about: About,
    /// When it was answered.
    pub at: Timestamp,
}

/// How much waits.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Backlog {
    /// The epoch of the server that was asked.
    pub epoch: u64,
    /// Effects not finished, by the name of their kind and how they stand. What there is none of may be missing.
    pub effects: BTreeMap<(String, Standing), u64>,
    /// Due time of the oldest unfinished page send; that of its next try, where one failed.
    pub oldest_page: Option<Timestamp>,
    /// The earliest wake-up of all streams.
    pub next_wake: Option<Timestamp>,
}

/// How an effect that is not finished stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// Nobody has tried it yet.
    Waiting,
    /// A server has claimed it: it is on its way.
    Sending,
    /// A try failed, and it is to be tried again.
    Retrying,
}

impl Standing {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Waiting, Self::Sending, Self::Retrying];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Sending => "sending",
            Self::Retrying => "retrying",
        }
    }
}

impl Backlog {
    /// Counts unfinished effects.
    pub fn add(&mut self, kind: &str, standing: Standing, count: u64) {
        *self.effects.entry((kind.to_owned(), standing)).or_default() += count;
    }

    /// Page sends not finished.
    pub fn pages(&self) -> u64 {
        self.effects.iter().filter(|((kind, _), _)| kind == PAGE).map(|(_, count)| count).sum()
    }

    /// Other effects not finished.
    pub fn tells(&self) -> u64 {
        self.effects.iter().filter(|((kind, _), _)| kind != PAGE).map(|(_, count)| count).sum()
    }
}

/// The kind of an effect that rings a person.
pub const PAGE: &str = "page";

/// How many times as fast as real time the store's clock runs; 1 but in a demonstration.
pub type Speed = u32;

/// Real time to wait for store time, at a clock that runs `speed` times as fast.
pub fn real_time(wait: SignedDuration, speed: Speed) -> std::time::Duration {
    std::time::Duration::try_from(wait).unwrap_or_default() / speed.max(1)
}
