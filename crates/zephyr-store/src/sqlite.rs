//! `SqliteStore`: the store in one SQLite file, for one server at a time.
//!
//! One connection writes, a few read; WAL with `synchronous=FULL`, so that what was answered survives a power cut.
//! Deliberately not here: leases between servers, which a single file does not have: a lock file keeps a
//! second server out and opening raises the epoch.

mod claims;
mod clock;
mod commit;
mod errors;
mod guard;
mod lock;
mod look;
mod open;
mod ports;
mod read;
mod registry;
mod reserve;
mod rows;
mod run;
mod writing;

#[cfg(test)]
mod migrating;
#[cfg(test)]
mod prepared;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use sqlx::SqlitePool;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use tokio::sync::{Mutex, Semaphore};

pub use clock::{ManualClock, TimeSource};
pub use look::{Hold, Look, companions};
pub use open::OpenError;

use clock::Clock;
use guard::Guard;

/// How a store is opened.
#[derive(Debug, Clone)]
pub struct Options {
    /// How many times as fast as real time the store's clock runs; 1 but in a demonstration.
    pub speed: u32,
    /// Make the file if it does not exist.
    pub create: bool,
    /// Where the time comes from.
    pub clock: TimeSource,
    /// Connections that read, at least one.
    pub readers: u32,
    /// How long a write waits for another process that writes, a tool of an administrator for instance, before it is
    /// refused as unavailable.
    pub patience: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self { speed: 1, create: true, clock: TimeSource::Ambient, readers: 3, patience: Duration::from_secs(2) }
    }
}

/// A handle on a store in a file. Clones share it.
#[derive(Debug, Clone)]
pub struct SqliteStore {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    epoch: i64,
    clock: Clock,
    /// `None` after a failed write: the next one connects anew and finds nothing half done.
    writer: Mutex<Option<SqliteConnection>>,
    /// Whoever writes for anybody but the engine waits here first: of all these a few at a time wait for the connection,
    /// as many as one incident's pages, channel, entry and ticket need, so that the engine never waits for a whole storm.
    others: Semaphore,
    connect: SqliteConnectOptions,
    readers: SqlitePool,
    guard: Guard,
    reserve: reserve::Reserve,
    prune: claims::Prune,
}

/// How many writes of others than the engine may stand before one of the engine.
const OTHERS: usize = 8;

impl SqliteStore {
    /// Opens the store in this file, or makes it. Raises the epoch, which frees what an earlier server had claimed.
    ///
    /// # Errors
    /// What cannot be opened and what to do about it.
    pub async fn open(path: impl AsRef<Path>, options: Options) -> Result<Self, OpenError> {
        let inner = open::open(path.as_ref(), &options).await?;
        Ok(Self { inner: Arc::new(inner) })
    }

    /// The epoch of this server, from 1.
    pub fn epoch(&self) -> u64 {
        u64::try_from(self.inner.epoch).unwrap_or_default()
    }

    /// Closes every connection and lets another server open the file. Later writes of clones are refused.
    pub async fn close(self) {
        self.inner.guard.condemn("was closed");
        // The writer last: it moves the log into the file, which a connection that only reads cannot.
        self.inner.readers.close().await;
        if let Some(writer) = self.inner.writer.lock().await.take() {
            errors::note(sqlx::Connection::close(writer).await);
        }
        self.inner.guard.unlock();
    }
}
