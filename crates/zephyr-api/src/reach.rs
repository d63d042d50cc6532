//! Whether people are reached: drills, codes that verify a method, and what is found wrong.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{Entry, MethodState, whole};

/// `GET /api/v1/drills`: the newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Drills {
    /// Those that go on, and those that ended last.
    pub drills: Vec<Drill>,
}

/// A drill: a real page with nothing wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Drill {
    /// `DRILL-3`.
    pub label: String,
    /// Its number.
    pub number: u64,
    /// The one person who is to be reached.
    pub person: Option<String>,
    /// Or the rotation whose chain is practised.
    pub rotation: Option<String>,
    /// Of which severity the chain is.
    pub severity: u8,
    /// `running`, `answered`, `unanswered` or `stopped`.
    #[schema(pattern = "^(running|answered|unanswered|stopped)$")]
    pub state: String,
    /// When it began.
    pub began_at: Timestamp,
    /// Who began it.
    pub began_by: String,
    /// When it ended; while it runs, when it ends at the latest.
    pub ends_at: Timestamp,
    /// Who answered.
    pub answered_by: Option<String>,
    /// How long after its beginning, in seconds.
    pub answered_after_secs: Option<u64>,
    /// Everybody it rang.
    pub people: Vec<Drilled>,
}

/// Somebody whom a drill rang.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Drilled {
    /// Person id.
    pub person: String,
    /// Display name.
    pub name: String,
    /// `ringing`, `answered`, `declined`, `missed`, or `spared` by somebody else's answer.
    #[schema(pattern = "^(ringing|answered|declined|missed|spared)$")]
    pub state: String,
    /// What was sent, by method.
    pub methods: Vec<MethodState>,
}

/// `POST /api/v1/drills`: whom to ring; one of both.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "person": "maya" }))]
pub struct BeginDrill {
    /// One person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(pattern = "^[a-z0-9][a-z0-9_-]{0,63}$")]
    pub person: Option<String>,
    /// Or whoever is on call for a rotation, and up its chain until somebody answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(pattern = "^[a-z0-9][a-z0-9_-]{0,63}$")]
    pub rotation: Option<String>,
    /// Whose chain: 1, 2 or 3; 2 where left out.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "whole::maybe")]
    #[schema(minimum = 1, maximum = 3)]
    pub severity: Option<u8>,
}

/// What a change of a drill answers: the drill after it is durable.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DrillChanged {
    /// After it.
    pub drill: Drill,
}

/// `GET /api/v1/drills/{drill}`: a drill with everything that happened in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DrillStory {
    /// The drill.
    pub drill: Drill,
    /// In order.
    pub entries: Vec<Entry>,
}

/// `GET /api/v1/contacts`: how the caller is reached.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Contacts {
    /// Who.
    pub person: String,
    /// In the order of their ladder.
    pub contacts: Vec<Contact>,
}

/// One method of a person. Its address is not said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Contact {
    /// `push`, `sms`, `call`, `email`, `chat`.
    #[schema(pattern = "^(push|sms|call|email|chat)$")]
    pub method: String,
    /// When a code was given for the address that the policy has; absent where it never was, or the address is another.
    pub verified_at: Option<Timestamp>,
    /// Until when that counts.
    pub verified_until: Option<Timestamp>,
    /// Until when the code that was sent last can be given.
    pub code_until: Option<Timestamp>,
    /// When a provider last took a drill or a code for it.
    pub taken_at: Option<Timestamp>,
    /// Why the last code could not be sent.
    pub trouble: Option<String>,
}

/// `POST /api/v1/contacts/{method}/code` and `…/confirm`: the method after it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ContactChanged {
    /// After it.
    pub contact: Contact,
}

/// `POST /api/v1/contacts/{method}/confirm`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "code": "887066" }))]
pub struct ConfirmContact {
    /// The six digits that came.
    #[schema(min_length = 6, max_length = 11)]
    pub code: String,
}

/// `GET /api/v1/readiness`: who may not be reached, although it has no say in whom an incident pages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Readiness {
    /// When it was looked.
    pub at: Timestamp,
    /// In the order of rules and people.
    pub findings: Vec<Unready>,
}

/// Something found about one person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Unready {
    /// The rule whose page explains it, `unverified-contact`.
    pub rule: String,
    /// `error` or `warning`.
    #[schema(pattern = "^(error|warning)$")]
    pub level: String,
    /// Who.
    pub person: String,
    /// What.
    pub message: String,
    /// What to do.
    pub help: String,
}
