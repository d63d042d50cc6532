//! The lease: what makes one of several equal replicas the owner of what it has claimed.
//!
//! Deliberately not here: clocks. A lease lasts by the store's clock; whoever runs the engine counts the same time from
//! before it asked, by a clock that does not jump, and lets no send leave after it.

use jiff::SignedDuration;

use crate::engine::Engine;
use crate::ports::{Entropy, Store, StoreError};

/// The right to write, and to send what was claimed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lease {
    /// Claims are made under it. It is greater than every earlier one.
    pub epoch: u64,
    /// How long it lasts from the call that asked for it. `None`: as long as the store is open, because a store for one
    /// server at a time lends it to nobody else.
    pub lasts: Option<SignedDuration>,
    /// How many claims of leases that are over became free in this call.
    pub freed: u64,
}

impl<S: Store, E: Entropy> Engine<S, E> {
    /// Takes a lease, or makes it last longer. Call it before anything else, then again well before it ends, and at
    /// once where another verb answered [`StoreError::Lapsed`]. Under a new epoch everything that was claimed and not
    /// handed out is forgotten: it belongs to whoever claims it next.
    pub async fn renew(&mut self, lasts: SignedDuration) -> Result<Lease, StoreError> {
        let lease = self.store.renew(lasts).await?;
        let is_new = self.epoch != Some(lease.epoch);
        if is_new {
            self.outbox.forget_held();
            self.epoch = Some(lease.epoch);
        }
        if is_new || lease.freed > 0 {
            self.look_again();
            self.poll_at_once();
        }
        Ok(lease)
    }
}
