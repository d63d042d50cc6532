//! What the engine is asked, and what it answers.

use std::sync::Arc;

use jiff::Timestamp;
use zephyr_core::incident::{Command, Declaration, Incident, Refused};
use zephyr_core::policy::PolicyVersion;
use zephyr_core::roster::{self, Roster};
use zephyr_core::{Actor, IncidentId};

use crate::ports::{About, RequestRow};

/// One request of a person or a program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Names the request in the events it causes.
    pub id: String,
    /// Who asks.
    pub actor: Actor,
    /// Makes a repetition harmless.
    pub key: Option<RequestKey>,
    /// What is asked.
    pub ask: Ask,
}

/// An idempotency key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestKey {
    /// The key, made unique by who sent it.
    pub key: String,
    /// SHA-256 of the request, hexadecimal: the same key with another request is refused.
    pub body_hash: String,
}

impl RequestKey {
    /// The row that remembers how it was answered.
    pub fn answered(&self, about: About, at: Timestamp) -> RequestRow {
        RequestRow { key: self.key.clone(), body_hash: self.body_hash.clone(), about, at }
    }
}

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ask {
    /// A new incident. Service and region that are not given are looked for in the summary.
    Open(Declaration),
    /// Something of an incident.
    Of {
        /// Which.
        incident: IncidentId,
        /// What.
        command: Command,
    },
    /// Something of the roster.
    Arrange(roster::Command),
}

impl Ask {
    /// The number, within its stream, of what it is about, where that is there already.
    pub(crate) fn number(&self) -> Option<u64> {
        match self {
            Self::Arrange(command) => command.number(),
            Self::Open(_) | Self::Of { .. } => None,
        }
    }
}

/// What became of a request.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// It is committed. The incident after it.
    Done(Arc<Incident>),
    /// The same request was answered before.
    Repeated {
        /// The incident as it was then.
        incident: Arc<Incident>,
        /// The policy that was in force then.
        policy: PolicyVersion,
    },
    /// One about the same is open: this one. Nothing was opened.
    Similar(Arc<Incident>),
    /// It is arranged, or was before.
    Arranged {
        /// The roster after it.
        roster: Arc<Roster>,
        /// The number of what it is about.
        number: u64,
        /// The same request was answered before.
        repeated: bool,
    },
    /// The key was used for another request.
    KeyReused,
    /// Refused; nothing changed.
    Refused(Refused),
    /// The roster refused it; nothing changed.
    NotArranged(roster::Refused),
    /// There is no such incident.
    NotFound,
    /// Others were faster too often. Nothing changed; ask again.
    Busy,
}
