//! Who is rung next: the steps of a chain, looked up at the moment one begins.

use std::collections::BTreeSet;
use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Page, PageEvent, PageState, Paging, PauseWhy, Place, Ringing, Target};
use crate::limits;
use crate::policy::{LadderEntry, StepWho};
use crate::{PersonId, RotationId, World};

/// A step, or a person on it, that was passed over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Passed {
    /// Which step.
    pub who: StepWho,
    /// Who stood on it; `None` where nobody did.
    pub person: Option<PersonId>,
    /// Why not.
    pub why: Why,
}

/// That somebody who is rung was on call, and by what. Whoever is not among them was the next in order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    /// Who.
    pub person: PersonId,
    /// In which rotation.
    pub rotation: RotationId,
    /// In which layer, from 0.
    pub layer: usize,
    /// Until when, as it was known then.
    pub until: Timestamp,
    /// The number of the override that put them there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<u64>,
}

/// Why somebody is not rung.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// Nobody is on call there, or nobody else is in the rotation.
    Nobody,
    /// They declined a short time ago.
    Declined,
    /// They already answer for another page of the same.
    AlreadyAnswered,
    /// None of their methods works.
    Unreachable,
}

impl fmt::Display for Passed {
    /// `on call ines: declined`, `next in rotation: nobody`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let why = match self.why {
            Why::Nobody => "nobody",
            Why::Declined => "declined",
            Why::AlreadyAnswered => "already answers here",
            Why::Unreachable => "cannot be reached",
        };
        match &self.person {
            Some(person) => write!(f, "{} {person}: {why}", self.who),
            None => write!(f, "{}: {why}", self.who),
        }
    }
}

impl Paging {
    /// The step that follows where a ringing page stands: the first one that wants anybody, or the last resort, or a
    /// pause. Never nothing, and always with a time in the future.
    pub(super) fn next_step(
        &self,
        target: &Target,
        page: &Page,
        ringing: &Ringing,
        world: &World,
        now: Timestamp,
    ) -> PageEvent {
        let look = Look { paging: self, page, tried: &ringing.tried, world, now };
        let mut passed = Vec::new();
        let rest_of_round = match ringing.place {
            Place::Start => Some(0),
            Place::Step(index) => Some(index + 1),
            Place::Everybody | Place::Pause => None,
        };
        if let Some(from) = rest_of_round {
            if let Some(found) = look.first_step(from, &mut passed) {
                return look.began(target, ringing.round, found, passed);
            }
            if from == 0 {
                return look.last_resort(target, ringing.round, passed);
            }
        }
        let round = ringing.round.saturating_add(1);
        let earliest = plus(ringing.round_began_at, limits::ROUND_MIN);
        if now < earliest {
            return PageEvent::Paused {
                target: target.clone(),
                round: ringing.round,
                until: earliest,
                why: PauseWhy::RoundTooShort,
                passed,
            };
        }
        let nobody_tried = BTreeSet::new();
        let look = Look { tried: &nobody_tried, ..look };
        match look.first_step(0, &mut passed) {
            Some(found) => look.began(target, round, found, passed),
            None => look.last_resort(target, round, passed),
        }
    }

    /// The methods of a person that have not failed for good, with their delays.
    pub(super) fn ladder(&self, person: &PersonId, world: &World) -> Vec<LadderEntry> {
        let Some(known) = world.policy.people.get(person) else { return Vec::new() };
        let failed = self.failed.get(person);
        known.ladder.iter().filter(|entry| !failed.is_some_and(|set| set.contains(&entry.method))).copied().collect()
    }
}

/// A time later; the end of time where there is none.
pub(super) fn plus(at: Timestamp, wait: jiff::SignedDuration) -> Timestamp {
    at.checked_add(wait).unwrap_or(Timestamp::MAX)
}

/// A step that wants somebody.
struct Found {
    index: usize,
    wanted: BTreeSet<PersonId>,
    standing: Vec<Standing>,
}

/// One look at who could be rung for one page.
#[derive(Clone, Copy)]
struct Look<'a> {
    paging: &'a Paging,
    page: &'a Page,
    tried: &'a BTreeSet<PersonId>,
    world: &'a World,
    now: Timestamp,
}

