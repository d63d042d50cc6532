//! `PostgresStore`: the store in a PostgreSQL database, for any number of equal replicas.
//!
//! Nothing is used that only one engine of that wire protocol has: no advisory locks, no sequences as order; NOTIFY is a
//! hint. Whatever the database refuses because another transaction was faster is tried again, within bounds.
//! Deliberately not here: which of several servers is the primary; connect to an address that leads to it.

mod claims;
mod clock;
mod commit;
mod connect;
mod errors;
mod hint;
mod lease;
mod migrate;
mod ports;
mod read;
mod registry;
mod rows;
mod texts;
mod writing;

#[cfg(test)]
mod prepared;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::time::Duration;

use sqlx::PgPool;
use zephyr_engine::ports::StoreError;
use zephyr_fault::{self as fault, Point};

use crate::sqlite::TimeSource;
use clock::Clock;
use connect::Pools;

pub use connect::ConnectError;
pub(crate) use connect::look_at;
pub use migrate::{Schema, newest_schema};
pub(crate) use writing::storable;

/// How a database is opened.
#[derive(Debug, Clone)]
pub struct PostgresOptions {
    /// Where the time comes from; `Ambient`: the database's own clock.
    pub clock: TimeSource,
    /// How long one call may take before it is given up.
    pub patience: Duration,
    /// Whether to bring the schema up to date. Otherwise one that is older is refused.
    pub migrate: bool,
}

impl Default for PostgresOptions {
    fn default() -> Self {
        Self { clock: TimeSource::Ambient, patience: Duration::from_secs(5), migrate: true }
    }
}

/// A handle on a database: one replica. Clones share its lease.
#[derive(Debug, Clone)]
pub struct PostgresStore {
    inner: Arc<Inner>,
    /// Reads for people, on connections of their own.
    aside: bool,
}

#[derive(Debug)]
struct Inner {
    pools: Pools,
    clock: Clock,
    patience: Duration,
    /// 0 until there is a lease.
    epoch: AtomicI64,
    /// A transaction may still be under way whose connection was lost while it committed.
    doubt: AtomicBool,
    pruned_at: AtomicI64,
    hint: hint::Hint,
}

impl PostgresStore {
    /// Opens the database with this address, `postgres://user@host/name`, and makes or brings up to date what is in it.
    /// Several may do so at once.
    ///
    /// # Errors
    /// What cannot be opened and what to do about it; never with the address's password.
    pub async fn open(url: &str, options: PostgresOptions) -> Result<Self, ConnectError> {
        let pools = Pools::connect(url).await?;
        migrate::up_to_date(&pools.engine, options.migrate).await?;
        fault::at(Point::OpenMigrated);
        let clock = Clock::start(&options.clock, connect::newest_event(&pools.engine).await?);
        let inner = Inner {
            hint: hint::Hint::listen(pools.options.clone()),
            pools,
            clock,
            patience: options.patience,
            epoch: AtomicI64::new(0),
            doubt: AtomicBool::new(false),
            pruned_at: AtomicI64::new(0),
        };
        Ok(Self { inner: Arc::new(inner), aside: false })
    }

    /// The epoch of this replica's lease, from 1; 0 while it has none.
    pub fn epoch(&self) -> u64 {
        u64::try_from(self.inner.epoch()).unwrap_or_default()
    }

    /// Ends the lease, so that others need not wait for it to lapse, and closes every connection.
    pub async fn close(self) {
        errors::note(self.inner.give_up_lease().await);
        self.inner.hint.end();
        self.inner.pools.close().await;
    }

    /// How many servers have a lease that has not lapsed.
    ///
    /// # Errors
    /// That it cannot be read.
    pub async fn serving(&self) -> Result<u64, StoreError> {
        let query = sqlx::query(texts::SERVING).bind(self.inner.clock.manual());
        let found = self.inner.rows(self.reading(), query).await?;
        found.first().map_or(Ok(0), |row| rows::number(row, 0))
    }

    /// What a setting of the database is, `synchronous_commit` for instance.
    ///
    /// # Errors
    /// That it cannot be read.
    pub async fn setting(&self, name: &str) -> Result<String, StoreError> {
        let found = self.inner.rows(self.reading(), sqlx::query(texts::SETTING).bind(name)).await?;
        found
            .first()
            .map_or(Ok(String::new()), |row| rows::get::<Option<String>>(row, 0).map(Option::unwrap_or_default))
    }

    /// The connections for what this handle reads.
    fn reading(&self) -> &PgPool {
        if self.aside { &self.inner.pools.readers } else { &self.inner.pools.engine }
    }
}

impl Inner {
    fn epoch(&self) -> i64 {
        self.epoch.load(Ordering::SeqCst)
    }
}
