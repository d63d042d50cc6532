//! Errors on the wire: RFC 9457 problem details with a stable code.

use std::fmt;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{Incident, PolicyMistake};

/// What went wrong, for programs. A code keeps its meaning for ever.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Code {
    /// 400: not JSON, or not the JSON that is wanted.
    Malformed,
    /// 401: no token, or one that is not known.
    Unauthorized,
    /// 403: the token may not do this.
    Forbidden,
    /// 404: there is no such thing, or it is not yours to see.
    NotFound,
    /// 405: the address does not take this method.
    MethodNotAllowed,
    /// 409: refused as things stand; nothing changed.
    Refused,
    /// 409: one about the same is open, `similar`; nothing was opened. Join it, or open another with `anyway`.
    Similar,
    /// 413: the body is over the bound.
    TooLarge,
    /// 415: the body is not `application/json`.
    UnsupportedMediaType,
    /// 422: a field has a value that cannot be.
    Invalid,
    /// 422: the idempotency key was used for another request.
    KeyReused,
    /// 429: too many requests of this token, or too many wrong tokens from this address; come back after `Retry-After`.
    TooMany,
    /// 503: the store cannot be reached, or too much waits; come back after `Retry-After`.
    Unavailable,
    /// 500: a fault of zephyr's own.
    Internal,
    /// A code that this version does not know.
    #[serde(other)]
    Unknown,
}

impl Code {
    /// The HTTP status it comes with.
    pub fn status(self) -> u16 {
        match self {
            Self::Malformed => 400,
            Self::Unauthorized => 401,
            Self::Forbidden => 403,
            Self::NotFound => 404,
            Self::MethodNotAllowed => 405,
            Self::Refused | Self::Similar => 409,
            Self::TooLarge => 413,
            Self::UnsupportedMediaType => 415,
            Self::Invalid | Self::KeyReused => 422,
            Self::TooMany => 429,
            Self::Unavailable => 503,
            Self::Internal | Self::Unknown => 500,
        }
    }
}

/// The body of every error answer, `application/problem+json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Problem {
    /// Stable code.
    pub code: Code,
    /// HTTP status.
    pub status: u16,
    /// What failed, in a few words.
    #[schema(value_type = String)]
    pub title: Box<str>,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// What to do now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// The field that is meant, where it is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// Seconds to wait before asking again, as in the header `Retry-After`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after_secs: Option<u16>,
    /// What is wrong with a policy file, in its order.
    #[serde(default, skip_serializing_if = "<[PolicyMistake]>::is_empty")]
    pub mistakes: Box<[PolicyMistake]>,
    /// The incident that is open and about the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub similar: Option<Box<Incident>>,
}

impl Problem {
    /// A problem with a title and nothing more.
    pub fn new(code: Code, title: impl Into<String>) -> Self {
        Self {
            code,
            status: code.status(),
            title: title.into().into_boxed_str(),
            detail: None,
            hint: None,
            field: None,
            retry_after_secs: None,
            mistakes: Box::default(),
            similar: None,
        }
    }

    /// Says why.
    #[must_use]
    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }

    /// Says what to do now.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Names the field.
    #[must_use]
    pub fn field(mut self, field: impl Into<String>) -> Self {
        self.field = Some(field.into());
        self
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.title)?;
        if let Some(detail) = &self.detail {
            write!(f, ": {detail}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Problem {}
