//! Which open incidents a declaration is compared with: one look into the index for all that is declared in a turn,
//! and what is opened in the same turn.
//!
//! Two replicas that open in the same instant take the same number, and one of them meets a conflict: it decides anew,
//! and then sees what the other has opened. No lock holds up an opening.
//! Deliberately not here: what makes two the same, which is `zephyr_core::incident::Likeness`.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;
use zephyr_core::incident::{Declaration, Incident, Likeness, Similar};
use zephyr_core::{Actor, StreamId, World, limits};

use crate::input::{Ask, Request};
use crate::ports::{Store, StoreError};
use crate::states::States;
use crate::transact::{Input, Next, Settled};

/// Streams by what they are about, as far as the declarations of a turn can be about it.
#[derive(Debug, Default)]
pub struct Alike(BTreeMap<String, BTreeSet<StreamId>>);

impl Alike {
    /// Looks for all that is declared among `inputs`; asks nothing where nothing is.
    pub async fn of<'i, S: Store>(
        store: &S,
        inputs: impl Iterator<Item = &'i Input>,
        world: &World,
    ) -> Result<Self, StoreError> {
        let values = |input: &Input| match input {
            Input::Request(Request { ask: Ask::Open(declared), .. }) => {
                Incident::about_values(declared, &declared.subject(&world.policy))
            }
            _ => Vec::new(),
        };
        let values: BTreeSet<String> = inputs.flat_map(values).collect();
        let values: Vec<String> = values.into_iter().collect();
        if values.is_empty() {
            return Ok(Self::default());
        }
        let found = store.find_each(Incident::ABOUT, &values, limits::SIMILAR_LOOKED_AT).await?;
        Ok(Self(values.into_iter().zip(found).map(|(value, streams)| (value, streams.into_iter().collect())).collect()))
    }

    /// All that was found.
    pub fn streams(&self) -> impl Iterator<Item = StreamId> {
        self.0.values().flatten().copied()
    }

    /// Whether a declaration opens an incident, and beside which. Else what is to become of it.
    pub fn likeness(
        &self,
        declared: &Declaration,
        actor: &Actor,
        states: &States,
        world: &World,
        now: Timestamp,
    ) -> Result<Option<Similar>, Next> {
        let subject = declared.subject(&world.policy);
        let values = Incident::about_values(declared, &subject);
        let streams: BTreeSet<&StreamId> = values.iter().filter_map(|value| self.0.get(value)).flatten().collect();
        let all: Vec<&Incident> =
            streams.into_iter().filter_map(|stream| states.incident(*stream)).map(Arc::as_ref).collect();
        let written = all.iter().copied().filter(|state| !states.is_new(state.stream()));
        let among_all = Likeness::of(declared, &subject, actor, all.iter().copied(), now);
        if let Likeness::Offered(other) = among_all {
            return Err(Next::Settled(Settled::Similar(Arc::new(other.clone()))));
        }
        match Likeness::of(declared, &subject, actor, written, now) {
            Likeness::Beside(other, why) => Ok(Some(Similar::to(other, why))),
            // An incident that is not written yet may not come to be: nothing may name it.
            _ if matches!(among_all, Likeness::Beside(..)) => Err(Next::Later),
            _ => Ok(None),
        }
    }

    /// Takes note of an incident that was decided in this turn.
    pub fn decided(&mut self, stream: StreamId, index: &[(String, String)]) {
        for (_, value) in index.iter().filter(|(key, _)| key == Incident::ABOUT) {
            self.0.entry(value.clone()).or_default().insert(stream);
        }
    }
}
