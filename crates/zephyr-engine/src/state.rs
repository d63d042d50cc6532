//! Every kind of stream, as the engine sees it: a state that is loaded and folded, and a decision about it. What is
//! special to one kind is a line in each `match` here; whoever runs them knows no kinds.
//!
//! A stored state is a cache: it is read where its format is today's, and folded from its events where it is another.
//! Another is an older one after an upgrade, and a newer one while servers of two versions share a store: what this version
//! writes is folded anew by the newer one in its turn. Events of a kind that this version does not know it cannot fold.
//! Deliberately not here: which deciding function an input goes to (`transact`).

use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;
use zephyr_core::effect::Effect;
use zephyr_core::event::{BadEvent, StoredEvent};
use zephyr_core::ids::StreamKind;
use zephyr_core::incident::{self, Incident};
use zephyr_core::page::PageEvent;
use zephyr_core::policy::PolicyVersion;
use zephyr_core::reach::{self, Reach};
use zephyr_core::roster::{self, Roster};
use zephyr_core::{EffectId, StreamId, invariants};

use crate::ports::{EventRow, Store, StoreError, StreamRow};

/// What a stream holds.
#[derive(Debug, Clone, PartialEq)]
pub enum State {
    /// One incident.
    Incident(Arc<Incident>),
    /// What is arranged outside the policy.
    Roster(Arc<Roster>),
    /// Drills and verified contacts.
    Reach(Arc<Reach>),
}

impl State {
    /// Its stream.
    pub fn stream(&self) -> StreamId {
        match self {
            Self::Incident(incident) => incident.stream(),
            Self::Roster(_) => StreamId::ROSTER,
            Self::Reach(_) => StreamId::REACH,
        }
    }

    /// Sequence number of its last event.
    pub fn version(&self) -> u64 {
        match self {
            Self::Incident(incident) => incident.version,
            Self::Roster(roster) => roster.version,
            Self::Reach(reach) => reach.version,
        }
    }

    /// The earliest of all deadlines it holds.
    pub fn next_wake(&self) -> Option<Timestamp> {
        match self {
            Self::Incident(incident) => incident.next_wake(),
            Self::Roster(roster) => roster.next_wake(),
            Self::Reach(reach) => reach.next_wake(),
        }
    }

    /// Its index rows.
    pub(crate) fn index(&self) -> Vec<(String, String)> {
        match self {
            Self::Incident(incident) => incident.index(),
            Self::Roster(_) => Vec::new(),
            Self::Reach(reach) => reach.index(),
        }
    }

    /// Smaller is more urgent; whatever is no incident comes after all of them.
    pub(crate) fn urgency(&self) -> u8 {
        match self {
            Self::Incident(incident) => u8::from(incident.severity),
            Self::Roster(_) | Self::Reach(_) => 4,
        }
    }

    /// Asked again just before an effect leaves.
    pub(crate) fn still_due(&self, effect: &Effect) -> bool {
        match self {
            Self::Incident(incident) => incident::still_due(incident, effect),
            Self::Roster(_) => true,
            Self::Reach(reach) => reach::still_due(reach, effect),
        }
    }

    /// Everything wrong with it, given the wake-up that is stored beside it.
    fn broken(&self, wake_at: Option<Timestamp>) -> Vec<String> {
        match self {
            Self::Incident(incident) => invariants::broken(incident, wake_at),
            Self::Roster(roster) => invariants::broken_roster(roster, wake_at),
            Self::Reach(reach) => invariants::broken_reach(reach, wake_at),
        }
    }

    /// As stored.
    pub(crate) fn to_json(&self) -> Result<String, StoreError> {
        let text = match self {
            Self::Incident(incident) => serde_json::to_string(&**incident),
            Self::Roster(roster) => serde_json::to_string(&**roster),
            Self::Reach(reach) => serde_json::to_string(&**reach),
        };
        text.map_err(|error| StoreError::Corrupt(error.to_string()))
    }

    /// Reads what [`State::to_json`] has written in the present format.
    pub(crate) fn from_json(kind: StreamKind, text: &str) -> Result<Self, serde_json::Error> {
        match kind {
            StreamKind::Incident => serde_json::from_str(text).map(|incident| Self::Incident(Arc::new(incident))),
            StreamKind::Roster => serde_json::from_str(text).map(|roster| Self::Roster(Arc::new(roster))),
            StreamKind::Reach => serde_json::from_str(text).map(|reach| Self::Reach(Arc::new(reach))),
        }
    }

