//! A replica's way to the store in memory, with faults: it is cut, slow or stale, refuses, and loses the answers of
//! commits it has written.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::{SignedDuration, Timestamp};
use zephyr_core::effect::Lane;
use zephyr_core::ids::StreamKind;
use zephyr_core::{EffectId, StreamId};
use zephyr_engine::ports::{
    Backlog, Claimed, Commit, Committed, Due, EventRow, Lease, Loaded, RequestRow, Retry, Store, StoreError, StreamRow,
};
use zephyr_store::ModelStore;

use crate::chance::Chance;
use crate::counters::Counters;
use crate::fault::Fault;
use crate::plan::Plan;
use crate::ready::ready;

/// A handle on the store as one replica sees it.
#[derive(Debug, Clone)]
pub struct FaultyStore {
    model: ModelStore,
    way: Arc<Mutex<Way>>,
    ledger: Arc<Mutex<Ledger>>,
}

/// What was done to the store, by whomever.
#[derive(Debug, Default)]
pub struct Ledger {
    /// Commits that were written, in order.
    written: Vec<Commit>,
    /// When each page send was claimed.
    claimed: BTreeMap<EffectId, Vec<Timestamp>>,
    /// Streams as they were before their last commit.
    former: BTreeMap<StreamId, StreamRow>,
    /// What was met.
    pub counters: Counters,
}

#[derive(Debug)]
struct Way {
    chance: Chance,
    plan: Plan,
    away: bool,
    calm: bool,
    dead: bool,
    /// A stream was read as it was before.
    stale: bool,
    /// How long the calls of this turn took.
    took: SignedDuration,
}

impl FaultyStore {
    pub fn new(model: ModelStore, ledger: Arc<Mutex<Ledger>>, plan: &Plan, chance: Chance) -> Self {
        let plan = plan.clone();
        let took = SignedDuration::ZERO;
        let way = Way { chance, plan, away: false, calm: false, dead: false, stale: false, took };
        Self { model, way: Arc::new(Mutex::new(way)), ledger }
    }

    /// The same way to the store after a crash, under another handle.
    pub fn again(&self, model: ModelStore) -> Self {
        let mut way = self.way();
        (way.dead, way.took) = (false, SignedDuration::ZERO);
        drop(way);
        Self { model, way: Arc::clone(&self.way), ledger: Arc::clone(&self.ledger) }
    }

    pub fn model(&self) -> &ModelStore {
        &self.model
    }

    /// From now on it cannot be reached, or can.
    pub fn set_away(&self, away: bool) {
        self.way().away = away;
    }

    /// From now on nothing goes wrong.
    pub fn set_calm(&self) {
        self.way().calm = true;
    }

    /// Whether the process died in a commit.
    pub fn is_dead(&self) -> bool {
        self.way().dead
    }

    /// How long the calls since the last time took.
    pub fn took(&self) -> SignedDuration {
        std::mem::take(&mut self.way().took)
    }

    /// Whether a stream was read as it was before, since the last time.
    pub fn was_stale(&self) -> bool {
        std::mem::take(&mut self.way().stale)
    }

    fn way(&self) -> MutexGuard<'_, Way> {
        self.way.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn ledger(&self) -> MutexGuard<'_, Ledger> {
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn reach(&self) -> Result<&ModelStore, StoreError> {
        let way = self.way();
        if way.away || way.dead {
            self.ledger().counters.count("call that did not reach the store");
            return Err(StoreError::Unavailable("simulated outage".to_owned()));
        }
        Ok(&self.model)
    }

    /// Whether a fault happens now.
    fn meets(&self, fault: Fault) -> bool {
        let mut way = self.way();
        let percent = if way.calm { 0 } else { way.plan.percent(fault) };
        let meets = percent > 0 && way.chance.percent(percent);
        if meets {
            self.ledger().counters.count(fault.name());
        }
        meets
    }

    fn take_note(&self, commits: &[Commit], results: &[Committed]) {
        let now = self.model.peek_now();
        let mut ledger = self.ledger();
        for (commit, _) in commits.iter().zip(results).filter(|(_, result)| **result == Committed::Done) {
            for new in commit.effects.iter().filter(|new| new.claimed) {
                ledger.claimed.entry(new.id).or_default().push(now);
            }
            ledger.written.push(commit.clone());
        }
    }
}

