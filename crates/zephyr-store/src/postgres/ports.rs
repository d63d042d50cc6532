//! The ports, each of which hands on to where its answer is made; and the documents of the built-in providers.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use sqlx::postgres::PgRow;
use zephyr_core::StreamId;
use zephyr_core::effect::Lane;
use zephyr_engine::ports::{
    Backlog, Claimed, Commit, Committed, Due, EventRow, Lease, Loaded, ObjectKey, Objects, RequestRow, Retry, Store,
    StoreError,
};
use zephyr_fault::{self as fault, Point};

use super::rows::{get, instant, limit};
use super::texts::{DROP_OBJECTS, HOLD_EPOCH, HOLD_OBJECTS, LOCK_OBJECTS};
use super::writing::{Failed, Writing, storable};
use super::{Inner, PostgresStore};
use crate::script::Script;
use crate::statements::{OBJECTS, PUT_OBJECT};

impl Store for PostgresStore {
    async fn now(&self) -> Result<Timestamp, StoreError> {
        instant(self.inner.in_time(self.inner.now_micros(self.reading())).await?)
    }

    async fn renew(&self, lasts: SignedDuration) -> Result<Lease, StoreError> {
        self.inner.renew(lasts).await
    }

    fn aside(&self) -> Self {
        Self { aside: true, ..self.clone() }
    }

    async fn news(&self) {
        self.inner.hint.news().await;
    }

    async fn load(&self, ids: &[StreamId]) -> Result<Loaded, StoreError> {
        self.inner.load(self.reading(), ids).await
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
        self.inner.find(self.reading(), key, value, limit).await
    }

    async fn find_each(&self, key: &str, values: &[String], limit: usize) -> Result<Vec<Vec<StreamId>>, StoreError> {
        self.inner.find_each(self.reading(), key, values, limit).await
    }

    async fn requests(&self, keys: &[String]) -> Result<Vec<RequestRow>, StoreError> {
        self.inner.requests(self.reading(), keys).await
    }

    async fn greatest(&self, key: &str) -> Result<Option<String>, StoreError> {
        self.inner.greatest(self.reading(), key).await
    }

    async fn events(&self, stream: StreamId, after: u64, limit: usize) -> Result<Vec<EventRow>, StoreError> {
        self.inner.events(self.reading(), stream, after, limit).await
    }

    async fn request(&self, key: &str) -> Result<Option<RequestRow>, StoreError> {
        self.inner.request(self.reading(), key).await
    }

    async fn backlog(&self) -> Result<Backlog, StoreError> {
        self.inner.backlog(self.reading()).await
    }
}

impl Objects for PostgresStore {
    async fn exchange<R, F>(&self, keys: Vec<ObjectKey>, handle: F) -> Result<R, StoreError>
    where
        R: Send + 'static,
        F: FnOnce(Timestamp, Vec<Option<String>>) -> (R, Vec<(ObjectKey, String)>) + Send + 'static,
    {
        // Whatever others may be faster at is done before `handle`, which can be asked once only.
        let taken = self.inner.in_time(self.inner.tried(|| self.inner.take_objects(&keys)));
        let (mut writing, now, found) = taken.await?;
        let documents = keys.iter().map(|key| found.get(key).cloned()).collect();
        let (result, written) = handle(instant(now)?, documents);
        if written.is_empty() {
            writing.nothing().await.map_err(Failed::told)?;
            return Ok(result);
        }
        fault::at(Point::ExchangeBegun);
        let wrote = async {
            self.inner.hold_epoch(&mut writing).await?;
            let mut script = Script::default();
            for (key, text) in &written {
                script.statement(PUT_OBJECT).text(&key.kind).text(&key.id).text(text).number(now).text(&key.kind);
            }
            script.rows(&DROP_OBJECTS, &keys, |script, key| {
                script.text(&key.kind).text(&key.id);
            });
            writing.write(&script).await?;
            writing.finish().await
        };
        self.inner.in_time(async { wrote.await.map_err(Failed::told) }).await?;
        fault::at(Point::ExchangeDurable);
        Ok(result)
    }

    async fn objects(&self, kind: &str, most: usize) -> Result<Vec<(String, String)>, StoreError> {
        let query = sqlx::query(OBJECTS).bind(kind).bind(limit(most));
        let found = self.inner.rows(&self.inner.pools.readers, query).await?;
        found.iter().map(|row| Ok((get(row, 0)?, get(row, 1)?))).collect()
    }
}

type Taken<'s> = (Writing<'s>, i64, BTreeMap<ObjectKey, String>);

impl Inner {
    /// Takes the rows of documents, makes room for those that are not there, and reads them. One at a time has them.
    async fn take_objects(&self, keys: &[ObjectKey]) -> Result<Taken<'_>, Failed> {
        let mut keys = keys.to_vec();
        keys.sort();
        keys.dedup();
        let mut writing = self.begin(&self.pools.sends).await?;
        let now = self.now_of(&mut writing).await?;
        let mut found = locked(&mut writing, &keys).await?;
        let missing: Vec<&ObjectKey> = keys.iter().filter(|key| !found.contains_key(key)).collect();
        if !missing.is_empty() {
            let mut script = Script::default();
            script.rows(&HOLD_OBJECTS, &missing, |script, key| {
                script.text(&key.kind).text(&key.id).text("").number(0).number(now);
            });
            writing.write(&script).await?;
            found = locked(&mut writing, &keys).await?;
        }
        let made = found.into_iter().filter_map(|(key, document)| document.map(|document| (key, document)));
        Ok((writing, now, made.collect()))
    }

    /// Refuses to go on in an epoch that somebody has ended; nobody can until the transaction has.
    pub(super) async fn hold_epoch(&self, writing: &mut Writing<'_>) -> Result<(), Failed> {
        let held: Option<PgRow> =
            sqlx::query(HOLD_EPOCH).bind(self.epoch()).fetch_optional(writing.connection()?).await?;
        Ok(self.is_held(held.map(|row| get(&row, 0)).transpose()?)?)
    }
}

/// The rows of documents, taken; `None` for one that is only being made.
async fn locked(writing: &mut Writing<'_>, keys: &[ObjectKey]) -> Result<BTreeMap<ObjectKey, Option<String>>, Failed> {
    let mut found = BTreeMap::new();
    for (text, portion) in LOCK_OBJECTS.portions(keys) {
        let query = portion
            .iter()
            .fold(sqlx::query(text), |query, key| query.bind(storable(&key.kind)).bind(storable(&key.id)));
        for row in query.fetch_all(writing.connection()?).await? {
            let is_made = get::<i64>(&row, 3)? > 0;
            let document = if is_made { Some(get::<String>(&row, 2)?) } else { None };
            found.insert(ObjectKey { kind: get(&row, 0)?, id: get(&row, 1)? }, document);
        }
    }
    Ok(found)
}
