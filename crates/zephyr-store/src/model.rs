//! `ModelStore`: the store in memory. It is the plainest reading of the ports' contract, and deterministic: the
//! simulator runs on it and the contract suite compares the real stores with it.
//!
//! Deliberately not here: durability, speed beyond what a simulation needs, and faults. Whoever wants a store that
//! stalls or loses an answer wraps it. Every future is ready at once.

mod apply;
mod data;
mod ports;
mod registry;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::{SignedDuration, Timestamp};
use zephyr_core::{EffectId, StreamId};
use zephyr_engine::ports::{EventRow, StoreError};

pub use data::{EffectRow, Stream};

use data::Data;

/// A handle on a store in memory. Clones share the data and the epoch.
#[derive(Debug, Clone)]
pub struct ModelStore {
    data: Arc<Mutex<Data>>,
    epoch: u64,
}

impl ModelStore {
    /// An empty store whose clock stands at `start`, cut to whole microseconds.
    pub fn new(start: Timestamp) -> Self {
        Self { data: Arc::new(Mutex::new(Data::new(start))), epoch: 1 }
    }

    /// Moves the clock to `now`; an earlier instant leaves it where it is.
    pub fn set_now(&self, now: Timestamp) {
        let mut data = self.lock();
        data.now = data.now.max(data::whole(now));
    }

    /// Moves the clock forward; a negative duration leaves it where it is.
    pub fn advance(&self, by: SignedDuration) {
        let mut data = self.lock();
        data.now = data.now.max(data::whole(data.now.saturating_add(by).unwrap_or(Timestamp::MAX)));
    }

    /// What a crash and a new start make of it: the same data under a raised epoch. Effects that the former epoch had
    /// claimed are free again and marked as abandoned; every write of its handles is refused. The clock begins after
    /// the newest event.
    #[must_use]
    pub fn reopen(&self) -> Self {
        let mut data = self.lock();
        data.raise_epoch();
        data.start_clock();
        let epoch = data.epoch;
        drop(data);
        Self { data: Arc::clone(&self.data), epoch }
    }

    /// The epoch of this handle, from 1.
    pub fn epoch(&self) -> u64 {
        self.epoch
    }

    /// The present, without a future.
    pub fn peek_now(&self) -> Timestamp {
        self.lock().now
    }

    /// Every stream with its events and index rows, by id.
    pub fn peek_streams(&self) -> Vec<(StreamId, Stream)> {
        self.lock().streams.iter().map(|(id, stream)| (*id, stream.clone())).collect()
    }

    /// One stream.
    pub fn peek_stream(&self, id: StreamId) -> Option<Stream> {
        self.lock().streams.get(&id).cloned()
    }

    /// The events of one stream, in order.
    pub fn peek_events(&self, id: StreamId) -> Vec<EventRow> {
        self.lock().streams.get(&id).map(|stream| stream.events.clone()).unwrap_or_default()
    }

    /// Every effect that was ever committed and not pruned, finished ones too, by id.
    pub fn peek_effects(&self) -> Vec<(EffectId, EffectRow)> {
        self.lock().effects.iter().map(|(id, effect)| (*id, effect.clone())).collect()
    }

    /// Those of them that have not ended.
    pub fn peek_unfinished(&self) -> Vec<(EffectId, EffectRow)> {
        let data = self.lock();
        let free = data.free.iter().map(|(.., id)| id);
        let ids = free.chain(&data.held);
        ids.filter_map(|id| data.effects.get(id).map(|effect| (*id, effect.clone()))).collect()
    }

    fn lock(&self) -> MutexGuard<'_, Data> {
        self.data.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The data, for a write of this handle's epoch.
    fn lock_for_writing(&self) -> Result<MutexGuard<'_, Data>, StoreError> {
        let data = self.lock();
        if data.epoch == self.epoch { Ok(data) } else { Err(crate::epoch_over(self.epoch, data.epoch)) }
    }
}
