//! Tests: a migration that was cut off leaves nothing of itself, and the next start goes on with it.

use std::error::Error;

use sqlx::migrate::Migrator;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteJournalMode};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Executor};

use super::open::{migrations, newest_schema};
use super::{Look, Options, SqliteStore};

#[tokio::test]
async fn f17_a_migration_that_was_cut_off_is_done_at_the_next_start() -> Result<(), Box<dyn Error>> {
    let all = migrations();
    for (done, next) in all.iter().enumerate() {
        let folder = tempfile::tempdir()?;
        let path = folder.path().join("zephyr.db");
        let options = SqliteConnectOptions::new().filename(&path).create_if_missing(true);
        let mut killed = options.journal_mode(SqliteJournalMode::Wal).connect().await?;
        Migrator::with_migrations(all.iter().take(done).cloned().collect()).run(&mut killed).await?;
        half(&mut killed, next.sql.as_str()).await?;
        killed.close_hard().await?;

        let store = SqliteStore::open(&path, Options::default()).await?;
        assert_eq!(store.epoch(), 1, "after {done} migrations and a half");
        let mut look = Look::open(&path).await?;
        assert_eq!(look.schema().await?.0, newest_schema());
        assert!(look.damage().await?.is_empty());
        look.close().await;
        store.close().await;
    }
    Ok(())
}

/// Begins a migration and does the first half of it, as far as a server came that was killed.
async fn half(connection: &mut SqliteConnection, text: &str) -> Result<(), sqlx::Error> {
    let statements: Vec<&str> = text.split_inclusive(";\n").collect();
    connection.execute("BEGIN").await?;
    for statement in statements.iter().take(statements.len().div_ceil(2)) {
        sqlx::raw_sql(AssertSqlSafe((*statement).to_owned())).execute(&mut *connection).await?;
    }
    Ok(())
}
