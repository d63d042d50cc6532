//! Who is on call at an instant: arithmetic on wall clocks, and on what was arranged outside the file.
//!
//! Layers hold at the same time. An override beats the layers: it puts somebody in the place of a person, or of whoever
//! is primary. Leave and holidays pass a person over. Of two words about the same place the newer holds: leave that is
//! told after an override was made passes over the person of the override too.
//!
//! Deliberately not here: how a page goes on (`page`), and what a year of it means (`proof`).

use jiff::Timestamp;

use crate::policy::{Layer, Policy, Rotation};
use crate::{PersonId, RotationId};

mod changes;
pub(crate) mod turn;
pub mod wall;

pub use changes::{Changes, Leave, Override};
pub(crate) use turn::Turn;

/// One layer's person at an instant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OnCall {
    /// Which layer, from 0; the first that is told is primary. An override beside all layers has 0.
    pub layer: usize,
    /// Who.
    pub person: PersonId,
    /// The first instant at which this may be no longer so: a hand-off, the end of the layer's hours, the beginning or
    /// end of something arranged. It may go on with the same person.
    pub until: Timestamp,
    /// The number of the override that puts them there.
    pub by: Option<u64>,
}

/// The schedules of a policy, with what was arranged outside it.
#[derive(Debug, Clone, Copy)]
pub struct Schedule<'a> {
    policy: &'a Policy,
    changes: &'a Changes,
}

/// Who stands in one layer.
#[derive(Debug, Clone)]
pub(crate) struct Stand<'a> {
    /// Which layer, from 0.
    pub(crate) place: usize,
    /// The layer's own turn; `None` for an override beside all layers.
    turn: Option<(&'a Layer, usize)>,
    /// Who, and the override that puts them there; never empty.
    pub(crate) people: Vec<(&'a PersonId, Option<u64>)>,
    until: Timestamp,
}

impl Stand<'_> {
    /// Whether it is the turn of a layer.
    pub(crate) fn is_of_turn(&self, layer: &Layer) -> bool {
        self.turn.is_some_and(|(own, _)| std::ptr::eq(own, layer))
    }
}

impl<'a> Schedule<'a> {
    /// With what was arranged.
    pub fn new(policy: &'a Policy, changes: &'a Changes) -> Self {
        Self { policy, changes }
    }

    /// By the file alone.
    pub fn of(policy: &'a Policy) -> Self {
        Self { policy, changes: Changes::NONE }
    }

    /// Who is on call in each layer that has someone at `now`, in layer order. The instant of a hand-off belongs to the
    /// incoming person. Empty for a rotation that is not there.
    pub fn at(&self, rotation: &RotationId, now: Timestamp) -> Vec<OnCall> {
        let Some(known) = self.policy.rotations.get(rotation) else { return Vec::new() };
        let mut found = Vec::new();
        for stand in self.stands(rotation, turns(known, now), now) {
            let until = self.until(rotation, &stand, now);
            let Stand { place: layer, people, .. } = stand;
            found.extend(people.into_iter().map(|(person, by)| OnCall { layer, person: person.clone(), until, by }));
        }
        found
    }

    /// Whom a page for a rotation rings first at `now`: everybody of the first layer that has someone.
    pub fn primary(&self, rotation: &RotationId, now: Timestamp) -> Vec<PersonId> {
        let Some(known) = self.policy.rotations.get(rotation) else { return Vec::new() };
        let first = self.stands(rotation, turns(known, now), now).into_iter().next();
        first.into_iter().flat_map(|stand| stand.people).map(|(person, _)| person.clone()).collect()
    }

    /// Who comes next in a rotation, in order: first the other layers' people on call now and awake, then the following
    /// people of the primary's layer, then every other member. The primary is not among them, nor is anybody away.
    pub fn succession(&self, rotation: &RotationId, now: Timestamp) -> Vec<PersonId> {
        let Some(known) = self.policy.rotations.get(rotation) else { return Vec::new() };
        let stands = self.stands(rotation, turns(known, now), now);
        let awake = |person: &PersonId| self.policy.is_awake(person, now);
        let mut order: Vec<PersonId> = Vec::new();
        for person in self.successors(known, &stands, now, awake) {
            if !order.contains(person) {
                order.push(person.clone());
            }
        }
        order
    }

