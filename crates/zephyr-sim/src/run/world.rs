//! The world changes while pages run: somebody takes another's place, is away, leaves for good, and the policy is
//! another one. Every replica and the reference know of it from the same instant.

use std::sync::Arc;

use jiff::SignedDuration;
use zephyr_core::policy::Policy;
use zephyr_core::{Actor, PersonId, World, roster};
use zephyr_engine::{Answer, Ask, Request};

use super::Run;
use crate::chance::Chance;
use crate::fault::Fault;

impl Run {
    /// Somebody asks for an override, or for leave; of two about the same the newer holds.
    pub(super) fn arrange(&mut self) {
        let chance = &mut self.worldly;
        let people: Vec<PersonId> = self.world.policy.people.keys().cloned().collect();
        let Some(person) = chance.pick(&people).cloned() else { return };
        let from = self.now + SignedDuration::from_mins(chance.between(-10, 10));
        let until = from + SignedDuration::from_mins(chance.between(11, 120));
        let rotations: Vec<_> = self.world.policy.rotations.keys().cloned().collect();
        let command = match chance.pick(&rotations).cloned() {
            Some(rotation) if chance.percent(60) => {
                let whose = if chance.percent(50) { chance.pick(&people).cloned() } else { None };
                let instead_of = whose.filter(|whose| *whose != person);
                roster::Command::Override { rotation, person, instead_of, from, until }
            }
            _ if chance.percent(20) => roster::Command::End { number: 1 },
            _ => roster::Command::Leave { person, from, until },
        };
        let actor = Actor::Bot("planner".to_owned());
        let request = Request { id: "arrange".to_owned(), actor, key: None, ask: Ask::Arrange(command) };
        match self.ask(request) {
            Some(Answer::Arranged { .. }) => self.counters.count(Fault::Arranged.name()),
            Some(Answer::NotArranged(_) | Answer::Busy) | None => {}
            Some(other) => self.oracle.broken(format!("an arrangement was answered {other:?}")),
        }
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
