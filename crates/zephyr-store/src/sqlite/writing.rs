//! A write transaction. It owns the writing connection until it ended well: whatever else happens to it, an error, a
//! refusal, a dropped future, closes the connection, which takes everything back; the next write connects anew.

use sqlx::Connection;
use sqlx::sqlite::SqliteConnection;
use tokio::sync::MutexGuard;
use zephyr_engine::ports::StoreError;

use super::rows::get;
use super::{Inner, errors};
use crate::script::Script;
use crate::statements::{BEGIN_IN_EPOCH, ROLLBACK};

pub(super) struct Writing<'s> {
    inner: &'s Inner,
    slot: MutexGuard<'s, Option<SqliteConnection>>,
    connection: SqliteConnection,
}

impl Inner {
    /// The writing connection, to begin a transaction on.
    pub(super) async fn writing(&self) -> Result<Writing<'_>, StoreError> {
        let mut slot = self.writer.lock().await;
        // Looked at each time: what goes into a file that nobody can open again would be lost.
        self.guard.check(None)?;
        let connection = match slot.take() {
            Some(connection) => connection,
            None => self.reconnect().await?,
        };
        Ok(Writing { inner: self, slot, connection })
    }

    /// Begins a write transaction of an epoch that is in force, for whoever is not the engine.
    pub(super) async fn begin_aside(&self) -> Result<Writing<'_>, StoreError> {
        // Never closed.
        let turn = self.others.acquire().await.ok();
        let writing = self.begin().await;
        drop(turn);
        writing
    }

    /// Begins a write transaction of an epoch that is in force.
    pub(super) async fn begin(&self) -> Result<Writing<'_>, StoreError> {
        let mut writing = self.writing().await?;
        let row = sqlx::query(BEGIN_IN_EPOCH).fetch_one(writing.connection()).await.map_err(errors::before_commit)?;
        writing.check_epoch(get(&row, 0)?)?;
        Ok(writing)
    }

    async fn reconnect(&self) -> Result<SqliteConnection, StoreError> {
        self.guard.check(None)?;
        let connection = SqliteConnection::connect_with(&self.connect).await.map_err(errors::before_commit)?;
        self.guard.learn_wal();
        Ok(connection)
    }
}

impl Writing<'_> {
    pub(super) fn connection(&mut self) -> &mut SqliteConnection {
        &mut self.connection
    }

    /// Refuses to go on when another server has opened the store.
    pub(super) fn check_epoch(&self, present: i64) -> Result<(), StoreError> {
        if present == self.inner.epoch {
            return Ok(());
        }
        let number = |epoch| u64::try_from(epoch).unwrap_or_default();
        let over = crate::epoch_over(number(self.inner.epoch), number(present));
        let why = format!("belongs to another server since epoch {}: stop this one", number(present));
        self.inner.guard.condemn(&why);
        Err(over)
    }

    /// Runs the statements and makes them durable. An error among them counts as one of COMMIT, with which they go.
    pub(super) async fn commit(mut self, script: Script<'_>) -> Result<(), StoreError> {
        match script.commit(&mut self.connection).await {
            Ok(()) => {
                *self.slot = Some(self.connection);
                Ok(())
            }
            Err(error) => {
                if errors::is_full(&error) {
                    self.inner.reserve.give_up();
                }
                let error = errors::at_commit(error);
                if matches!(error, StoreError::Unknown(_)) {
                    self.inner.guard.condemn_disk(&error);
                }
                Err(error)
            }
        }
    }

    /// Ends it without having written anything.
    pub(super) async fn nothing(mut self) -> Result<(), StoreError> {
        sqlx::query(ROLLBACK).execute(&mut self.connection).await.map_err(errors::before_commit)?;
        *self.slot = Some(self.connection);
        Ok(())
    }
}
