//! The streams of one turn as they are while it is decided, and the world that they are decided in.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use zephyr_core::incident::Incident;
use zephyr_core::roster::Roster;
use zephyr_core::{StreamId, World};

use crate::state::State;
use crate::worlds::Worlds;

/// States as they are in the present transaction.
#[derive(Debug)]
pub(crate) struct States {
    known: BTreeMap<StreamId, State>,
    /// Those begun in it.
    new: BTreeSet<StreamId>,
    /// With what the roster among them arranges.
    world: Arc<World>,
    /// Whether that roster was decided in it.
    rearranged: bool,
}

impl States {
    /// What is stored; `world` is made with the roster among it.
    pub fn new(known: BTreeMap<StreamId, State>, world: Arc<World>) -> Self {
        Self { known, new: BTreeSet::new(), world, rearranged: false }
    }

    pub fn get(&self, stream: StreamId) -> Option<&State> {
        self.known.get(&stream)
    }

    pub fn incident(&self, stream: StreamId) -> Option<&Arc<Incident>> {
        self.get(stream).and_then(State::incident)
    }

    /// The roster, as it is before its first event where there is none.
    pub fn roster(&self) -> Arc<Roster> {
        self.get(StreamId::ROSTER).and_then(State::roster).cloned().unwrap_or_default()
    }

    /// The world with the roster as it is.
    pub fn world(&self) -> &World {
        &self.world
    }

    /// Whether the world rests on a roster that is not written yet. Nothing else may be decided in it: it may never be.
    pub fn is_rearranged(&self) -> bool {
        self.rearranged
    }

    /// Whether it is not written yet.
    pub fn is_new(&self, stream: StreamId) -> bool {
        self.new.contains(&stream)
    }

    /// Takes up what was decided: what is decided next in this turn sees it.
    pub fn put(&mut self, state: State, worlds: &Worlds) {
        if let State::Roster(roster) = &state {
            self.world = worlds.with(Some(roster));
            self.rearranged = true;
        }
        let stream = state.stream();
        if self.known.insert(stream, state).is_none() {
            self.new.insert(stream);
        }
    }
}
