//! One run: a company has incidents while everything goes wrong; then faults stop, and everything must drain.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use zephyr_core::effect::{Effect, Outcome};
use zephyr_core::incident::{Command, Declaration};
use zephyr_core::{EffectId, IncidentId, PersonId, World};
use zephyr_engine::{Engine, Send};
use zephyr_store::ModelStore;

use crate::chance::Chance;
use crate::company;
use crate::counters::Counters;
use crate::faulty::FaultyStore;
use crate::network::Network;
use crate::oracle::Oracle;
use crate::outages::Outages;
use crate::people::People;
use crate::profile::Profile;
use crate::ready::ready;
use crate::script::Script;

/// How long faults go on.
const CHAOS: SignedDuration = SignedDuration::from_mins(50);
/// How long after that people have to resolve what is open.
const HEALED: SignedDuration = SignedDuration::from_mins(40);
/// How long everything then has to drain: mirrors rest for up to half an hour after refusals.
const DRAIN: SignedDuration = SignedDuration::from_mins(100);
/// The time of a client or of the runtime before it tries again.
const TRY_AGAIN: SignedDuration = SignedDuration::from_millis(100);
/// Turns of the engine at one instant before it is said to spin.
const TURNS: u32 = 2_000;

/// What a run was like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// The seed it can be repeated with.
    pub seed: u64,
    /// The mix of faults.
    pub profile: &'static str,
    /// FNV-1a over everything that happened: the same seed gives the same.
    pub fingerprint: u64,
    /// Incidents opened.
    pub incidents: u64,
    /// What was met.
    pub counters: Counters,
    /// What was broken; empty when all is well.
    pub violations: Vec<String>,
    /// Everything that happened, in words.
    pub log: Vec<String>,
}

/// Runs one seed.
pub fn run(seed: u64, profile: Profile) -> Report {
    let mut run = Run::new(seed, profile);
    run.go();
    let log = run.oracle.log;
    let fingerprint = fingerprint(&log);
    Report {
        seed,
        profile: profile.name,
        fingerprint,
        incidents: u64::try_from(run.oracle.incidents.len()).unwrap_or(0),
        counters: run.counters,
        violations: run.oracle.violations,
        log,
    }
}

mod deeds;
mod plan;

enum Happening {
    /// Somebody declares; the same key until it is answered.
    Declare {
        key: u64,
    },
    /// Somebody does something about an incident.
    Act {
        who: PersonId,
        incident: IncidentId,
        command: Command,
    },
    /// A send reaches its provider.
    Arrives(Send),
    /// The answer to a send is back.
    Answered(Send, Option<Outcome>),
    Crash,
    Start,
    StoreAway(bool),
    /// The runtime tries again after the store failed.
    Retry,
    Heal,
    CloseAll,
}

struct Run {
    chance: Chance,
    profile: Profile,
    world: Arc<World>,
    now: Timestamp,
    store: FaultyStore,
    engine: Option<Engine<FaultyStore, Chance>>,
    store_away: bool,
    script: Script<Happening>,
    network: Network,
    people: People,
    oracle: Oracle,
    outages: Outages,
    counters: Counters,
    /// Answers that the engine has not taken yet.
    results: Vec<(Send, Outcome, &'static str)>,
    /// What the provider said, until the answer is back.
    said: BTreeMap<EffectId, Outcome>,
    /// Sends whose outcome the engine has not recorded.
    outstanding: BTreeSet<EffectId>,
    /// Those of them whose outcome the engine was told.
    unrecorded: BTreeSet<EffectId>,
    declarations: BTreeMap<u64, Declaration>,
    accepted: BTreeSet<u64>,
    /// Those of them that were added to an incident that was open.
    joined: BTreeSet<u64>,
    healed: bool,
    turns: u64,
}

impl Run {
    fn new(seed: u64, profile: Profile) -> Self {
        let mut chance = Chance::new(seed);
        let world = company::world();
        let now =
            Timestamp::from_second(1_767_600_000 + chance.between(0, 31_000_000)).unwrap_or(Timestamp::UNIX_EPOCH);
        let (people, broken) = People::new(&world.policy, &profile, &mut chance);
        let store = FaultyStore::new(ModelStore::new(now), chance.fork());
        store.set_percents(profile.commit_unknown, profile.death_in_commit);
        let network = Network::new(chance.fork(), profile, broken);
        let mut run = Self {
            profile,
            engine: None,
            store_away: false,
            script: Script::new(),
            network,
            people,
            oracle: Oracle::default(),
            outages: Outages::default(),
            counters: Counters::default(),
            results: Vec::new(),
            said: BTreeMap::new(),
            outstanding: BTreeSet::new(),
            unrecorded: BTreeSet::new(),
            declarations: BTreeMap::new(),
            accepted: BTreeSet::new(),
            joined: BTreeSet::new(),
            healed: false,
            turns: 0,
            chance,
            world,
            now,
            store,
        };
        run.plan();
        run
    }

