//! One run: a company has incidents while everything goes wrong; then faults stop, and everything must drain.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use jiff::{SignedDuration, Timestamp};
use zephyr_core::effect::{Effect, Outcome};
use zephyr_core::incident::{Command, Declaration};
use zephyr_core::{IncidentId, PersonId, World};
use zephyr_engine::Send;
use zephyr_store::ModelStore;

use crate::chance::Chance;
use crate::company;
use crate::counters::Counters;
use crate::fault::Fault;
use crate::faulty::{self, Ledger};
use crate::network::Network;
use crate::oracle::Oracle;
use crate::outages::Outages;
use crate::people::People;
use crate::plan::Plan;
use crate::script::Script;

mod deeds;
mod lease;
mod replica;
mod schedule;
mod world;

use replica::Replica;

/// How long after the faults people have to resolve what is open.
const HEALED: SignedDuration = SignedDuration::from_mins(40);
/// How long everything then has to drain: mirrors rest for up to half an hour after refusals.
const DRAIN: SignedDuration = SignedDuration::from_mins(100);

/// What a run was like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// What it can be repeated with.
    pub plan: Plan,
    /// FNV-1a over everything that happened: the same plan gives the same.
    pub fingerprint: u64,
    /// Declarations that people made.
    pub declarations: u64,
    /// Incidents opened.
    pub incidents: u64,
    /// What was met.
    pub counters: Counters,
    /// What was broken; empty when all is well.
    pub violations: Vec<String>,
    /// Everything that happened, in words; empty unless it was asked for.
    pub log: Vec<String>,
}

