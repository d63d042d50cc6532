//! `ModelStore`: the store in memory. It is the plainest reading of the ports' contract, and deterministic: the
//! simulator runs on it and the contract suite compares the real stores with it.
//!
//! Deliberately not here: durability, speed beyond what a simulation needs, and faults. Whoever wants a store that
//! stalls or loses an answer wraps it. Every future is ready at once.

mod apply;
mod data;
mod ports;
mod registry;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::{SignedDuration, Timestamp};
use zephyr_core::{EffectId, StreamId};
use zephyr_engine::ports::{EventRow, Lease, StoreError};

pub use data::{EffectRow, Stream};

use data::Data;

/// A handle on a store in memory. Clones share the data and the lease: they are one replica.
#[derive(Debug, Clone)]
pub struct ModelStore {
    data: Arc<Mutex<Data>>,
    /// 0 until there is a lease.
    epoch: Arc<AtomicU64>,
    /// One of several replicas, whose lease lapses; otherwise the only server, as on a file.
    shared: bool,
}

impl ModelStore {
    /// An empty store whose clock stands at `start`, cut to whole microseconds. This handle's lease never lapses.
    pub fn new(start: Timestamp) -> Self {
        let mut data = Data::new(start);
        let epoch = data.begin_epoch(None);
        Self::on(Arc::new(Mutex::new(data)), epoch, false)
    }

    fn on(data: Arc<Mutex<Data>>, epoch: u64, shared: bool) -> Self {
        Self { data, epoch: Arc::new(AtomicU64::new(epoch)), shared }
    }

    /// One replica of several on the same data, beside those that there are. It has no lease before it renews; the lease
    /// lapses by the model's clock, and ends when another replica renews after that. A crash is a handle that is
    /// dropped; the start after it joins anew.
    #[must_use]
    pub fn join(&self) -> Self {
        Self::on(Arc::clone(&self.data), 0, true)
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

    /// What a crash and a new start make of a store for one server: the same data under a raised epoch. Effects that
    /// former epochs had claimed are free again and marked as abandoned; every write of their handles is refused. The
    /// clock begins after the newest event.
    #[must_use]
    pub fn reopen(&self) -> Self {
        let mut data = self.lock();
        data.end_all_epochs();
        data.start_clock();
        let epoch = data.begin_epoch(None);
        drop(data);
        Self::on(Arc::clone(&self.data), epoch, false)
    }

    /// The epoch of this handle, from 1; 0 while it has none.
    pub fn epoch(&self) -> u64 {
        self.epoch.load(Ordering::SeqCst)
    }

    /// What another replica makes of this handle's lease that has lapsed: it is over, and its claims are free.
    pub fn lose_lease(&self) {
        self.lock().end_epoch(self.epoch());
    }

    /// Whether this handle has a lease that nobody has ended.
    pub fn is_in_force(&self) -> bool {
        self.lock().is_in_force(self.epoch())
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
        let ids = free.chain(data.held.iter().map(|(_, id)| id));
        ids.filter_map(|id| data.effects.get(id).map(|effect| (*id, effect.clone()))).collect()
    }

    fn lock(&self) -> MutexGuard<'_, Data> {
        self.data.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The data, for a write of this handle's epoch, and that epoch.
    fn lock_for_writing(&self) -> Result<(MutexGuard<'_, Data>, u64), StoreError> {
        let data = self.lock();
        let epoch = self.epoch();
        if data.is_in_force(epoch) {
            return Ok((data, epoch));
        }
        Err(if self.shared { crate::lapsed(epoch) } else { crate::epoch_over(epoch, data.newest_epoch()) })
    }

    fn renewed(&self, lasts: SignedDuration) -> Result<Lease, StoreError> {
        if !self.shared {
            let (_data, epoch) = self.lock_for_writing()?;
            return Ok(Lease { epoch, lasts: None, freed: 0 });
        }
        let mut data = self.lock();
        let own = self.epoch();
        let freed = data.end_lapsed(own);
        let until = data.now.saturating_add(lasts).unwrap_or(Timestamp::MAX);
        let epoch = if data.extend(own, until) { own } else { data.begin_epoch(Some(until)) };
        self.epoch.store(epoch, Ordering::SeqCst);
        Ok(Lease { epoch, lasts: Some(lasts), freed })
    }
}
