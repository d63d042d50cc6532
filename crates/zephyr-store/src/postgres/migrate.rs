//! The schema, and how several replicas that start at once make it once: whoever writes a step's row first makes the
//! step; the others wait at that row and find it made. Each step is one transaction.
//!
//! A step says the oldest schema whose binaries can still work with what it makes, so that a replica of the version
//! before goes on, and may be started again, while another one of the new version migrates. Deliberately not here: the
//! way back, which is a backup.

use std::time::Duration;

use sqlx::postgres::PgConnection;
use sqlx::{Connection, PgPool, Row};

use super::connect::{self, ConnectError, refused};
use super::errors;

const TRIES: u32 = 40;
const TABLE: &str = "CREATE TABLE IF NOT EXISTS zephyr_schema (
    version BIGINT NOT NULL PRIMARY KEY,
    name    TEXT   NOT NULL,
    needs   BIGINT NOT NULL
)";
const MADE: &str = "SELECT COALESCE(MAX(version), 0), COALESCE(MAX(needs), 0) FROM zephyr_schema";
const NOTE: &str = "INSERT INTO zephyr_schema (version, name, needs) VALUES ($1, $2, $3)";
/// Whether there is a table of that name.
const IS_THERE: &str = "SELECT COUNT(*) FROM information_schema.tables
WHERE table_schema = current_schema() AND table_name = 'zephyr_schema'";

/// A step of the schema.
#[derive(Debug, Clone, Copy)]
pub struct Schema {
    /// From 1.
    pub version: i64,
    /// What it brings.
    pub name: &'static str,
    /// The oldest schema whose binaries still work once this step is made.
    pub needs: i64,
    text: &'static str,
}

const STEPS: [Schema; 1] =
    [Schema { version: 1, name: "first", needs: 1, text: include_str!("../../migrations/postgres/0001_first.sql") }];

/// The newest schema that this binary knows.
pub fn newest_schema() -> i64 {
    STEPS.iter().map(|step| step.version).max().unwrap_or_default()
}

/// The schema found and the oldest that its binaries may know; 0 where there is none.
pub(super) async fn found(connection: &mut PgConnection) -> Result<(i64, i64), sqlx::Error> {
    let row = sqlx::query(IS_THERE).fetch_one(&mut *connection).await?;
    if row.try_get::<i64, _>(0)? == 0 {
        return Ok((0, 0));
    }
    let row = sqlx::query(MADE).fetch_one(connection).await?;
    Ok((row.try_get(0)?, row.try_get(1)?))
}

/// Makes what is missing, or refuses.
pub(super) async fn up_to_date(pool: &PgPool, migrate: bool) -> Result<(), ConnectError> {
    let place = connect::place(&pool.connect_options());
    let failed = |source| refused(place.clone(), source);
    let mut connection = pool.acquire().await.map_err(failed)?;
    let known = newest_schema();
    for attempt in 0..TRIES {
        let (schema, needs) = found(&mut connection).await.map_err(failed)?;
        if needs > known {
            return Err(ConnectError::Newer { place, schema, known });
        }
        if schema >= known {
            return Ok(());
        }
        if !migrate {
            return Err(ConnectError::Older { place, schema, known });
        }
        match make(&mut connection, schema).await {
            Ok(()) => {}
            Err(error) if is_overtaken(&error) => {
                tokio::time::sleep(Duration::from_millis(20 + u64::from(attempt) * 5)).await;
            }
            Err(error) => return Err(failed(error)),
        }
    }
    Err(failed(sqlx::Error::PoolTimedOut))
}

/// Makes the step after `schema`.
async fn make(connection: &mut PgConnection, schema: i64) -> Result<(), sqlx::Error> {
    if schema == 0 {
        sqlx::query(TABLE).execute(&mut *connection).await?;
    }
    let Some(step) = STEPS.iter().find(|step| step.version > schema) else { return Ok(()) };
    let mut transaction = connection.begin().await?;
    // Whoever comes second waits here, and is then told that the row is there.
    let note = sqlx::query(NOTE).bind(step.version).bind(step.name).bind(step.needs);
    note.execute(&mut *transaction).await?;
    sqlx::raw_sql(step.text).execute(&mut *transaction).await?;
    transaction.commit().await?;
    tracing::info!(version = step.version, name = step.name, "the schema was brought up to date");
    Ok(())
}

/// Another replica makes the same: a unique value, a table or a type is there by now, or the lock took too long.
fn is_overtaken(error: &sqlx::Error) -> bool {
    let code = errors::code(error).unwrap_or_default();
    errors::is_passing(error) || ["42P07", "42710", "55P03", "57014"].contains(&code.as_str())
}
