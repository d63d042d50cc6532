//! Tokens: what makes one, what that answers, and how admins see them afterwards.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::whole;

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

/// `POST /api/v1/tokens`; only for admins and the machine's operator.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "bot": "ci" }))]
pub struct CreateToken {
    /// The person it is bound to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(pattern = "^[a-z0-9][a-z0-9_-]{0,63}$")]
    pub person: Option<String>,
    /// Or the name of a program.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(pattern = "^[a-z0-9][a-z0-9_-]{0,63}$")]
    pub bot: Option<String>,
    /// What it may be used for: `read`, `declare`, `respond`, `admin`, `metrics`. Left out: all that the person may; `read` and
    /// `declare` for a program.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_items = 1, value_type = Option<Vec<ScopeName>>)]
    pub scopes: Option<Vec<String>>,
    /// For how long it is good, in seconds; without end where left out.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "whole::maybe")]
    #[schema(minimum = 1, maximum = 316_224_000)]
    pub expires_in_secs: Option<u64>,
}

/// A new token; the only time its secret is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Token {
    /// The secret, for `Authorization: Bearer …`. `null` in the answer to a repetition: it was shown once and is kept
    /// nowhere. Whoever did not get the first answer revokes this token and makes another under another key.
    pub token: Option<String>,
    /// Who it speaks for.
    pub holder: String,
    /// How it is named where its secret must not be.
    pub id: String,
}

/// The schema of a scope; on the wire it is text, so that an unknown one is told by name.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "lowercase")]
#[expect(dead_code, reason = "only its schema is used")]
enum ScopeName {
    Read,
    Declare,
    Respond,
    Admin,
    Metrics,
}
