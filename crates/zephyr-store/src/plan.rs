//! What a slice of commits comes to: which are written, which are refused, and the rows that result. Pure, so that a
//! refused commit leaves nothing behind without savepoints and all rows of a slice can be written together.
//!
//! Deliberately not here: SQL. A store reads [`Known`], makes a [`Plan`] and writes it inside one transaction that
//! nobody else can write to.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use jiff::Timestamp;
use zephyr_core::effect::Effect;
use zephyr_core::{EffectId, StreamId};
use zephyr_engine::ports::{Commit, Committed, End, EventRow, RequestRow, Retry, UNIQUE_KEY};

/// An index row: key and value.
pub type IndexRow = (String, String);

/// What the store holds of all that the commits of a slice name.
#[derive(Debug, Default)]
pub struct Known {
    /// Versions of the streams that exist.
    pub versions: HashMap<StreamId, u64>,
    /// Their index rows.
    pub index: HashMap<StreamId, BTreeSet<IndexRow>>,
    /// Which stream has a value of [`UNIQUE_KEY`].
    pub numbers: HashMap<String, StreamId>,
    /// Effects that this epoch holds.
    pub held: HashSet<EffectId>,
    /// Request keys that were used and still count.
    pub answered: HashSet<String>,
}

/// What is to be written, and the answers.
#[derive(Debug, Default)]
pub struct Plan<'c> {
    /// In the order of the commits.
    pub answers: Vec<Committed>,
    /// The last commit of each stream.
    pub streams: BTreeMap<StreamId, &'c Commit>,
    /// New events with their sequence numbers.
    pub events: Vec<(StreamId, u64, &'c EventRow)>,
    /// New effects.
    pub effects: Vec<NewRow<'c>>,
    /// Effects that were there and are over.
    pub over: Vec<EffectId>,
    /// Effects that were there and are tried again.
    pub again: Vec<(EffectId, &'c Retry)>,
    /// Answered requests.
    pub requests: Vec<&'c RequestRow>,
}

/// A new effect as it stands after the slice.
#[derive(Debug)]
pub struct NewRow<'c> {
    /// Its id.
    pub id: EffectId,
    /// Of which stream.
    pub stream: StreamId,
    /// What to do.
    pub effect: &'c Effect,
    /// Orders it.
    pub urgency: u8,
    /// Not before.
    pub due_at: Timestamp,
    /// Held by this epoch.
    pub held: bool,
    /// A later commit of the slice ended it, or a try of it.
    pub end: Option<&'c End>,
}

/// What of a slice was refused. Whatever follows on a stream of it was decided on what is not there, also where somebody
/// else has meanwhile brought the stream to the version that it expects. And whatever takes a number after one that was
/// refused was decided without what has that number: all of them are decided anew, so that numbers have no gaps, and
/// whoever opens has seen all that was opened before.
#[derive(Debug, Default)]
pub struct Refused {
    streams: HashSet<StreamId>,
    a_number: bool,
}

impl Refused {
    /// The answer to a commit that on its own would get `answer`.
    pub fn answer(&mut self, commit: &Commit, answer: Committed) -> Committed {
        let takes_a_number = commit.expected == 0 && numbers(&commit.index).next().is_some();
        let answer = match answer {
            Committed::Done if self.streams.contains(&commit.stream) => Committed::Conflict,
            Committed::Done if self.a_number && takes_a_number => Committed::Conflict,
            answer => answer,
        };
        if answer != Committed::Done {
            self.streams.insert(commit.stream);
            self.a_number |= takes_a_number;
        }
        answer
    }
}

impl<'c> Plan<'c> {
    /// Decides each commit on what the store holds and what the commits before it in the slice wrote.
    pub fn of(commits: &'c [Commit], mut known: Known) -> (Self, IndexChange) {
        let mut plan = Self::default();
        let before = known.index.clone();
        let mut refused = Refused::default();
        for commit in commits {
            let answer = refused.answer(commit, known.answer(commit));
            plan.answers.push(answer);
            if answer == Committed::Done {
                plan.take(commit);
                known.take(commit);
            }
        }
        let changed = plan.streams.keys();
        let index = IndexChange::of(changed.copied(), &before, &known.index);
        (plan, index)
    }

