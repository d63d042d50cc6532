//! What is asked of an incident: the bodies of its POSTs. What it is declared with besides stands in `declaring`.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::whole;

/// `POST /api/v1/incidents`: what somebody declares.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "severity": 2, "summary": "Checkout p99 elevated in eu-frankfurt" }))]
pub struct OpenIncident {
    /// What is wrong, one line, at most 300 characters.
    #[schema(min_length = 1, max_length = 1200)]
    pub summary: String,
    /// 1, 2 or 3; 2 where left out.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "whole::maybe")]
    #[schema(minimum = 1, maximum = 3)]
    pub severity: Option<u8>,
    /// Name of the service; else it is looked for in the summary.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<String>,
    /// Name of the region; else it is looked for in the summary.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// Only for participants and admins.
    #[serde(default)]
    pub private: bool,
    /// First public line, instead of the policy's sentence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 2400)]
    pub public: Option<String>,
    /// Who noticed it first: `customer`, `employee` or `monitoring`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(pattern = "^(customer|employee|monitoring)$")]
    pub reported_by: Option<String>,
    /// Ring the opener's own phone too, if they are due.
    #[serde(default)]
    pub ring_me: bool,
    /// Open it although one about the same is open.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub anyway: bool,
}

/// `POST …/cancel`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "public": "Checkout is fast again." }))]
pub struct EndIncident {
    /// The last public line, instead of the policy's sentence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 2400)]
    pub public: Option<String>,
}

/// `POST …/update`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "text": "A slow query is found; we are taking it out." }))]
pub struct UpdateIncident {
    /// How things stand, one line, at most 600 characters; public where the incident has a status entry.
    #[schema(min_length = 1, max_length = 2400)]
    pub text: String,
}

/// `POST …/severity`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "severity": 1 }))]
pub struct SetSeverity {
    /// 1, 2 or 3.
    #[serde(deserialize_with = "whole::number")]
    #[schema(minimum = 1, maximum = 3)]
    pub severity: u8,
    /// It was wrong from the beginning: what is owed afterwards follows the new one, not the worst it was.
    #[serde(default)]
    pub correct: bool,
}

/// `POST …/service`: one of the two, or both.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "region": "eu-frankfurt" }))]
pub struct SetService {
    /// Name of the service.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<String>,
    /// Name of the region.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
}

/// `POST …/reopen`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "public": "Checkout is slow again; we are investigating." }))]
pub struct ReopenIncident {
    /// The public line, instead of the policy's sentence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 2400)]
    pub public: Option<String>,
    /// Ring whoever reopens too, if they are due.
    #[serde(default)]
    pub ring_me: bool,
}

/// `POST …/pages/{target}/stop`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "reason": "Handled together with INC-6." }))]
pub struct StopPage {
    /// Why, one line.
    #[schema(min_length = 1, max_length = 2000)]
    pub reason: String,
}

/// `POST …/pages/{target}/ring-again`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "person": "tomas" }))]
pub struct RingAgain {
    /// Whom.
    #[schema(pattern = "^[a-z0-9][a-z0-9_-]{0,63}$")]
    pub person: String,
}
