//! What must hold, whatever happens. It looks at every commit as it is written, and at every send as it leaves.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use zephyr_core::effect::{Effect, Lane};
use zephyr_core::incident::{Body, Event, Incident, narrate, still_due};
use zephyr_core::page::{Page, PageEvent, PageState, Passed, Place, Ringing, Target};
use zephyr_core::{EffectId, StreamId, invariants};
use zephyr_engine::Send;
use zephyr_engine::ports::Commit;
use zephyr_store::ModelStore;

use crate::network::Network;
use crate::outages::Outages;
use crate::outside;

/// How late a step may be beyond the outages it fell into (I3).
const GRACE: SignedDuration = SignedDuration::from_secs(1);

/// Violations kept: the first ones are the interesting ones.
const KEPT: usize = 20;

/// The checker.
#[derive(Debug, Default)]
pub struct Oracle {
    /// Every incident, folded from its events alone.
    pub incidents: BTreeMap<StreamId, Incident>,
    /// What is broken.
    pub violations: Vec<String>,
    /// Everything that happened, in words.
    pub log: Vec<String>,
    /// Page sends that were decided.
    decided: BTreeSet<EffectId>,
    /// Answers and ends that a person was told of.
    answered: BTreeSet<(StreamId, Target)>,
    ended: BTreeSet<StreamId>,
}

impl Oracle {
    /// Looks at a commit that was written.
    pub fn observe(&mut self, commit: &Commit, outages: &Outages) {
        let before = self.incidents.remove(&commit.stream);
        let mut state = before;
        for row in &commit.events {
            let event = match Event::from_stored(row.seq, row.at, &row.body) {
                Ok(event) => event,
                Err(error) => return self.broken(format!("event {} of {}: {error}", row.seq, commit.stream)),
            };
            self.log.push(format!("{} {} {}", row.at, short(commit.stream), narrate(&event).text));
            if let (Some(state), Body::Page(page)) = (&state, &event.body) {
                self.step(state, page, event.at, outages);
            }
            self.begin_anew(commit.stream, &event.body);
            state = Incident::fold(state, &event);
        }
        let Some(state) = state else { return self.broken(format!("{} is no incident", commit.stream)) };
        if serde_json::to_string(&state).ok().as_ref() != Some(&commit.state) {
            self.broken(format!("{}: the state is not the fold of its events", state.label()));
        }
        for rule in invariants::broken(&state, commit.wake_at) {
            self.broken(format!("I2/I6 {rule}"));
        }
        self.decided.extend(commit.effects.iter().filter(|new| new.effect.lane() == Lane::Page).map(|new| new.id));
        self.incidents.insert(commit.stream, state);
    }

    /// A page that begins again, or whose answer lapsed, or an incident that was reopened, has no answer yet.
    fn begin_anew(&mut self, stream: StreamId, body: &Body) {
        match body {
            Body::Page(PageEvent::Began { target, .. }) => {
                self.answered.remove(&(stream, target.clone()));
            }
            // Answered, and nobody gave a sign of life: the page wants a person again.
            Body::Page(PageEvent::Lapsed { targets, .. }) => {
                targets.iter().for_each(|target| _ = self.answered.remove(&(stream, target.clone())));
            }
            Body::Reopened { .. } => {
                self.ended.remove(&stream);
            }
            _ => {}
        }
    }

    /// A person was told that they have answered, or that it is over.
    pub fn confirmed(&mut self, incident: &Incident) {
        if !incident.is_open() {
            self.ended.insert(incident.stream());
        }
        for (target, page) in &incident.paging.pages {
            if !page.is_ringing() {
                self.answered.insert((incident.stream(), target.clone()));
            }
        }
    }

    /// Looks at a send as it leaves (I4, I7).
    pub fn leaves(&mut self, send: &Send) {
        let Effect::Page(page) = &send.effect else { return };
        if !self.decided.contains(&send.id) {
            self.broken(format!("I7 a send to {} was never decided", page.person));
        }
        if self.ended.contains(&send.stream) {
            self.broken(format!("I4 {} is rung after the end was confirmed", page.person));
        }
        if !self.incidents.get(&send.stream).is_some_and(|state| still_due(state, &send.effect)) {
            self.broken(format!("I4 {} is rung by a send that is no longer due", page.person));
        }
    }

