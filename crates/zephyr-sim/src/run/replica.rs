//! A replica: an engine with the runtime around it. A crash is a drop; a pause leaves everything where it is.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use jiff::{SignedDuration, Timestamp};
use zephyr_core::effect::{Effect, Outcome};
use zephyr_core::{EffectId, limits};
use zephyr_engine::ports::StoreError;
use zephyr_engine::{Engine, Send};
use zephyr_store::ModelStore;

use super::lease::Tenure;
use super::{Happening, Run};
use crate::chance::Chance;
use crate::fault::Fault;
use crate::faulty::{self, FaultyStore, Ledger};
use crate::plan::Plan;
use crate::ready::ready;

/// The time of the runtime before it tries again after the store failed.
const TRY_AGAIN: SignedDuration = SignedDuration::from_millis(100);
/// How often the runtime looks for what no message told it of.
pub(super) const SAFETY_NET: SignedDuration = SignedDuration::from_secs(1);
/// No timer wakes earlier.
const SHORTEST_SLEEP: SignedDuration = SignedDuration::from_micros(100);
/// Turns of the engine at one instant before it is said to spin.
const TURNS: u32 = 2_000;

/// One of several equal servers, or the only one.
pub(super) struct Replica {
    pub store: FaultyStore,
    pub engine: Option<Engine<FaultyStore, Chance>>,
    /// Counts its starts: what was sent for in an earlier life is not heard in this.
    life: u64,
    pub frozen_until: Option<Timestamp>,
    pub cut_from_store: bool,
    pub cut_from_providers: bool,
    pub tenure: Option<Tenure>,
    pub epoch: Option<u64>,
    /// When its engine has something to do, by its own clock.
    pub due_at: Option<Timestamp>,
    /// The same, or when its lease has to be renewed.
    pub wake_at: Option<Timestamp>,
    /// Handed out by the engine, and not let out yet.
    handed: Vec<Send>,
    /// Answers that the engine has not taken yet.
    results: Vec<(Send, Outcome, &'static str)>,
    /// Handed out, and not recorded.
    pub outstanding: BTreeSet<EffectId>,
    /// Of those, what was let out.
    pub on_wire: BTreeSet<EffectId>,
    /// Of those, what the engine was told the outcome of.
    unrecorded: BTreeSet<EffectId>,
    /// When it looks for what no message told it of, one of several.
    net_at: Timestamp,
    /// Its clock runs fast by so many ten-thousandths.
    skew: i64,
    chance: Chance,
}

impl Replica {
    pub fn new(plan: &Plan, index: usize, model: &ModelStore, ledger: &Arc<Mutex<Ledger>>) -> Self {
        let mut chance = Chance::of(plan.seed, &format!("replica-{index}"));
        let store = FaultyStore::new(model.clone(), ledger.clone(), plan, chance.fork());
        let most = plan.rate(Fault::Skew);
        let skew = chance.between(-most, most + 1);
        Self {
            store,
            engine: None,
            life: 0,
            frozen_until: None,
            cut_from_store: false,
            cut_from_providers: false,
            tenure: None,
            epoch: None,
            due_at: None,
            wake_at: None,
            handed: Vec::new(),
            results: Vec::new(),
            outstanding: BTreeSet::new(),
            on_wire: BTreeSet::new(),
            unrecorded: BTreeSet::new(),
            net_at: Timestamp::MIN,
            skew,
            chance,
        }
    }

    /// Whether its process lives and is not paused.
    pub fn is_running(&self) -> bool {
        self.engine.is_some() && self.frozen_until.is_none()
    }

    /// Whether it can do what is due.
    pub fn can_act(&self) -> bool {
        self.is_running() && !self.cut_from_store && self.tenure.is_some() && self.store.model().is_in_force()
    }

    /// A while of its own clock, in true time.
    pub fn while_of_its_own(&self, wait: SignedDuration) -> SignedDuration {
        let micros = i64::try_from(wait.as_micros()).unwrap_or(i64::MAX / 20_000);
        SignedDuration::from_micros(micros.saturating_mul(10_000) / (10_000 + self.skew))
    }

    /// Has something to do then.
    pub fn wake(&mut self, at: Timestamp) {
        self.due_at = Some(at);
        self.wake_at = Some(at);
    }

    /// Until something is due or the lease has to be renewed.
    pub fn sleep(&mut self) {
        let renew = self.tenure.and_then(|tenure| tenure.renew_at);
        self.wake_at = self.due_at.into_iter().chain(renew).min();
    }

    /// Its lease is over: whatever it had handed out belongs to others now. What of it is on the wire.
    pub fn forget_sends(&mut self) -> BTreeSet<EffectId> {
        self.outstanding.clear();
        std::mem::take(&mut self.on_wire)
    }

