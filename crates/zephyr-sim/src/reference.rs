//! Who must be ringing when, told a second time and far more simply than the engine tells it.
//!
//! It knows the policy, what people did (declared, answered, declined, changed, ended), what providers said of a method,
//! and at which instants anything was decided. Of each such instant it says which sends must have been decided and whose
//! phones must have been told to stop; the oracle compares that with what the engine committed.
//!
//! Deliberately not here: anything the engine decided itself (steps, widenings, ends of rings), words, channels, stores.

mod calendar;
mod due;
mod lease;
mod rings;
mod who;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::rc::Rc;
use std::sync::Arc;

use jiff::Timestamp;
use zephyr_core::incident::{Body, Event};
use zephyr_core::page::{PageEvent, StopWhy};
use zephyr_core::policy::{Method, Severity};
use zephyr_core::{PersonId, RotationId, ServiceId, World, limits};

pub use calendar::Walked;
use due::Due;
use lease::Lease;
use rings::Ring;

type People = BTreeSet<PersonId>;

/// What must have been decided at one instant.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Expected {
    /// Who is rung, by which entry of their ladder, from 0.
    pub sends: BTreeSet<(PersonId, u32)>,
    /// Whose phones are told that it is over.
    pub hushes: People,
}

impl fmt::Display for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sends: Vec<String> = self.sends.iter().map(|(person, entry)| format!("{person}#{entry}")).collect();
        let hushes: Vec<String> = self.hushes.iter().map(ToString::to_string).collect();
        write!(f, "[{}] and tells [{}]", sends.join(" "), hushes.join(" "))
    }
}

/// One incident, as the policy text would have it.
#[derive(Debug)]
pub struct Reference {
    world: Arc<World>,
    walked: Rc<Walked>,
    severity: Severity,
    service: Option<ServiceId>,
    open: bool,
    pages: BTreeMap<String, Page>,
    rings: BTreeMap<PersonId, Ring>,
    declined: BTreeMap<PersonId, Timestamp>,
    broken: BTreeSet<(PersonId, Method)>,
    commander: Option<PersonId>,
    /// While somebody answers a SEV-1 or SEV-2.
    lease: Option<Lease>,
}

#[derive(Debug)]
struct Page {
    due: Due,
    /// Everybody it has ever wanted.
    rung: People,
    state: State,
}

#[derive(Debug)]
enum State {
    Ringing(Ringing),
    /// `also` ring on until then.
    Answered {
        by: People,
        also: People,
        until: Timestamp,
        stood: Stood,
    },
    /// A person's word holds; what stopped for any other reason begins again when it is due.
    Stopped {
        by_a_person: bool,
    },
}

#[derive(Debug)]
struct Ringing {
    round: u32,
    round_began: Timestamp,
    at: At,
    wanted: People,
    until: Timestamp,
    tried: People,
}

/// Where a page was when it was answered.
#[derive(Debug, Clone)]
struct Stood {
    round: u32,
    round_began: Timestamp,
    at: At,
    tried: People,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum At {
    Start,
    Step(usize),
    Everybody,
    Pause,
}

impl Reference {
    /// A new incident; `None` where the event is no opening.
    pub fn opened(world: Arc<World>, walked: Rc<Walked>, event: &Event) -> Option<Self> {
        let Body::Opened { severity, service, .. } = &event.body else { return None };
        let (pages, rings) = (BTreeMap::new(), BTreeMap::new());
        let (declined, broken) = (BTreeMap::new(), BTreeSet::new());
        let (severity, service) = (*severity, service.clone());
        let (commander, lease) = (None, None);
        let open = true;
        let mut new = Self { world, walked, severity, service, open, pages, rings, declined, broken, commander, lease };
        new.page_everybody_due(event.at);
        Some(new)
    }

    /// From now on it is another world.
    pub fn set_world(&mut self, world: Arc<World>) {
        self.world = world;
    }

    /// Takes note of what somebody did or a provider said. What the engine decided because of it is not looked at.
    pub fn happens(&mut self, event: &Event) {
        let at = event.at;
        match &event.body {
            Body::Page(page) => self.page_event(page, at),
            Body::Ring { person, event } => self.ring_event(person, event, at),
            Body::Reclassified { severity, .. } => {
                let lowered = *severity > self.severity;
                self.severity = *severity;
                self.page_whoever_is_due(lowered, at);
            }
            Body::ServiceSet { service, .. } => {
                let another = *service != self.service;
                self.service.clone_from(service);
                if another {
                    self.page_whoever_is_due(true, at);
                }
            }
            Body::Reopened { .. } => {
                self.open = true;
                self.pages.clear();
                self.page_everybody_due(at);
            }
            Body::Resolved { .. } | Body::Cancelled { .. } => {
                self.open = false;
                self.pages.values_mut().for_each(Page::stop);
            }
            _ => {}
        }
        self.live(event);
    }

