//! Phones: one ring a person, whatever number of pages want them.

use jiff::{SignedDuration, Timestamp};
use zephyr_core::PersonId;
use zephyr_core::page::RingEvent;
use zephyr_core::policy::LadderEntry;

use super::{At, Expected, Page, People, Reference, State, later};

/// A phone that rings.
#[derive(Debug)]
pub struct Ring {
    began: Timestamp,
    loud: bool,
    entries: Vec<Entry>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Entry {
    /// Its time comes then.
    Waits(Timestamp),
    /// Handed over, for all that is known.
    Out,
    /// It never will be.
    Failed,
    /// It was not needed any more.
    Withheld,
}

impl Entry {
    fn waits(&mut self) -> Option<&mut Timestamp> {
        match self {
            Self::Waits(due) => Some(due),
            Self::Out | Self::Failed | Self::Withheld => None,
        }
    }
}

impl Ring {
    /// The next method goes at once.
    fn hasten(&mut self, at: Timestamp) {
        if let Some(due) = self.entries.iter_mut().find_map(Entry::waits) {
            *due = at.min(*due);
        }
    }

    fn set(&mut self, index: u32, to: Entry) {
        let entry = usize::try_from(index).ok().and_then(|index| self.entries.get_mut(index));
        entry.into_iter().for_each(|entry| *entry = to);
    }

    pub fn next_due(&self) -> Option<Timestamp> {
        self.entries.clone().iter_mut().filter_map(|entry| entry.waits().copied()).min()
    }
}

impl Reference {
    /// What a provider said of a send.
    pub fn ring_event(&mut self, person: &PersonId, event: &RingEvent, at: Timestamp) {
        let ring = self.rings.get_mut(person);
        match event {
            RingEvent::Accepted { entry, .. } => {
                self.broken.remove(&(person.clone(), entry.method));
            }
            RingEvent::Retrying { .. } | RingEvent::Unclear { .. } | RingEvent::NoReceipt { .. } => {
                ring.into_iter().for_each(|ring| ring.hasten(at));
            }
            RingEvent::Withheld { entry } => {
                ring.into_iter().for_each(|ring| ring.set(entry.index, Entry::Withheld));
            }
            RingEvent::Failed { entry, .. } => {
                self.broken.insert((person.clone(), entry.method));
                let Some(ring) = ring else { return };
                ring.set(entry.index, Entry::Failed);
                ring.hasten(at);
                if ring.entries.iter().all(|entry| *entry == Entry::Failed) {
                    self.pages.values_mut().for_each(|page| page.lose(person, at));
                    self.lease.iter_mut().for_each(|lease| lease.lose(person, at));
                }
            }
            RingEvent::Began { .. } | RingEvent::Rang { .. } | RingEvent::Over { .. } => {}
        }
    }

    /// The methods of a person that have not failed for good.
    pub fn methods(&self, person: &PersonId) -> Vec<LadderEntry> {
        let ladder = self.world.policy.people.get(person).map(|known| known.ladder.clone()).unwrap_or_default();
        ladder.into_iter().filter(|entry| !self.broken.contains(&(person.clone(), entry.method))).collect()
    }

    /// Phones that nobody wants stop, those that somebody wants begin, and each runs its ladder.
    pub fn ring(&mut self, now: Timestamp) -> Expected {
        let mut expected = Expected::default();
        let wanted = self.pages.values().flat_map(Page::wanted);
        let people: People = self.world.policy.people.keys().chain(self.rings.keys()).chain(wanted).cloned().collect();
        for person in people {
            let wanted = self.rings(&person);
            let louder = self.loud_since(&person);
            let over = self
                .rings
                .get(&person)
                .is_some_and(|ring| !wanted || louder.is_some_and(|since| !ring.loud || ring.began < since));
            if over
                && let Some(ring) = self.rings.remove(&person)
                && !wanted
                && ring.entries.contains(&Entry::Out)
            {
                expected.hushes.insert(person.clone());
            }
            if wanted && !self.rings.contains_key(&person) {
                let ring = self.begin(&person, louder.is_some(), now);
                self.rings.insert(person.clone(), ring);
            }
            let entries = self.rings.get_mut(&person).into_iter().flat_map(|ring| &mut ring.entries);
            for (index, entry) in (0_u32..).zip(entries) {
                if matches!(entry, Entry::Waits(due) if *due <= now) {
                    *entry = Entry::Out;
                    expected.sends.insert((person.clone(), index));
                }
            }
        }
        expected
    }

    fn begin(&self, person: &PersonId, loud: bool, now: Timestamp) -> Ring {
        let mut ladder = self.methods(person);
        if ladder.is_empty() {
            ladder = self.world.policy.people.get(person).map(|known| known.ladder.clone()).unwrap_or_default();
        }
        let wait = |entry: &LadderEntry| if loud { SignedDuration::ZERO } else { entry.after };
        let entries = ladder.iter().map(|entry| Entry::Waits(later(now, wait(entry)))).collect();
        Ring { began: now, loud, entries }
    }

    /// Since when the latest round goes on that rings this person by every means.
    fn loud_since(&self, person: &PersonId) -> Option<Timestamp> {
        let since = self.pages.values().filter_map(|page| match &page.state {
            State::Ringing(ringing) if ringing.wanted.contains(person) => {
                (ringing.round > 1 || ringing.at == At::Everybody).then_some(ringing.round_began)
            }
            _ => None,
        });
        since.max()
    }
}