    fn may_send(&self, now: Timestamp) -> bool {
        self.tenure.is_some_and(|tenure| tenure.good_until.is_none_or(|until| now < until))
    }
}

impl Run {
    pub(super) fn start(&mut self, index: usize) {
        let shared = self.plan.replicas > 1;
        let Some(replica) = self.replicas.get_mut(index).filter(|replica| replica.engine.is_none()) else { return };
        let model = if shared { self.store.join() } else { self.store.reopen() };
        replica.store = replica.store.again(model);
        replica.life += 1;
        replica.engine = Some(Engine::new(replica.store.clone(), replica.chance.fork(), self.world.clone()));
        replica.wake(self.now);
        self.say(index, "starts");
        self.count_if(replica_skew(self.replicas.get(index)) != 0, Fault::Skew);
    }

    /// The process dies: what is on the wire still arrives, and nobody hears the answers.
    pub(super) fn kill(&mut self, index: usize) -> bool {
        let Some(replica) = self.replicas.get_mut(index) else { return false };
        if replica.engine.take().is_none() {
            return false;
        }
        for id in std::mem::take(&mut replica.on_wire) {
            self.counters.count("answer lost by a crash");
            self.network.lose(id);
        }
        replica.outstanding.clear();
        replica.unrecorded.clear();
        replica.handed.clear();
        replica.results.clear();
        (replica.frozen_until, replica.tenure, replica.epoch) = (None, None, None);
        (replica.due_at, replica.wake_at) = (None, None);
        self.say(index, "dies");
        true
    }

    /// The process ends here and is started again after a while.
    fn die(&mut self, index: usize, fault: Fault) {
        if self.kill(index) {
            self.counters.count(fault.name());
            let back = self.now + SignedDuration::from_millis(self.chance.between(100, 20_000));
            self.script.at(back, Happening::Start(index));
        }
    }

    /// The process does nothing for a while, and does not notice.
    pub(super) fn pause(&mut self, index: usize, how_long: SignedDuration) -> bool {
        let until = self.now + how_long;
        let Some(replica) = self.replicas.get_mut(index).filter(|replica| replica.engine.is_some()) else {
            return false;
        };
        replica.frozen_until = Some(replica.frozen_until.map_or(until, |other| other.max(until)));
        self.script.at(until, Happening::Thaw(index));
        self.say(index, &format!("is paused until {until}"));
        true
    }

    pub(super) fn thaw(&mut self, index: usize) {
        let now = self.now;
        let over = |replica: &&mut Replica| replica.frozen_until.is_some_and(|until| until <= now);
        let Some(replica) = self.replicas.get_mut(index).filter(over) else { return };
        replica.frozen_until = None;
        replica.wake(now);
        for send in std::mem::take(&mut replica.handed) {
            self.let_out(index, send);
        }
    }

    /// Says in words what becomes of a replica.
    pub(super) fn say(&mut self, index: usize, what: &str) {
        let now = self.now;
        self.oracle.log.say(|| format!("{now} replica {index} {what}"));
    }

    /// An answer is back.
    pub(super) fn hears(&mut self, index: usize, life: u64, send: Send, outcome: Outcome) {
        let Some(replica) = self.replicas.get_mut(index).filter(|replica| replica.life == life) else { return };
        if replica.engine.is_some() {
            let provider = zephyr_providers::name(&send.effect);
            replica.results.push((send, outcome, provider));
            replica.wake(self.now);
        }
    }

    /// Lets a replica do all it can at this instant.
    pub(super) fn turn(&mut self, index: usize) {
        let due = |replica: &&Replica| replica.is_running() && replica.wake_at.is_some_and(|wake| wake <= self.now);
        if self.replicas.get(index).filter(due).is_none() {
            return;
        }
        for turn in 0.. {
            if turn > TURNS {
                return self.oracle.broken("the engine spins".to_owned());
            }
            match self.step(index) {
                Ok(true) => {}
                Ok(false) => break,
                Err(StoreError::Lapsed(_)) => {
                    self.counters.count("write refused: its lease was ended");
                    self.observe(index);
                    self.replicas.get_mut(index).into_iter().for_each(|replica| replica.tenure = None);
                }
                Err(_) => {
                    self.observe(index);
                    let again = self.now + self.until_it_may_reach(index);
                    self.replicas.get_mut(index).into_iter().for_each(|replica| replica.wake(again));
                    return;
                }
            }
        }
        self.turns += 1;
        let Some(replica) = self.replicas.get_mut(index).filter(|replica| replica.is_running()) else { return };
        let wait = replica.engine.as_ref().and_then(Engine::next_wake);
        // One of several looks again whenever it renews: its clock goes wrong by no more than that.
        let shared = replica.tenure.is_some_and(|tenure| tenure.renew_at.is_some());
        let wait = wait.map(|wait| {
            let asleep = if shared { wait.min(limits::LEASE_RENEWED) } else { wait };
            (wait - asleep + replica.while_of_its_own(asleep)).max(SHORTEST_SLEEP)
        });
        replica.due_at = wait.and_then(|wait| self.now.checked_add(wait).ok());
        replica.sleep();
        if self.turns.is_multiple_of(16) {
            let Replica { store, outstanding, .. } = replica;
            let claims = |id| faulty::claims(&self.ledger, id);
            self.oracle.nothing_left(self.now, store.model(), outstanding, claims, &self.outages);
        }
    }

