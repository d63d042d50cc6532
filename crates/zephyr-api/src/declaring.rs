//! What is said of an incident besides its opening: that it is declared again, that it is over, and what is unclear.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// `POST …/resolve`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({ "public": "Checkout is fast again.", "reported_by": "customer" }))]
#[serde(deny_unknown_fields)]
pub struct ResolveIncident {
    /// The last public line, instead of the policy's sentence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 2400)]
    pub public: Option<String>,
    /// Who noticed it first: `customer`, `employee` or `monitoring`; instead of what was said before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(pattern = "^(customer|employee|monitoring)$")]
    pub reported_by: Option<String>,
}

/// `POST …/join`: the same, declared again.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({ "summary": "Nobody can pay in eu-frankfurt", "severity": 2 }))]
#[serde(deny_unknown_fields)]
pub struct JoinIncident {
    /// What is wrong, in the words of whoever declares it now.
    #[schema(min_length = 1, max_length = 1200)]
    pub summary: String,
    /// 1, 2 or 3, where it was said. What is worse than the incident is refused: it opens one of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 3)]
    pub severity: Option<u8>,
    /// Who noticed it first, where nobody has said so: `customer`, `employee` or `monitoring`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(pattern = "^(customer|employee|monitoring)$")]
    pub reported_by: Option<String>,
    /// Ring their own phone too, if they are due.
    #[serde(default)]
    pub ring_me: bool,
}

/// What a summary names several of.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Unclear {
    /// Services; none, or at least two.
    #[serde(default)]
    pub services: Vec<String>,
    /// Regions; none, or at least two.
    #[serde(default)]
    pub regions: Vec<String>,
}
