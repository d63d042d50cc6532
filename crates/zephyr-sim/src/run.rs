//! One run: a company has incidents while everything goes wrong; then faults stop, and everything must drain.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use zephyr_core::effect::{Effect, Outcome};
use zephyr_core::incident::{Command, Incident};
use zephyr_core::policy::Severity;
use zephyr_core::text::{PublicLine, Summary};
use zephyr_core::{Actor, EffectId, IncidentId, PersonId, World};
use zephyr_engine::{Answer, Ask, Declaration, Engine, Request, RequestKey, Send};
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

    /// Writes down when people declare and when things fail.
    fn plan(&mut self) {
        let began = self.now;
        self.outages.set(true, began);
        self.script.at(began, Happening::Start);
        for key in 0..u64::try_from(self.chance.between(2, 8)).unwrap_or(2) {
            let minutes = self.chance.between(0, CHAOS.as_mins());
            let declaration = self.declaration();
            self.declarations.insert(key, declaration);
            self.script.at(began + SignedDuration::from_mins(minutes), Happening::Declare { key });
        }
        let crashes = self.times(self.profile.crash_minutes);
        for crash in crashes {
            let back = crash + SignedDuration::from_millis(self.chance.between(300, 40_000));
            self.script.at(crash, Happening::Crash);
            self.script.at(back, Happening::Start);
        }
        let outages = self.times(self.profile.store_minutes);
        for outage in outages {
            let back = outage + SignedDuration::from_millis(self.chance.between(200, 90_000));
            self.script.at(outage, Happening::StoreAway(true));
            self.script.at(back, Happening::StoreAway(false));
        }
        self.script.at(began + CHAOS, Happening::Heal);
        self.script.at(began + CHAOS + HEALED, Happening::CloseAll);
    }

    /// Instants of the time of faults, on average so many minutes apart; none for 0.
    fn times(&mut self, mean_minutes: i64) -> Vec<Timestamp> {
        let mut times = Vec::new();
        if mean_minutes == 0 {
            return times;
        }
        let mut at = self.now;
        loop {
            at += SignedDuration::from_millis(self.chance.between(1_000, mean_minutes * 120_000));
            if at.duration_since(self.now) >= CHAOS {
                return times;
            }
            times.push(at);
        }
    }

    fn declaration(&mut self) -> Declaration {
        let summary = self.chance.pick(&company::SUMMARIES).copied().unwrap_or("Something is odd");
        let severity = self.chance.pick(&Severity::ALL).copied().unwrap_or(Severity::Two);
        let private = self.chance.percent(10);
        Declaration {
            summary: Summary::new(summary).unwrap_or_else(|error| unreachable!("{error}")),
            severity,
            service: None,
            region: None,
            private,
            public: None,
            ring_me: false,
        }
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
        if self.oracle.incidents.len() != self.declarations.len() {
            let (found, wanted) = (self.oracle.incidents.len(), self.declarations.len());
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
        if let Effect::Page(page) = &send.effect {
            for reaction in self.people.hear(&page.person, page.incident, page.ring, &mut self.chance) {
                let command = if reaction.decline { Command::Decline { target: None } } else { Command::Acknowledge };
                let (who, incident) = (page.person.clone(), page.incident);
                self.script.at(self.now + reaction.after, Happening::Act { who, incident, command });
            }
        }
        self.said.insert(send.id, outcome);
    }

    fn declare(&mut self, key: u64) {
        let Some(declaration) = self.declarations.get(&key).cloned() else { return };
        let request = Request {
            id: format!("declare-{key}"),
            actor: Actor::Bot("probe".to_owned()),
            key: Some(RequestKey { key: format!("key-{key}"), body_hash: format!("hash-{key}") }),
            ask: Ask::Open(declaration),
        };
        match self.ask(request) {
            Some(Answer::Done(_) | Answer::Repeated(_)) => {
                self.accepted.insert(key);
            }
            Some(other) => self.oracle.violations.push(format!("I1 a declaration was answered {other:?}")),
            None => {
                self.counters.count("declaration tried again");
                self.script.at(self.now + SignedDuration::from_secs(2), Happening::Declare { key });
            }
        }
    }

    fn act(&mut self, who: PersonId, incident: IncidentId, command: Command) {
        let request = Request {
            id: format!("act-{who}"),
            actor: Actor::Person(who.clone()),
            key: None,
            ask: Ask::Of { incident, command: command.clone() },
        };
        match self.ask(request) {
            Some(Answer::Done(state)) => {
                self.oracle.confirmed(&state);
                self.counters.count(match command {
                    Command::Acknowledge => "answered",
                    Command::Decline { .. } => "declined",
                    Command::Resolve { .. } => "resolved",
                    Command::Cancel { .. } => "cancelled",
                    Command::Reclassify { .. } => "reclassified",
                    Command::SetService { .. } => "service set",
                    Command::Reopen { .. } => "reopened",
                    Command::Update { .. } => "updated",
                    _ => "other command",
                });
                if state.is_open() && matches!(command, Command::Acknowledge | Command::Reopen { .. }) {
                    self.will_change(&who, &state);
                    self.will_end(who, &state);
                } else if !state.is_open() && !self.healed {
                    self.may_reopen(who, incident);
                }
            }
            Some(Answer::Refused(_)) => self.counters.count("command refused"),
            Some(other) => self.oracle.violations.push(format!("a command was answered {other:?}")),
            None => {
                let again = self.now + SignedDuration::from_secs(5);
                self.script.at(again, Happening::Act { who, incident, command });
            }
        }
    }

    /// Somebody who answered looks closer: it is worse, or less bad, or another service.
    fn will_change(&mut self, who: &PersonId, state: &Incident) {
        let services: Vec<_> = self.world.policy.services.keys().cloned().collect();
        let command = match self.chance.between(0, 10) {
            0..3 => {
                let severity = self.chance.pick(&Severity::ALL).copied().unwrap_or(Severity::One);
                Command::Reclassify { severity, correct: self.chance.percent(20) }
            }
            4..6 => match PublicLine::new("Still investigating.") {
                Ok(text) => Command::Update { text },
                Err(error) => unreachable!("{error}"),
            },
            3 => Command::SetService { service: self.chance.pick(&services).cloned(), region: None },
            _ => return,
        };
        let after = SignedDuration::from_secs(self.chance.between(5, 600));
        self.script.at(self.now + after, Happening::Act { who: who.clone(), incident: state.id, command });
    }

    /// Some ends were none.
    fn may_reopen(&mut self, who: PersonId, incident: IncidentId) {
        if self.chance.percent(15) {
            let after = SignedDuration::from_secs(self.chance.between(10, 900));
            let command = Command::Reopen { public: None, ring_me: false };
            self.script.at(self.now + after, Happening::Act { who, incident, command });
        }
    }

    fn will_end(&mut self, who: PersonId, state: &Incident) {
        let after = SignedDuration::from_secs(self.chance.between(30, 2_400));
        let command = match self.chance.between(0, 10) {
            0 => Command::Cancel { public: None },
            1..7 => Command::Resolve { public: None },
            _ => return,
        };
        self.script.at(self.now + after, Happening::Act { who, incident: state.id, command });
    }

    fn close_all(&mut self) {
        let open: Vec<IncidentId> =
            self.oracle.incidents.values().filter(|state| state.is_open()).map(|state| state.id).collect();
        let Some(who) = self.world.policy.people.keys().next().cloned() else { return };
        for incident in open {
            self.act(who.clone(), incident, Command::Resolve { public: None });
        }
    }

    /// Asks the engine; `None` where nobody answers.
    fn ask(&mut self, request: Request) -> Option<Answer> {
        let engine = self.engine.as_mut()?;
        let answer = ready(engine.execute(vec![request])).ok().and_then(|mut answers| answers.pop());
        self.observe();
        answer
    }
}

fn fingerprint(log: &[String]) -> u64 {
    let bytes = log.iter().flat_map(|line| line.bytes().chain([b'\n']));
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}