    fn go(&mut self) {
        let end = self.now + CHAOS + HEALED + DRAIN;
        while let Some(next) = self.next_at().filter(|next| *next <= end) {
            self.now = self.now.max(next);
            self.store.model().set_now(self.now);
            while let Some(happening) = self.script.pop(self.now) {
                self.happen(happening);
            }
            self.turn();
        }
        self.now = end;
        if self.accepted.len() != self.declarations.len() {
            self.oracle.violations.push("I1 a declaration was never accepted".to_owned());
        }
        let wanted = self.declarations.len() - self.joined.len();
        if self.oracle.incidents.len() != wanted {
            let found = self.oracle.incidents.len();
            self.oracle.violations.push(format!("I1 {wanted} declarations made {found} incidents"));
        }
        self.oracle.drained(&self.network, self.store.model());
        let (unknowns, refusals) = self.store.faults();
        (0..unknowns).for_each(|_| self.counters.count("answer of a commit lost"));
        (0..refusals).for_each(|_| self.counters.count("call refused by the store"));
    }

    fn next_at(&self) -> Option<Timestamp> {
        let wake = self.engine.as_ref().filter(|_| !self.store_away).and_then(Engine::next_wake);
        let wake = wake.map(|wait| self.now.checked_add(wait).unwrap_or(Timestamp::MAX));
        self.script.next_at().into_iter().chain(wake).min()
    }

    fn happen(&mut self, happening: Happening) {
        match happening {
            Happening::Declare { key } => self.declare(key),
            Happening::Act { who, incident, command } => self.act(who, incident, command),
            Happening::Arrives(send) => self.arrives(send),
            Happening::Answered(send, instead) => {
                let said = self.said.remove(&send.id);
                let lost = || Outcome::Ambiguous { error: "connection lost".to_owned() };
                let outcome = instead.or(said).unwrap_or_else(lost);
                let provider = zephyr_providers::name(&send.effect);
                self.results.push((send, outcome, provider));
            }
            Happening::Crash => self.crash(),
            Happening::Start => {
                if self.engine.is_none() {
                    self.store = self.store.reopened();
                    let chance = self.chance.fork();
                    self.engine = Some(Engine::new(self.store.clone(), chance, self.world.clone()));
                    self.note_outage();
                }
            }
            Happening::StoreAway(away) => {
                self.counters.count(if away { "store went away" } else { "store came back" });
                self.store_away = away && !self.healed;
                self.store.set_away(self.store_away);
                self.note_outage();
            }
            Happening::Retry => {}
            Happening::Heal => self.heal(),
            Happening::CloseAll => self.close_all(),
        }
    }

    fn note_outage(&mut self) {
        self.outages.set(self.engine.is_none() || self.store_away, self.now);
    }

    fn heal(&mut self) {
        self.healed = true;
        self.network.calm = true;
        self.store.set_percents(0, 0);
        self.script.retain(|happening| !matches!(happening, Happening::Crash));
        self.happen(Happening::StoreAway(false));
        self.happen(Happening::Start);
    }

