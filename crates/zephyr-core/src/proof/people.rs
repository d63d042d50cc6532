//! People: when they are awake, over which networks they are reached, who could fill a gap.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::Case;
use super::spans::{self, Spans};
use crate::oncall::wall;
use crate::policy::{Policy, Window};
use crate::{PersonId, RotationId, World};

/// As many as anybody would ask.
const SHOWN: usize = 5;

/// When each person is awake in a piece of time. People with the same hours in the same zone share it.
pub(super) struct Awake<'a> {
    of: BTreeMap<&'a PersonId, usize>,
    spans: Vec<Spans>,
}

impl<'a> Awake<'a> {
    pub(super) fn new(policy: &'a Policy, piece: (Timestamp, Timestamp)) -> Self {
        let mut alike: BTreeMap<(&str, jiff::civil::Time, jiff::civil::Time), usize> = BTreeMap::new();
        let mut all = Self { of: BTreeMap::new(), spans: Vec::new() };
        for (id, person) in &policy.people {
            let awake = person.awake;
            let open = || {
                if awake.is_whole_day() {
                    vec![piece]
                } else {
                    spans::windows(&person.zone, Window::daily(awake), piece)
                }
            };
            let group = match person.zone.iana_name() {
                Some(zone) => *alike.entry((zone, awake.from, awake.to)).or_insert_with(|| {
                    all.spans.push(open());
                    all.spans.len() - 1
                }),
                None => {
                    all.spans.push(open());
                    all.spans.len() - 1
                }
            };
            all.of.insert(id, group);
        }
        all
    }

    /// When a person is awake; never, for somebody unknown.
    pub(super) fn of(&self, person: &PersonId) -> &[(Timestamp, Timestamp)] {
        let spans = self.of.get(person).and_then(|group| self.spans.get(*group));
        spans.map(Vec::as_slice).unwrap_or_default()
    }

    /// The different days that some people have.
    pub(super) fn days_of<'p>(&self, people: impl Iterator<Item = &'p PersonId>) -> Vec<&[(Timestamp, Timestamp)]> {
        let groups: BTreeSet<usize> = people.filter_map(|person| self.of.get(person).copied()).collect();
        groups.into_iter().filter_map(|group| self.spans.get(group)).map(Vec::as_slice).collect()
    }
}

/// The members of rotations whose whole ladder goes over one network.
pub(super) fn on_one_channel(policy: &Policy, from: Timestamp) -> Vec<(PersonId, BTreeSet<Case>)> {
    let members: BTreeSet<&PersonId> = policy.rotations.values().flat_map(|rotation| rotation.members(from)).collect();
    let reached_once = |person: &&PersonId| {
        policy.people.get(*person).is_some_and(|known| {
            let telephones = known.ladder.iter().filter(|entry| entry.method.is_telephone()).count();
            telephones == 0 || telephones == known.ladder.len()
        })
    };
    members.into_iter().filter(reached_once).map(|person| (person.clone(), BTreeSet::new())).collect()
}

/// Who is awake and not away in all of a gap, or at least at its beginning; members first.
pub(super) fn could_fill(world: &World, rotation: &RotationId, (from, until): (Timestamp, Timestamp)) -> Vec<PersonId> {
    let policy = &world.policy;
    let members: BTreeSet<&PersonId> =
        policy.rotations.get(rotation).into_iter().flat_map(|rotation| rotation.members(from)).collect();
    let mut all: Vec<&PersonId> = policy.people.keys().collect();
    all.sort_by_key(|person| !members.contains(person));
    let at_once = |person: &&&PersonId| policy.is_awake(person, from) && !world.schedule().is_away(person, from);
    let awake: Vec<&PersonId> = all.iter().filter(at_once).copied().collect();
    let throughout = |person: &&&PersonId| stays_awake(policy, person, (from, until));
    let whole: Vec<PersonId> = awake.iter().filter(throughout).take(SHOWN).map(|person| (*person).clone()).collect();
    if whole.is_empty() { awake.into_iter().take(SHOWN).cloned().collect() } else { whole }
}

fn stays_awake(policy: &Policy, person: &PersonId, (from, until): (Timestamp, Timestamp)) -> bool {
    policy.people.get(person).is_some_and(|known| {
        let awake = known.awake.is_whole_day()
            || wall::window_around(&known.zone, Window::daily(known.awake), from).is_some_and(|(_, end)| until <= end);
        awake && known.holidays.iter().all(|(begin, end)| *end <= from || until <= *begin)
    })
}
