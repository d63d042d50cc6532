//! The protocol of leases, claims and sends, and every state that two replicas can get it into.
//!
//! Deliberately small: one send, whole ticks of time, at most three faults, and one replica that is up at any time. What is
//! modelled: a lease that is renewed at the store, lapses, and is ended by another; a claim that is void with its lease;
//! a permit that a replica counts by its own clock; crashes and pauses between any two steps; a person who answers.

#![expect(clippy::indexing_slicing, reason = "two replicas and a handful of leases, each named by its place")]

use stateright::{Checker, HasDiscoveries, Model, Property};

const LEASE: u8 = 2;
const LAST_FAULT: u8 = 4;
const END: u8 = 9;
const FAULTS: u8 = 3;

/// What can be left out, to see that it is missed.
#[derive(Clone, Copy)]
struct Protocol {
    /// A send looks at its permit just before it leaves.
    looks_at_permit: bool,
    /// Ending a lease frees what was claimed under it.
    frees_claims: bool,
    /// Whoever claims looks whether the send is still due.
    looks_at_state: bool,
}

const WHOLE: Protocol = Protocol { looks_at_permit: true, frees_claims: true, looks_at_state: true };

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Life {
    Down,
    Up,
    Paused,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Replica {
    life: Life,
    epoch: Option<usize>,
    /// By its own clock, counted from before it asked.
    good_until: u8,
    renewed_at: u8,
    /// Claimed under this epoch, and not let out yet.
    held: Option<usize>,
    /// Let out under this epoch; the answer is on its way.
    waits: Option<usize>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Effect {
    Free,
    Claimed(usize),
    Over,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct World {
    now: u8,
    replicas: [Replica; 2],
    /// By epoch: until when the lease lasts, and whether somebody has ended it.
    leases: Vec<(u8, bool)>,
    effect: Effect,
    faults: u8,
    /// A person has answered: nobody has to be rung any more.
    answered: bool,
    sends: u8,
    /// Answers of the provider that nobody will hear.
    lost: u8,
    /// Sends that left under a lease that somebody had ended.
    sends_without_lease: u8,
    /// Claims made for a send that was not due any more, and let out.
    undue_claim: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Act {
    Tick,
    Renew(usize),
    Claim(usize),
    Send(usize),
    Record(usize),
    Crash(usize),
    Pause(usize),
    Up(usize),
    Answer,
}

impl World {
    fn in_force(&self, epoch: usize) -> bool {
        !self.leases[epoch].1
    }

    /// What a running replica does at once. Its parts know nothing of one another: after a pause, what was in its hand
    /// may leave before the lease is looked at.
    fn urgent(&self, of: usize, acts: &mut Vec<Act>) {
        let replica = &self.replicas[of];
        if replica.life != Life::Up {
            return;
        }
        if replica.epoch.is_none() || replica.renewed_at < self.now {
            acts.push(Act::Renew(of));
        } else if replica.epoch.is_some_and(|epoch| self.in_force(epoch)) && self.effect == Effect::Free {
            acts.push(Act::Claim(of));
        }
        if replica.held.is_some() {
            acts.push(Act::Send(of));
        }
        if replica.waits.is_some() {
            acts.push(Act::Record(of));
        }
    }

    fn renew(&mut self, of: usize, protocol: Protocol) {
        let own = self.replicas[of].epoch;
        for epoch in 0..self.leases.len() {
            let (until, over) = self.leases[epoch];
            if Some(epoch) != own && until <= self.now && !over {
                self.leases[epoch].1 = true;
                if self.effect == Effect::Claimed(epoch) && protocol.frees_claims {
                    self.effect = Effect::Free;
                    self.lost += u8::from(self.replicas.iter().any(|other| other.waits == Some(epoch)));
                }
            }
        }
        let until = self.now + LEASE;
        let epoch = match own.filter(|epoch| self.in_force(*epoch)) {
            Some(epoch) => {
                self.leases[epoch].0 = until;
                epoch
            }
            None => {
                self.leases.push((until, false));
                // Under a new epoch what was claimed and not let out is forgotten.
                self.replicas[of].held = None;
                self.leases.len() - 1
            }
        };
        let replica = &mut self.replicas[of];
        (replica.epoch, replica.good_until, replica.renewed_at) = (Some(epoch), until, self.now);
    }

    fn claim(&mut self, of: usize, protocol: Protocol) {
        let Some(epoch) = self.replicas[of].epoch else { return };
        if self.answered && protocol.looks_at_state {
            self.effect = Effect::Over;
            return;
        }
        self.undue_claim |= self.answered;
        self.effect = Effect::Claimed(epoch);
        self.replicas[of].held = Some(epoch);
    }

    fn send(&mut self, of: usize, protocol: Protocol) {
        let Some(epoch) = self.replicas[of].held.take() else { return };
        let good = self.now < self.replicas[of].good_until && self.replicas[of].epoch == Some(epoch);
        if good || !protocol.looks_at_permit {
            self.sends += 1;
            self.sends_without_lease += u8::from(!self.in_force(epoch));
            self.replicas[of].waits = Some(epoch);
        } else if self.in_force(epoch) && self.effect == Effect::Claimed(epoch) {
            self.effect = Effect::Free;
        }
    }
}

impl Model for Protocol {
    type State = World;
    type Action = Act;

    fn init_states(&self) -> Vec<World> {
        let replica = Replica { life: Life::Up, epoch: None, good_until: 0, renewed_at: 0, held: None, waits: None };
        vec![World {
            now: 0,
            replicas: [replica.clone(), replica],
            leases: vec![],
            effect: Effect::Free,
            faults: 0,
            answered: false,
            sends: 0,
            lost: 0,
            sends_without_lease: 0,
            undue_claim: false,
        }]
    }

    fn actions(&self, world: &World, acts: &mut Vec<Act>) {
        (0..2).for_each(|of| world.urgent(of, acts));
        if acts.is_empty() && world.now < END {
            acts.push(Act::Tick);
        }
        for of in 0..2 {
            let other_is_up = world.replicas[1 - of].life == Life::Up;
            let may_fail = world.now <= LAST_FAULT && world.faults < FAULTS && other_is_up;
            match world.replicas[of].life {
                Life::Up if may_fail => acts.extend([Act::Crash(of), Act::Pause(of)]),
                Life::Up => {}
                Life::Down | Life::Paused => acts.push(Act::Up(of)),
            }
        }
        if !world.answered && world.effect != Effect::Over && world.now <= LAST_FAULT {
            acts.push(Act::Answer);
        }
    }

    fn next_state(&self, world: &World, act: Act) -> Option<World> {
        let mut world = world.clone();
        match act {
            Act::Tick => world.now += 1,
            Act::Renew(of) => world.renew(of, *self),
            Act::Claim(of) => world.claim(of, *self),
            Act::Send(of) => world.send(of, *self),
            Act::Record(of) => {
                let epoch = world.replicas[of].waits.take()?;
                // Written under another epoch, it is refused.
                if world.effect == Effect::Claimed(epoch) && world.in_force(epoch) {
                    world.effect = Effect::Over;
                }
            }
            Act::Crash(of) => {
                world.faults += 1;
                let replica = &mut world.replicas[of];
                world.lost += u8::from(replica.waits.take().is_some());
                (replica.life, replica.epoch, replica.held) = (Life::Down, None, None);
            }
            Act::Pause(of) => {
                world.faults += 1;
                world.replicas[of].life = Life::Paused;
            }
            Act::Up(of) => world.replicas[of].life = Life::Up,
            Act::Answer => world.answered = true,
        }
        Some(world)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::always("nothing is sent under a lease that is over", |_, world: &World| {
                world.sends_without_lease == 0
            }),
            Property::always("I5 one send, and one more for each lost answer", |_, world: &World| {
                world.sends <= 1 + world.lost
            }),
            Property::always("I4 nothing is claimed after the answer and sent", |_, world: &World| !world.undue_claim),
            Property::eventually("I8 the send is handed over", |_, world: &World| world.effect == Effect::Over),
            Property::sometimes("a send is made twice", |_, world: &World| world.sends > 1),
            Property::sometimes("a lease is lost and another follows", |_, world: &World| world.leases.len() > 3),
        ]
    }
}

/// The first promises that a protocol breaks.
fn broken(protocol: Protocol) -> Vec<&'static str> {
    let checker = protocol.checker().finish_when(HasDiscoveries::AnyFailures).spawn_bfs().join();
    let names = protocol.properties().into_iter().map(|property| property.name);
    names.filter(|name| !name.starts_with("a ") && checker.discovery(name).is_some()).collect()
}

#[test]
fn f29_two_replicas_keep_every_promise_in_every_state() {
    let checker = WHOLE.checker().spawn_bfs().join();
    assert!(checker.is_done());
    checker.assert_properties();
    // As docs/faults.md says.
    assert_eq!(checker.unique_state_count(), 588_329);
}

#[test]
fn f29_a_send_that_does_not_look_at_its_permit_leaves_under_a_lease_that_is_over() {
    let found = broken(Protocol { looks_at_permit: false, ..WHOLE });
    assert_eq!(found, ["nothing is sent under a lease that is over"]);
}

#[test]
fn f30_claims_that_are_not_freed_are_never_handed_over() {
    assert_eq!(broken(Protocol { frees_claims: false, ..WHOLE }), ["I8 the send is handed over"]);
}

#[test]
fn f77_a_claim_that_does_not_look_rings_somebody_after_the_answer() {
    let found = broken(Protocol { looks_at_state: false, ..WHOLE });
    assert_eq!(found, ["I4 nothing is claimed after the answer and sent"]);
}
