//! The rows of a store, read and written from outside, as no server would.

use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{AssertSqlSafe, Connection as _, Row as _};

use crate::harness::Place;

/// Rows whose columns are all text.
pub fn read(place: &Place, query: &str) -> Vec<Vec<String>> {
    with(place, true, async |connection| {
        let rows = sqlx::query(AssertSqlSafe(query.to_owned())).fetch_all(connection).await?;
        Ok(rows.iter().map(|row| (0..row.len()).map(|column| row.get::<String, _>(column)).collect()).collect())
    })
}

/// Changes something.
pub fn write(place: &Place, statement: &str) {
    with(place, false, async |connection| {
        sqlx::query(AssertSqlSafe(statement.to_owned())).execute(connection).await.map(drop)
    });
}

fn with<T>(
    place: &Place,
    read_only: bool,
    work: impl AsyncFnOnce(&mut SqliteConnection) -> Result<T, sqlx::Error>,
) -> T {
    let path = place.path("zephyr-data/zephyr.db");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let patience = std::time::Duration::from_secs(10);
        let options = SqliteConnectOptions::new().filename(path).read_only(read_only).busy_timeout(patience);
        let mut connection = SqliteConnection::connect_with(&options).await.unwrap();
        let done = work(&mut connection).await.unwrap();
        connection.close().await.unwrap();
        done
    })
}
