//! A replica keeps its lease as the runtime does, and what follows where it is lost.

use jiff::{SignedDuration, Timestamp};
use zephyr_core::limits;
use zephyr_engine::ports::StoreError;

use super::Run;
use super::replica::{Replica, SAFETY_NET};
use crate::ready::ready;

/// What a replica knows of its lease.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tenure {
    /// Until when a send may leave; `None` for ever.
    pub good_until: Option<Timestamp>,
    /// When it is renewed.
    pub renew_at: Option<Timestamp>,
}

impl Run {
    /// Renews the lease when it is time.
    pub(super) fn keep_lease(&mut self, index: usize) -> Result<(), StoreError> {
        let now = self.now;
        let Some(replica) = self.replicas.get(index) else { return Ok(()) };
        match replica.tenure {
            Some(Tenure { renew_at: Some(at), .. }) if at > now => Ok(()),
            Some(Tenure { renew_at: None, .. }) => Ok(()),
            _ => self.renew(index, limits::LEASE, now),
        }
    }

    /// Renews the lease as if it were another time.
    fn renew(&mut self, index: usize, lasts: SignedDuration, at: Timestamp) -> Result<(), StoreError> {
        let Some(replica) = self.replicas.get_mut(index) else { return Ok(()) };
        let Some(engine) = &mut replica.engine else { return Ok(()) };
        let lease = ready(engine.renew(lasts))?;
        let good_until = lease.lasts.map(|lasts| self.now + replica.while_of_its_own(lasts));
        let renew_at = lease.lasts.map(|_| at + replica.while_of_its_own(limits::LEASE_RENEWED));
        replica.tenure = Some(Tenure { good_until, renew_at });
        let mut lost = Vec::new();
        let before = replica.epoch.replace(lease.epoch);
        let is_new = before != Some(lease.epoch);
        if is_new && before.is_some() {
            self.counters.count("lease lost");
            lost.extend(replica.forget_sends());
        }
        if lease.freed > 0 || is_new && lease.lasts.is_some() {
            let (epoch, freed) = (lease.epoch, lease.freed);
            self.say(index, &format!("has epoch {epoch} and frees {freed} claims"));
        }
        let Some(replica) = self.replicas.get_mut(index) else { return Ok(()) };
        if lease.freed > 0 {
            replica.wake(self.now);
            self.counters.count("claims taken over");
        }
        for replica in self.replicas.iter_mut().filter(|replica| replica.engine.is_some()) {
            if replica.tenure.is_some() && !replica.store.model().is_in_force() {
                lost.extend(replica.forget_sends());
            }
        }
        // What a replica sent whose lease is over may be sent once more by another.
        for id in lost {
            self.counters.count("answer lost with a lease");
            self.network.lose(id);
        }
        Ok(())
    }

    /// Where nothing happens for a while and every replica has been well for one, their renewals are not worth the time:
    /// they are taken as made just before something does.
    pub(super) fn skip_idle_time(&mut self) {
        let well = |replica: &Replica| replica.can_act() && !replica.cut_from_providers;
        if self.replicas.len() < 2 || self.store_away || !self.replicas.iter().all(well) {
            self.well_since = None;
            return;
        }
        let well_since = *self.well_since.get_or_insert(self.now);
        if self.now.duration_since(well_since) < limits::LEASE + SAFETY_NET * 2 {
            return;
        }
        let due = self.replicas.iter().filter_map(|replica| replica.due_at);
        let Some(next) = due.chain(self.script.next_at()).min() else { return };
        let idle = next.duration_since(self.now);
        if idle < limits::LEASE_RENEWED * 2 {
            return;
        }
        for index in 0..self.replicas.len() {
            let before = SignedDuration::from_millis(self.chance.between(0, 500));
            // A store in memory that can be reached takes every renewal.
            if self.renew(index, idle - before + limits::LEASE, next - before).is_ok() {
                self.replicas.get_mut(index).into_iter().for_each(Replica::sleep);
            }
        }
    }
}
