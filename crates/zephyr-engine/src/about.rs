//! What the answer to a request is about, and how that is kept: so that a repetition is answered as the request was.
//!
//! Deliberately not here: the answer itself. It is made anew of what is kept for ever: events, tokens, policies.

use std::fmt;
use std::str::FromStr;

use zephyr_core::StreamId;
use zephyr_core::ids::BadStreamId;

/// What the answer to a request is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum About {
    /// A stream.
    Stream {
        /// Which.
        stream: StreamId,
        /// The sequence number of its last event when the request was answered; `None` where that was not kept yet.
        version: Option<u64>,
    },
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

/// `incident/<uuid>@<version>`, `token/<id>`, `policy/<version>/<before>`.
impl fmt::Display for About {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stream { stream, version: Some(version) } => write!(f, "{stream}@{version}"),
            Self::Stream { stream, version: None } => stream.fmt(f),
            Self::Token(id) => write!(f, "token/{id}"),
            Self::Policy { version, before } => write!(f, "policy/{version}/{before}"),
        }
    }
}

impl FromStr for About {
    type Err = BadStreamId;
    fn from_str(given: &str) -> Result<Self, BadStreamId> {
        let bad = || BadStreamId(given.to_owned());
        match given.split_once('/') {
            Some(("token", id)) => Ok(Self::Token(id.to_owned())),
            Some(("policy", versions)) => {
                let (version, before) = versions.split_once('/').ok_or_else(bad)?;
                Ok(Self::Policy { version: version.to_owned(), before: before.to_owned() })
            }
            _ => match given.split_once('@') {
                Some((stream, version)) => {
                    Ok(Self::Stream { stream: stream.parse()?, version: Some(version.parse().map_err(|_| bad())?) })
                }
                None => Ok(Self::Stream { stream: given.parse()?, version: None }),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_reads_what_it_writes_and_what_an_earlier_version_wrote() {
        let id = "incident/0198f1a5-7a00-7000-8000-000000000001";
        for text in [id, &format!("{id}@7"), "token/tok_1", "policy/a/b"] {
            let about: About = text.parse().unwrap_or_else(|error| panic!("{text}: {error}"));
            assert_eq!(about.to_string(), text);
        }
        assert!(format!("{id}@seven").parse::<About>().is_err());
    }
}