impl Look<'_> {
    fn began(&self, target: &Target, round: u32, found: Found, passed: Vec<Passed>) -> PageEvent {
        let Found { index, wanted, standing } = found;
        let until = plus(self.now, self.page.chain.wait(index));
        PageEvent::StepBegan {
            target: target.clone(),
            round,
            place: Place::Step(index),
            wanted,
            until,
            passed,
            standing,
        }
    }

    /// The first step from `from` on that wants anybody. A step on which nobody can be rung costs no time.
    fn first_step(&self, from: usize, passed: &mut Vec<Passed>) -> Option<Found> {
        for index in from..self.page.chain.steps.len() {
            let Some(who) = self.page.chain.step(index) else { break };
            let wanted = self.stand_on(who, passed);
            if !wanted.is_empty() {
                let standing = self.standing(who, &wanted);
                return Some(Found { index, wanted, standing });
            }
        }
        None
    }

    /// Who stands on a step now and can be rung.
    fn stand_on(&self, who: &StepWho, passed: &mut Vec<Passed>) -> BTreeSet<PersonId> {
        let (candidates, wanted_at_most) = match who {
            StepWho::OnCall if self.page.everyone => (self.on_call(self.page.rotation.as_ref()), usize::MAX),
            StepWho::OnCall => (self.primary(self.page.rotation.as_ref()), usize::MAX),
            StepWho::NextInRotation => (self.successors(), 1),
            StepWho::Rotation(rotation) => (self.primary(Some(rotation)), usize::MAX),
            StepWho::Person(person) => (vec![person.clone()], 1),
        };
        let mut wanted = BTreeSet::new();
        let mut met = false;
        for person in candidates {
            if wanted.len() >= wanted_at_most {
                break;
            }
            met = true;
            match self.why_not(&person) {
                None => {
                    wanted.insert(person);
                }
                Some(why) => passed.push(Passed { who: who.clone(), person: Some(person), why }),
            }
        }
        if !met {
            passed.push(Passed { who: who.clone(), person: None, why: Why::Nobody });
        }
        wanted
    }

    /// By which layer or override each of those wanted is on call, where they are.
    fn standing(&self, who: &StepWho, wanted: &BTreeSet<PersonId>) -> Vec<Standing> {
        let rotation = match who {
            StepWho::OnCall | StepWho::NextInRotation => self.page.rotation.as_ref(),
            StepWho::Rotation(rotation) => Some(rotation),
            StepWho::Person(_) => None,
        };
        let Some(rotation) = rotation else { return Vec::new() };
        let on_call = self.world.schedule().at(rotation, self.now);
        let of = |person: &PersonId| {
            let shift = on_call.iter().find(|shift| shift.person == *person)?;
            let (layer, until, by) = (shift.layer, shift.until, shift.by);
            Some(Standing { person: person.clone(), rotation: rotation.clone(), layer, until, by })
        };
        wanted.iter().filter_map(of).collect()
    }

    /// Everybody on call, in any layer.
    fn on_call(&self, rotation: Option<&RotationId>) -> Vec<PersonId> {
        let Some(rotation) = rotation else { return Vec::new() };
        let mut people: Vec<PersonId> = Vec::new();
        for shift in self.world.schedule().at(rotation, self.now) {
            if !people.contains(&shift.person) {
                people.push(shift.person);
            }
        }
        people
    }

    /// Who is rung first.
    fn primary(&self, rotation: Option<&RotationId>) -> Vec<PersonId> {
        rotation.map(|id| self.world.schedule().primary(id, self.now)).unwrap_or_default()
    }

    /// Those who come next, without anybody this page has tried in this round. Somebody who came on call meanwhile
    /// is the first of them.
    fn successors(&self) -> Vec<PersonId> {
        let Some(id) = &self.page.rotation else { return Vec::new() };
        let incoming = self.primary(Some(id)).into_iter();
        let mut people: Vec<PersonId> = Vec::new();
        for person in incoming.chain(self.world.schedule().succession(id, self.now)) {
            if !self.tried.contains(&person) && !people.contains(&person) {
                people.push(person);
            }
        }
        people
    }

    fn why_not(&self, person: &PersonId) -> Option<Why> {
        if self.paging.holders().contains(person) {
            Some(Why::AlreadyAnswered)
        } else if self.has_declined(person) {
            Some(Why::Declined)
        } else if self.paging.ladder(person, self.world).is_empty() {
            Some(Why::Unreachable)
        } else {
            None
        }
    }

    fn has_declined(&self, person: &PersonId) -> bool {
        self.paging.declined.get(person).is_some_and(|until| self.now < *until)
    }

    /// A whole round wanted nobody. Unless somebody already answers: everybody of the owning rotation and of every
    /// rotation that the chain or the severity ladder names; else every admin; else a pause, which the console shows
    /// in red.
    fn last_resort(&self, target: &Target, round: u32, passed: Vec<Passed>) -> PageEvent {
        let target = target.clone();
        let until = plus(self.now, limits::ALL_RING_STEP);
        if !self.paging.holders().is_empty() {
            return PageEvent::Paused { target, round, until, why: PauseWhy::SomebodyAnswered, passed };
        }
        let members = self.everybody();
        let willing: BTreeSet<PersonId> = members.iter().filter(|person| !self.has_declined(person)).cloned().collect();
        let wanted = [willing, members, self.admins()].into_iter().find(|people| !people.is_empty());
        match wanted {
            Some(wanted) => {
                let standing = Vec::new();
                PageEvent::StepBegan { target, round, place: Place::Everybody, wanted, until, passed, standing }
            }
            None => PageEvent::Paused { target, round, until, why: PauseWhy::Nobody, passed },
        }
    }

    fn everybody(&self) -> BTreeSet<PersonId> {
        let policy = &self.world.policy;
        let of_chain = self.page.chain.steps.iter().filter_map(|step| match &step.who {
            StepWho::Rotation(rotation) => Some(rotation),
            StepWho::OnCall | StepWho::NextInRotation | StepWho::Person(_) => None,
        });
        let of_ladder = policy.severities.values().flat_map(|rule| &rule.page).filter_map(|rule| rule.rotation());
        let rotations = self.page.rotation.iter().chain(of_chain).chain(of_ladder);
        rotations
            .filter_map(|id| policy.rotations.get(id))
            .flat_map(|rotation| rotation.members(self.now))
            .filter(|person| policy.people.get(*person).is_some_and(|known| !known.ladder.is_empty()))
            .cloned()
            .collect()
    }

    fn admins(&self) -> BTreeSet<PersonId> {
        let people = self.world.policy.people.iter();
        people.filter(|(_, person)| person.admin && !person.ladder.is_empty()).map(|(id, _)| id.clone()).collect()
    }
}