    /// Whether every commit was refused.
    pub fn is_empty(&self) -> bool {
        self.streams.is_empty()
    }

    fn take(&mut self, commit: &'c Commit) {
        self.streams.insert(commit.stream, commit);
        for (event, seq) in commit.events.iter().zip(commit.expected + 1..) {
            debug_assert_eq!(event.seq, seq, "an event out of order");
            self.events.push((commit.stream, seq, event));
        }
        self.effects.extend(commit.effects.iter().map(|new| NewRow {
            id: new.id,
            stream: commit.stream,
            effect: &new.effect,
            urgency: new.urgency,
            due_at: new.due_at,
            held: new.claimed,
            end: None,
        }));
        if let Some(finish) = &commit.finish {
            match (self.effects.iter_mut().find(|row| row.id == finish.effect), &finish.end) {
                (Some(row), end) => row.end = Some(end),
                (None, End::Over) => self.over.push(finish.effect),
                (None, End::Again(retry)) => self.again.push((finish.effect, retry)),
            }
        }
        self.requests.extend(&commit.request);
    }
}

impl Known {
    /// The checks go from the last word to the first: an answered request stays answered, an effect that is not held
    /// is forgotten, and only then is it worth deciding anew.
    fn answer(&self, commit: &Commit) -> Committed {
        let version = self.versions.get(&commit.stream).copied().unwrap_or(0);
        let mut numbers = numbers(&commit.index);
        if commit.request.as_ref().is_some_and(|request| self.answered.contains(&request.key)) {
            Committed::Repeated
        } else if commit.finish.as_ref().is_some_and(|finish| !self.held.contains(&finish.effect)) {
            Committed::Fenced
        } else if version != commit.expected
            || numbers.any(|value| self.numbers.get(value).is_some_and(|stream| *stream != commit.stream))
        {
            Committed::Conflict
        } else {
            Committed::Done
        }
    }

    /// Adds what a commit wrote.
    fn take(&mut self, commit: &Commit) {
        let written = u64::try_from(commit.events.len()).unwrap_or(u64::MAX);
        self.versions.insert(commit.stream, commit.expected.saturating_add(written));
        let former = self.index.insert(commit.stream, commit.index.iter().cloned().collect());
        for value in former.iter().flatten().filter(|(key, _)| key == UNIQUE_KEY).map(|(_, value)| value) {
            self.numbers.remove(value);
        }
        self.numbers.extend(numbers(&commit.index).map(|value| (value.clone(), commit.stream)));
        self.held.extend(commit.effects.iter().filter(|new| new.claimed).map(|new| new.id));
        if let Some(finish) = &commit.finish {
            self.held.remove(&finish.effect);
        }
        self.answered.extend(commit.request.iter().map(|request| request.key.clone()));
    }
}

/// Values of the unique key among index rows.
pub fn numbers(index: &[IndexRow]) -> impl Iterator<Item = &String> {
    index.iter().filter(|(key, _)| key == UNIQUE_KEY).map(|(_, value)| value)
}

/// How the index rows change.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct IndexChange {
    /// Rows that are no more.
    pub dropped: Vec<(StreamId, IndexRow)>,
    /// New rows.
    pub added: Vec<(StreamId, IndexRow)>,
}

impl IndexChange {
    fn of(
        streams: impl Iterator<Item = StreamId>,
        before: &HashMap<StreamId, BTreeSet<IndexRow>>,
        after: &HashMap<StreamId, BTreeSet<IndexRow>>,
    ) -> Self {
        let none = BTreeSet::new();
        let mut change = Self::default();
        for stream in streams {
            let (old, new) = (before.get(&stream).unwrap_or(&none), after.get(&stream).unwrap_or(&none));
            change.dropped.extend(old.difference(new).map(|row| (stream, row.clone())));
            change.added.extend(new.difference(old).map(|row| (stream, row.clone())));
        }
        change
    }
}
