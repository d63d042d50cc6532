//! A write transaction. Until it has ended well it owns its connection alone: whatever else happens to it, an error, a
//! refusal, a dropped future, closes the connection, which takes everything back.

use std::borrow::Cow;
use std::future::Future;
use std::sync::atomic::Ordering;
use std::time::Duration;

use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgArguments, PgConnection, PgQueryResult};
use sqlx::query::Query;
use sqlx::{PgPool, Postgres};
use zephyr_engine::ports::StoreError;

use super::rows::get;
use super::texts::{BEGIN, HOLD_EPOCH, NOW, QUIET};
use super::{Inner, errors};
use crate::script::{Script, Value};
use crate::statements::{COMMIT, ROLLBACK};

/// How often a transaction is tried that others were faster than.
const TRIES: u32 = 10;

/// Why a try of a transaction ended without having written.
#[derive(Debug)]
pub(super) enum Failed {
    /// The same may succeed at once.
    Passing(StoreError),
    /// It will not.
    Lasting(StoreError),
}

impl Failed {
    /// What whoever asked is told.
    pub(super) fn told(self) -> StoreError {
        match self {
            Self::Passing(error) | Self::Lasting(error) => error,
        }
    }
}

impl From<sqlx::Error> for Failed {
    fn from(error: sqlx::Error) -> Self {
        match errors::is_passing(&error) {
            true => Self::Passing(StoreError::Unavailable(error.to_string())),
            false => Self::Lasting(errors::before_commit(&error)),
        }
    }
}

impl From<StoreError> for Failed {
    fn from(error: StoreError) -> Self {
        Self::Lasting(error)
    }
}

pub(super) struct Writing<'s> {
    inner: &'s Inner,
    /// `None` once it has ended well.
    connection: Option<PoolConnection<Postgres>>,
}

impl Inner {
    /// Tries a transaction until nobody is faster, with a wait that grows and differs between replicas.
    pub(super) async fn tried<T, F>(&self, work: impl Fn() -> F) -> Result<T, StoreError>
    where
        F: Future<Output = Result<T, Failed>>,
    {
        let mut last = StoreError::Unavailable("others were faster too often".to_owned());
        for attempt in 0..TRIES {
            match work().await {
                Ok(done) => return Ok(done),
                Err(Failed::Lasting(error)) => return Err(error),
                Err(Failed::Passing(error)) => last = error,
            }
            let spread = (self.epoch().unsigned_abs().wrapping_mul(7_919) ^ u64::from(attempt).wrapping_mul(31)) % 8;
            tokio::time::sleep(Duration::from_millis(spread + (1 << attempt.min(6)))).await;
        }
        Err(last)
    }

    /// Gives a call up that takes too long. Nothing was written where it was no commit.
    pub(super) async fn in_time<T>(&self, call: impl Future<Output = Result<T, StoreError>>) -> Result<T, StoreError> {
        let late = || StoreError::Unavailable(format!("no answer within {} s", self.patience.as_secs()));
        tokio::time::timeout(self.patience, call).await.unwrap_or_else(|_| Err(late()))
    }

