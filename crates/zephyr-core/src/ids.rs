//! Typed names and ids. A value of one of these types has been checked where it came in and is not checked again.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::limits;

/// Why a name was refused. The message says what to write instead.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{given}` is not a name: use 1 to {max} of a-z, 0-9, `-` and `_`, beginning with a letter or digit",
    max = limits::NAME_CHARS
)]
pub struct BadName {
    /// What was written, cut to a printable length.
    pub given: String,
}

fn check_name(given: &str) -> Result<String, BadName> {
    let mut chars = given.chars();
    let fits = given.len() <= limits::NAME_CHARS
        && chars.next().is_some_and(|c| c.is_ascii_lowercase() || c.is_ascii_digit())
        && chars.all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_');
    if fits {
        Ok(given.to_owned())
    } else {
        Err(BadName { given: given.chars().filter(|c| !c.is_control()).take(limits::NAME_CHARS).collect() })
    }
}

macro_rules! name {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// The name as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }
        impl FromStr for $name {
            type Err = BadName;
            fn from_str(given: &str) -> Result<Self, BadName> {
                check_name(given).map(Self)
            }
        }
        impl TryFrom<String> for $name {
            type Error = BadName;
            fn try_from(given: String) -> Result<Self, BadName> {
                given.parse()
            }
        }
        impl From<$name> for String {
            fn from(name: $name) -> String {
                name.0
            }
        }
    };
}

name!(
    /// A person of the policy file, `maya`.
    PersonId
);
name!(
    /// A rotation of the policy file, `payments`.
    RotationId
);
name!(
    /// A service of the policy file, `checkout`.
    ServiceId
);
name!(
    /// A region of the policy file, `eu-frankfurt`.
    RegionId
);

/// An incident inside zephyr: a UUID of version 7, made by the engine from its clock and entropy. People see `INC-7`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct IncidentId(pub Uuid);

impl IncidentId {
    /// The stream that holds this incident.
    pub fn stream(self) -> StreamId {
        StreamId { kind: StreamKind::Incident, id: self.0 }
    }
}

impl fmt::Display for IncidentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What a stream holds; the first part of its id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum StreamKind {
    /// One incident with its pages and rings.
    Incident,
    /// What is arranged outside the policy file; there is one, [`StreamId::ROSTER`].
    Roster,
}

impl StreamKind {
    /// As stored: `incident`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Incident => "incident",
            Self::Roster => "roster",
        }
    }
}

/// One stream of events, written `incident/<uuid>`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StreamId {
    /// What it holds.
    pub kind: StreamKind,
    /// Its own id.
    pub id: Uuid,
}

impl StreamId {
    /// The organisation's one roster.
    pub const ROSTER: Self = Self { kind: StreamKind::Roster, id: Uuid::nil() };
}

impl fmt::Display for StreamId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.kind.as_str(), self.id)
    }
}

/// A stored stream id that this binary cannot read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a stream id that this version knows")]
pub struct BadStreamId(pub String);

impl FromStr for StreamId {
    type Err = BadStreamId;
    fn from_str(given: &str) -> Result<Self, BadStreamId> {
        let bad = || BadStreamId(given.to_owned());
        let (kind, id) = given.split_once('/').ok_or_else(bad)?;
        let kind = match kind {
            "incident" => StreamKind::Incident,
            "roster" => StreamKind::Roster,
            _ => return Err(bad()),
        };
        Ok(Self { kind, id: id.parse().map_err(|_| bad())? })
    }
}

/// One effect: the idempotency key that providers see, the same at every try.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct EffectId(pub Uuid);

impl EffectId {
    /// The id of the `index`th effect of the event `seq` of a stream: a UUID of version 8 over a SHA-256.
    pub fn derive(stream: StreamId, seq: u64, index: u32) -> Self {
        let mut hash = Sha256::new();
        hash.update(stream.to_string());
        hash.update(seq.to_be_bytes());
        hash.update(index.to_be_bytes());
        let digest = hash.finalize();
        let mut bytes = [0_u8; 16];
        bytes.iter_mut().zip(digest).for_each(|(to, from)| *to = from);
        Self(uuid::Builder::from_custom_bytes(bytes).into_uuid())
    }
}

impl fmt::Display for EffectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
