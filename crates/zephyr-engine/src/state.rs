//! Reads a stored state: the cache where its format is today's, the fold of its events where it is older.

use zephyr_core::incident::{Event, Incident, STATE_FORMAT};

use crate::ports::{Store, StoreError, StreamRow};

/// The incident that a row of the store holds.
pub async fn incident_of<S: Store>(store: &S, row: StreamRow) -> Result<Incident, StoreError> {
    let corrupt = |error: &dyn std::fmt::Display| StoreError::Corrupt(format!("stream {}: {error}", row.id));
    if row.format == STATE_FORMAT {
        return serde_json::from_str(&row.state).map_err(|error| corrupt(&error));
    }
    if row.format > STATE_FORMAT {
        return Err(corrupt(&"it was written by a newer zephyr: install that version again"));
    }
    let count = usize::try_from(row.version).unwrap_or(usize::MAX);
    let mut state = None;
    for event in store.events(row.id, 0, count).await? {
        let event = Event::from_stored(event.seq, event.at, &event.body).map_err(|error| corrupt(&error))?;
        state = Incident::fold(state, &event);
    }
    state.ok_or_else(|| corrupt(&"it does not begin with an opening"))
}
