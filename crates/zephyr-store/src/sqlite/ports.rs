//! The ports, each of which hands on to where its answer is made; and documents.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use zephyr_core::StreamId;
use zephyr_core::effect::Lane;
use zephyr_engine::ports::{
    Backlog, Claimed, Commit, Committed, Due, EventRow, Lease, Loaded, ObjectKey, Objects, RequestRow, Retry, Store,
    StoreError,
};
use zephyr_fault::{self as fault, Point};

use super::rows::{get, instant, limit};
use super::{SqliteStore, errors};
use crate::script::Script;
use crate::statements::{LOAD_OBJECTS, OBJECTS, PUT_OBJECT};

impl Store for SqliteStore {
    async fn now(&self) -> Result<Timestamp, StoreError> {
        self.inner.now()
    }

    async fn renew(&self, _lasts: SignedDuration) -> Result<Lease, StoreError> {
        // One server at a time: opening began the epoch, and nobody else's can begin before this one has closed.
        Ok(Lease { epoch: self.epoch(), lasts: None, freed: 0 })
    }

    async fn load(&self, ids: &[StreamId]) -> Result<Loaded, StoreError> {
        self.inner.load(ids).await
    }

    async fn commit(&self, commits: &[Commit]) -> Result<Vec<Committed>, StoreError> {
        self.inner.commit(commits).await
    }

    async fn due(&self, limit: usize) -> Result<Due, StoreError> {
        self.inner.due(limit).await
    }

    async fn claim(&self, lane: Lane, urgency: u8, limit: usize) -> Result<Vec<Claimed>, StoreError> {
        self.inner.claim(lane, urgency, limit).await
    }

    async fn retry(&self, retries: &[Retry]) -> Result<(), StoreError> {
        self.inner.retry(retries).await
    }

    async fn find(&self, key: &str, value: &str, limit: usize) -> Result<Vec<StreamId>, StoreError> {
        self.inner.find(key, value, limit).await
    }

    async fn find_each(&self, key: &str, values: &[String], limit: usize) -> Result<Vec<Vec<StreamId>>, StoreError> {
        self.inner.find_each(key, values, limit).await
    }

    async fn requests(&self, keys: &[String]) -> Result<Vec<RequestRow>, StoreError> {
        self.inner.requests(keys).await
    }

    async fn greatest(&self, key: &str) -> Result<Option<String>, StoreError> {
        self.inner.greatest(key).await
    }

    async fn events(&self, stream: StreamId, after: u64, limit: usize) -> Result<Vec<EventRow>, StoreError> {
        self.inner.events(stream, after, limit).await
    }

    async fn request(&self, key: &str) -> Result<Option<RequestRow>, StoreError> {
        self.inner.request(key).await
    }

    async fn backlog(&self) -> Result<Backlog, StoreError> {
        self.inner.backlog().await
    }
}

impl Objects for SqliteStore {
    async fn exchange<R, F>(&self, keys: Vec<ObjectKey>, handle: F) -> Result<R, StoreError>
    where
        R: Send + 'static,
        F: FnOnce(Timestamp, Vec<Option<String>>) -> (R, Vec<(ObjectKey, String)>) + Send + 'static,
    {
        let mut writing = self.inner.begin_aside().await?;
        let now = self.inner.clock.now();
        let mut found = BTreeMap::new();
        for (text, portion) in LOAD_OBJECTS.portions(&keys) {
            let query = portion.iter().fold(sqlx::query(text), |query, key| query.bind(&key.kind).bind(&key.id));
            for row in query.fetch_all(writing.connection()).await.map_err(errors::before_commit)? {
                found.insert(ObjectKey { kind: get(&row, 0)?, id: get(&row, 1)? }, get::<String>(&row, 2)?);
            }
        }
        let documents = keys.iter().map(|key| found.get(key).cloned()).collect();
        let (result, written) = handle(instant(now)?, documents);
        if written.is_empty() {
            writing.nothing().await?;
            return Ok(result);
        }
        fault::at(Point::ExchangeBegun);
        let mut script = Script::default();
        for (key, text) in &written {
            script.statement(PUT_OBJECT).text(&key.kind).text(&key.id).text(text).number(now).text(&key.kind);
        }
        writing.commit(script).await?;
        fault::at(Point::ExchangeDurable);
        Ok(result)
    }

    async fn objects(&self, kind: &str, most: usize) -> Result<Vec<(String, String)>, StoreError> {
        let found = self.inner.rows(sqlx::query(OBJECTS).bind(kind).bind(limit(most))).await?;
        found.iter().map(|row| Ok((get(row, 0)?, get(row, 1)?))).collect()
    }
}
