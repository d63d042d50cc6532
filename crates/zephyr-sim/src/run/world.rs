//! The world changes while pages run: somebody takes another's place, is away, leaves for good, and the policy is
//! another one. Every replica and the reference know of it from the same instant.

use std::sync::Arc;

use jiff::SignedDuration;
use zephyr_core::oncall::{Leave, Override};
use zephyr_core::policy::Policy;
use zephyr_core::{PersonId, World};

use super::Run;
use crate::chance::Chance;
use crate::fault::Fault;

impl Run {
    /// An override, or leave; of two about the same the newer holds.
    pub(super) fn arrange(&mut self) {
        self.counters.count(Fault::Arranged.name());
        let mut world = World::clone(&self.world);
        let chance = &mut self.worldly;
        let people: Vec<PersonId> = world.policy.people.keys().cloned().collect();
        let Some(person) = chance.pick(&people).cloned() else { return };
        let from = self.now + SignedDuration::from_mins(chance.between(-10, 10));
        let until = from + SignedDuration::from_mins(chance.between(11, 120));
        let made_at = self.now;
        let number = u64::try_from(world.changes.overrides.len() + world.changes.leave.len()).unwrap_or(0) + 1;
        let rotations: Vec<_> = world.policy.rotations.keys().cloned().collect();
        match chance.pick(&rotations).cloned() {
            Some(rotation) if chance.percent(60) => {
                let whose = if chance.percent(50) { chance.pick(&people).cloned() } else { None };
                let instead_of = whose.filter(|whose| *whose != person);
                self.oracle.log.say(|| format!("{made_at} {person} stands in {rotation} until {until}"));
                world.changes.overrides.push(Override { number, rotation, person, instead_of, from, until, made_at });
            }
            _ => {
                self.oracle.log.say(|| format!("{made_at} {person} is away until {until}"));
                world.changes.leave.push(Leave { number, person, from, until, made_at });
            }
        }
        self.live_in(world);
    }

    /// Somebody has left, or waits and ladders are others.
    pub(super) fn change_policy(&mut self) {
        self.counters.count(Fault::AnotherPolicy.name());
        let mut world = World::clone(&self.world);
        let now = self.now;
        let people: Vec<PersonId> = world.policy.people.keys().cloned().collect();
        match self.worldly.pick(&people) {
            Some(person) if self.worldly.clone().percent(60) && people.len() > 4 => {
                self.oracle.log.say(|| format!("{now} {person} has left"));
                self.counters.count("somebody left");
                leave_for_good(&mut world.policy, person);
            }
            _ => {
                self.oracle.log.say(|| format!("{now} waits and ladders are others"));
                other_waits(&mut world.policy, &mut self.worldly);
            }
        }
        self.live_in(world);
    }

    fn live_in(&mut self, world: World) {
        self.world = Arc::new(world);
        for engine in self.replicas.iter_mut().filter_map(|replica| replica.engine.as_mut()) {
            engine.set_world(self.world.clone());
        }
        self.oracle.set_world(&self.world);
    }
}

/// As a file without somebody is read.
fn leave_for_good(policy: &mut Policy, person: &PersonId) {
    policy.people.remove(person);
    for rotation in policy.rotations.values_mut() {
        for layer in &mut rotation.layers {
            layer.slots.iter_mut().for_each(|slot| slot.retain(|other| other != person));
        }
        rotation.layers.retain(|layer| layer.slots.iter().any(|slot| !slot.is_empty()));
    }
}

fn other_waits(policy: &mut Policy, chance: &mut Chance) {
    for step in policy.chain.iter_mut().skip(1) {
        step.after = SignedDuration::from_mins(chance.between(2, 8));
    }
    for person in policy.people.values_mut().filter(|person| person.ladder.len() > 1) {
        if chance.percent(30) {
            person.ladder.truncate(1);
        }
    }
}