    /// Whether a person is on leave or on holiday.
    pub fn is_away(&self, person: &PersonId, now: Timestamp) -> bool {
        self.policy.holiday(person, now).is_some() || self.changes.on_leave(person, now, Timestamp::MIN)
    }

    /// Who stands in each layer that has someone, given whose turn it is.
    pub(crate) fn stands(
        &self,
        rotation: &RotationId,
        turns: impl Iterator<Item = (&'a Layer, Turn)>,
        now: Timestamp,
    ) -> Vec<Stand<'a>> {
        let of_layer = |(layer, turn): (&'a Layer, Turn)| {
            let slot = layer.slots.get(turn.position)?;
            let people: Vec<_> = slot.iter().filter_map(|person| self.stands_for(rotation, person, now)).collect();
            let turn_of = Some((layer, turn.position));
            (!people.is_empty()).then_some(Stand { place: layer.place, turn: turn_of, people, until: turn.until })
        };
        let mut stands: Vec<Stand<'a>> = turns.filter_map(of_layer).collect();
        if let Some((person, by)) = self.overriding(rotation, None, now) {
            let people = vec![(person, Some(by))];
            match stands.first_mut() {
                Some(primary) => primary.people = people,
                None => stands.push(Stand { place: 0, turn: None, people, until: Timestamp::MAX }),
            }
        }
        stands
    }

    /// The successors of whoever is primary, somebody perhaps several times.
    pub(crate) fn successors<'s>(
        &'s self,
        rotation: &'a Rotation,
        stands: &'s [Stand<'a>],
        now: Timestamp,
        awake: impl Fn(&PersonId) -> bool + 's,
    ) -> impl Iterator<Item = &'a PersonId> + 's {
        let mut in_order = stands.iter();
        let primary = in_order.next();
        let others = in_order.flat_map(|stand| &stand.people).map(|(person, _)| *person);
        let others_awake = others.filter(move |person| awake(person));
        let following = primary.and_then(|stand| stand.turn).into_iter().flat_map(|(layer, position)| {
            layer.slots.iter().cycle().skip(position + 1).take(layer.slots.len()).flatten()
        });
        let is_primary = move |person: &PersonId| {
            primary.is_some_and(|stand| stand.people.iter().any(|(standing, _)| *standing == person))
        };
        let all = others_awake.chain(following.chain(rotation.members(now)).filter(move |p| !self.is_away(p, now)));
        all.filter(move |person| !is_primary(person))
    }

    /// Who stands where a person would: the newest override of somebody who is not away, else the person.
    fn stands_for(
        &self,
        rotation: &RotationId,
        person: &'a PersonId,
        now: Timestamp,
    ) -> Option<(&'a PersonId, Option<u64>)> {
        let overriding = self.overriding(rotation, Some(person), now).map(|(person, by)| (person, Some(by)));
        overriding.or_else(|| (!self.is_away(person, now)).then_some((person, None)))
    }

    fn overriding(
        &self,
        rotation: &RotationId,
        instead_of: Option<&PersonId>,
        now: Timestamp,
    ) -> Option<(&'a PersonId, u64)> {
        if self.changes.overrides.is_empty() {
            return None;
        }
        let newest_first = self.changes.holding(rotation, instead_of, now).into_iter();
        let mut present = newest_first
            .filter(|arranged| !self.changes.on_leave(&arranged.person, now, arranged.made_at))
            .filter(|arranged| self.policy.people.contains_key(&arranged.person));
        present.next().map(|arranged| (&arranged.person, arranged.number))
    }

    /// The first instant after `now` at which somebody else may stand there.
    fn until(&self, rotation: &RotationId, stand: &Stand<'_>, now: Timestamp) -> Timestamp {
        let arranged = self.changes.edges(rotation).filter(|edge| now < *edge);
        let holidays = stand.people.iter().filter_map(|(person, _)| {
            let holidays = &self.policy.people.get(*person)?.holidays;
            holidays.get(holidays.partition_point(|(from, _)| *from <= now)).map(|(from, _)| *from)
        });
        arranged.chain(holidays).fold(stand.until, Timestamp::min)
    }
}

/// Whose turn it is in each layer at `now`, in layer order.
fn turns(rotation: &Rotation, now: Timestamp) -> impl Iterator<Item = (&Layer, Turn)> {
    rotation.layers.iter().filter_map(move |layer| Some((layer, turn::turn_at(layer, now)?)))
}
