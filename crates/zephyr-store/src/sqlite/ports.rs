//! The ports, each of which hands on to where its answer is made; and documents, tokens and policies.

use jiff::Timestamp;
use zephyr_core::StreamId;
use zephyr_core::effect::Lane;
use zephyr_engine::ports::{
    Backlog, Claimed, Commit, Committed, Due, EventRow, Loaded, ObjectKey, Objects, Registry, RequestRow, Retry, Store,
    StoreError, TokenRow,
};

use super::rows::{self, get, instant, limit};
use super::{SqliteStore, errors};
use crate::statements::{OBJECT, OBJECTS, PUT_OBJECT, PUT_POLICY, PUT_TOKEN, TOKEN};

impl Store for SqliteStore {
    async fn now(&self) -> Result<Timestamp, StoreError> {
        self.inner.now()
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

    async fn claim(&self, lane: Lane, limit: usize) -> Result<Vec<Claimed>, StoreError> {
        self.inner.claim(lane, limit).await
    }

    async fn retry(&self, retries: &[Retry]) -> Result<(), StoreError> {
        self.inner.retry(retries).await
    }

    async fn find(&self, key: &str, value: &str, limit: usize) -> Result<Vec<StreamId>, StoreError> {
        self.inner.find(key, value, limit).await
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
        let mut writing = self.inner.begin_in_epoch().await?;
        let now = self.inner.clock.now();
        let mut documents = Vec::new();
        for key in &keys {
            let query = sqlx::query(OBJECT).bind(&key.kind).bind(&key.id);
            let row = query.fetch_optional(writing.connection()).await.map_err(errors::before_commit)?;
            documents.push(row.map(|row| get(&row, 0)).transpose()?);
        }
        let (result, written) = handle(instant(now)?, documents);
        if written.is_empty() {
            writing.nothing().await?;
            return Ok(result);
        }
        for (key, text) in &written {
            let query = sqlx::query(PUT_OBJECT).bind(&key.kind).bind(&key.id).bind(text).bind(now);
            query.execute(writing.connection()).await.map_err(errors::before_commit)?;
        }
        writing.commit().await?;
        Ok(result)
    }

    async fn objects(&self, kind: &str, most: usize) -> Result<Vec<(String, String)>, StoreError> {
        let found = self.inner.rows(sqlx::query(OBJECTS).bind(kind).bind(limit(most))).await?;
        found.iter().map(|row| Ok((get(row, 0)?, get(row, 1)?))).collect()
    }
}

impl Registry for SqliteStore {
    async fn put_token(&self, token: TokenRow) -> Result<(), StoreError> {
        let mut writing = self.inner.begin_in_epoch().await?;
        let query = sqlx::query(PUT_TOKEN).bind(&token.hash).bind(&token.kind).bind(&token.holder);
        let query = query.bind(self.inner.clock.now());
        query.execute(writing.connection()).await.map_err(errors::before_commit)?;
        writing.commit().await
    }

    async fn token(&self, hash: &str) -> Result<Option<TokenRow>, StoreError> {
        let found = self.inner.rows(sqlx::query(TOKEN).bind(hash)).await?;
        found.first().map(rows::token).transpose()
    }

    async fn put_policy(&self, version: &str, text: &str) -> Result<(), StoreError> {
        let mut writing = self.inner.begin_in_epoch().await?;
        let query = sqlx::query(PUT_POLICY).bind(version).bind(text).bind(self.inner.clock.now());
        query.execute(writing.connection()).await.map_err(errors::before_commit)?;
        writing.commit().await
    }
}
