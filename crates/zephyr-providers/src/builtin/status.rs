//! The status page: one public entry for each incident that has one.
//!
//! Deliberately not here: how it is shown to the public, and whether a text may be public; a person decided that.

use bytes::Bytes;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use zephyr_core::IncidentId;
use zephyr_core::effect::{PublicState, StatusOp};

use super::answer::Refusal;
use super::encode::json;
use super::thing::{Steps, Thing, check_text, id_of, keep_last};
use super::{STATUS_ENTRY, call, limits};

/// An entry of the status page, as its document holds it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatusEntry {
    /// `st-` and twelve digits of the incident's id.
    pub id: String,
    /// Of which incident; not for the public.
    pub incident: IncidentId,
    /// Public title.
    pub title: String,
    /// Affected component.
    pub component: String,
    /// The state after the last line.
    pub state: PublicState,
    /// The latest lines, oldest first.
    pub lines: Vec<StatusLine>,
    /// When it was opened.
    pub created_at: Timestamp,
    /// When it came into its state.
    pub state_since: Timestamp,
    /// What was done to it.
    pub steps: Steps,
}

/// One public line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatusLine {
    /// When it was published.
    pub at: Timestamp,
    /// The state that came with it.
    pub state: PublicState,
    /// Its text, as it came.
    pub text: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct CreateBody {
    incident: IncidentId,
    title: String,
    component: String,
    text: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct UpdateBody {
    state: PublicState,
    text: String,
}

impl Thing for StatusEntry {
    type Op = StatusOp;
    const KIND: &'static str = STATUS_ENTRY;
    const PATH: &'static str = "/status";
    const LINK: &'static str = "/status#";
    const NOUN: &'static str = "status entry";

    fn verb(op: &StatusOp) -> &'static str {
        match op {
            StatusOp::Create { .. } => "create",
            StatusOp::Update { .. } => "updates",
        }
    }

    fn body(incident: IncidentId, op: &StatusOp) -> Bytes {
        match op.clone() {
            StatusOp::Create { title, component, text } => json(&CreateBody { incident, title, component, text }),
            StatusOp::Update { state, text } => json(&UpdateBody { state, text }),
        }
    }

    fn read_create(body: &[u8]) -> Result<(IncidentId, StatusOp), Refusal> {
        let CreateBody { incident, title, component, text } = call::body(body)?;
        check_text("title", &title)?;
        check_text("component", &component)?;
        check_text("public line", &text)?;
        Ok((incident, StatusOp::Create { title, component, text }))
    }

    fn read_step(verb: &str, body: &[u8]) -> Result<Option<StatusOp>, Refusal> {
        if verb != "updates" {
            return Ok(None);
        }
        let UpdateBody { state, text } = call::body(body)?;
        check_text("public line", &text)?;
        Ok(Some(StatusOp::Update { state, text }))
    }

    fn id_created_by(incident: IncidentId, op: &StatusOp) -> Option<String> {
        matches!(op, StatusOp::Create { .. }).then(|| id_of("st", incident))
    }

    fn create(now: Timestamp, id: &str, incident: IncidentId, op: StatusOp) -> Result<Self, Refusal> {
        let StatusOp::Create { title, component, text } = op else {
            return Err(Refusal::unknown("not_found", "there is no such status entry"));
        };
        let state = PublicState::Investigating;
        Ok(Self {
            id: id.to_owned(),
            incident,
            title,
            component,
            state,
            lines: vec![StatusLine { at: now, state, text }],
            created_at: now,
            state_since: now,
            steps: Steps::default(),
        })
    }

    fn step(&mut self, now: Timestamp, op: StatusOp) -> Result<(), Refusal> {
        let StatusOp::Update { state, text } = op else {
            return Err(Refusal::conflict("exists", "this incident has a status entry already"));
        };
        if self.state != PublicState::Investigating && state != PublicState::Investigating {
            return Err(Refusal::conflict("is_over", "the entry is over: only an update to investigating reopens it"));
        }
        if self.state != state {
            self.state = state;
            self.state_since = now;
        }
        self.lines.push(StatusLine { at: now, state, text });
        keep_last(&mut self.lines, limits::STATUS_LINES);
        Ok(())
    }

    fn steps(&mut self) -> &mut Steps {
        &mut self.steps
    }
}
