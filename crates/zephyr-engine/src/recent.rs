//! States that were read or written lately, so that their text is not read again.
//!
//! A state is the fold of its events and a stream's version counts them: two states of one version are the same. What
//! is kept is used only where the store still has that version. Deliberately not here: what is not committed yet.

use std::collections::BTreeMap;

use zephyr_core::{StreamId, limits};

use crate::ports::{Store, StoreError, StreamRow};
use crate::state::{State, format, state_of};

/// The states of the streams that were used last.
#[derive(Debug, Default)]
pub(crate) struct Recent {
    states: BTreeMap<StreamId, (u64, State)>,
    /// When each was used last, by a count of uses.
    used: BTreeMap<u64, StreamId>,
    uses: u64,
}

impl Recent {
    /// The state that a row of the store holds; read from its text only where it is not known.
    pub async fn state_of<S: Store>(&mut self, store: &S, row: StreamRow) -> Result<State, StoreError> {
        if let Some(known) = self.known(&row) {
            debug_assert_eq!(State::from_json(row.id.kind, &row.state).ok().as_ref(), Some(&known), "{}", row.id);
            return Ok(known);
        }
        let state = state_of(store, row).await?;
        self.keep(state.clone());
        Ok(state)
    }

    /// Keeps a state that the store holds, and lets go of the one that was not used for the longest time.
    pub fn keep(&mut self, state: State) {
        let stream = state.stream();
        self.uses += 1;
        if let Some((former, _)) = self.states.insert(stream, (self.uses, state)) {
            self.used.remove(&former);
        }
        self.used.insert(self.uses, stream);
        if self.used.len() > limits::STATES_KEPT
            && let Some((_, oldest)) = self.used.pop_first()
        {
            self.states.remove(&oldest);
        }
    }

    fn known(&mut self, row: &StreamRow) -> Option<State> {
        let (last, state) = self.states.get_mut(&row.id)?;
        if state.version() != row.version || row.format != format(row.id.kind) {
            return None;
        }
        self.uses += 1;
        self.used.remove(last);
        *last = self.uses;
        self.used.insert(self.uses, row.id);
        Some(state.clone())
    }
}
