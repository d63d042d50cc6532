//! Tickets: one for each incident. A closed ticket may still be edited, as in other trackers.
//!
//! Deliberately not here: boards, labels, people.

use bytes::Bytes;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use zephyr_core::IncidentId;
use zephyr_core::effect::{TicketEnd, TicketOp};

use super::answer::Refusal;
use super::encode::json;
use super::thing::{Steps, Thing, check_length, check_text, id_of};
use super::{TICKET, call};

/// A ticket, as its document holds it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ticket {
    /// `tk-` and twelve digits of the incident's id.
    pub id: String,
    /// Of which incident.
    pub incident: IncidentId,
    /// Title.
    pub title: String,
    /// Text; may be empty.
    pub body: String,
    /// Whether it is open, and how it ended if not.
    pub state: TicketState,
    /// When it was opened first.
    pub created_at: Timestamp,
    /// When anything about it was last changed.
    pub changed_at: Timestamp,
    /// What was done to it.
    pub steps: Steps,
}

/// Whether a ticket is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TicketState {
    /// Work to do.
    Open,
    /// Over.
    Closed {
        /// How it ended.
        end: TicketEnd,
        /// Since when.
        at: Timestamp,
    },
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct CreateBody {
    incident: IncidentId,
    title: String,
    body: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct EditBody {
    title: String,
    body: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct CloseBody {
    end: TicketEnd,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct NoBody {}

impl Thing for Ticket {
    type Op = TicketOp;
    const KIND: &'static str = TICKET;
    const PATH: &'static str = "/tickets";
    const LINK: &'static str = "/tickets/";
    const NOUN: &'static str = "ticket";

    fn verb(op: &TicketOp) -> &'static str {
        match op {
            TicketOp::Create { .. } => "create",
            TicketOp::Edit { .. } => "edit",
            TicketOp::Close { .. } => "close",
            TicketOp::Reopen => "reopen",
        }
    }

    fn body(incident: IncidentId, op: &TicketOp) -> Bytes {
        match op.clone() {
            TicketOp::Create { title, body } => json(&CreateBody { incident, title, body }),
            TicketOp::Edit { title, body } => json(&EditBody { title, body }),
            TicketOp::Close { end } => json(&CloseBody { end }),
            TicketOp::Reopen => json(&NoBody {}),
        }
    }

    fn read_create(body: &[u8]) -> Result<(IncidentId, TicketOp), Refusal> {
        let CreateBody { incident, title, body } = call::body(body)?;
        check_text("title", &title)?;
        check_length("text", &body)?;
        Ok((incident, TicketOp::Create { title, body }))
    }

    fn read_step(verb: &str, body: &[u8]) -> Result<Option<TicketOp>, Refusal> {
        Ok(Some(match verb {
            "edit" => {
                let EditBody { title, body } = call::body(body)?;
                check_text("title", &title)?;
                check_length("text", &body)?;
                TicketOp::Edit { title, body }
            }
            "close" => call::body(body).map(|CloseBody { end }| TicketOp::Close { end })?,
            "reopen" => call::body(body).map(|NoBody {}| TicketOp::Reopen)?,
            _ => return Ok(None),
        }))
    }

    fn id_created_by(incident: IncidentId, op: &TicketOp) -> Option<String> {
        matches!(op, TicketOp::Create { .. }).then(|| id_of("tk", incident))
    }

    fn create(now: Timestamp, id: &str, incident: IncidentId, op: TicketOp) -> Result<Self, Refusal> {
        let TicketOp::Create { title, body } = op else {
            return Err(Refusal::unknown("not_found", "there is no such ticket"));
        };
        Ok(Self {
            id: id.to_owned(),
            incident,
            title,
            body,
            state: TicketState::Open,
            created_at: now,
            changed_at: now,
            steps: Steps::default(),
        })
    }

    fn step(&mut self, now: Timestamp, op: TicketOp) -> Result<(), Refusal> {
        match (op, self.state) {
            (TicketOp::Create { .. }, _) => {
                return Err(Refusal::conflict("exists", "this incident has a ticket already"));
            }
            (TicketOp::Edit { title, body }, _) => {
                self.title = title;
                self.body = body;
            }
            (TicketOp::Close { end }, TicketState::Open) => self.state = TicketState::Closed { end, at: now },
            (TicketOp::Close { .. }, TicketState::Closed { .. }) => {
                return Err(Refusal::conflict("is_closed", "the ticket is closed already"));
            }
            (TicketOp::Reopen, TicketState::Closed { .. }) => self.state = TicketState::Open,
            (TicketOp::Reopen, TicketState::Open) => {
                return Err(Refusal::conflict("is_open", "the ticket is open already"));
            }
        }
        self.changed_at = now;
        Ok(())
    }

    fn steps(&mut self) -> &mut Steps {
        &mut self.steps
    }
}
