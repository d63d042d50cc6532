//! The ports, answered from memory.

use std::cmp::Reverse;

use jiff::{SignedDuration, Timestamp};
use zephyr_core::StreamId;
use zephyr_core::effect::Lane;
use zephyr_engine::ports::{
    Backlog, Claimed, Commit, Committed, Due, EventRow, Lease, Loaded, ObjectKey, Objects, RequestRow, Retry, Standing,
    Store, StoreError,
};

use super::ModelStore;
use super::data::Data;
use crate::plan::Refused;

impl Store for ModelStore {
    async fn now(&self) -> Result<Timestamp, StoreError> {
        Ok(self.lock().now)
    }

    async fn renew(&self, lasts: SignedDuration) -> Result<Lease, StoreError> {
        self.renewed(lasts)
    }

    async fn load(&self, ids: &[StreamId]) -> Result<Loaded, StoreError> {
        let data = self.lock();
        let streams = ids.iter().map(|id| data.streams.get(id).map(|stream| stream.row.clone())).collect();
        Ok(Loaded { now: data.now, streams })
    }

    async fn commit(&self, commits: &[Commit]) -> Result<Vec<Committed>, StoreError> {
        let (mut data, epoch) = self.lock_for_writing()?;
        let mut refused = Refused::default();
        Ok(commits.iter().map(|commit| data.apply(commit, epoch, &mut refused)).collect())
    }

    async fn due(&self, limit: usize) -> Result<Due, StoreError> {
        let mut data = self.lock();
        data.prune();
        let now = data.now;
        let due = data.wakes.iter().filter(|(_, at, _)| *at <= now);
        let streams = due.map(|(_, _, id)| *id).take(limit).collect();
        Ok(Due { now, streams, next: data.next_look() })
    }

    async fn claim(&self, lane: Lane, urgency: u8, limit: usize) -> Result<Vec<Claimed>, StoreError> {
        let (mut data, epoch) = self.lock_for_writing()?;
        let now = data.now;
        let is_wanted = |of: Lane, how: u8, due_at| of == lane && how <= urgency && due_at <= now;
        let free = data.free.iter().filter(|(of, how, due_at, _)| is_wanted(*of, *how, *due_at));
        let ids: Vec<_> = free.map(|(_, _, _, id)| *id).take(limit).collect();
        ids.iter().for_each(|id| data.change_effect(*id, |row| row.epoch = Some(epoch)));
        let rows = ids.iter().filter_map(|id| data.effects.get(id).map(|row| (*id, row)));
        let claimed = rows.map(|(id, row)| Claimed {
            id,
            stream: row.stream,
            effect: row.effect.clone(),
            urgency: row.urgency,
            attempt: row.attempt,
            due_at: row.due_at,
            abandoned: row.abandoned,
        });
        Ok(claimed.collect())
    }

    async fn retry(&self, retries: &[Retry]) -> Result<(), StoreError> {
        let (mut data, epoch) = self.lock_for_writing()?;
        for retry in retries {
            if data.holds(retry.effect, epoch) {
                data.give_back(retry.effect, retry);
            }
        }
        Ok(())
    }

    async fn find(&self, key: &str, value: &str, limit: usize) -> Result<Vec<StreamId>, StoreError> {
        let data = self.lock();
        let mut found: Vec<StreamId> =
            data.index.get(&(key.to_owned(), value.to_owned())).into_iter().flatten().copied().collect();
        found.sort_by_key(|id| Reverse((id.kind.as_str(), id.id)));
        found.truncate(limit);
        Ok(found)
    }

    async fn greatest(&self, key: &str) -> Result<Option<String>, StoreError> {
        let data = self.lock();
        let from = (key.to_owned(), String::new());
        let values = data.index.range(from..).take_while(|((of, _), _)| of == key);
        Ok(values.last().map(|((_, value), _)| value.clone()))
    }

    async fn events(&self, stream: StreamId, after: u64, limit: usize) -> Result<Vec<EventRow>, StoreError> {
        let data = self.lock();
        let events = data.streams.get(&stream).map(|stream| stream.events.as_slice()).unwrap_or_default();
        Ok(events.iter().filter(|event| event.seq > after).take(limit).cloned().collect())
    }

    async fn request(&self, key: &str) -> Result<Option<RequestRow>, StoreError> {
        let data = self.lock();
        Ok(data.requests.get(key).filter(|_| data.answered(key)).cloned())
    }

    async fn backlog(&self) -> Result<Backlog, StoreError> {
        let data = self.lock();
        let next_wake = data.wakes.iter().map(|(_, at, _)| *at).min();
        let mut backlog = Backlog { epoch: self.epoch(), next_wake, ..Backlog::default() };
        for row in data.effects.values().filter(|row| row.done_at.is_none()) {
            let standing = match (row.epoch, row.attempt) {
                (Some(_), _) => Standing::Sending,
                (None, 0) => Standing::Waiting,
                (None, _) => Standing::Retrying,
            };
            backlog.add(row.effect.kind(), standing, 1);
            if row.effect.lane() == Lane::Page {
                let oldest = backlog.oldest_page.map_or(row.due_at, |at| at.min(row.due_at));
                backlog.oldest_page = Some(oldest);
            }
        }
        Ok(backlog)
    }
}

impl Objects for ModelStore {
    async fn exchange<R, F>(&self, keys: Vec<ObjectKey>, handle: F) -> Result<R, StoreError>
    where
        R: Send + 'static,
        F: FnOnce(Timestamp, Vec<Option<String>>) -> (R, Vec<(ObjectKey, String)>) + Send + 'static,
    {
        let (mut data, _) = self.lock_for_writing()?;
        let documents = keys.iter().map(|key| data.objects.get(key).map(|(_, text)| text.clone())).collect();
        let (result, written) = handle(data.now, documents);
        for (key, text) in written {
            data.writes += 1;
            let write = data.writes;
            data.objects.insert(key, (write, text));
        }
        Ok(result)
    }

    async fn objects(&self, kind: &str, limit: usize) -> Result<Vec<(String, String)>, StoreError> {
        let data = self.lock();
        let mut found: Vec<_> = data.objects.iter().filter(|(key, _)| key.kind == kind).collect();
        found.sort_by_key(|(_, (write, _))| Reverse(*write));
        Ok(found.into_iter().take(limit).map(|(key, (_, text))| (key.id.clone(), text.clone())).collect())
    }
}

impl Data {
    fn next_look(&self) -> Option<Timestamp> {
        let wakes = self.wakes.iter().map(|(_, at, _)| *at);
        let effects = self.free.iter().map(|(_, _, due_at, _)| *due_at);
        wakes.chain(effects).filter(|at| *at > self.now).min()
    }
}