    /// The state that events make of another, read in order; an error of the first that cannot be read. `Ok(None)` where
    /// they do not begin as such a stream begins.
    fn fold(kind: StreamKind, before: Option<&Self>, events: &[EventRow]) -> Result<Option<Self>, BadEvent> {
        match kind {
            StreamKind::Incident => {
                let mut state = before.and_then(Self::incident).map(|incident| Incident::clone(incident));
                for row in events {
                    state = Incident::fold(state, &incident::Event::from_stored(row.seq, row.at, &row.body)?);
                }
                Ok(state.map(|state| Self::Incident(Arc::new(state))))
            }
            StreamKind::Roster => {
                let mut state = before.and_then(Self::roster).map(|roster| Roster::clone(roster));
                for row in events {
                    state = Some(Roster::fold(state, &roster::Event::from_stored(row.seq, row.at, &row.body)?));
                }
                Ok(state.map(|state| Self::Roster(Arc::new(state))))
            }
            StreamKind::Reach => {
                let mut state = before.and_then(Self::reach).map(|reach| Reach::clone(reach));
                for row in events {
                    state = Some(Reach::fold(state, &reach::Event::from_stored(row.seq, row.at, &row.body)?));
                }
                Ok(state.map(|state| Self::Reach(Arc::new(state))))
            }
        }
    }

    /// The incident, where it is one.
    pub fn incident(&self) -> Option<&Arc<Incident>> {
        match self {
            Self::Incident(incident) => Some(incident),
            Self::Roster(_) | Self::Reach(_) => None,
        }
    }

    /// The roster, where it is that.
    pub fn roster(&self) -> Option<&Arc<Roster>> {
        match self {
            Self::Roster(roster) => Some(roster),
            Self::Incident(_) | Self::Reach(_) => None,
        }
    }

    /// Drills and contacts, where it is those.
    pub fn reach(&self) -> Option<&Arc<Reach>> {
        match self {
            Self::Reach(reach) => Some(reach),
            Self::Incident(_) | Self::Roster(_) => None,
        }
    }
}

/// The format in which states of a kind are written.
pub(crate) fn format(kind: StreamKind) -> u32 {
    match kind {
        StreamKind::Incident => incident::STATE_FORMAT,
        StreamKind::Roster => roster::STATE_FORMAT,
        StreamKind::Reach => reach::STATE_FORMAT,
    }
}

/// A decision about a stream.
#[derive(Debug)]
pub(crate) enum Decided {
    Incident(Box<incident::Decided>),
    Roster(Box<roster::Decided>),
    Reach(Box<reach::Decided>),
}

/// A decision as it is written.
pub(crate) struct Parts {
    pub state: State,
    pub events: Vec<EventRow>,
    pub effects: Vec<(EffectId, Effect)>,
}

impl Decided {
    /// Whether it begins a step of a page.
    pub fn begins_a_step(&self) -> bool {
        let begins = |event: &incident::Event| matches!(event.body, incident::Body::Page(PageEvent::StepBegan { .. }));
        match self {
            Self::Incident(decided) => decided.events.iter().any(begins),
            Self::Roster(_) | Self::Reach(_) => false,
        }
    }

    /// The state after it, its events as stored, and what is to be done.
    pub fn into_parts(self, before: Option<&State>) -> Result<Parts, StoreError> {
        let parts = match self {
            Self::Incident(decided) => {
                let incident::Decided { state, events, effects } = *decided;
                let events = rows(&events, incident::Event::to_stored)?;
                Parts { state: State::Incident(Arc::new(state)), events, effects }
            }
            Self::Roster(decided) => {
                let roster::Decided { state, events, effects } = *decided;
                let events = rows(&events, roster::Event::to_stored)?;
                Parts { state: State::Roster(Arc::new(state)), events, effects }
            }
            Self::Reach(decided) => {
                let reach::Decided { state, events, effects } = *decided;
                let events = rows(&events, reach::Event::to_stored)?;
                Parts { state: State::Reach(Arc::new(state)), events, effects }
            }
        };
        check_fold(before, &parts);
        Ok(parts)
    }
}

fn rows<B>(
    events: &[zephyr_core::event::Event<B>],
    stored: impl Fn(&zephyr_core::event::Event<B>) -> Result<StoredEvent, BadEvent>,
) -> Result<Vec<EventRow>, StoreError> {
    let row = |event| {
        let StoredEvent { kind, body } = stored(event).map_err(|error| StoreError::Corrupt(error.to_string()))?;
        Ok(EventRow { seq: event.seq, at: event.at, kind, body })
    };
    events.iter().map(row).collect()
}

/// In debug builds: the events as they are stored, read back and folded, give the state that is stored beside them.
fn check_fold(before: Option<&State>, parts: &Parts) {
    if cfg!(debug_assertions) && !parts.events.is_empty() {
        let folded = State::fold(parts.state.stream().kind, before, &parts.events);
        debug_assert_eq!(folded.ok().flatten().as_ref(), Some(&parts.state), "the state is the fold of its events");
    }
}

