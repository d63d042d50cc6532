//! What is asked when an incident ends as resolved.

use serde::{Deserialize, Serialize};

/// `POST …/resolve`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResolveIncident {
    /// The last public line, instead of the policy's sentence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub public: Option<String>,
    /// Who noticed it first: `customer`, `employee` or `monitoring`; instead of what was said before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reported_by: Option<String>,
}
