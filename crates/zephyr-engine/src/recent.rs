//! States that were read or written lately, so that their text is not read again.
//!
//! A state is the fold of its events and a stream's version counts them: two states of one version are the same. What
//! is kept is used only where the store still has that version. Deliberately not here: what is not committed yet.

use std::collections::BTreeMap;
use std::sync::Arc;

use zephyr_core::incident::{Incident, STATE_FORMAT};
use zephyr_core::{StreamId, limits};

use crate::ports::{Store, StoreError, StreamRow};
use crate::state::incident_of;

/// The states of the streams that were used last.
#[derive(Debug, Default)]
pub(crate) struct Recent {
    states: BTreeMap<StreamId, (u64, Arc<Incident>)>,
    /// When each was used last, by a count of uses.
    used: BTreeMap<u64, StreamId>,
    uses: u64,
}

impl Recent {
    /// The incident that a row of the store holds; read from its text only where it is not known.
    pub async fn incident_of<S: Store>(&mut self, store: &S, row: StreamRow) -> Result<Arc<Incident>, StoreError> {
        if let Some(known) = self.known(&row) {
            debug_assert_eq!(serde_json::from_str::<Incident>(&row.state).ok().as_ref(), Some(&*known), "{}", row.id);
            return Ok(known);
        }
        let incident = Arc::new(incident_of(store, row).await?);
        self.keep(incident.clone());
        Ok(incident)
    }

    /// Keeps a state that the store holds, and lets go of the one that was not used for the longest time.
    pub fn keep(&mut self, incident: Arc<Incident>) {
        let stream = incident.stream();
        self.uses += 1;
        if let Some((former, _)) = self.states.insert(stream, (self.uses, incident)) {
            self.used.remove(&former);
        }
        self.used.insert(self.uses, stream);
        if self.used.len() > limits::STATES_KEPT
            && let Some((_, oldest)) = self.used.pop_first()
        {
            self.states.remove(&oldest);
        }
    }

    fn known(&mut self, row: &StreamRow) -> Option<Arc<Incident>> {
        let (last, incident) = self.states.get_mut(&row.id)?;
        if incident.version != row.version || row.format != STATE_FORMAT {
            return None;
        }
        self.uses += 1;
        self.used.remove(last);
        *last = self.uses;
        self.used.insert(self.uses, row.id);
        Some(incident.clone())
    }
}