impl PageState {
    /// How a page begins: its first step is due at once.
    pub(super) fn beginning(at: Timestamp) -> Self {
        Self::Ringing(Ringing {
            round: 1,
            round_began_at: at,
            place: Place::Start,
            wanted: BTreeSet::new(),
            until: at,
            tried: BTreeSet::new(),
        })
    }
}

impl Paging {
    /// Makes a page want everybody on call in any layer; `None` where it does already, or wants nobody any more.
    pub(crate) fn widen(&self, target: &Target, world: &World, now: Timestamp) -> Option<PageEvent> {
        let page = self.pages.get(target).filter(|page| !page.everyone)?;
        let wanted_now = page.wanted()?;
        let nobody_tried = BTreeSet::new();
        let look = Look { paging: self, page, tried: &nobody_tried, world, now };
        let others = look.on_call(page.rotation.as_ref()).into_iter();
        let wanted = others.filter(|person| !wanted_now.contains(person) && look.why_not(person).is_none()).collect();
        Some(PageEvent::Widened { target: target.clone(), wanted, until: plus(now, page.chain.wait(0)) })
    }

    /// Who would be rung next, and when, if nobody answers and nothing else changes: the same look that will decide.
    pub fn preview(&self, target: &Target, world: &World) -> Option<(Timestamp, BTreeSet<PersonId>)> {
        let page = self.pages.get(target)?;
        let PageState::Ringing(ringing) = &page.state else { return None };
        match self.next_step(target, page, ringing, world, ringing.until) {
            PageEvent::StepBegan { wanted, .. } => Some((ringing.until, wanted)),
            _ => Some((ringing.until, BTreeSet::new())),
        }
    }
}
