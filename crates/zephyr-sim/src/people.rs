//! People: who sleeps, who answers when, who thinks better of it, who resolves.

use std::collections::{BTreeMap, BTreeSet};

use jiff::SignedDuration;
use zephyr_core::policy::{Method, Policy};
use zephyr_core::{IncidentId, PersonId};

use crate::chance::Chance;
use crate::counters::Counters;
use crate::fault::Fault;
use crate::plan::Plan;

/// What somebody does when their phone rings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Habit {
    /// Nothing.
    Sleeps,
    /// Answers soon.
    Quick,
    /// Answers after minutes, perhaps too late.
    Slow,
    /// Declines.
    Declines,
    /// Answers, and answers again.
    Twice,
}

/// Everybody of the company in this run.
#[derive(Debug)]
pub struct People {
    habits: BTreeMap<PersonId, Habit>,
    /// Who has heard their phone ring for which incident.
    heard: BTreeSet<(PersonId, IncidentId, u32)>,
}

/// What a person does, and how long after.
pub struct Reaction {
    pub after: SignedDuration,
    pub decline: bool,
}

impl People {
    /// People with habits, and the methods of theirs that are broken.
    pub fn new(policy: &Policy, plan: &Plan) -> (Self, BTreeSet<(PersonId, Method)>) {
        let mut chance = Chance::of(plan.seed, "people");
        let mut habits = BTreeMap::new();
        let mut broken = BTreeSet::new();
        for (id, person) in &policy.people {
            let (asleep, dice) = (chance.percent(plan.percent(Fault::Asleep)), chance.between(0, 10));
            let habit = if asleep {
                Habit::Sleeps
            } else {
                match dice {
                    0..5 => Habit::Quick,
                    5..8 => Habit::Slow,
                    8 => Habit::Declines,
                    _ => Habit::Twice,
                }
            };
            habits.insert(id.clone(), habit);
            for entry in &person.ladder {
                if chance.percent(plan.percent(Fault::BrokenMethod)) {
                    broken.insert((id.clone(), entry.method));
                }
            }
        }
        (Self { habits, heard: BTreeSet::new() }, broken)
    }

    /// What somebody does about a ring that reached them; nothing new for one they have heard already.
    pub fn hear(
        &mut self,
        who: &PersonId,
        incident: IncidentId,
        ring: u32,
        chance: &mut Chance,
        counters: &mut Counters,
    ) -> Vec<Reaction> {
        if !self.heard.insert((who.clone(), incident, ring)) {
            return Vec::new();
        }
        let soon = SignedDuration::from_secs(chance.between(2, 90));
        let react = |after, decline| Reaction { after, decline };
        match self.habits.get(who).copied().unwrap_or(Habit::Sleeps) {
            Habit::Sleeps => {
                counters.count(Fault::Asleep.name());
                Vec::new()
            }
            Habit::Quick => vec![react(soon, false)],
            Habit::Slow => vec![react(SignedDuration::from_secs(chance.between(120, 700)), false)],
            Habit::Declines => vec![react(soon, true)],
            Habit::Twice => vec![react(soon, false), react(soon + SignedDuration::from_secs(1), false)],
        }
    }
}
