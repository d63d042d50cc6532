//! How one commit is checked and written in memory.

use std::collections::BTreeSet;
use std::collections::btree_map::Entry;

use zephyr_engine::ports::{Commit, Committed, End, EventRow, StreamRow, UNIQUE_KEY};

use super::data::{Data, EffectRow, Stream, whole};
use crate::plan::Refused;
use crate::request_counts;

impl Data {
    /// Writes a commit of an epoch, or says why not. The checks go from the last word to the first: an answered request stays
    /// answered, an effect that is not held is forgotten, and only then is it worth deciding anew.
    pub(super) fn apply(&mut self, commit: &Commit, epoch: u64, refused: &mut Refused) -> Committed {
        let answer = refused.answer(commit, self.check(commit, epoch));
        if answer == Committed::Done {
            self.write_stream(commit);
            self.write_effects(commit, epoch);
            if let Some(request) = &commit.request {
                self.requests.insert(request.key.clone(), request.clone());
            }
        }
        answer
    }

    fn check(&self, commit: &Commit, epoch: u64) -> Committed {
        if commit.request.as_ref().is_some_and(|request| self.answered(&request.key)) {
            return Committed::Repeated;
        }
        if commit.finish.as_ref().is_some_and(|finish| !self.holds(finish.effect, epoch)) {
            return Committed::Fenced;
        }
        let version = self.streams.get(&commit.stream).map_or(0, |stream| stream.row.version);
        if version != commit.expected || self.takes_number(commit) {
            return Committed::Conflict;
        }
        Committed::Done
    }

    pub(super) fn answered(&self, key: &str) -> bool {
        self.requests.get(key).is_some_and(|row| request_counts(row.at, self.now))
    }

    fn takes_number(&self, commit: &Commit) -> bool {
        commit
            .index
            .iter()
            .filter(|(key, _)| key == UNIQUE_KEY)
            .any(|row| self.index.get(row).is_some_and(|streams| streams.iter().any(|stream| *stream != commit.stream)))
    }

    fn write_stream(&mut self, commit: &Commit) {
        let former = self.streams.remove(&commit.stream);
        if let Some(former) = &former {
            self.forget(former);
        }
        let mut events = former.map(|former| former.events).unwrap_or_default();
        for (event, seq) in commit.events.iter().zip(commit.expected + 1..) {
            debug_assert_eq!(event.seq, seq, "an event out of order");
            events.push(EventRow { seq, at: whole(event.at), ..event.clone() });
        }
        self.newest = self.newest.max(events.iter().map(|event| event.at).max());
        let index: BTreeSet<_> = commit.index.iter().cloned().collect();
        for row in &index {
            self.index.entry(row.clone()).or_default().insert(commit.stream);
        }
        let wake_at = commit.wake_at.map(whole);
        if let Some(at) = wake_at {
            self.wakes.insert((commit.urgency, at, commit.stream));
        }
        let version = events.last().map_or(0, |event| event.seq);
        let row = StreamRow { id: commit.stream, version, format: commit.format, state: commit.state.clone(), wake_at };
        self.streams.insert(commit.stream, Stream { row, urgency: commit.urgency, index, events });
    }

    /// Takes a stream out of the indexes.
    fn forget(&mut self, stream: &Stream) {
        if let Some(at) = stream.row.wake_at {
            self.wakes.remove(&(stream.urgency, at, stream.row.id));
        }
        for row in &stream.index {
            if let Entry::Occupied(mut streams) = self.index.entry(row.clone()) {
                streams.get_mut().remove(&stream.row.id);
                if streams.get().is_empty() {
                    streams.remove();
                }
            }
        }
    }

    fn write_effects(&mut self, commit: &Commit, epoch: u64) {
        for new in &commit.effects {
            let row = EffectRow {
                stream: commit.stream,
                effect: new.effect.clone(),
                urgency: new.urgency,
                due_at: whole(new.due_at),
                attempt: 0,
                last_error: None,
                epoch: new.claimed.then_some(epoch),
                abandoned: false,
                done_at: None,
            };
            self.insert_effect(new.id, row);
        }
        let Some(finish) = &commit.finish else { return };
        match &finish.end {
            End::Over => {
                let now = self.now;
                self.change_effect(finish.effect, |row| {
                    row.done_at = Some(now);
                    row.epoch = None;
                });
            }
            End::Again(retry) => self.give_back(finish.effect, retry),
        }
    }
}