    /// Begins a transaction.
    pub(super) async fn begin(&self, pool: &PgPool) -> Result<Writing<'_>, Failed> {
        let connection = pool.acquire().await?;
        let mut writing = Writing { inner: self, connection: Some(connection) };
        sqlx::raw_sql(BEGIN).execute(writing.connection()?).await?;
        Ok(writing)
    }

    /// Begins a transaction of an epoch that nobody has ended, and that nobody can end before it has.
    pub(super) async fn begin_in_epoch(&self, pool: &PgPool) -> Result<Writing<'_>, Failed> {
        let mut writing = self.begin(pool).await?;
        let epoch = self.epoch();
        let held = sqlx::query(HOLD_EPOCH).bind(epoch).fetch_optional(writing.connection()?).await?;
        if held.is_none() {
            return Err(Failed::Lasting(self.lapsed()));
        }
        Ok(writing)
    }

    /// The present, asked for in a transaction.
    pub(super) async fn now_of(&self, writing: &mut Writing<'_>) -> Result<i64, Failed> {
        if let Some(now) = self.clock.manual() {
            return Ok(now);
        }
        let row = sqlx::query(NOW).bind(None::<i64>).fetch_one(writing.connection()?).await?;
        Ok(self.clock.heard(get(&row, 0)?))
    }

    /// What a write hears whose lease is over.
    pub(super) fn lapsed(&self) -> StoreError {
        crate::lapsed(u64::try_from(self.epoch()).unwrap_or_default())
    }

    /// Where the answer of a commit was lost, waits until that transaction has come to its end, whichever it is: what is
    /// read before could change afterwards.
    pub(super) async fn settled(&self) -> Result<(), StoreError> {
        if !self.doubt.load(Ordering::SeqCst) {
            return Ok(());
        }
        let quiet = async {
            let query = sqlx::query(QUIET).bind(self.epoch()).fetch_optional(&self.pools.engine);
            query.await.map(drop).map_err(|error| errors::before_commit(&error))
        };
        self.in_time(quiet).await?;
        self.doubt.store(false, Ordering::SeqCst);
        Ok(())
    }
}

impl Writing<'_> {
    pub(super) fn connection(&mut self) -> Result<&mut PgConnection, StoreError> {
        self.connection.as_deref_mut().ok_or_else(|| StoreError::Unavailable("the transaction has ended".to_owned()))
    }

    /// Runs the statements. One that came with the number of rows that it has to change counts as overtaken where it
    /// changes fewer.
    pub(super) async fn write(&mut self, script: &Script<'_>) -> Result<(), Failed> {
        let mut bound = 0;
        for (number, (text, end)) in script.statements.iter().enumerate() {
            let values = script.values.get(bound..*end).unwrap_or_default();
            let query = values.iter().fold(sqlx::query(*text), bind);
            let done: PgQueryResult = query.execute(self.connection()?).await?;
            let wanted = script.wanted.iter().find(|(statement, _)| *statement == number).map(|(_, rows)| *rows);
            if wanted.is_some_and(|wanted| done.rows_affected() < wanted) {
                return Err(Failed::Passing(StoreError::Unavailable("another replica was faster".to_owned())));
            }
            bound = *end;
        }
        Ok(())
    }

    /// Makes it durable.
    pub(super) async fn finish(mut self) -> Result<(), Failed> {
        let patience = self.inner.patience;
        let committed = tokio::time::timeout(patience, sqlx::raw_sql(COMMIT).execute(self.connection()?)).await;
        let error = match committed {
            Ok(Ok(_)) => {
                self.connection.take();
                return Ok(());
            }
            Ok(Err(error)) if errors::is_passing(&error) => return Err(Failed::from(error)),
            Ok(Err(error)) => errors::at_commit(&error),
            Err(_) => StoreError::Unknown(format!("no answer to COMMIT within {} s", patience.as_secs())),
        };
        if matches!(error, StoreError::Unknown(_)) {
            self.inner.doubt.store(true, Ordering::SeqCst);
        }
        Err(Failed::Lasting(error))
    }

    /// Ends it without having written anything.
    pub(super) async fn nothing(mut self) -> Result<(), Failed> {
        sqlx::raw_sql(ROLLBACK).execute(self.connection()?).await?;
        self.connection.take();
        Ok(())
    }
}

impl Drop for Writing<'_> {
    fn drop(&mut self) {
        if let Some(mut connection) = self.connection.take() {
            connection.close_on_drop();
        }
    }
}

fn bind<'q>(query: Query<'q, Postgres, PgArguments>, value: &'q Value<'_>) -> Query<'q, Postgres, PgArguments> {
    match value {
        Value::Text(text) => query.bind(storable(text)),
        Value::Number(number) => query.bind(*number),
        Value::NoText => query.bind(None::<String>),
        Value::NoNumber => query.bind(None::<i64>),
    }
}

/// PostgreSQL's texts hold every character but NUL, which becomes its picture.
pub(crate) fn storable(text: &str) -> Cow<'_, str> {
    if text.contains('\0') { Cow::Owned(text.replace('\0', "\u{2400}")) } else { Cow::Borrowed(text) }
}
