//! What the machine itself can do at best: one fsync, one durable row.

use std::fs::File;
use std::io::Write;
use std::time::Instant;

use sqlx::Connection as _;
use zephyr_engine::ports::{Registry, TokenRow};
use zephyr_store::{Options, SqliteStore};

use crate::cluster::Cluster;
use crate::support::Row;

/// All floors.
pub async fn floors(cluster: Option<&Cluster>) -> Vec<Row> {
    let mut rows = vec![fsync(), row_in_a_file().await];
    if let Some(cluster) = cluster {
        rows.push(row_in_postgresql(cluster).await);
    }
    rows
}

/// The floor of floors: 4 kB appended and synced.
fn fsync() -> Row {
    let folder = tempfile::tempdir().unwrap();
    let mut file = File::create(folder.path().join("floor")).unwrap();
    let times = (0..500).map(|_| {
        let began = Instant::now();
        file.write_all(&[7; 4096]).unwrap();
        file.sync_data().unwrap();
        began.elapsed()
    });
    Row::new("floor: append 4 kB and fdatasync", times.collect(), "")
}

/// One row in a transaction of its own, durable.
async fn row_in_a_file() -> Row {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(&folder.path().join("zephyr.db"), Options::default()).await.unwrap();
    let mut times = Vec::new();
    for row in 0..500 {
        let began = Instant::now();
        store.put_token(token(row), None).await.unwrap();
        times.push(began.elapsed());
    }
    Row::new("floor: one durable row in SQLite", times, "")
}

/// The same in PostgreSQL, as plain as it can be.
async fn row_in_postgresql(cluster: &Cluster) -> Row {
    let url = cluster.url(&cluster.database());
    let mut connection = sqlx::PgConnection::connect(&url).await.unwrap();
    sqlx::raw_sql("CREATE TABLE floor (id BIGINT PRIMARY KEY)").execute(&mut connection).await.unwrap();
    let mut times = Vec::new();
    for row in 0..500_i64 {
        let began = Instant::now();
        sqlx::query("INSERT INTO floor (id) VALUES ($1)").bind(row).execute(&mut connection).await.unwrap();
        times.push(began.elapsed());
    }
    Row::new("floor: one durable row in PostgreSQL", times, "")
}

fn token(row: u32) -> TokenRow {
    TokenRow {
        id: format!("tok_{row:012}"),
        hash: format!("{row:064}"),
        kind: "bot".into(),
        holder: "bench".into(),
        scopes: None,
        at: jiff::Timestamp::UNIX_EPOCH,
        created_by: None,
        created_request: None,
        expires_at: None,
        revoked: None,
    }
}