    /// When the runtime tries again after the store failed. Tries of one that cannot reach it before anything else
    /// happens are not worth the time.
    fn until_it_may_reach(&self, index: usize) -> SignedDuration {
        let away = self.store_away || self.replicas.get(index).is_some_and(|replica| replica.cut_from_store);
        let next =
            self.script.next_at().filter(|_| away).map_or(SignedDuration::ZERO, |at| at.duration_since(self.now));
        let tries = next.as_millis() / TRY_AGAIN.as_millis() + 1;
        TRY_AGAIN * i32::try_from(tries).unwrap_or(1).max(1)
    }

    /// One turn of the runtime; whether there is more to do.
    fn step(&mut self, index: usize) -> Result<bool, StoreError> {
        self.keep_lease(index)?;
        let Some(replica) = self.replicas.get_mut(index) else { return Ok(false) };
        let Some(engine) = &mut replica.engine else { return Ok(false) };
        replica.store.was_stale();
        if self.plan.replicas > 1 && replica.net_at <= self.now {
            engine.look_again();
            replica.net_at = self.now + SAFETY_NET;
        }
        if !replica.results.is_empty() {
            let results = std::mem::take(&mut replica.results);
            replica.unrecorded.extend(results.iter().map(|(send, ..)| send.id));
            ready(engine.finished(results))?;
        }
        let sends = ready(engine.poll())?;
        // It writes outcomes before anything else: now they are.
        for id in std::mem::take(&mut replica.unrecorded) {
            replica.outstanding.remove(&id);
            replica.on_wire.remove(&id);
        }
        replica.outstanding.extend(sends.iter().map(|send| send.id));
        let stale = replica.store.was_stale();
        let more = !sends.is_empty() || engine.next_wake().is_some_and(|wait| wait.is_zero());
        self.observe(index);
        for send in &sends {
            let claims = faulty::claims(&self.ledger, send.id);
            self.oracle.handed_out(send, &claims, self.now, stale, &self.outages);
        }
        if !sends.is_empty() && self.meets(Fault::PauseBeforeSend) {
            let how_long = SignedDuration::from_millis(self.chance.between(50, 60_000));
            self.pause(index, how_long);
        }
        for send in sends {
            self.let_out(index, send);
        }
        Ok(more && self.replicas.get(index).is_some_and(Replica::is_running))
    }

    fn meets(&mut self, fault: Fault) -> bool {
        let percent = if self.healed { 0 } else { self.plan.percent(fault) };
        let meets = percent > 0 && self.chance.percent(percent);
        self.count_if(meets, fault);
        meets
    }

    /// Looks at what was written; whether the process outlived it, and how long it took.
    pub(super) fn observe(&mut self, index: usize) {
        for commit in faulty::take_written(&self.ledger) {
            self.oracle.observe(&commit, &self.outages);
            for row in &commit.events {
                match row.kind.as_str() {
                    "responder_asked" => self.counters.count("asked for a sign of life"),
                    "sign_of_life" => self.counters.count("sign of life"),
                    "answer_lapsed" => self.counters.count("answer lapsed"),
                    _ => {}
                }
            }
        }
        let Some(replica) = self.replicas.get_mut(index) else { return };
        let took = replica.store.took();
        if replica.store.is_dead() {
            return self.die(index, Fault::DeathInCommit);
        }
        if took > SignedDuration::ZERO {
            self.pause(index, took);
        }
    }

    /// A process that died just now sends nothing more; one that is paused sends later.
    fn let_out(&mut self, index: usize, send: Send) {
        let Some(replica) = self.replicas.get_mut(index) else { return };
        match (&replica.engine, replica.frozen_until) {
            (None, _) => {}
            (Some(_), Some(_)) => replica.handed.push(send),
            (Some(_), None) => self.launch(index, send),
        }
    }

    fn launch(&mut self, index: usize, send: Send) {
        let Some(replica) = self.replicas.get_mut(index) else { return };
        if !replica.may_send(self.now) {
            self.counters.count("send held back: its lease is over");
            let error = "the lease ended before it could leave".to_owned();
            let provider = zephyr_providers::name(&send.effect);
            replica.results.push((send, Outcome::Retry { after: None, error }, provider));
            replica.wake(self.now);
            return;
        }
        let cut_off = replica.cut_from_providers;
        let life = replica.life;
        replica.on_wire.insert(send.id);
        self.oracle.leaves(&send, self.now);
        self.counters.count(if matches!(send.effect, Effect::Page(_)) { "page sent" } else { "other effect sent" });
        let fate = self.network.fate(&send, cut_off, &mut self.counters);
        self.flights += 1;
        let flight = self.flights;
        if let Some(after) = fate.arrives {
            self.script.at(self.now + after, Happening::Arrives { flight, send: send.clone() });
        }
        let answered = Happening::Answered { replica: index, life, flight, send, instead: fate.instead };
        self.script.at(self.now + fate.answered, answered);
        if self.meets(Fault::DeathAfterSend) {
            self.die(index, Fault::DeathAfterSend);
        }
    }
}

fn replica_skew(replica: Option<&Replica>) -> i64 {
    replica.map_or(0, |replica| replica.skew)
}
