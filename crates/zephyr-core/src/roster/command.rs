//! What people and programs ask of the roster; the only input that can be refused.

use jiff::Timestamp;

use super::decision::{Decided, Decision};
use super::{Body, Roster};
use crate::event::Stamp;
use crate::oncall::{Leave, Override};
use crate::{Actor, Cause, PersonId, RotationId, World, limits};

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Somebody is on call for a while who would not be.
    Override {
        /// In which rotation.
        rotation: RotationId,
        /// Who.
        person: PersonId,
        /// In whose place; in that of whoever is primary where `None`.
        instead_of: Option<PersonId>,
        /// First instant of it; one that is past means now.
        from: Timestamp,
        /// First instant after it.
        until: Timestamp,
    },
    /// Somebody is away for a while.
    Leave {
        /// Who.
        person: PersonId,
        /// First instant of it; one that is past means now.
        from: Timestamp,
        /// First instant after it.
        until: Timestamp,
    },
    /// An override or leave ends now, or never was where it has not begun.
    End {
        /// Which.
        number: u64,
    },
}

impl Command {
    /// The number of what it is about, where that is there already.
    pub fn number(&self) -> Option<u64> {
        match self {
            Self::End { number } => Some(*number),
            Self::Override { .. } | Self::Leave { .. } => None,
        }
    }
}

/// Why a command was refused. Nothing has changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// It would be over before it begins.
    #[error("it ends at {until}, which is not after its beginning at {from}")]
    EndsBeforeItBegins {
        /// Its beginning.
        from: Timestamp,
        /// Its end.
        until: Timestamp,
    },
    /// It lies in the past.
    #[error("it ended at {until}, which is past: what is over is not changed")]
    Past {
        /// Its end.
        until: Timestamp,
    },
    /// It would last longer than anybody means.
    #[error("it would last {days} days; at most {max} are taken at once: a change for longer belongs into the policy file", max = limits::ARRANGED_DAYS)]
    TooLong {
        /// How long.
        days: i64,
    },
    /// It begins later than anybody plans.
    #[error("it begins at {from}, more than {max} days from now", max = limits::ARRANGED_AHEAD_DAYS)]
    TooFarAhead {
        /// Its beginning.
        from: Timestamp,
    },
    /// The policy in force has no such person.
    #[error("the policy in force has no person `{0}`")]
    NoSuchPerson(PersonId),
    /// The policy in force has no such rotation.
    #[error("the policy in force has no rotation `{0}`")]
    NoSuchRotation(RotationId),
    /// Somebody would stand in their own place.
    #[error("{0} would take the place of {0}: that changes nothing")]
    InTheirOwnPlace(PersonId),
    /// Nothing has this number, or it is over.
    #[error("there is no override and no leave #{0} that is not over")]
    NoSuchNumber(u64),
    /// More is arranged than is kept.
    #[error("{max} overrides and leaves are arranged; end some of them first", max = limits::ARRANGED)]
    TooMany,
}

/// Decides what a command does.
pub fn command(
    state: &Roster,
    command: Command,
    actor: Actor,
    cause: Cause,
    world: &World,
    now: Timestamp,
) -> Result<Decided, Refused> {
    let mut decision = Decision::on(state, Stamp { at: now, actor, cause, world });
    let number = state.latest + 1;
    match command {
        Command::Override { rotation, person, instead_of, from, until } => {
            known_rotation(world, &rotation)?;
            known_person(world, &person)?;
            if let Some(other) = &instead_of {
                known_person(world, other)?;
                if *other == person {
                    return Err(Refused::InTheirOwnPlace(person));
                }
            }
            let (from, until) = checked(state, from, until, now)?;
            let made_at = now;
            decision.emit(Body::Overridden(Override { number, rotation, person, instead_of, from, until, made_at }));
        }
        Command::Leave { person, from, until } => {
            known_person(world, &person)?;
            let (from, until) = checked(state, from, until, now)?;
            decision.emit(Body::Left(Leave { number, person, from, until, made_at: now }));
        }
        Command::End { number } => {
            let span = state.arranged(number).map(|arranged| arranged.until);
            let until = span.or_else(|| state.leave(number).map(|leave| leave.until));
            if until.is_none_or(|until| until <= now) {
                return Err(Refused::NoSuchNumber(number));
            }
            decision.emit(Body::Ended { number, until: now });
        }
    }
    Ok(decision.finish())
}

fn known_person(world: &World, person: &PersonId) -> Result<(), Refused> {
    if world.policy.people.contains_key(person) { Ok(()) } else { Err(Refused::NoSuchPerson(person.clone())) }
}

fn known_rotation(world: &World, rotation: &RotationId) -> Result<(), Refused> {
    if world.policy.rotations.contains_key(rotation) { Ok(()) } else { Err(Refused::NoSuchRotation(rotation.clone())) }
}

/// A span that makes sense, and room for it. What has begun already begins now: the past stays as it was.
fn checked(
    state: &Roster,
    from: Timestamp,
    until: Timestamp,
    now: Timestamp,
) -> Result<(Timestamp, Timestamp), Refused> {
    if until <= from {
        return Err(Refused::EndsBeforeItBegins { from, until });
    }
    if until <= now {
        return Err(Refused::Past { until });
    }
    let from = from.max(now);
    let hours = until.duration_since(from).as_hours();
    if hours > limits::ARRANGED_DAYS * 24 {
        return Err(Refused::TooLong { days: hours / 24 });
    }
    if from.duration_since(now).as_hours() > limits::ARRANGED_AHEAD_DAYS * 24 {
        return Err(Refused::TooFarAhead { from });
    }
    if state.changes.overrides.len() + state.changes.leave.len() >= limits::ARRANGED {
        return Err(Refused::TooMany);
    }
    Ok((from, until))
}
