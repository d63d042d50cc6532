//! What must hold, whatever happens. It looks at every commit as it is written, and at every send as it leaves.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use zephyr_core::effect::{Effect, Lane};
use zephyr_core::ids::StreamKind;
use zephyr_core::incident::{Body, Event, Incident, narrate, still_due};
use zephyr_core::page::{Page, PageEvent, PageState, Passed, Place, Ringing, Target};
use zephyr_core::roster::{self, Roster};
use zephyr_core::{EffectId, StreamId, World, invariants, limits};
use zephyr_engine::Send;
use zephyr_engine::ports::Commit;
use zephyr_store::ModelStore;
use zephyr_store::model::EffectRow;

use crate::log::Log;
use crate::network::{DEADLINE, Network};
use crate::outages::Outages;
use crate::outside;
use crate::reference::{Expected, Reference, Walked};

/// How late a step may be beyond the outages it fell into (I3).
const GRACE: SignedDuration = SignedDuration::from_secs(1);

/// Violations kept: the first ones are the interesting ones.
const KEPT: usize = 20;

/// The checker.
#[derive(Debug)]
pub struct Oracle {
    /// Every incident, folded from its events alone.
    pub incidents: BTreeMap<StreamId, Incident>,
    roster: Option<Roster>,
    /// What is broken.
    pub violations: Vec<String>,
    /// Everything that happened.
    pub log: Log,
    world: Arc<World>,
    walked: Rc<Walked>,
    /// Whether several replicas share the store.
    shared: bool,
    /// Who must be ringing, as the reference has it.
    references: BTreeMap<StreamId, Reference>,
    /// Page sends that were decided.
    decided: BTreeSet<EffectId>,
    /// When each was handed out last.
    handed: BTreeMap<EffectId, Timestamp>,
    /// Answers and ends that a person was told of.
    answered: BTreeSet<(StreamId, Target)>,
    ended: BTreeMap<StreamId, Timestamp>,
}

impl Oracle {
    pub fn new(world: Arc<World>, words: bool, shared: bool) -> Self {
        Self {
            incidents: BTreeMap::new(),
            roster: None,
            violations: Vec::new(),
            log: Log::new(words),
            world,
            walked: Rc::default(),
            shared,
            references: BTreeMap::new(),
            decided: BTreeSet::new(),
            handed: BTreeMap::new(),
            answered: BTreeSet::new(),
            ended: BTreeMap::new(),
        }
    }

    /// From now on it is another world, with the roster as it is.
    pub fn set_world(&mut self, given: &World) {
        let changes = self.roster.as_ref().map(|roster| roster.changes.clone()).unwrap_or_default();
        self.world = Arc::new(World { changes, ..given.clone() });
        self.references.values_mut().for_each(|reference| reference.set_world(self.world.clone()));
    }

