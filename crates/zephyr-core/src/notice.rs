//! What a person is told without being rung: by mail or in chat, and in the built-in inbox. The text is made when it
//! leaves, from ids; no address of anybody is in it.
//!
//! Deliberately not here: over which of their ways a person is told, which is the provider's part.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use crate::proof::clock;
use crate::roster::Open;
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
    /// The person has not practised being paged for a while.
    DrillDue {
        /// When their last drill ended; `None` where there was none.
        since: Option<Timestamp>,
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
    /// They will be on call.
    WillTakeOver {
        /// In which rotation.
        rotation: RotationId,
        /// After whom.
        from: Vec<PersonId>,
        /// First instant of it.
        begins: Timestamp,
        /// First instant after it, where that is near enough to be known.
        until: Option<Timestamp>,
        /// Whether they have marked the policy as read.
        has_read: bool,
    },
    /// They are on call now.
    TookOver {
        /// In which rotation.
        rotation: RotationId,
        /// After whom.
        from: Vec<PersonId>,
        /// First instant after it, where that is near enough to be known.
        until: Option<Timestamp>,
        /// What is open.
        open: Vec<Open>,
        /// Whether they have marked the policy as read.
        has_read: bool,
    },
    /// Somebody took over from them.
    Relieved {
        /// In which rotation.
        rotation: RotationId,
        /// Who.
        by: PersonId,
        /// What is open.
        open: Vec<Open>,
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
            About::DrillDue { since } => {
                let since = match since {
                    Some(since) => {
                        format!("Your last drill was on {}.", since.to_zoned(zone.clone()).strftime("%Y-%m-%d"))
                    }
                    None => "No drill has rung you so far.".to_owned(),
                };
                format!("{since} Practise being paged on a quiet day: `zephyr drill page {}`.", self.person)
            }
            About::LeaveEnded { number, by, .. } => {
                format!("You are no longer noted as away (#{number}). {by} ended it.")
            }
            About::WillTakeOver { rotation, from, begins, until, has_read } => {
                let when = match until {
                    Some(until) => clock(zone, (*begins, *until)),
                    None => format!("from {}", moment(zone, *begins)),
                };
                format!("You will be on call for {rotation}, {when}{}.{}", after(from), unread(*has_read))
            }
            About::TookOver { rotation, from, until, open, has_read } => {
                let until = until.map(|until| format!(", until {}", moment(zone, until))).unwrap_or_default();
                let (after, open, unread) = (after(from), still_open(open), unread(*has_read));
                format!("You are on call for {rotation} now{until}{after}. {open}{unread}")
            }
            About::Relieved { rotation, by, open } => {
                format!("{by} is on call for {rotation} now, and you are relieved. {}", still_open(open))
            }
        }
    }
}

fn after(outgoing: &[PersonId]) -> String {
    let names: Vec<&str> = outgoing.iter().map(PersonId::as_str).collect();
    if names.is_empty() { String::new() } else { format!(", after {}", names.join(" and ")) }
}

/// `Open: INC-7 (SEV-2), INC-9 (SEV-1).`
fn still_open(open: &[Open]) -> String {
    let named: Vec<String> = open.iter().map(|it| format!("INC-{} ({})", it.number, it.severity)).collect();
    if named.is_empty() { "Nothing is open.".to_owned() } else { format!("Open: {}.", named.join(", ")) }
}

fn unread(has_read: bool) -> &'static str {
    if has_read { "" } else { " You have not marked the policy as read: zephyr oncall ready." }
}

/// `2027-03-15 06:00 Europe/Berlin`.
fn moment(zone: &TimeZone, at: Timestamp) -> String {
    let name = zone.iana_name().unwrap_or("UTC");
    format!("{} {name}", zone.to_datetime(at).strftime("%Y-%m-%d %H:%M"))
}