    /// What must be decided at `now`, after all that happened.
    pub fn decide(&mut self, now: Timestamp) -> Expected {
        self.look_at_lease(now);
        self.steps(now);
        self.ring(now)
    }

    /// When something is next to be decided, if nothing happens before; `None` where nothing ever is.
    pub fn next_due(&self) -> Option<Timestamp> {
        let pages = self.pages.values().filter_map(|page| match &page.state {
            State::Ringing(ringing) => Some(ringing.until),
            State::Answered { also, until, .. } => (!also.is_empty()).then_some(*until),
            State::Stopped { .. } => None,
        });
        let lease = self.lease.as_ref().map(Lease::until);
        pages.chain(self.rings.values().filter_map(Ring::next_due)).chain(lease).min()
    }

    /// Whether a person's phone must be ringing.
    pub fn rings(&self, person: &PersonId) -> bool {
        self.pages.values().any(|page| page.wants(person))
            || self.lease.as_ref().is_some_and(|lease| lease.asks(person))
    }

    fn page_event(&mut self, event: &PageEvent, at: Timestamp) {
        match event {
            PageEvent::Acknowledged { by, .. } => {
                self.commander.get_or_insert_with(|| by.clone());
                for page in self.pages.values_mut() {
                    let is_ringing = matches!(page.state, State::Ringing(_));
                    if page.wants(by) || (is_ringing && page.rung.contains(by)) {
                        page.answer(by, at);
                    }
                }
            }
            PageEvent::Taken { target, by } => {
                self.commander.get_or_insert_with(|| by.clone());
                self.pages.get_mut(target.as_str()).into_iter().for_each(|page| page.answer(by, at));
            }
            PageEvent::Declined { by, targets, .. } => {
                self.declined.insert(by.clone(), later(at, limits::DECLINED_FOR));
                self.lease.iter_mut().for_each(|lease| lease.lose(by, at));
                let named = |name: &str| targets.iter().any(|target| target.as_str() == name);
                self.pages.iter_mut().filter(|(name, _)| named(name)).for_each(|(_, page)| page.lose(by, at));
            }
            PageEvent::Stopped { targets, why: StopWhy::Person { .. } } => {
                for target in targets {
                    let page = self.pages.get_mut(target.as_str());
                    page.into_iter().for_each(|page| page.state = State::Stopped { by_a_person: true });
                }
            }
            PageEvent::RungAgain { target, person, .. } => {
                if let Some(Page { state: State::Answered { also, until, .. }, .. }) =
                    self.pages.get_mut(target.as_str())
                {
                    also.insert(person.clone());
                    *until = later(at, limits::ALL_RING_STEP);
                }
            }
            _ => {}
        }
    }

    /// Every page that the severity names begins.
    fn page_everybody_due(&mut self, at: Timestamp) {
        for due in due::all(&self.world.policy, self.severity, self.service.as_ref()) {
            self.pages.insert(due.name.clone(), Page::begin(due, at));
        }
        // The first steps are there before whoever opened it answers.
        self.steps(at);
    }

    /// Another severity, another owner: who is newly due is paged, nobody twice.
    fn page_whoever_is_due(&mut self, stop: bool, at: Timestamp) {
        if !self.open {
            return;
        }
        let all = due::all(&self.world.policy, self.severity, self.service.as_ref());
        for (name, page) in &mut self.pages {
            let still = all.iter().any(|due| due.name == *name && due.owner == page.due.owner);
            if stop && !still && matches!(page.state, State::Ringing(_)) {
                page.stop();
            }
        }
        for due in all {
            let former = match self.pages.get(&due.name) {
                None => None,
                Some(Page { state: State::Stopped { by_a_person: false }, .. }) => None,
                Some(page) if page.due.owner == due.owner => {
                    self.widen(&due, at);
                    continue;
                }
                Some(page) => page.due.owner.clone(),
            };
            if let Some(owner) = former
                && let Some(page) = self.pages.remove(&due.name)
            {
                self.pages.insert(format!("{}:{owner}", due.name), page);
            }
            self.pages.insert(due.name.clone(), Page::begin(due, at));
        }
    }

