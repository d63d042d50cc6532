//! Tokens as admins see them: everything but the secret.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// `GET /api/v1/tokens`: the newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Tokens {
    /// At most 200.
    pub tokens: Vec<TokenInfo>,
}

/// A token without its secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TokenInfo {
    /// How it is named: `tok_` and hexadecimal digits.
    pub id: String,
    /// `person` or `bot`; `calendar` of one that reads a calendar and nothing else.
    pub kind: String,
    /// Who it speaks for.
    pub holder: String,
    /// `read`, `declare`, `respond`, `admin`; none given is all that the holder may.
    pub scopes: Option<Vec<String>>,
    /// When it was made.
    pub created_at: Timestamp,
    /// By whom; not known of those made before version 0.2.
    pub created_by: Option<String>,
    /// From when on it is worth nothing.
    pub expires_at: Option<Timestamp>,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
    /// By whom.
    pub revoked_by: Option<String>,
}
