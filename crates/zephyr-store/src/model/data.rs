//! What a `ModelStore` holds, and the bookkeeping that keeps its indexes right.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use zephyr_core::effect::{Effect, Lane};
use zephyr_core::{EffectId, StreamId};
use zephyr_engine::ports::{AppliedRow, EventRow, NoticeRow, ObjectKey, RequestRow, Retry, StreamRow, TokenRow};

use crate::FINISHED_KEPT;

/// A stream with all that belongs to it.
#[derive(Debug, Clone, PartialEq)]
pub struct Stream {
    /// The cached state.
    pub row: StreamRow,
    /// Orders its wake-ups.
    pub urgency: u8,
    /// Its index rows.
    pub index: BTreeSet<(String, String)>,
    /// Its events, in order.
    pub events: Vec<EventRow>,
}

/// An effect as it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct EffectRow {
    /// Of which stream.
    pub stream: StreamId,
    /// What to do; kept in memory after the end as well, where a real store purges it.
    pub effect: Effect,
    /// Smaller is more urgent.
    pub urgency: u8,
    /// Not before.
    pub due_at: Timestamp,
    /// Tries that ended.
    pub attempt: u32,
    /// Why the last try failed.
    pub last_error: Option<String>,
    /// The epoch that holds it.
    pub epoch: Option<u64>,
    /// An epoch that is over had claimed it and never said what became of it.
    pub abandoned: bool,
    /// When it ended.
    pub done_at: Option<Timestamp>,
}

/// The lease of an epoch.
#[derive(Debug)]
struct Tenure {
    /// When it lapses, unless it is renewed; `None` never.
    until: Option<Timestamp>,
    /// Somebody has ended it.
    over: bool,
}

#[derive(Debug)]
pub(super) struct Data {
    pub(super) now: Timestamp,
    /// Epochs, from 1, and their leases.
    leases: BTreeMap<u64, Tenure>,
    /// The time of the newest event.
    pub(super) newest: Option<Timestamp>,
    pub(super) streams: BTreeMap<StreamId, Stream>,
    /// Streams that have a wake-up: urgency, wake-up, id.
    pub(super) wakes: BTreeSet<(u8, Timestamp, StreamId)>,
    /// Key and value, then the streams that have them.
    pub(super) index: BTreeMap<(String, String), BTreeSet<StreamId>>,
    pub(super) effects: BTreeMap<EffectId, EffectRow>,
    /// Effects neither finished nor claimed: lane, urgency, due time, id.
    pub(super) free: BTreeSet<(Lane, u8, Timestamp, EffectId)>,
    pub(super) held: BTreeSet<(u64, EffectId)>,
    /// When which effect ended, for pruning.
    pub(super) done: BTreeSet<(Timestamp, EffectId)>,
    pub(super) requests: BTreeMap<String, RequestRow>,
    /// By kind and id: the number of the write, and the text.
    pub(super) objects: BTreeMap<ObjectKey, (u64, String)>,
    pub(super) writes: u64,
    pub(super) tokens: BTreeMap<String, TokenRow>,
    /// Those that came into force, the last one last.
    pub(super) policies: Vec<AppliedRow>,
    pub(super) policy_texts: BTreeMap<String, String>,
    /// In the order in which they came.
    pub(super) notices: Vec<(Timestamp, NoticeRow)>,
}

impl Data {
    pub(super) fn new(start: Timestamp) -> Self {
        Self {
            now: whole(start),
            leases: BTreeMap::new(),
            newest: None,
            streams: BTreeMap::new(),
            wakes: BTreeSet::new(),
            index: BTreeMap::new(),
            effects: BTreeMap::new(),
            free: BTreeSet::new(),
            held: BTreeSet::new(),
            done: BTreeSet::new(),
            requests: BTreeMap::new(),
            objects: BTreeMap::new(),
            writes: 0,
            tokens: BTreeMap::new(),
            policies: Vec::new(),
            policy_texts: BTreeMap::new(),
            notices: Vec::new(),
        }
    }

    pub(super) fn newest_epoch(&self) -> u64 {
        self.leases.last_key_value().map_or(0, |(epoch, _)| *epoch)
    }

    pub(super) fn begin_epoch(&mut self, until: Option<Timestamp>) -> u64 {
        let epoch = self.newest_epoch() + 1;
        self.leases.insert(epoch, Tenure { until, over: false });
        epoch
    }