    /// Nothing was left undone by a process that could do it (I3, I8): no overdue wake-up, no page that waits though
    /// it is due, and none that is claimed and forgotten.
    pub fn nothing_left(&mut self, now: Timestamp, store: &ModelStore, outstanding: &BTreeSet<EffectId>) {
        let overdue: Vec<String> = self
            .incidents
            .values()
            .filter(|incident| incident.next_wake().is_some_and(|wake| wake <= now))
            .map(|incident| format!("I3 {} was due and nobody woke it", incident.label()))
            .collect();
        overdue.into_iter().for_each(|line| self.broken(line));
        for (id, row) in store.peek_unfinished() {
            if row.effect.lane() != Lane::Page {
                continue;
            }
            let held = row.epoch == Some(store.epoch());
            if held && !outstanding.contains(&id) {
                self.broken(format!("I8 page send {id} is claimed and forgotten"));
            } else if !held && row.due_at <= now {
                self.broken(format!("I8 page send {id} is due and waits"));
            }
        }
    }

    /// When all is over (I5, I7): every send is accounted for, and every mirror shows what it should.
    pub fn drained(&mut self, network: &Network, store: &ModelStore) {
        for (id, arrived) in &network.arrivals {
            let lost = network.lost.get(id).copied().unwrap_or(0);
            if *arrived > 1 + lost {
                self.broken(format!("I5 page send {id} arrived {arrived} times, {lost} answers were lost"));
            }
            if !self.decided.contains(id) {
                self.broken(format!("I7 page send {id} arrived and was never decided"));
            }
        }
        let states: Vec<Incident> = self.incidents.values().cloned().collect();
        for state in &states {
            self.settled(state);
            let differences = outside::differences(state, store);
            differences.into_iter().for_each(|line| self.broken(format!("I8 {}: {line}", state.label())));
        }
        let unfinished = store.peek_unfinished().len();
        if unfinished > 0 {
            self.broken(format!("I8 {unfinished} effects never ended"));
        }
    }

    fn settled(&mut self, state: &Incident) {
        let label = state.label();
        let text = serde_json::to_string(state).unwrap_or_default();
        if serde_json::from_str::<Incident>(&text).ok().as_ref() != Some(state) {
            self.broken(format!("{label}: its state as text does not read back"));
        }
        let pending = [
            ("channel", state.channel.is_pending(&state.channel_wanted())),
            ("status entry", state.status.is_pending(&state.status_wanted())),
            ("ticket", state.ticket.is_pending(&state.ticket_wanted())),
        ];
        for (name, _) in pending.into_iter().filter(|(_, pending)| *pending) {
            self.broken(format!("I8 the {name} of {label} never became what it should be"));
        }
        for (person, ring) in &state.paging.rings {
            if ring.rungs.iter().any(|rung| matches!(rung.state, zephyr_core::page::RungState::Sent { .. })) {
                self.broken(format!("I7 {label} does not say what became of a send to {person}"));
            }
        }
    }

    fn step(&mut self, state: &Incident, event: &PageEvent, at: Timestamp, outages: &Outages) {
        let (target, place, round, passed) = match event {
            PageEvent::StepBegan { target, place, round, passed, .. } => (target, *place, *round, passed),
            PageEvent::Paused { target, round, passed, .. } => (target, Place::Pause, *round, passed),
            _ => return,
        };
        let label = format!("{} page {target}", state.label());
        if self.answered.contains(&(state.stream(), target.clone())) {
            return self.broken(format!("I4 {label}: a step began after an answer was confirmed"));
        }
        let Some(Page { state: PageState::Ringing(ringing), chain, .. }) = state.paging.pages.get(target) else {
            return self.broken(format!("I4 {label}: a step began and the page does not ring"));
        };
        let late = at.duration_since(ringing.until);
        if late > outages.within(ringing.until, at) + GRACE {
            self.broken(format!("I3 {label}: a step began {late:#} late"));
        }
        if late < SignedDuration::ZERO {
            self.broken(format!("I4 {label}: a step began {late:#} early"));
        }
        let last = chain.steps.len();
        for index in between(ringing, place, round, last) {
            let who = chain.steps.get(index).map(|step| &step.who);
            if !passed.iter().any(|Passed { who: named, .. }| Some(named) == who) {
                self.broken(format!("I4 {label}: step {} was skipped without a word", index + 1));
            }
        }
    }

    fn broken(&mut self, line: String) {
        self.log.push(format!("BROKEN {line}"));
        if self.violations.len() < KEPT {
            self.violations.push(line);
        }
    }
}

/// The steps that lie between where a page stands and where it goes.
fn between(from: &Ringing, to: Place, round: u32, last: usize) -> Vec<usize> {
    let first = match from.place {
        Place::Start => 0,
        Place::Step(index) => index + 1,
        Place::Everybody | Place::Pause => last,
    };
    let end = match to {
        Place::Step(index) => index,
        Place::Everybody | Place::Start => last,
        Place::Pause => return (first..last).collect(),
    };
    if round == from.round { (first..end).collect() } else { (first..last).chain(0..end).collect() }
}

fn short(stream: StreamId) -> String {
    stream.id.simple().to_string().chars().skip(20).collect()
}