    /// Looks at a commit that was written.
    pub fn observe(&mut self, commit: &Commit, outages: &Outages) {
        if commit.stream.kind == StreamKind::Roster {
            return self.observe_roster(commit);
        }
        let mut state = self.incidents.remove(&commit.stream);
        let mut at = None;
        for row in &commit.events {
            let event = match Event::from_stored(row.seq, row.at, &row.body) {
                Ok(event) => event,
                Err(error) => return self.broken(format!("event {} of {}: {error}", row.seq, commit.stream)),
            };
            self.log.note(row.at.as_microsecond().to_le_bytes().as_slice());
            self.log.note(row.body.as_bytes());
            self.log.say(|| format!("{} {} {}", row.at, short(commit.stream), narrate(&event).text));
            if let (Some(state), Body::Page(page)) = (&state, &event.body) {
                self.step(state, page, event.at, outages);
            }
            self.begin_anew(commit.stream, &event.body);
            self.refer(commit.stream, &event);
            at = Some(event.at);
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
        if let Some(at) = at {
            self.agree(commit, &state, at);
        }
        self.incidents.insert(commit.stream, state);
    }

    /// The roster is the fold of its events as well, and keeps its rules.
    fn observe_roster(&mut self, commit: &Commit) {
        let mut roster = self.roster.take();
        for row in &commit.events {
            let event = match roster::Event::from_stored(row.seq, row.at, &row.body) {
                Ok(event) => event,
                Err(error) => return self.broken(format!("event {} of the roster: {error}", row.seq)),
            };
            self.log.note(row.at.as_microsecond().to_le_bytes().as_slice());
            self.log.note(row.body.as_bytes());
            self.log.say(|| format!("{} roster {}", row.at, roster::narrate(&event)));
            roster = Some(Roster::fold(roster, &event));
        }
        let roster = roster.unwrap_or_default();
        if serde_json::to_string(&roster).ok().as_ref() != Some(&commit.state) {
            self.broken("the roster: the state is not the fold of its events".to_owned());
        }
        for rule in invariants::broken_roster(&roster, commit.wake_at) {
            self.broken(format!("I6 {rule}"));
        }
        self.roster = Some(roster);
        self.set_world(&self.world.clone());
    }

    fn refer(&mut self, stream: StreamId, event: &Event) {
        match self.references.get_mut(&stream) {
            Some(reference) => reference.happens(event),
            None => {
                let new = Reference::opened(self.world.clone(), self.walked.clone(), event);
                self.references.extend(new.map(|reference| (stream, reference)));
            }
        }
    }

    /// What the engine has decided is what the reference says must be.
    fn agree(&mut self, commit: &Commit, state: &Incident, at: Timestamp) {
        let Some(reference) = self.references.get_mut(&commit.stream) else { return };
        let expected = reference.decide(at);
        let mut found = Expected::default();
        for new in &commit.effects {
            match &new.effect {
                Effect::Page(send) => {
                    found.sends.insert((send.person.clone(), send.entry));
                }
                Effect::Hush(hush) => {
                    found.hushes.insert(hush.person.clone());
                }
                Effect::Channel(_)
                | Effect::Status(_)
                | Effect::Ticket(_)
                | Effect::Inform(_)
                | Effect::Notice(_)
                | Effect::Code(_) => {}
            }
        }
        if found != expected {
            let label = state.label();
            self.broken(format!("R1 {label} at {at}: the reference rings {expected}, the engine {found}"));
        }
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
    pub fn confirmed(&mut self, incident: &Incident, now: Timestamp) {
        if !incident.is_open() {
            self.ended.entry(incident.stream()).or_insert(now);
        }
        for (target, page) in &incident.paging.pages {
            if !page.is_ringing() {
                self.answered.insert((incident.stream(), target.clone()));
            }
        }
    }

    /// Looks at a send as it is handed out (I3, I4, I7). `claims` is when it was claimed; `stale` says that the
    /// replica was shown a stream as it was before.
    pub fn handed_out(&mut self, send: &Send, claims: &[Timestamp], now: Timestamp, stale: bool, outages: &Outages) {
        let Effect::Page(page) = &send.effect else { return };
        if !self.decided.contains(&send.id) {
            self.broken(format!("I7 a send to {} was never decided", page.person));
        }
        let (claimed, earlier) = claims.split_last().map_or((now, claims), |(last, earlier)| (*last, earlier));
        if self.ended.get(&send.stream).is_some_and(|ended| *ended < claimed) && !stale {
            self.broken(format!("I4 {} is rung after the end was confirmed", page.person));
        }
        // Between claim and hand-over another replica may have decided something else.
        let is_certain = !stale && (!self.shared || claimed == now);
        let is_due = self.incidents.get(&send.stream).is_some_and(|state| still_due(state, &send.effect));
        if is_certain && !is_due {
            self.broken(format!("I4 {} is rung by a send that is no longer due", page.person));
        }
        let rings = self.references.get(&send.stream).is_some_and(|reference| reference.rings(&page.person));
        if is_certain && !rings {
            self.broken(format!("R2 {} is rung, and nobody wants them", page.person));
        }
        // One whose answer was lost in an earlier life was on its way for a while.
        let before = self.handed.insert(send.id, now);
        let since = before.map_or(send.due_at, |before| (before + DEADLINE).max(send.due_at));
        let late = now.duration_since(since);
        // Each replica that was lost with it had a lease that it waited for.
        let lost = earlier.iter().filter(|claim| since <= **claim).count();
        if late > outages.within(since, now) + self.patience(lost) {
            self.broken(format!("I3 a send to {} is handed out {late:#} late", page.person));
        }
    }

    /// A send leaves; one that is handed out may have waited for the end of a pause.
    pub fn leaves(&mut self, send: &Send, now: Timestamp) {
        self.handed.insert(send.id, now);
    }

    /// How long something due may wait while a replica could do it: claims of one that is lost wait for its lease, and
    /// `lost` replicas had one.
    fn patience(&self, lost: usize) -> SignedDuration {
        let leases = i32::try_from(lost.max(1)).unwrap_or(i32::MAX);
        if self.shared { GRACE + (limits::LEASE + limits::LEASE_RENEWED) * leases } else { GRACE }
    }

    /// Nothing was left undone by a process that could do it (I3, I8): no overdue wake-up, no page that waits though
    /// it is due, and none that is claimed and forgotten.
    pub fn nothing_left(
        &mut self,
        now: Timestamp,
        store: &ModelStore,
        outstanding: &BTreeSet<EffectId>,
        claims: impl Fn(EffectId) -> Vec<Timestamp>,
        outages: &Outages,
    ) {
        let too_late = |due: Timestamp, patience| now.duration_since(due) > outages.within(due, now) + patience;
        let mut found = Vec::new();
        let overdue = |due: Option<Timestamp>| due.is_some_and(|due| due <= now && too_late(due, GRACE));
        for (stream, incident) in &self.incidents {
            let reference = self.references.get(stream).and_then(Reference::next_due);
            if overdue(incident.next_wake()) || overdue(reference) {
                found.push(format!("I3 {} was due and nobody woke it", incident.label()));
            }
        }
        // It may have been out for a while, and its answer lost with whoever waited for it.
        let free_since = |id, due: Timestamp| {
            let out = self.handed.get(&id).map(|handed| *handed + DEADLINE);
            claims(id).last().copied().into_iter().chain(out).fold(due, Timestamp::max)
        };
        for (id, row) in store.peek_unfinished() {
            if row.effect.lane() != Lane::Page {
                continue;
            }
            if row.epoch == Some(store.epoch()) {
                if !outstanding.contains(&id) {
                    found.push(format!("I8 page send {id} is claimed and forgotten"));
                }
            } else if row.epoch.is_none() && row.due_at <= now && too_late(free_since(id, row.due_at), self.patience(1))
            {
                found.push(format!("I8 page send {id} is due and waits"));
            }
        }
        found.into_iter().for_each(|line| self.broken(line));
    }

    /// When all is over (I5, I7, I8): every send is accounted for, and every mirror shows what it should.
    pub fn drained(&mut self, network: &Network, store: &ModelStore, providers: &ModelStore, end: Timestamp) {
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
            let differences = match &network.keyless {
                Some(keyless) => keyless.differences(state),
                None => outside::differences(state, providers),
            };
            differences.into_iter().for_each(|line| self.broken(format!("I8 {}: {line}", state.label())));
        }
        // Hand-offs are told of until the very end: what was decided just before it has its time still.
        let is_under_way = |row: &EffectRow| {
            row.stream == StreamId::ROSTER && row.attempt == 0 && end.duration_since(row.due_at) < DEADLINE
        };
        let unfinished = store.peek_unfinished().iter().filter(|(_, row)| !is_under_way(row)).count();
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

    /// Takes note of something that is broken.
    pub fn broken(&mut self, line: String) {
        self.log.note(line.as_bytes());
        self.log.say(|| format!("BROKEN {line}"));
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
