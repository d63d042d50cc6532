//! Events of the roster as they are stored: a form of their own, converted by hand, that later versions still have to
//! read.
//!
//! A kind, once written, keeps its meaning for ever: what changes gets a new kind. `tests/corpus` holds one of each.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Body, Event};
use crate::event::{BadEvent, StoredEvent};
use crate::oncall::{Leave, Override};
use crate::{PersonId, RotationId};

impl Event {
    /// Its stored form.
    pub fn to_stored(&self) -> Result<StoredEvent, BadEvent> {
        self.write(&Stored::from(&self.body))
    }

    /// Reads a stored event.
    pub fn from_stored(seq: u64, at: Timestamp, body: &str) -> Result<Self, BadEvent> {
        Self::read::<Stored>(seq, at, body)
    }
}

#[derive(Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum Stored {
    Overridden {
        number: u64,
        rotation: RotationId,
        person: PersonId,
        instead_of: Option<PersonId>,
        from: Timestamp,
        until: Timestamp,
        made_at: Timestamp,
    },
    Left {
        number: u64,
        person: PersonId,
        from: Timestamp,
        until: Timestamp,
        made_at: Timestamp,
    },
    Ended {
        number: u64,
        until: Timestamp,
    },
}

impl From<&Body> for Stored {
    fn from(body: &Body) -> Self {
        match body.clone() {
            Body::Overridden(Override { number, rotation, person, instead_of, from, until, made_at }) => {
                Self::Overridden { number, rotation, person, instead_of, from, until, made_at }
            }
            Body::Left(Leave { number, person, from, until, made_at }) => {
                Self::Left { number, person, from, until, made_at }
            }
            Body::Ended { number, until } => Self::Ended { number, until },
        }
    }
}

impl From<Stored> for Body {
    fn from(stored: Stored) -> Self {
        match stored {
            Stored::Overridden { number, rotation, person, instead_of, from, until, made_at } => {
                Self::Overridden(Override { number, rotation, person, instead_of, from, until, made_at })
            }
            Stored::Left { number, person, from, until, made_at } => {
                Self::Left(Leave { number, person, from, until, made_at })
            }
            Stored::Ended { number, until } => Self::Ended { number, until },
        }
    }
}