/// Runs a plan; `log` keeps everything that happened in words.
pub fn run(plan: &Plan, log: bool) -> Report {
    let mut run = Run::new(plan, log);
    run.go();
    Report {
        plan: plan.clone(),
        fingerprint: run.oracle.log.fingerprint(),
        declarations: run.planned,
        incidents: u64::try_from(run.oracle.incidents.len()).unwrap_or(0),
        counters: run.counters,
        violations: run.oracle.violations,
        log: run.oracle.log.into_lines(),
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
    Arrives {
        flight: u64,
        send: Send,
    },
    /// The answer to a send is back at the replica that sent it, if it still lives.
    Answered {
        replica: usize,
        life: u64,
        flight: u64,
        send: Send,
        instead: Option<Outcome>,
    },
    Crash(usize),
    Start(usize),
    /// A replica is paused for so long.
    Pause(usize, SignedDuration),
    /// A pause may be over.
    Thaw(usize),
    StoreAway(bool),
    CutFromStore(usize, bool),
    CutFromProviders(usize, bool),
    /// Somebody takes another's place for a while, or is away.
    Arranged,
    /// Another policy comes into force.
    AnotherPolicy,
    Heal,
    CloseAll,
}

struct Run {
    plan: Plan,
    /// Chance of what people do, and of when processes end between turns.
    chance: Chance,
    /// Chance of what is arranged, and of what becomes of the policy.
    worldly: Chance,
    world: Arc<World>,
    now: Timestamp,
    /// A handle on the store that belongs to no replica.
    store: ModelStore,
    /// Where the built-in providers keep what they hold.
    providers: ModelStore,
    ledger: Arc<Mutex<Ledger>>,
    replicas: Vec<Replica>,
    store_away: bool,
    script: Script<Happening>,
    network: Network,
    people: People,
    oracle: Oracle,
    outages: Outages,
    counters: Counters,
    /// Since when every replica has been well.
    well_since: Option<Timestamp>,
    /// What providers said, until the answers are back.
    said: BTreeMap<u64, Outcome>,
    flights: u64,
    declarations: BTreeMap<u64, Declaration>,
    /// Declarations that the seed makes, also those that are left out.
    planned: u64,
    accepted: BTreeSet<u64>,
    /// Those of them that were added to an incident that was open.
    joined: BTreeSet<u64>,
    healed: bool,
    turns: u64,
}

impl Run {
    fn new(plan: &Plan, log: bool) -> Self {
        let mut chance = Chance::of(plan.seed, "run");
        let second = 1_767_600_000 + chance.between(0, 31_000_000);
        let some_time = Timestamp::from_second(second).unwrap_or(Timestamp::UNIX_EPOCH);
        let (world, now) = company::begin(plan, some_time);
        let world = Arc::new(world);
        let (people, broken) = People::new(&world.policy, plan);
        let (store, ledger) = (ModelStore::new(now), Arc::<Mutex<Ledger>>::default());
        let replicas = (0..plan.replicas.max(1)).map(|index| Replica::new(plan, index, &store, &ledger)).collect();
        let mut run = Self {
            plan: plan.clone(),
            replicas,
            store_away: false,
            script: Script::new(),
            network: Network::new(plan, broken),
            people,
            oracle: Oracle::new(world.clone(), log, plan.replicas > 1),
            outages: Outages::default(),
            counters: Counters::default(),
            well_since: None,
            said: BTreeMap::new(),
            flights: 0,
            declarations: BTreeMap::new(),
            planned: 0,
            accepted: BTreeSet::new(),
            joined: BTreeSet::new(),
            healed: false,
            turns: 0,
            chance,
            worldly: Chance::of(plan.seed, "world"),
            world,
            now,
            providers: ModelStore::new(now),
            store,
            ledger,
        };
        run.count_if(now != some_time, Fault::OddSchedules);
        run.schedule();
        run
    }

    fn go(&mut self) {
        let chaos = SignedDuration::from_mins(self.plan.minutes);
        let end = self.now + chaos + HEALED + DRAIN;
        while let Some(next) = self.next_at().filter(|next| *next <= end) {
            self.now = self.now.max(next);
            self.store.set_now(self.now);
            self.providers.set_now(self.now);
            while let Some(happening) = self.script.pop(self.now) {
                self.happen(happening);
            }
            for replica in 0..self.replicas.len() {
                self.turn(replica);
            }
            self.note_outage();
            self.skip_idle_time();
        }
        self.now = end;
        if self.accepted.len() != self.declarations.len() {
            self.oracle.broken("I1 a declaration was never accepted".to_owned());
        }
        let wanted = self.declarations.len() - self.joined.len();
        if self.oracle.incidents.len() != wanted {
            let found = self.oracle.incidents.len();
            self.oracle.broken(format!("I1 {wanted} declarations made {found} incidents"));
        }
        self.oracle.drained(&self.network, &self.store, &self.providers, end);
        self.counters.add(&faulty::met(&self.ledger));
    }

    fn next_at(&self) -> Option<Timestamp> {
        let wakes = self.replicas.iter().filter(|replica| replica.is_running()).filter_map(|replica| replica.wake_at);
        self.script.next_at().into_iter().chain(wakes).min()
    }

    fn happen(&mut self, happening: Happening) {
        match happening {
            Happening::Declare { key } => self.declare(key),
            Happening::Act { who, incident, command } => self.act(who, incident, command),
            Happening::Arrives { flight, send } => self.arrives(flight, send),
            Happening::Answered { replica, life, flight, send, instead } => {
                let said = self.said.remove(&flight);
                let lost = || Outcome::Ambiguous { error: "connection lost".to_owned() };
                let outcome = instead.or(said).unwrap_or_else(lost);
                self.hears(replica, life, send, outcome);
            }
            Happening::Crash(replica) => {
                if self.kill(replica) {
                    self.counters.count(Fault::Crash.name());
                }
            }
            Happening::Start(replica) => self.start(replica),
            Happening::Pause(replica, how_long) => {
                if self.pause(replica, how_long) {
                    self.counters.count(Fault::Pause.name());
                }
            }
            Happening::Thaw(replica) => self.thaw(replica),
            Happening::StoreAway(away) => {
                self.count_if(away, Fault::StoreAway);
                self.store_away = away && !self.healed;
                let now = self.now;
                self.oracle.log.say(|| format!("{now} the store is {}", if away { "away" } else { "back" }));
                self.reach_or_not();
            }
            Happening::CutFromStore(replica, cut) => {
                self.count_if(cut, Fault::CutFromStore);
                self.say(replica, if cut { "is cut off from the store" } else { "reaches the store" });
                if let Some(replica) = self.replicas.get_mut(replica) {
                    replica.cut_from_store = cut && !self.healed;
                }
                self.reach_or_not();
            }
            Happening::CutFromProviders(replica, cut) => {
                self.say(replica, if cut { "is cut off from providers" } else { "reaches providers" });
                if let Some(replica) = self.replicas.get_mut(replica) {
                    replica.cut_from_providers = cut && !self.healed;
                }
            }
            Happening::Arranged => self.arrange(),
            Happening::AnotherPolicy => self.change_policy(),
            Happening::Heal => self.heal(),
            Happening::CloseAll => self.close_all(),
        }
    }

    fn count_if(&mut self, really: bool, fault: Fault) {
        if really {
            self.counters.count(fault.name());
        }
    }

    fn reach_or_not(&mut self) {
        for replica in &mut self.replicas {
            replica.store.set_away(self.store_away || replica.cut_from_store);
        }
    }

    /// Nothing can be done while no replica can do it.
    fn note_outage(&mut self) {
        let away = self.store_away || !self.replicas.iter().any(Replica::can_act);
        self.outages.set(away, self.now);
    }

    fn heal(&mut self) {
        self.healed = true;
        self.network.calm = true;
        self.script.retain(|happening| !matches!(happening, Happening::Crash(_) | Happening::Pause(..)));
        self.happen(Happening::StoreAway(false));
        for replica in 0..self.replicas.len() {
            self.happen(Happening::CutFromStore(replica, false));
            self.happen(Happening::CutFromProviders(replica, false));
            self.start(replica);
            if let Some(replica) = self.replicas.get_mut(replica) {
                replica.store.set_calm();
                replica.frozen_until = replica.frozen_until.map(|_| self.now);
            }
            self.thaw(replica);
        }
    }

    fn arrives(&mut self, flight: u64, send: Send) {
        let outcome = self.network.arrive(&send, &self.providers, &mut self.counters);
        self.oracle.log.note(send.id.0.as_bytes());
        let now = self.now;
        self.oracle.log.say(|| format!("{now} {} arrives: {:?}: {outcome:?}", send.id, send.effect));
        if let Effect::Page(page) = &send.effect
            && let Some(incident) = page.occasion.incident()
        {
            let (chance, counters) = (&mut self.chance, &mut self.counters);
            for reaction in self.people.hear(&page.person, incident, page.ring, chance, counters) {
                let command = if reaction.decline { Command::Decline { target: None } } else { Command::Acknowledge };
                let who = page.person.clone();
                self.script.at(self.now + reaction.after, Happening::Act { who, incident, command });
            }
        }
        self.said.insert(flight, outcome);
    }
}
