//! What the server says of itself, and of who asks it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// `GET /api/v1/me`: who the token speaks for, and what the server is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Me {
    /// Person id, where it is a person's.
    pub person: Option<String>,
    /// Display name.
    pub name: Option<String>,
    /// `person`, `bot` or `local`.
    #[schema(pattern = "^(person|bot|local)$")]
    pub kind: String,
    /// Whether they may do what admins may.
    pub admin: bool,
    /// The server's version.
    pub version: String,
    /// The organisation.
    pub organisation: String,
    /// The policy version in force.
    pub policy: String,
    /// Why the policy in force is not that of the file that the server watches.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy_trouble: Option<String>,
    /// Whether no telephone rings: pages only go to the built-in inbox.
    pub built_in_paging: bool,
    /// The present, by the store's clock.
    pub now: Timestamp,
    /// How many times as fast as real time that clock runs.
    pub speed: u32,
}

/// `GET /healthz` and `GET /readyz`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Health {
    /// `ok`, or what is wrong.
    pub status: String,
    /// Page sends not finished.
    pub pages_waiting: u64,
    /// Other effects not finished.
    pub tells_waiting: u64,
    /// Seconds by which the oldest unsent page is late; 0 when none is.
    pub oldest_page_late_secs: i64,
    /// Why the policy in force is not that of the file that the server watches. Pages go on under the one in force.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy_trouble: Option<String>,
}
