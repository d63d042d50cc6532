//! Tests: every statement prepares on the newest schema, and the schema is the one that is checked in.

use std::error::Error;

use sqlx::postgres::PgConnection;
use sqlx::{Connection, Executor, Row, SqlSafeStr};

use super::{PostgresOptions, PostgresStore, commit, texts};
use crate::statements;

#[path = "../../tests/it/cluster.rs"]
#[expect(dead_code, reason = "not every test binary stops its cluster")]
mod cluster;

/// Only one server at a time begins like this, or counts its epochs so.
const SQLITE_ONLY: [&str; 3] = [statements::BEGIN, statements::RAISE_EPOCH, statements::BEGIN_IN_EPOCH];

async fn newest_schema(test: &str) -> Result<Option<PgConnection>, Box<dyn Error>> {
    let Some(cluster) = cluster::shared(test) else { return Ok(None) };
    let url = cluster.url(&cluster.database());
    PostgresStore::open(&url, PostgresOptions::default()).await?.close().await;
    Ok(Some(PgConnection::connect(&url).await?))
}

#[tokio::test]
async fn every_statement_prepares() -> Result<(), Box<dyn Error>> {
    let Some(mut connection) = newest_schema("every_statement_prepares").await? else { return Ok(()) };
    let shared = statements::all().into_iter().filter(|text| !SQLITE_ONLY.contains(text));
    for text in shared.chain(texts::all()).chain(commit::texts().iter().map(|(_, text)| *text)) {
        let prepared = (&mut connection).prepare(text.into_sql_str()).await;
        assert!(prepared.is_ok(), "{text}\n{:?}", prepared.err());
    }
    Ok(())
}

#[tokio::test]
async fn the_migrations_make_the_schema_that_is_checked_in() -> Result<(), Box<dyn Error>> {
    let Some(mut connection) = newest_schema("the_migrations_make_the_schema").await? else { return Ok(()) };
    let mut found = String::new();
    for text in [
        "SELECT table_name || '.' || column_name || ' ' || data_type || COALESCE(' ' || collation_name, '')
            || CASE is_nullable WHEN 'NO' THEN ' NOT NULL' ELSE '' END
         FROM information_schema.columns WHERE table_schema = 'public' ORDER BY table_name, ordinal_position",
        "SELECT indexdef FROM pg_catalog.pg_indexes WHERE schemaname = 'public' ORDER BY tablename, indexname",
        "SELECT conrelid::regclass || ' ' || pg_get_constraintdef(oid) FROM pg_catalog.pg_constraint
         WHERE connamespace = 'public'::regnamespace AND contype IN ('f', 'p') ORDER BY 1",
    ] {
        for row in sqlx::query(text).fetch_all(&mut connection).await? {
            found += row.try_get::<&str, _>(0)?;
            found.push('\n');
        }
        found.push('\n');
    }
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/migrations/postgres/schema.txt");
    if option_env!("ZEPHYR_WRITE_SCHEMA").is_some() {
        std::fs::write(file, &found)?;
    }
    assert_eq!(std::fs::read_to_string(file)?, found, "write it anew with ZEPHYR_WRITE_SCHEMA=1");
    Ok(())
}
