//! A write transaction. It owns the writing connection until it ended well: whatever else happens to it, an error, a
//! refusal, a dropped future, closes the connection, which takes everything back; the next write connects anew.

use sqlx::sqlite::{SqliteConnection, SqliteRow};
use sqlx::{Connection, Row};
use tokio::sync::MutexGuard;
use zephyr_engine::ports::StoreError;

use super::{Inner, errors};
use crate::statements::{BEGIN, COMMIT, EPOCH, ROLLBACK};

pub(super) struct Writing<'s> {
    inner: &'s Inner,
    slot: MutexGuard<'s, Option<SqliteConnection>>,
    connection: SqliteConnection,
}

impl Inner {
    /// Begins a write transaction. The caller checks the epoch in it.
    pub(super) async fn begin(&self) -> Result<Writing<'_>, StoreError> {
        let mut slot = self.writer.lock().await;
        self.guard.check(self.clock.lived())?;
        let mut connection = match slot.take() {
            Some(connection) => connection,
            None => self.reconnect().await?,
        };
        match sqlx::query(BEGIN).execute(&mut connection).await {
            Ok(_) => Ok(Writing { inner: self, slot, connection }),
            Err(error) => Err(errors::before_commit(error)),
        }
    }

    /// Begins a write transaction of an epoch that is in force.
    pub(super) async fn begin_in_epoch(&self) -> Result<Writing<'_>, StoreError> {
        let mut writing = self.begin().await?;
        let row = sqlx::query(EPOCH).fetch_one(writing.connection()).await.map_err(errors::before_commit)?;
        writing.check_epoch(epoch(&row, 0)?)?;
        Ok(writing)
    }

    async fn reconnect(&self) -> Result<SqliteConnection, StoreError> {
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
        self.inner.guard.condemn(&over.to_string());
        Err(over)
    }

    /// Makes it durable.
    pub(super) async fn commit(mut self) -> Result<(), StoreError> {
        match sqlx::query(COMMIT).execute(&mut self.connection).await {
            Ok(_) => {
                *self.slot = Some(self.connection);
                Ok(())
            }
            Err(error) => {
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

pub(super) fn epoch(row: &SqliteRow, column: usize) -> Result<i64, StoreError> {
    row.try_get(column).map_err(errors::before_commit)
}
