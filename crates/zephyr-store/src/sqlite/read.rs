//! What only reads, on the reading connections.

use std::collections::HashMap;

use jiff::Timestamp;
use sqlx::Sqlite;
use sqlx::query::Query;
use sqlx::sqlite::{SqliteArguments, SqliteRow};
use zephyr_core::StreamId;
use zephyr_core::limits::REQUEST_KEPT;
use zephyr_engine::ports::{Backlog, EventRow, Loaded, PAGE, RequestRow, Standing, StoreError, StreamRow};

use super::rows::{self, get, instant, limit, maybe_time, number, stored, stream_id};
use super::{Inner, errors};
use crate::statements::{BACKLOG, EVENTS, FIND, FIND_EACH, GREATEST, LOAD, REQUEST, REQUESTS};

/// How long a request counts.
pub(super) const REQUEST_KEPT_MICROS: i64 = REQUEST_KEPT.as_secs() * 1_000_000;

impl Inner {
    pub(super) async fn rows(&self, query: Query<'_, Sqlite, SqliteArguments>) -> Result<Vec<SqliteRow>, StoreError> {
        query.fetch_all(&self.readers).await.map_err(errors::before_commit)
    }

    pub(super) fn now(&self) -> Result<Timestamp, StoreError> {
        instant(self.clock.now())
    }

    pub(super) async fn load(&self, ids: &[StreamId]) -> Result<Loaded, StoreError> {
        let mut found: HashMap<StreamId, StreamRow> = HashMap::new();
        for (text, portion) in LOAD.portions(ids) {
            let query = portion.iter().fold(sqlx::query(text), |query, id| query.bind(id.to_string()));
            for row in self.rows(query).await? {
                let stream = rows::stream(&row)?;
                found.insert(stream.id, stream);
            }
        }
        let streams = ids.iter().map(|id| found.get(id).cloned()).collect();
        Ok(Loaded { now: self.now()?, streams })
    }

    pub(super) async fn find(&self, key: &str, value: &str, most: usize) -> Result<Vec<StreamId>, StoreError> {
        let found = self.rows(sqlx::query(FIND).bind(key).bind(value).bind(limit(most))).await?;
        found.iter().map(|row| stream_id(row, 0)).collect()
    }

    pub(super) async fn find_each(
        &self,
        key: &str,
        values: &[String],
        most: usize,
    ) -> Result<Vec<Vec<StreamId>>, StoreError> {
        let mut found: HashMap<String, Vec<StreamId>> = HashMap::new();
        let Some(last) = most.checked_sub(1) else { return Ok(vec![Vec::new(); values.len()]) };
        for (text, portion) in FIND_EACH.portions(values) {
            let query = sqlx::query(text).bind(key).bind(limit(last));
            let query = portion.iter().fold(query, |query, value| query.bind(value));
            for row in self.rows(query).await? {
                found.entry(get(&row, 0)?).or_default().push(stream_id(&row, 1)?);
            }
        }
        Ok(values.iter().map(|value| found.remove(value).unwrap_or_default()).collect())
    }

    pub(super) async fn requests(&self, keys: &[String]) -> Result<Vec<RequestRow>, StoreError> {
        let counting_from = self.clock.now().saturating_sub(REQUEST_KEPT_MICROS);
        let mut found = Vec::new();
        for (text, portion) in REQUESTS.portions(keys) {
            let query = sqlx::query(text).bind(counting_from);
            let query = portion.iter().fold(query, |query, key| query.bind(key));
            for row in self.rows(query).await? {
                found.push(rows::request(&row)?);
            }
        }
        Ok(found)
    }

    pub(super) async fn greatest(&self, key: &str) -> Result<Option<String>, StoreError> {
        let found = self.rows(sqlx::query(GREATEST).bind(key)).await?;
        found.first().map_or(Ok(None), |row| get(row, 0))
    }

    pub(super) async fn events(&self, stream: StreamId, after: u64, most: usize) -> Result<Vec<EventRow>, StoreError> {
        let query = sqlx::query(EVENTS).bind(stream.to_string()).bind(stored(after)).bind(limit(most));
        self.rows(query).await?.iter().map(rows::event).collect()
    }

    pub(super) async fn request(&self, key: &str) -> Result<Option<RequestRow>, StoreError> {
        let counting_from = self.clock.now().saturating_sub(REQUEST_KEPT_MICROS);
        let found = self.rows(sqlx::query(REQUEST).bind(key).bind(counting_from)).await?;
        found.first().map(rows::request).transpose()
    }

    pub(super) async fn backlog(&self) -> Result<Backlog, StoreError> {
        let epoch = u64::try_from(self.epoch).unwrap_or_default();
        let mut backlog = Backlog { epoch, ..Backlog::default() };
        for row in self.rows(sqlx::query(BACKLOG)).await? {
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
