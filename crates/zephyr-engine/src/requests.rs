//! What is kept of a request with an idempotency key, so that a repetition is answered and changes nothing.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use zephyr_core::StreamId;
use zephyr_core::ids::BadStreamId;

/// An answered request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestRow {
    /// Idempotency key, made unique by who sent it.
    pub key: String,
    /// SHA-256 of the body, hexadecimal.
    pub body_hash: String,
    /// What the answer is about.
    pub about: About,
    /// When it was answered.
    pub at: Timestamp,
}

/// What the answer to a request is about, so that a repetition can be answered by how that stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum About {
    /// A stream.
    Stream(StreamId),
    /// What has a number within a stream.
    Part(StreamId, u64),
    /// A token, by its public id.
    Token(String),
    /// A policy that was applied.
    Policy {
        /// Its version.
        version: String,
        /// The version in force before; the same where it was in force already.
        before: String,
    },
}

impl fmt::Display for About {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stream(stream) => stream.fmt(f),
            Self::Part(stream, number) => write!(f, "part/{number}/{stream}"),
            Self::Token(id) => write!(f, "token/{id}"),
            Self::Policy { version, before } => write!(f, "policy/{version}/{before}"),
        }
    }
}

impl FromStr for About {
    type Err = BadStreamId;
    fn from_str(given: &str) -> Result<Self, BadStreamId> {
        match given.split_once('/') {
            Some(("token", id)) => Ok(Self::Token(id.to_owned())),
            Some(("part", rest)) => {
                let bad = || BadStreamId(given.to_owned());
                let (number, stream) = rest.split_once('/').ok_or_else(bad)?;
                Ok(Self::Part(stream.parse()?, number.parse().map_err(|_| bad())?))
            }
            Some(("policy", versions)) => {
                let (version, before) = versions.split_once('/').ok_or_else(|| BadStreamId(given.to_owned()))?;
                Ok(Self::Policy { version: version.to_owned(), before: before.to_owned() })
            }
            _ => given.parse().map(Self::Stream),
        }
    }
}
