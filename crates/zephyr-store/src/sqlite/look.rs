//! Looks at a store's file, or copies it, beside a server that may be writing: through a connection that only reads,
//! without a claim, an epoch or a migration.
//!
//! Deliberately not here: opening for good (`open`), and what the stored texts mean.

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection};
use zephyr_core::StreamId;
use zephyr_engine::ports::{EventRow, StoreError, StreamRow};

use super::open::{self, OpenError};
use super::{errors, guard, rows};
use crate::statements::{EVENTS, NEWEST_EVENT, OLDEST_PAGE, OPEN_STREAMS, STREAM};

/// What a check tells at most: the first damage is enough to restore a backup.
const FINDINGS: usize = 20;

/// A look at a file. What it reads is what was committed.
#[derive(Debug)]
pub struct Look {
    path: PathBuf,
    connection: SqliteConnection,
}

impl Look {
    /// Opens the file to read it; a server may go on writing.
    ///
    /// # Errors
    /// That it is no store of zephyr's, or cannot be read.
    pub async fn open(path: &Path) -> Result<Self, OpenError> {
        open::is_a_database(path)?;
        let failed = |source| open::refused(path, source);
        let options = SqliteConnectOptions::new().filename(path).read_only(true).disable_statement_logging();
        let mut connection = SqliteConnection::connect_with(&options).await.map_err(failed)?;
        open::is_ours(path, &mut connection).await?;
        Ok(Self { path: path.to_owned(), connection })
    }

    /// The schema of the file, and the newest that this binary knows.
    ///
    /// # Errors
    /// That it cannot be read.
    pub async fn schema(&mut self) -> Result<(i64, i64), OpenError> {
        let found = open::one(&mut self.connection, "SELECT COALESCE(MAX(version), 0) FROM _sqlx_migrations").await;
        Ok((found.map_err(|source| open::refused(&self.path, source))?, open::newest_schema()))
    }

    /// Reads the whole file: every page, every index, every reference. Empty when all is well.
    ///
    /// # Errors
    /// That it cannot be read.
    pub async fn damage(&mut self) -> Result<Vec<String>, OpenError> {
        let failed = |source| open::refused(&self.path, source);
        let check = format!("PRAGMA integrity_check({FINDINGS})");
        let found = sqlx::query_scalar::<_, String>(AssertSqlSafe(check)).fetch_all(&mut self.connection).await;
        let mut found = found.map_err(failed)?;
        found.retain(|line| line != "ok");
        let loose = sqlx::query("PRAGMA foreign_key_check").fetch_all(&mut self.connection).await.map_err(failed)?;
        if !loose.is_empty() {
            found.push(format!("{} rows name a stream that is not there", loose.len()));
        }
        Ok(found)
    }

    /// Streams of incidents that are open, at most `most`.
    ///
    /// # Errors
    /// That they cannot be read.
    pub async fn open_streams(&mut self, most: usize) -> Result<Vec<StreamRow>, StoreError> {
        let query = sqlx::query(OPEN_STREAMS).bind(rows::limit(most));
        let found = query.fetch_all(&mut self.connection).await.map_err(errors::before_commit)?;
        found.iter().map(rows::stream).collect()
    }

    /// One stream.
    ///
    /// # Errors
    /// That it cannot be read.
    pub async fn stream(&mut self, id: StreamId) -> Result<Option<StreamRow>, StoreError> {
        let query = sqlx::query(STREAM).bind(id.to_string());
        let found = query.fetch_optional(&mut self.connection).await.map_err(errors::before_commit)?;
        found.as_ref().map(rows::stream).transpose()
    }

    /// All events of a stream, in order.
    ///
    /// # Errors
    /// That they cannot be read.
    pub async fn events(&mut self, stream: &StreamRow) -> Result<Vec<EventRow>, StoreError> {
        let most = usize::try_from(stream.version).unwrap_or(usize::MAX);
        let query = sqlx::query(EVENTS).bind(stream.id.to_string()).bind(0_i64).bind(rows::limit(most));
        query.fetch_all(&mut self.connection).await.map_err(errors::before_commit)?.iter().map(rows::event).collect()
    }

    /// When the newest event happened.
    ///
    /// # Errors
    /// That it cannot be read.
    pub async fn newest_event(&mut self) -> Result<Option<Timestamp>, StoreError> {
        self.time(NEWEST_EVENT).await
    }

    /// When the oldest page that is not sent yet was due.
    ///
    /// # Errors
    /// That it cannot be read.
    pub async fn oldest_page(&mut self) -> Result<Option<Timestamp>, StoreError> {
        self.time(OLDEST_PAGE).await
    }

    /// Writes all that is committed now into an empty file, which becomes a store of its own.
    ///
    /// # Errors
    /// That the copy cannot be written; what is there of it is worthless.
    pub async fn copy_into(&mut self, to: &Path) -> Result<(), OpenError> {
        let failed = |source| open::refused(to, source);
        let copied = sqlx::query("VACUUM INTO $1").bind(to.to_string_lossy().into_owned());
        copied.execute(&mut self.connection).await.map(drop).map_err(failed)
    }

    /// Closes it.
    pub async fn close(self) {
        errors::note(self.connection.close().await);
    }

    async fn time(&mut self, query: &'static str) -> Result<Option<Timestamp>, StoreError> {
        let found: Option<i64> = open::one(&mut self.connection, query).await.map_err(errors::before_commit)?;
        found.map(rows::instant).transpose()
    }
}

/// Keeps every server out of a file for as long as it is kept, whether or not the file is there.
#[derive(Debug)]
pub struct Hold {
    _lock: std::fs::File,
}

impl Hold {
    /// Takes the lock of a server.
    ///
    /// # Errors
    /// That a server has it.
    pub fn take(path: &Path) -> Result<Self, OpenError> {
        super::lock::lock(path).map(|lock| Self { _lock: lock })
    }
}

/// The log and the index that SQLite may keep beside a file.
pub fn companions(path: &Path) -> [PathBuf; 2] {
    [guard::wal(path), guard::beside(path, "-shm")]
}
