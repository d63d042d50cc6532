//! What a person is told without being rung: by mail or in chat, and in the built-in inbox. The text is made when it
//! leaves, from ids; no address of anybody is in it.
//!
//! Deliberately not here: over which of their ways a person is told, which is the provider's part.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use crate::proof::clock;
use crate::{Actor, PersonId, RotationId};

/// One person is told something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// Who.
    pub person: PersonId,
    /// What about.
    pub about: About,
}

/// What a person can be told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum About {
    /// Somebody was put on call, perhaps in the place of somebody else.
    Placed {
        /// The override's number.
        number: u64,
        /// In which rotation.
        rotation: RotationId,
        /// Who is on call.
        person: PersonId,
        /// In whose place, where it is somebody's.
        instead_of: Option<PersonId>,
        /// First instant of it.
        from: Timestamp,
        /// First instant after it.
        until: Timestamp,
        /// Who arranged it.
        by: Actor,
    },
    /// That ended earlier.
    PlaceEnded {
        /// The override's number.
        number: u64,
        /// In which rotation.
        rotation: RotationId,
        /// Who was on call.
        person: PersonId,
        /// First instant after it.
        until: Timestamp,
        /// Who ended it.
        by: Actor,
    },
    /// Somebody was noted as away.
    Away {
        /// The leave's number.
        number: u64,
        /// Who.
        person: PersonId,
        /// First instant of it.
        from: Timestamp,
        /// First instant after it.
        until: Timestamp,
        /// Who noted it.
        by: Actor,
    },
    /// That ended earlier.
    LeaveEnded {
        /// The leave's number.
        number: u64,
        /// Who was away.
        person: PersonId,
        /// First instant after it.
        until: Timestamp,
        /// Who ended it.
        by: Actor,
    },
}

impl Notice {
    /// What the person reads, with times by the wall clock of `zone` and in UTC.
    pub fn text(&self, zone: &TimeZone) -> String {
        match &self.about {
            About::Placed { number, rotation, person, instead_of, from, until, by } => {
                let when = clock(zone, (*from, *until));
                match instead_of {
                    _ if *person == self.person => {
                        let place = instead_of.as_ref().map(|other| format!(", in the place of {other}"));
                        let place = place.unwrap_or_default();
                        format!("You are on call for {rotation}{place}, {when}. {by} arranged it (#{number}).")
                    }
                    _ => format!(
                        "{person} takes your place on call for {rotation}, {when}. {by} arranged it (#{number})."
                    ),
                }
            }
            About::PlaceEnded { number, rotation, person, by, .. } => {
                let whose = if *person == self.person { "Your".to_owned() } else { format!("{person}'s") };
                format!("{whose} override #{number} on {rotation} is over. {by} ended it.")
            }
            About::Away { number, from, until, by, .. } => {
                let when = clock(zone, (*from, *until));
                format!("You are noted as away, {when}, and nobody rings you then. {by} noted it (#{number}).")
            }
            About::LeaveEnded { number, by, .. } => {
                format!("You are no longer noted as away (#{number}). {by} ended it.")
            }
        }
    }
}
