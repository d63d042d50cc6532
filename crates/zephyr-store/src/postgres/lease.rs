//! The lease: a row with the time at which it lapses, by the database's clock. A write holds on to the row until it has
//! committed, so that nobody can end the lease in between.

use std::sync::atomic::Ordering;

use jiff::SignedDuration;
use sqlx::postgres::PgRow;
use zephyr_engine::ports::{Lease, StoreError};
use zephyr_fault::{self as fault, Point};

use super::rows::{get, number};
use super::texts::{BEGIN_EPOCH, END_LAPSED, FREE_CLAIMS, PRUNE_REPLICAS, RENEW};
use super::writing::Failed;
use super::{Inner, errors};
use crate::script::Script;

/// How long the row of a lease that is over is kept: for whoever asks what happened.
const KEPT_MICROS: i64 = 24 * 3_600 * 1_000_000;

impl Inner {
    pub(super) async fn renew(&self, lasts: SignedDuration) -> Result<Lease, StoreError> {
        self.settled().await?;
        self.in_time(self.tried(|| self.renew_once(lasts))).await
    }

    async fn renew_once(&self, lasts: SignedDuration) -> Result<Lease, Failed> {
        let micros = i64::try_from(lasts.as_micros()).unwrap_or(i64::MAX);
        let query = sqlx::query(RENEW).bind(self.epoch()).bind(micros).bind(self.clock.manual());
        let row = query.fetch_one(&self.pools.engine).await?;
        let (own, lapsed): (Option<i64>, i64) = (get(&row, 0)?, get(&row, 1)?);
        let freed = if lapsed > 0 { self.end_lapsed().await? } else { 0 };
        let epoch = match own {
            Some(epoch) => epoch,
            None => {
                let query = sqlx::query(BEGIN_EPOCH).bind(micros).bind(self.clock.manual());
                let row: PgRow = query.fetch_one(&self.pools.engine).await?;
                fault::at(Point::OpenEpochRaised);
                get(&row, 0)?
            }
        };
        self.epoch.store(epoch, Ordering::SeqCst);
        Ok(Lease { epoch: u64::try_from(epoch).unwrap_or_default(), lasts: Some(lasts), freed })
    }

    /// Ends the leases of others that have lapsed, and frees what they had claimed.
    async fn end_lapsed(&self) -> Result<u64, Failed> {
        let mut writing = self.begin(&self.pools.engine).await?;
        let query = sqlx::query(END_LAPSED).bind(self.epoch()).bind(self.clock.manual());
        let ended = query.execute(writing.connection()?).await?.rows_affected();
        let freed = sqlx::query(FREE_CLAIMS).execute(writing.connection()?).await?.rows_affected();
        writing.finish().await?;
        if ended > 0 {
            tracing::warn!(leases = ended, claims = freed, "leases of other replicas had lapsed and were ended");
        }
        Ok(freed)
    }

    /// Ends the own lease: others need not wait for it to lapse.
    pub(super) async fn give_up_lease(&self) -> Result<(), StoreError> {
        let epoch = self.epoch();
        if epoch == 0 {
            return Ok(());
        }
        let ended = async {
            let mut writing = self.begin(&self.pools.engine).await?;
            let query = sqlx::query("UPDATE replicas SET over = 1 WHERE epoch = $1").bind(epoch);
            query.execute(writing.connection()?).await?;
            sqlx::query(FREE_CLAIMS).execute(writing.connection()?).await?;
            writing.finish().await?;
            Ok(())
        };
        self.in_time(async { ended.await.map_err(Failed::told) }).await?;
        self.hint.tell(epoch);
        Ok(())
    }

    /// Forgets leases that were over long ago.
    pub(super) fn prune_replicas(script: &mut Script<'_>, now: i64) {
        script.statement(PRUNE_REPLICAS).number(now.saturating_sub(KEPT_MICROS));
    }

    /// What the check of a write says of the epoch.
    pub(super) fn is_held(&self, held: Option<i64>) -> Result<(), StoreError> {
        if held == Some(self.epoch()) { Ok(()) } else { Err(self.lapsed()) }
    }

    /// The present by the store's clock.
    pub(super) async fn now_micros(&self, pool: &sqlx::PgPool) -> Result<i64, StoreError> {
        if let Some(now) = self.clock.manual() {
            return Ok(now);
        }
        let row = sqlx::query(super::texts::NOW).bind(None::<i64>).fetch_one(pool).await;
        let row = row.map_err(|error| errors::before_commit(&error))?;
        Ok(self.clock.heard(number(&row, 0)?))
    }
}
