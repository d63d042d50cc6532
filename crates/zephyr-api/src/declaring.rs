//! What is asked when an incident ends as resolved.

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
