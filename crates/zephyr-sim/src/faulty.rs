//! The store in memory, with faults: it refuses, and it loses the answers of commits it has written.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::{SignedDuration, Timestamp};
use zephyr_core::StreamId;
use zephyr_core::effect::Lane;
use zephyr_engine::ports::{
    Backlog, Claimed, Commit, Committed, Due, EventRow, Lease, Loaded, RequestRow, Retry, Store, StoreError,
};
use zephyr_store::ModelStore;

use crate::chance::Chance;

/// A handle on the store as the engine sees it.
#[derive(Debug, Clone)]
pub struct FaultyStore {
    model: ModelStore,
    shared: Arc<Mutex<Shared>>,
}

#[derive(Debug)]
struct Shared {
    chance: Chance,
    away: bool,
    unknown_percent: u64,
    death_percent: u64,
    dead: bool,
    unknowns: u64,
    refusals: u64,
    written: Vec<Commit>,
}

impl FaultyStore {
    pub fn new(model: ModelStore, chance: Chance) -> Self {
        let shared = Shared {
            chance,
            away: false,
            unknown_percent: 0,
            death_percent: 0,
            dead: false,
            unknowns: 0,
            refusals: 0,
            written: Vec::new(),
        };
        Self { model, shared: Arc::new(Mutex::new(shared)) }
    }

    /// The same store after a crash: under a new epoch.
    pub fn reopened(&self) -> Self {
        self.shared().dead = false;
        Self { model: self.model.reopen(), shared: Arc::clone(&self.shared) }
    }

    pub fn model(&self) -> &ModelStore {
        &self.model
    }

    /// From now on it refuses everything, or nothing.
    pub fn set_away(&self, away: bool) {
        self.shared().away = away;
    }

    /// From now on this many of a hundred commits lose their answer, and this many are the last thing that the
    /// process did.
    pub fn set_percents(&self, unknown: u64, death: u64) {
        let mut shared = self.shared();
        shared.unknown_percent = unknown;
        shared.death_percent = death;
    }

    /// Whether the process died in a commit.
    pub fn is_dead(&self) -> bool {
        self.shared().dead
    }

    /// Commits written since the last call, in order; answers lost and calls refused so far.
    pub fn take_written(&self) -> Vec<Commit> {
        std::mem::take(&mut self.shared().written)
    }

    pub fn faults(&self) -> (u64, u64) {
        let shared = self.shared();
        (shared.unknowns, shared.refusals)
    }

    fn shared(&self) -> MutexGuard<'_, Shared> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn reach(&self) -> Result<&ModelStore, StoreError> {
        let mut shared = self.shared();
        if shared.away || shared.dead {
            shared.refusals += 1;
            return Err(StoreError::Unavailable("simulated outage".to_owned()));
        }
        Ok(&self.model)
    }
}

impl Store for FaultyStore {
    async fn now(&self) -> Result<Timestamp, StoreError> {
        self.reach()?.now().await
    }

    async fn renew(&self, lasts: SignedDuration) -> Result<Lease, StoreError> {
        self.reach()?.renew(lasts).await
    }

    async fn load(&self, ids: &[StreamId]) -> Result<Loaded, StoreError> {
        self.reach()?.load(ids).await
    }

    async fn commit(&self, commits: &[Commit]) -> Result<Vec<Committed>, StoreError> {
        let results = self.reach()?.commit(commits).await?;
        let mut shared = self.shared();
        let written = commits.iter().zip(&results).filter(|(_, result)| **result == Committed::Done);
        shared.written.extend(written.map(|(commit, _)| commit.clone()));
        let death = shared.death_percent;
        if shared.chance.percent(death) {
            shared.dead = true;
            return Err(StoreError::Unknown("the process dies".to_owned()));
        }
        let percent = shared.unknown_percent;
        if shared.chance.percent(percent) {
            shared.unknowns += 1;
            return Err(StoreError::Unknown("simulated loss of an answer".to_owned()));
        }
        Ok(results)
    }

    async fn due(&self, limit: usize) -> Result<Due, StoreError> {
        self.reach()?.due(limit).await
    }

    async fn claim(&self, lane: Lane, urgency: u8, limit: usize) -> Result<Vec<Claimed>, StoreError> {
        self.reach()?.claim(lane, urgency, limit).await
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
