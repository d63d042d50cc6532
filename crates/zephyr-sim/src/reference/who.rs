//! Who comes next: step after step, round after round, and in the end everybody.

use jiff::Timestamp;
use zephyr_core::policy::StepWho;
use zephyr_core::{PersonId, limits};

use super::calendar::Calendar;
use super::{At, Page, People, Reference, Ringing, State, later};

impl Reference {
    /// Every page whose time is up goes one step on; others of an answered step have had their time.
    pub fn steps(&mut self, now: Timestamp) {
        for name in self.pages.keys().cloned().collect::<Vec<_>>() {
            let Some(page) = self.pages.get(&name) else { continue };
            let next = match &page.state {
                State::Ringing(ringing) if ringing.until <= now => self.next(page, ringing, now),
                State::Answered { until, .. } if *until <= now => None,
                _ => continue,
            };
            let Some(page) = self.pages.get_mut(&name) else { continue };
            match (&mut page.state, next) {
                (State::Answered { also, .. }, _) => also.clear(),
                (State::Ringing(ringing), Some(Next { round, at, wanted, until })) => {
                    if round > ringing.round {
                        ringing.round_began = now;
                        ringing.tried.clear();
                    }
                    ringing.tried.extend(wanted.iter().cloned());
                    page.rung.extend(wanted.iter().cloned());
                    (ringing.round, ringing.at, ringing.wanted, ringing.until) = (round, at, wanted, until);
                }
                _ => {}
            }
        }
    }

    pub fn calendar(&self, now: Timestamp) -> Calendar<'_> {
        Calendar { world: &self.world, walked: &self.walked, now }
    }

    fn next(&self, page: &Page, ringing: &Ringing, now: Timestamp) -> Option<Next> {
        let first = match ringing.at {
            At::Start => 0,
            At::Step(step) => step + 1,
            At::Everybody | At::Pause => page.due.steps.len(),
        };
        if let Some(found) = self.first_from(first, page, &ringing.tried, ringing.round, now) {
            return Some(found);
        }
        if ringing.at == At::Start {
            return Some(self.everybody(page, ringing.round, now));
        }
        let earliest = later(ringing.round_began, limits::ROUND_MIN);
        if now < earliest {
            return Some(Next { round: ringing.round, at: At::Pause, wanted: People::new(), until: earliest });
        }
        let round = ringing.round + 1;
        self.first_from(0, page, &People::new(), round, now).or_else(|| Some(self.everybody(page, round, now)))
    }

    fn first_from(&self, first: usize, page: &Page, tried: &People, round: u32, now: Timestamp) -> Option<Next> {
        (first..page.due.steps.len()).find_map(|step| {
            let who = &page.due.steps.get(step)?.who;
            let calendar = self.calendar(now);
            let (candidates, most) = match (who, page.due.owner.as_ref()) {
                (StepWho::Rotation(rotation), _) => (calendar.primary(rotation), usize::MAX),
                (_, None) => (Vec::new(), 0),
                (StepWho::OnCall, Some(owner)) if page.due.everyone => (calendar.on_call(owner), usize::MAX),
                (StepWho::OnCall, Some(owner)) => (calendar.primary(owner), usize::MAX),
                (StepWho::NextInRotation, Some(owner)) => {
                    let mut all = calendar.primary(owner);
                    all.extend(calendar.succession(owner));
                    all.retain(|person| !tried.contains(person));
                    (all, 1)
                }
            };
            let can: People =
                candidates.into_iter().filter(|person| self.can_be_rung(person, now)).take(most).collect();
            let until = later(now, page.due.wait(step));
            (!can.is_empty()).then_some(Next { round, at: At::Step(step), wanted: can, until })
        })
    }

    /// The last resort; nobody where somebody answers already, or where there is nobody at all.
    fn everybody(&self, page: &Page, round: u32, now: Timestamp) -> Next {
        let until = later(now, limits::ALL_RING_STEP);
        let policy = &self.world.policy;
        let of_steps = page.due.steps.iter().filter_map(|step| match &step.who {
            StepWho::Rotation(rotation) => Some(rotation),
            StepWho::OnCall | StepWho::NextInRotation => None,
        });
        let of_ladder = policy.severities.values().flat_map(|rule| &rule.page).filter_map(|wanted| wanted.rotation());
        let rotations = page.due.owner.iter().chain(of_steps).chain(of_ladder);
        let calendar = self.calendar(now);
        let people = rotations.flat_map(|rotation| calendar.members(rotation));
        let reachable = |person: &PersonId| policy.people.get(person).is_some_and(|known| !known.ladder.is_empty());
        let all: People = people.filter(|person| reachable(person)).cloned().collect();
        let willing: People = all.iter().filter(|person| !self.has_declined(person, now)).cloned().collect();
        let admins = || policy.people.iter().filter(|(_, known)| known.admin && !known.ladder.is_empty());
        let wanted = match (self.holders().is_empty(), willing.is_empty(), all.is_empty()) {
            (false, ..) => People::new(),
            (true, false, _) => willing,
            (true, true, false) => all,
            (true, true, true) => admins().map(|(id, _)| id.clone()).collect(),
        };
        let at = if wanted.is_empty() { At::Pause } else { At::Everybody };
        Next { round, at, wanted, until }
    }
}

struct Next {
    round: u32,
    at: At,
    wanted: People,
    until: Timestamp,
}