    /// A page that wanted one of a rotation wants all who are on call in it.
    fn widen(&mut self, due: &Due, at: Timestamp) {
        let Some(page) = self.pages.get(&due.name).filter(|page| due.everyone && !page.due.everyone) else { return };
        let on_call = page.due.owner.as_ref().map(|owner| self.calendar(at).on_call(owner)).unwrap_or_default();
        let more: People =
            on_call.into_iter().filter(|person| !page.wants(person) && self.can_be_rung(person, at)).collect();
        let Some(page) = self.pages.get_mut(&due.name) else { return };
        let first_wait = page.due.wait(0);
        match &mut page.state {
            State::Stopped { .. } => return,
            State::Ringing(ringing) => {
                ringing.wanted.extend(more.iter().cloned());
                ringing.tried.extend(more.iter().cloned());
            }
            State::Answered { also, until, .. } => {
                also.extend(more.iter().cloned());
                *until = later(at, first_wait);
            }
        }
        page.due.everyone = true;
        page.rung.extend(more);
    }

    /// Whoever holds an answer.
    fn holders(&self) -> People {
        let of = |page: &Page| match &page.state {
            State::Answered { by, .. } => by.clone(),
            State::Ringing(_) | State::Stopped { .. } => People::new(),
        };
        self.pages.values().flat_map(of).collect()
    }

    /// Not answering already, not declined, not out of reach.
    fn can_be_rung(&self, person: &PersonId, at: Timestamp) -> bool {
        !self.holders().contains(person) && !self.has_declined(person, at) && !self.methods(person).is_empty()
    }

    fn has_declined(&self, person: &PersonId, at: Timestamp) -> bool {
        self.declined.get(person).is_some_and(|until| at < *until)
    }
}

impl Page {
    fn begin(due: Due, at: Timestamp) -> Self {
        let nobody = People::new;
        let ringing =
            Ringing { round: 1, round_began: at, at: At::Start, wanted: nobody(), until: at, tried: nobody() };
        Self { due, rung: nobody(), state: State::Ringing(ringing) }
    }

    /// It wants nobody any more, for no person's word.
    fn stop(&mut self) {
        if !matches!(self.state, State::Stopped { .. }) {
            self.state = State::Stopped { by_a_person: false };
        }
    }

    fn wants(&self, person: &PersonId) -> bool {
        self.wanted().contains(person)
    }

    fn wanted(&self) -> &People {
        const NOBODY: &People = &People::new();
        match &self.state {
            State::Ringing(ringing) => &ringing.wanted,
            State::Answered { also, .. } => also,
            State::Stopped { .. } => NOBODY,
        }
    }

    fn answer(&mut self, who: &PersonId, at: Timestamp) {
        let (also, until, stood) = match &mut self.state {
            State::Answered { by, also, .. } => {
                also.remove(who);
                by.insert(who.clone());
                return;
            }
            State::Ringing(ringing) => {
                let stood = ringing.stood();
                match ringing.wanted.remove(who) {
                    true => (std::mem::take(&mut ringing.wanted), ringing.until, stood),
                    false => (People::new(), at, stood),
                }
            }
            State::Stopped { .. } => {
                let stood = Stood { round: 1, round_began: at, at: At::Start, tried: People::new() };
                (People::new(), at, stood)
            }
        };
        self.state = State::Answered { by: People::from([who.clone()]), also, until, stood };
    }

    /// Somebody cannot: a step that is left with nobody is over at once.
    fn lose(&mut self, who: &PersonId, at: Timestamp) {
        match &mut self.state {
            State::Ringing(Ringing { wanted, until, .. }) => {
                if wanted.remove(who) && wanted.is_empty() {
                    *until = at.min(*until);
                }
            }
            State::Answered { also, .. } => {
                also.remove(who);
            }
            State::Stopped { .. } => {}
        }
    }
}

impl Ringing {
    fn stood(&self) -> Stood {
        Stood { round: self.round, round_began: self.round_began, at: self.at, tried: self.tried.clone() }
    }
}

fn later(at: Timestamp, wait: jiff::SignedDuration) -> Timestamp {
    at.checked_add(wait).unwrap_or(Timestamp::MAX)
}

/// A rotation by name.
fn named(rotation: &str) -> Option<RotationId> {
    rotation.parse().ok()
}
