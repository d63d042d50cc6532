//! Who did what.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// `GET /api/v1/audit`: what was done, the newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Audit {
    /// At most 200.
    pub entries: Vec<AuditEntry>,
    /// Pass it as `before` to go on; `null` where there is nothing more. A page may be short and still have more after
    /// it: a request reads through a bounded part of the log.
    pub next: Option<String>,
}

/// Something that somebody did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AuditEntry {
    /// When.
    pub at: Timestamp,
    /// Who: a person's id, a program's name, `the operator`; `null` where that is not known.
    pub actor: Option<String>,
    /// What, its group before the point: `incident.opened`, `token.revoked`, `policy.applied`, `session.signed_in`,
    /// `session.refused`, `token.flooded`.
    pub kind: String,
    /// Of what: an incident, a token's id, a policy's version, an address.
    pub about: String,
    /// In words.
    pub text: String,
    /// By which request, where that was noted: as in the events that it caused.
    pub request: Option<String>,
}
