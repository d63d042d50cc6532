//! What was arranged outside the policy file and does not wait for a review: overrides and leave.
//!
//! Deliberately not here: who may arrange it, and how it is stored.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{PersonId, RotationId};

/// Everything arranged. What is over changes nothing any more and may be left out.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Changes {
    /// Who takes whose place, in any order.
    pub overrides: Vec<Override>,
    /// Who is away, in any order.
    pub leave: Vec<Leave>,
}

/// Somebody is on call for a while who would not be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Override {
    /// Names it; also tells which of two made at the same instant is newer.
    pub number: u64,
    /// In which rotation.
    pub rotation: RotationId,
    /// Who is on call.
    pub person: PersonId,
    /// In whose place, wherever that person would stand; in the place of whoever is primary where `None`.
    pub instead_of: Option<PersonId>,
    /// First instant of it.
    pub from: Timestamp,
    /// First instant after it.
    pub until: Timestamp,
    /// When it was arranged: of two that overlap, the newest holds.
    pub made_at: Timestamp,
}

/// Somebody is away for a while, and passed over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Leave {
    /// Names it.
    pub number: u64,
    /// Who.
    pub person: PersonId,
    /// First instant of it.
    pub from: Timestamp,
    /// First instant after it.
    pub until: Timestamp,
    /// When it was told. Whoever is put on call after that, by name, is on call all the same.
    pub made_at: Timestamp,
}

impl Changes {
    /// Nothing was arranged.
    pub const NONE: &'static Self = &Self { overrides: Vec::new(), leave: Vec::new() };

    /// Whether nothing is arranged.
    pub fn is_empty(&self) -> bool {
        self.overrides.is_empty() && self.leave.is_empty()
    }

    /// The overrides of a rotation that hold at an instant for one place, the newest first; those behind the first are
    /// covered by it.
    pub(super) fn holding<'a>(
        &'a self,
        rotation: &RotationId,
        instead_of: Option<&PersonId>,
        now: Timestamp,
    ) -> Vec<&'a Override> {
        let holds = |arranged: &&Override| {
            arranged.rotation == *rotation
                && arranged.instead_of.as_ref() == instead_of
                && arranged.from <= now
                && now < arranged.until
        };
        let mut holding: Vec<&Override> = self.overrides.iter().filter(holds).collect();
        holding.sort_by_key(|arranged| std::cmp::Reverse((arranged.made_at, arranged.number)));
        holding
    }

    /// Whether a person is on leave at an instant, by what was told after `since`.
    pub(super) fn on_leave(&self, person: &PersonId, now: Timestamp, since: Timestamp) -> bool {
        self.leave
            .iter()
            .any(|leave| leave.person == *person && leave.from <= now && now < leave.until && since < leave.made_at)
    }

    /// The instants at which what is arranged for a rotation begins or ends.
    pub(crate) fn edges<'a>(&'a self, rotation: &'a RotationId) -> impl Iterator<Item = Timestamp> + 'a {
        let overrides = self.overrides.iter().filter(|arranged| arranged.rotation == *rotation);
        let overrides = overrides.map(|arranged| (arranged.from, arranged.until));
        let leave = self.leave.iter().map(|leave| (leave.from, leave.until));
        overrides.chain(leave).flat_map(|(from, until)| [from, until])
    }
}