/// Commits written since the last call, in order.
pub fn take_written(ledger: &Arc<Mutex<Ledger>>) -> Vec<Commit> {
    std::mem::take(&mut ledger.lock().unwrap_or_else(PoisonError::into_inner).written)
}

/// When a page send was claimed, in order.
pub fn claims(ledger: &Arc<Mutex<Ledger>>, id: EffectId) -> Vec<Timestamp> {
    ledger.lock().unwrap_or_else(PoisonError::into_inner).claimed.get(&id).cloned().unwrap_or_default()
}

/// What was met so far.
pub fn met(ledger: &Arc<Mutex<Ledger>>) -> Counters {
    ledger.lock().unwrap_or_else(PoisonError::into_inner).counters.clone()
}

impl Store for FaultyStore {
    async fn now(&self) -> Result<Timestamp, StoreError> {
        self.reach()?.now().await
    }

    async fn renew(&self, lasts: SignedDuration) -> Result<Lease, StoreError> {
        self.reach()?.renew(lasts).await
    }

    async fn load(&self, ids: &[StreamId]) -> Result<Loaded, StoreError> {
        let mut loaded = self.reach()?.load(ids).await?;
        for row in loaded.streams.iter_mut().flatten() {
            // A decision rests on the roster as it is read: there is no version of it to meet at.
            let former = self.ledger().former.get(&row.id).filter(|row| row.id.kind == StreamKind::Incident).cloned();
            if let Some(former) = former
                && self.meets(Fault::StaleRead)
            {
                self.way().stale = true;
                *row = former;
            }
        }
        Ok(loaded)
    }

    async fn commit(&self, commits: &[Commit]) -> Result<Vec<Committed>, StoreError> {
        let model = self.reach()?;
        if self.meets(Fault::CommitRefused) {
            return Err(StoreError::Unavailable("simulated refusal".to_owned()));
        }
        if self.way().plan.rate(Fault::StaleRead) > 0 {
            let ids: Vec<StreamId> = commits.iter().map(|commit| commit.stream).collect();
            let rows = ready(model.load(&ids))?.streams.into_iter().flatten();
            self.ledger().former.extend(rows.map(|row| (row.id, row)));
        }
        if self.meets(Fault::LateCommit) {
            model.lose_lease();
        }
        let results = model.commit(commits).await?;
        self.take_note(commits, &results);
        if self.meets(Fault::DeathInCommit) {
            self.way().dead = true;
            return Err(StoreError::Unknown("the process dies".to_owned()));
        }
        if self.meets(Fault::SlowStore) {
            let mut way = self.way();
            let took = SignedDuration::from_millis(way.chance.between(500, 20_000));
            way.took += took;
        }
        if self.meets(Fault::CommitUnknown) {
            return Err(StoreError::Unknown("simulated loss of an answer".to_owned()));
        }
        Ok(results)
    }

    async fn due(&self, limit: usize) -> Result<Due, StoreError> {
        self.reach()?.due(limit).await
    }

    async fn claim(&self, lane: Lane, urgency: u8, limit: usize) -> Result<Vec<Claimed>, StoreError> {
        let claimed = self.reach()?.claim(lane, urgency, limit).await?;
        let now = self.model.peek_now();
        let mut ledger = self.ledger();
        claimed.iter().for_each(|claimed| ledger.claimed.entry(claimed.id).or_default().push(now));
        drop(ledger);
        Ok(claimed)
    }

    async fn retry(&self, retries: &[Retry]) -> Result<(), StoreError> {
        self.reach()?.retry(retries).await
    }

    async fn find(&self, key: &str, value: &str, limit: usize) -> Result<Vec<StreamId>, StoreError> {
        self.reach()?.find(key, value, limit).await
    }

    async fn greatest(&self, key: &str) -> Result<Option<String>, StoreError> {
        self.reach()?.greatest(key).await
    }

    async fn events(&self, stream: StreamId, after: u64, limit: usize) -> Result<Vec<EventRow>, StoreError> {
        self.reach()?.events(stream, after, limit).await
    }

    async fn request(&self, key: &str) -> Result<Option<RequestRow>, StoreError> {
        self.reach()?.request(key).await
    }

    async fn backlog(&self) -> Result<Backlog, StoreError> {
        self.reach()?.backlog().await
    }
}