    /// Whether nobody has ended it.
    pub(super) fn is_in_force(&self, epoch: u64) -> bool {
        self.leases.get(&epoch).is_some_and(|tenure| !tenure.over)
    }

    /// Makes a lease last longer that nobody has ended.
    pub(super) fn extend(&mut self, epoch: u64, until: Timestamp) -> bool {
        match self.leases.get_mut(&epoch) {
            Some(tenure) if !tenure.over => {
                tenure.until = Some(until);
                true
            }
            _ => false,
        }
    }

    /// Ends every lease.
    pub(super) fn end_all_epochs(&mut self) {
        self.end_epochs(|_, _| true);
    }

    /// Ends the leases of others that have lapsed; how many claims became free.
    pub(super) fn end_lapsed(&mut self, own: u64) -> u64 {
        let now = self.now;
        self.end_epochs(|epoch, tenure| epoch != own && tenure.until.is_some_and(|until| until <= now))
    }

    /// Ends one lease; how many claims became free.
    pub(super) fn end_epoch(&mut self, ended: u64) -> u64 {
        self.end_epochs(|epoch, _| epoch == ended)
    }

    fn end_epochs(&mut self, which: impl Fn(u64, &Tenure) -> bool) -> u64 {
        let mut freed = 0;
        let mut any = false;
        for (epoch, tenure) in self.leases.iter_mut().filter(|(_, tenure)| !tenure.over) {
            tenure.over = which(*epoch, tenure);
            any |= tenure.over;
        }
        if !any {
            return 0;
        }
        let leases = &self.leases;
        let is_over = |epoch: u64| leases.get(&epoch).is_none_or(|tenure| tenure.over);
        let void: Vec<EffectId> = self.held.iter().filter(|(epoch, _)| is_over(*epoch)).map(|(_, id)| *id).collect();
        for id in void {
            freed += 1;
            self.change_effect(id, |row| {
                row.epoch = None;
                row.abandoned = true;
            });
        }
        freed
    }

    /// Moves the clock past every event.
    pub(super) fn start_clock(&mut self) {
        let past = self.newest.and_then(|at| at.checked_add(SignedDuration::from_micros(1)).ok());
        self.now = past.map_or(self.now, |at| self.now.max(at));
    }

    /// Adds an effect. One that is there already is left as it is: ids are derived from stream, event and position.
    pub(super) fn insert_effect(&mut self, id: EffectId, row: EffectRow) {
        if let Entry::Vacant(entry) = self.effects.entry(id) {
            entry.insert(row);
            self.change_effect(id, |_| {});
        }
    }

    /// Changes an effect and the sets that it belongs to.
    pub(super) fn change_effect(&mut self, id: EffectId, change: impl FnOnce(&mut EffectRow)) {
        let Some(row) = self.effects.get_mut(&id) else { return };
        self.free.remove(&(row.effect.lane(), row.urgency, row.due_at, id));
        if let Some(epoch) = row.epoch {
            self.held.remove(&(epoch, id));
        }
        change(row);
        match (row.done_at, row.epoch) {
            (Some(at), _) => {
                self.done.insert((at, id));
            }
            (None, Some(epoch)) => {
                self.held.insert((epoch, id));
            }
            (None, None) => {
                self.free.insert((row.effect.lane(), row.urgency, row.due_at, id));
            }
        }
    }

    pub(super) fn holds(&self, id: EffectId, epoch: u64) -> bool {
        self.effects.get(&id).is_some_and(|row| row.done_at.is_none() && row.epoch == Some(epoch))
    }

    /// Notes a failed try of an effect that somebody holds.
    pub(super) fn give_back(&mut self, id: EffectId, retry: &Retry) {
        self.change_effect(id, |row| {
            row.attempt = retry.attempt;
            row.due_at = whole(retry.due_at);
            row.last_error = Some(retry.error.clone());
            row.epoch = None;
            row.abandoned = false;
        });
    }

    /// Forgets effects that ended long ago.
    pub(super) fn prune(&mut self) {
        while let Some((at, id)) = self.done.first().copied() {
            if at.saturating_add(FINISHED_KEPT).is_ok_and(|until| until > self.now) {
                return;
            }
            self.done.remove(&(at, id));
            self.effects.remove(&id);
        }
    }
}

/// Cuts an instant to the whole microseconds that a store keeps.
pub(super) fn whole(at: Timestamp) -> Timestamp {
    Timestamp::from_microsecond(at.as_microsecond()).unwrap_or(at)
}
