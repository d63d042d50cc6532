//! Tests: every statement prepares on the newest schema, and none walks through a table that grows.

use std::error::Error;

use sqlx::migrate::Migrator;
use sqlx::sqlite::SqliteConnection;
use sqlx::{AssertSqlSafe, Connection, Executor, Row, SqlSafeStr};

use super::open::migrations;
use crate::statements::{self, AUDIT, BACKLOG, VOID_CLAIMS};

async fn newest_schema() -> Result<SqliteConnection, Box<dyn Error>> {
    let mut connection = SqliteConnection::connect("sqlite::memory:").await?;
    Migrator::with_migrations(migrations()).run(&mut connection).await?;
    Ok(connection)
}

#[tokio::test]
async fn every_statement_prepares() -> Result<(), Box<dyn Error>> {
    let mut connection = newest_schema().await?;
    for text in statements::all() {
        let prepared = (&mut connection).prepare(text.into_sql_str()).await;
        assert!(prepared.is_ok(), "{text}\n{:?}", prepared.err());
    }
    Ok(())
}

#[tokio::test]
async fn no_statement_walks_through_a_table() -> Result<(), Box<dyn Error>> {
    let mut connection = newest_schema().await?;
    for text in statements::all().into_iter().filter(|text| !may_walk(text)) {
        for row in sqlx::raw_sql(AssertSqlSafe(format!("EXPLAIN QUERY PLAN {text}"))).fetch_all(&mut connection).await?
        {
            let step: String = row.try_get("detail")?;
            let walks = step.strip_prefix("SCAN ").is_some_and(|what| !is_small(text, what));
            assert!(!walks, "{text}\n{step}");
            assert!(!step.contains("effects_held"), "{text}\n{step}: all that an epoch holds");
        }
    }
    Ok(())
}

#[tokio::test]
async fn tokens_of_the_first_schema_keep_working() -> Result<(), Box<dyn Error>> {
    let mut connection = SqliteConnection::connect("sqlite::memory:").await?;
    let first = migrations().into_iter().take(1).collect::<Vec<_>>();
    Migrator::with_migrations(first).run(&mut connection).await?;
    sqlx::raw_sql("INSERT INTO tokens (hash, kind, holder, at) VALUES ('0123456789abcdef', 'person', 'maya', 7)")
        .execute(&mut connection)
        .await?;
    Migrator::with_migrations(migrations()).run(&mut connection).await?;
    let row = sqlx::query(statements::TOKEN).bind("0123456789abcdef").fetch_one(&mut connection).await?;
    let token = super::rows::token(&row)?;
    assert_eq!((token.id.as_str(), token.holder.as_str()), ("tok_0123456789ab", "maya"));
    assert_eq!((token.scopes, token.expires_at, token.revoked), (None, None, None));
    Ok(())
}

/// Counting what is open and freeing what was held have to see each row, on an index of no others. Writing streams
/// would look for rows that lack their stream, but only if there were any, and begins no transaction.
fn may_walk(text: &str) -> bool {
    [BACKLOG, VOID_CLAIMS].contains(&text) || text.starts_with("INSERT INTO streams") || text.starts_with("BEGIN")
}

/// Whether what a plan scans is the rows of the statement itself, one urgency after the other, the few epochs, or the
/// newest tokens up to a limit. An audit, which a person asks for, looks at every token and every policy that came into
/// force: people make these one by one.
fn is_small(text: &str, what: &str) -> bool {
    if text == AUDIT && ["tokens", "policy_history", "latest", "noticed", "done"].contains(&what) {
        return true;
    }
    let small = [
        "CONSTANT ROW",
        "wakes",
        "sends",
        "replicas",
        "(subquery",
        "SUBQUERY",
        "VALUES",
        // The values that one look asks for, and where each of them ends.
        "wanted",
        "edges",
        "tokens USING INDEX tokens_at",
    ];
    small.iter().any(|name| what.starts_with(name))
        || what.ends_with("VALUES CLAUSE")
        || what.ends_with("CONSTANT ROWS")
}
