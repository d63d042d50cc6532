//! Reads a stored state: the cache where its format is today's, the fold of its events where it is another.
//!
//! Another is an older one after an upgrade, and a newer one while servers of two versions share a store: what this version
//! writes is folded anew by the newer one in its turn. Events of a kind that this version does not know it cannot fold.

use zephyr_core::incident::{Event, Incident, STATE_FORMAT};

use zephyr_core::invariants;

use crate::ports::{EventRow, Store, StoreError, StreamRow};

/// The incident that a row of the store holds.
pub async fn incident_of<S: Store>(store: &S, row: StreamRow) -> Result<Incident, StoreError> {
    let corrupt = |error: &dyn std::fmt::Display| StoreError::Corrupt(format!("stream {}: {error}", row.id));
    if row.format == STATE_FORMAT {
        return serde_json::from_str(&row.state).map_err(|error| corrupt(&error));
    }
    let unreadable = |error: &dyn std::fmt::Display| match row.format > STATE_FORMAT {
        true => corrupt(&format!("{error}; it was written by a newer zephyr: install that version again")),
        false => corrupt(error),
    };
    let count = usize::try_from(row.version).unwrap_or(usize::MAX);
    let mut state = None;
    for event in store.events(row.id, 0, count).await? {
        let event = Event::from_stored(event.seq, event.at, &event.body).map_err(|error| unreadable(&error))?;
        state = Incident::fold(state, &event);
    }
    state.ok_or_else(|| corrupt(&"it does not begin with an opening"))
}

/// Everything that is wrong with a stored incident, in words: a state that is not the fold of its events, or a rule
/// that it breaks. Empty when all is well.
pub fn audit(row: &StreamRow, events: &[EventRow]) -> Vec<String> {
    let mut folded = None;
    for event in events {
        match Event::from_stored(event.seq, event.at, &event.body) {
            Ok(event) => folded = Incident::fold(folded, &event),
            Err(error) => return vec![format!("{}: event {} cannot be read: {error}", row.id, event.seq)],
        }
    }
    let Some(folded) = folded else { return vec![format!("{}: it does not begin with an opening", row.id)] };
    let mut wrong = invariants::broken(&folded, row.wake_at);
    // A state of another format is not read: it is folded anew when it is next changed.
    let is_same =
        row.format != STATE_FORMAT || serde_json::from_str(&row.state).is_ok_and(|state: Incident| state == folded);
    if !is_same {
        wrong.push(format!("{}: its state is not what its events make of it", folded.label()));
    }
    wrong
}