/// The state that a row of the store holds.
pub async fn state_of<S: Store>(store: &S, row: StreamRow) -> Result<State, StoreError> {
    let corrupt = |error: &dyn fmt::Display| StoreError::Corrupt(format!("stream {}: {error}", row.id));
    let (kind, format) = (row.id.kind, format(row.id.kind));
    if row.format == format {
        return State::from_json(kind, &row.state).map_err(|error| corrupt(&error));
    }
    let unreadable = |error: &dyn fmt::Display| match row.format > format {
        true => corrupt(&format!("{error}; it was written by a newer zephyr: install that version again")),
        false => corrupt(error),
    };
    let count = usize::try_from(row.version).unwrap_or(usize::MAX);
    let events = store.events(row.id, 0, count).await?;
    let state = State::fold(kind, None, &events).map_err(|error| unreadable(&error))?;
    state.ok_or_else(|| corrupt(&"it does not begin as it should"))
}

/// The incident that a row of the store holds.
pub async fn incident_of<S: Store>(store: &S, row: StreamRow) -> Result<Incident, StoreError> {
    let id = row.id;
    match state_of(store, row).await? {
        State::Incident(incident) => Ok(Arc::unwrap_or_clone(incident)),
        State::Roster(_) | State::Reach(_) => Err(StoreError::Corrupt(format!("stream {id} is no incident"))),
    }
}

/// A stream as it was after its event `version`; as it is now where no version is given. `None` where there is no such
/// stream. Reads all events up to that one.
pub(crate) async fn state_at<S: Store>(
    store: &S,
    stream: StreamId,
    version: Option<u64>,
) -> Result<Option<State>, StoreError> {
    let count = version.and_then(|version| usize::try_from(version).ok()).unwrap_or(usize::MAX);
    let events = store.events(stream, 0, count).await?;
    State::fold(stream.kind, None, &events).map_err(|error| StoreError::Corrupt(format!("stream {stream}: {error}")))
}

/// Drills and contacts as they were after their event `version`; as they are now where no version is given.
pub async fn reach_at<S: Store>(store: &S, version: Option<u64>) -> Result<Option<Arc<Reach>>, StoreError> {
    Ok(state_at(store, StreamId::REACH, version).await?.as_ref().and_then(State::reach).cloned())
}

/// An incident as it was after its event `version`, and the policy that this event was decided by; as it is now where
/// no version is given. `None` where there is no such stream. Reads all events up to that one.
pub async fn incident_at<S: Store>(
    store: &S,
    stream: StreamId,
    version: Option<u64>,
) -> Result<Option<(Incident, PolicyVersion)>, StoreError> {
    let count = version.and_then(|version| usize::try_from(version).ok()).unwrap_or(usize::MAX);
    let (mut state, mut policy) = (None, None);
    for row in store.events(stream, 0, count).await? {
        let event = incident::Event::from_stored(row.seq, row.at, &row.body)
            .map_err(|error| StoreError::Corrupt(format!("stream {stream}: {error}")))?;
        state = Incident::fold(state, &event);
        policy = Some(event.policy);
    }
    Ok(state.zip(policy))
}

/// The roster that is stored, as it is before its first event where there is none.
pub async fn roster_of<S: Store>(store: &S) -> Result<Arc<Roster>, StoreError> {
    let Some(row) = store.load(&[StreamId::ROSTER]).await?.streams.pop().flatten() else {
        return Ok(Arc::default());
    };
    Ok(state_of(store, row).await?.roster().cloned().unwrap_or_default())
}

/// The drills and contacts that are stored, as they are before their first event where there are none.
pub async fn reach_of<S: Store>(store: &S) -> Result<Arc<Reach>, StoreError> {
    let Some(row) = store.load(&[StreamId::REACH]).await?.streams.pop().flatten() else {
        return Ok(Arc::default());
    };
    Ok(state_of(store, row).await?.reach().cloned().unwrap_or_default())
}

/// Everything that is wrong with a stored stream, in words: a state that is not the fold of its events, or a rule that
/// it breaks. Empty when all is well.
pub fn audit(row: &StreamRow, events: &[EventRow]) -> Vec<String> {
    let folded = match State::fold(row.id.kind, None, events) {
        Ok(Some(folded)) => folded,
        Ok(None) => return vec![format!("{}: it does not begin with an opening", row.id)],
        Err(error) => return vec![format!("{}: event {} cannot be read: {error}", row.id, error.seq)],
    };
    let mut wrong = folded.broken(row.wake_at);
    // A state of another format is not read: it is folded anew when it is next changed.
    let is_same = row.format != format(row.id.kind)
        || State::from_json(row.id.kind, &row.state).is_ok_and(|state| state == folded);
    if !is_same {
        wrong.push(format!("{folded}: its state is not what its events make of it"));
    }
    wrong
}

impl fmt::Display for State {
    /// `INC-7`, `the roster`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Incident(incident) => f.write_str(&incident.label()),
            Self::Roster(_) => f.write_str("the roster"),
            Self::Reach(_) => f.write_str("drills and contacts"),
        }
    }
}
