//! What only reads.

use std::collections::HashMap;

use sqlx::postgres::{PgArguments, PgRow};
use sqlx::query::Query;
use sqlx::{PgPool, Postgres};
use zephyr_core::StreamId;
use zephyr_core::limits::REQUEST_KEPT;
use zephyr_engine::ports::{Backlog, EventRow, Loaded, PAGE, RequestRow, Standing, StoreError, StreamRow};

use super::rows::{self, get, instant, limit, maybe_time, number, stored, stream_id};
use super::writing::storable;
use super::{Inner, errors};
use crate::statements::{BACKLOG, EVENTS, FIND, FIND_EACH, GREATEST, LOAD, REQUEST, REQUESTS};

/// How long a request counts.
pub(super) const REQUEST_KEPT_MICROS: i64 = REQUEST_KEPT.as_secs() * 1_000_000;

impl Inner {
    pub(super) async fn rows(
        &self,
        pool: &PgPool,
        query: Query<'_, Postgres, PgArguments>,
    ) -> Result<Vec<PgRow>, StoreError> {
        self.settled().await?;
        self.in_time(async { query.fetch_all(pool).await.map_err(|error| errors::before_commit(&error)) }).await
    }

    pub(super) async fn load(&self, pool: &PgPool, ids: &[StreamId]) -> Result<Loaded, StoreError> {
        // The present first: what is read is never older than it.
        let now = self.in_time(self.now_micros(pool)).await?;
        let mut found: HashMap<StreamId, StreamRow> = HashMap::new();
        for (text, portion) in LOAD.portions(ids) {
            let query = portion.iter().fold(sqlx::query(text), |query, id| query.bind(id.to_string()));
            for row in self.rows(pool, query).await? {
                let stream = rows::stream(&row)?;
                found.insert(stream.id, stream);
            }
        }
        let streams = ids.iter().map(|id| found.get(id).cloned()).collect();
        Ok(Loaded { now: instant(now)?, streams })
    }

    pub(super) async fn find(
        &self,
        pool: &PgPool,
        key: &str,
        value: &str,
        most: usize,
    ) -> Result<Vec<StreamId>, StoreError> {
        let query = sqlx::query(FIND).bind(key).bind(storable(value)).bind(limit(most));
        self.rows(pool, query).await?.iter().map(|row| stream_id(row, 0)).collect()
    }

    pub(super) async fn find_each(
        &self,
        pool: &PgPool,
        key: &str,
        values: &[String],
        most: usize,
    ) -> Result<Vec<Vec<StreamId>>, StoreError> {
        let mut found: HashMap<String, Vec<StreamId>> = HashMap::new();
        let Some(last) = most.checked_sub(1) else { return Ok(vec![Vec::new(); values.len()]) };
        for (text, portion) in FIND_EACH.portions(values) {
            let query = sqlx::query(text).bind(key).bind(limit(last));
            let query = portion.iter().fold(query, |query, value| query.bind(storable(value)));
            for row in self.rows(pool, query).await? {
                found.entry(get(&row, 0)?).or_default().push(stream_id(&row, 1)?);
            }
        }
        Ok(values.iter().map(|value| found.remove(&*storable(value)).unwrap_or_default()).collect())
    }

    pub(super) async fn requests(&self, pool: &PgPool, keys: &[String]) -> Result<Vec<RequestRow>, StoreError> {
        let counting_from = self.in_time(self.now_micros(pool)).await?.saturating_sub(REQUEST_KEPT_MICROS);
        let mut found = Vec::new();
        for (text, portion) in REQUESTS.portions(keys) {
            let query = sqlx::query(text).bind(counting_from);
            let query = portion.iter().fold(query, |query, key| query.bind(storable(key)));
            for row in self.rows(pool, query).await? {
                found.push(rows::request(&row)?);
            }
        }
        Ok(found)
    }

    pub(super) async fn greatest(&self, pool: &PgPool, key: &str) -> Result<Option<String>, StoreError> {
        let found = self.rows(pool, sqlx::query(GREATEST).bind(key)).await?;
        found.first().map_or(Ok(None), |row| get(row, 0))
    }

    pub(super) async fn events(
        &self,
        pool: &PgPool,
        stream: StreamId,
        after: u64,
        most: usize,
    ) -> Result<Vec<EventRow>, StoreError> {
        let query = sqlx::query(EVENTS).bind(stream.to_string()).bind(stored(after)).bind(limit(most));
        self.rows(pool, query).await?.iter().map(rows::event).collect()
    }

    pub(super) async fn request(&self, pool: &PgPool, key: &str) -> Result<Option<RequestRow>, StoreError> {
        let counting_from = self.in_time(self.now_micros(pool)).await?.saturating_sub(REQUEST_KEPT_MICROS);
        let found = self.rows(pool, sqlx::query(REQUEST).bind(storable(key)).bind(counting_from)).await?;
        found.first().map(rows::request).transpose()
    }

    pub(super) async fn backlog(&self, pool: &PgPool) -> Result<Backlog, StoreError> {
        let epoch = u64::try_from(self.epoch()).unwrap_or_default();
        let mut backlog = Backlog { epoch, ..Backlog::default() };
        for row in self.rows(pool, sqlx::query(BACKLOG)).await? {
            let (count, first): (u64, _) = (number(&row, 2)?, maybe_time(&row, 3)?);
            let state: &str = get(&row, 1)?;
            match Standing::ALL.into_iter().find(|standing| standing.name() == state) {
                None => backlog.next_wake = first,
                Some(standing) => {
                    let kind = get::<&str>(&row, 0)?.split('"').next().unwrap_or_default();
                    if kind == PAGE {
                        backlog.oldest_page = backlog.oldest_page.into_iter().chain(first).min();
                    }
                    backlog.add(kind, standing, count);
                }
            }
        }
        Ok(backlog)
    }
}