    /// The process dies: what is on the wire still arrives, and nobody hears the answers.
    fn crash(&mut self) {
        if self.engine.take().is_none() {
            return;
        }
        self.counters.count("process killed");
        for id in std::mem::take(&mut self.outstanding) {
            self.counters.count("answer lost by a crash");
            self.network.lose(id);
        }
        self.results.clear();
        self.unrecorded.clear();
        self.said.clear();
        self.script.retain(|happening| !matches!(happening, Happening::Answered(..) | Happening::Retry));
        self.note_outage();
    }

    /// Lets the engine do all it can at this instant.
    fn turn(&mut self) {
        for turn in 0.. {
            if turn > TURNS {
                self.oracle.violations.push("the engine spins".to_owned());
                return;
            }
            match self.step() {
                Ok(true) => {}
                Ok(false) => break,
                Err(()) => {
                    self.script.at(self.now + TRY_AGAIN, Happening::Retry);
                    return self.observe();
                }
            }
        }
        self.turns += 1;
        if self.engine.is_some() && self.turns.is_multiple_of(16) {
            self.oracle.nothing_left(self.now, self.store.model(), &self.outstanding);
        }
    }

    /// One turn of the runtime; whether there is more to do, or the store has failed.
    fn step(&mut self) -> Result<bool, ()> {
        let Some(engine) = &mut self.engine else { return Ok(false) };
        if !self.results.is_empty() {
            let results = std::mem::take(&mut self.results);
            self.unrecorded.extend(results.iter().map(|(send, ..)| send.id));
            ready(engine.finished(results)).map_err(drop)?;
        }
        let sends = ready(engine.poll()).map_err(drop)?;
        // It writes outcomes before anything else: now they are.
        for id in std::mem::take(&mut self.unrecorded) {
            self.outstanding.remove(&id);
        }
        let more = !sends.is_empty() || engine.next_wake().is_some_and(|wait| wait.is_zero());
        self.observe();
        for send in sends {
            // A process that died just now sends nothing more.
            if self.engine.is_some() {
                self.launch(send);
            }
        }
        Ok(more && self.engine.is_some())
    }

    fn observe(&mut self) {
        for commit in self.store.take_written() {
            self.oracle.observe(&commit, &self.outages);
        }
        if self.store.is_dead() && self.engine.is_some() {
            self.counters.count("process killed after a commit");
            self.die();
        }
    }

    /// The process ends here and is started again after a while.
    fn die(&mut self) {
        self.crash();
        let back = self.now + SignedDuration::from_millis(self.chance.between(100, 20_000));
        self.script.at(back, Happening::Start);
    }

    fn launch(&mut self, send: Send) {
        self.oracle.leaves(&send);
        self.counters.count(if matches!(send.effect, Effect::Page(_)) { "page sent" } else { "other effect sent" });
        self.outstanding.insert(send.id);
        let fate = self.network.fate(&send, &mut self.counters);
        if let Some(after) = fate.arrives {
            self.script.at(self.now + after, Happening::Arrives(send.clone()));
        }
        self.script.at(self.now + fate.answered, Happening::Answered(send, fate.instead));
        if !self.healed && self.chance.percent(self.profile.death_after_send) {
            self.counters.count("process killed after a send");
            self.die();
        }
    }

    fn arrives(&mut self, send: Send) {
        let outcome = self.network.arrive(&send, self.store.model());
        self.oracle.log.push(format!("{} {} arrives: {outcome:?}", self.now, send.id));
        if let Effect::Page(page) = &send.effect
            && let Some(incident) = page.occasion.incident()
        {
            for reaction in self.people.hear(&page.person, incident, page.ring, &mut self.chance) {
                let command = if reaction.decline { Command::Decline { target: None } } else { Command::Acknowledge };
                let who = page.person.clone();
                self.script.at(self.now + reaction.after, Happening::Act { who, incident, command });
            }
        }
        self.said.insert(send.id, outcome);
    }
}

fn fingerprint(log: &[String]) -> u64 {
    let bytes = log.iter().flat_map(|line| line.bytes().chain([b'\n']));
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}
