//! What every stream's events and decisions have in common; what happened is the stream's own.
//!
//! Deliberately not here: what can happen (`incident::Body`, `roster::Body`), and what it changes.

use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::effect::Effect;
use crate::policy::PolicyVersion;
use crate::{Actor, Cause, EffectId, StreamId, World};

/// One event of a stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event<B> {
    /// From 1, without holes.
    pub seq: u64,
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub actor: Actor,
    /// What caused it.
    pub cause: Cause,
    /// The policy version it was decided under.
    pub policy: PolicyVersion,
    /// What happened.
    pub body: B,
}

/// A decision: what happened, what is to be done because of it, and what the stream holds now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decided<S, B> {
    /// The state after all events.
    pub state: S,
    /// In order; empty when nothing changed.
    pub events: Vec<Event<B>>,
    /// What is to be done, with ids that are the same whenever the decision is made again.
    pub effects: Vec<(EffectId, Effect)>,
}

impl<S, B> Decided<S, B> {
    /// Keeps an event with what is due because of it.
    pub(crate) fn keep(&mut self, stream: StreamId, event: Event<B>, due: Vec<Effect>) {
        let ids = (0_u32..).map(|index| EffectId::derive(stream, event.seq, index));
        self.effects.extend(ids.zip(due));
        self.events.push(event);
    }
}

/// Who decides, why, when, and in which world.
#[derive(Debug, Clone)]
pub(crate) struct Stamp<'a> {
    pub at: Timestamp,
    pub actor: Actor,
    pub cause: Cause,
    pub world: &'a World,
}

impl Stamp<'_> {
    pub(crate) fn event<B>(&self, seq: u64, body: B) -> Event<B> {
        Event {
            seq,
            at: self.at,
            actor: self.actor.clone(),
            cause: self.cause.clone(),
            policy: self.world.policy.version.clone(),
            body,
        }
    }
}

/// An event as one row holds it, besides its sequence number and time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredEvent {
    /// What kind, `step_began`.
    pub kind: String,
    /// JSON.
    pub body: String,
}

/// A stored event that this version cannot read.
#[derive(Debug, thiserror::Error)]
#[error("event {seq} cannot be read by this version")]
pub struct BadEvent {
    /// Its sequence number.
    pub seq: u64,
    /// What the reader said.
    #[source]
    pub source: serde_json::Error,
}

impl<B> Event<B> {
    /// The stored form of an event, given that of its body, which is tagged with its `kind`.
    pub(crate) fn write(&self, body: &impl Serialize) -> Result<StoredEvent, BadEvent> {
        let row =
            Row { event: body, actor: self.actor.clone(), cause: self.cause.clone(), policy: self.policy.clone() };
        let body = serde_json::to_string(&row).map_err(|source| BadEvent { seq: self.seq, source })?;
        let kind = body.strip_prefix(KIND_FIRST).and_then(|rest| rest.split('"').next()).unwrap_or_default();
        Ok(StoredEvent { kind: kind.to_owned(), body })
    }

    /// Reads an event whose body is stored as an `R`.
    pub(crate) fn read<R: DeserializeOwned + Into<B>>(seq: u64, at: Timestamp, body: &str) -> Result<Self, BadEvent> {
        let row: Row<R> = serde_json::from_str(body).map_err(|source| BadEvent { seq, source })?;
        Ok(Self { seq, at, actor: row.actor, cause: row.cause, policy: row.policy, body: row.event.into() })
    }
}

/// How the text of every event begins: what is tagged writes its tag first.
const KIND_FIRST: &str = "{\"event\":{\"kind\":\"";

#[derive(Serialize, Deserialize)]
struct Row<R> {
    event: R,
    actor: Actor,
    cause: Cause,
    policy: PolicyVersion,
}
