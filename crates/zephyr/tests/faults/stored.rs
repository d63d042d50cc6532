//! The rows of a store, read and written from outside, as no server would.

use sqlx::postgres::PgConnection;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{AssertSqlSafe, Connection as _, Row as _};

use crate::life::Life;

/// Rows whose columns are all text.
pub fn read(life: &Life, query: &str) -> Vec<Vec<String>> {
    let query = AssertSqlSafe(query.to_owned());
    in_runtime(async {
        match &life.database {
            Some(url) => {
                let mut connection = PgConnection::connect(url).await?;
                let rows = sqlx::query(query).fetch_all(&mut connection).await?;
                connection.close().await?;
                Ok(rows.iter().map(|row| (0..row.len()).map(|column| row.get(column)).collect()).collect())
            }
            None => {
                let mut connection = SqliteConnection::connect_with(&file(life).read_only(true)).await?;
                let rows = sqlx::query(query).fetch_all(&mut connection).await?;
                connection.close().await?;
                Ok(rows.iter().map(|row| (0..row.len()).map(|column| row.get(column)).collect()).collect())
            }
        }
    })
}

/// Changes something.
pub fn write(life: &Life, statement: &str) {
    let statement = AssertSqlSafe(statement.to_owned());
    in_runtime(async {
        match &life.database {
            Some(url) => {
                let mut connection = PgConnection::connect(url).await?;
                sqlx::query(statement).execute(&mut connection).await?;
                connection.close().await
            }
            None => {
                let mut connection = SqliteConnection::connect_with(&file(life)).await?;
                sqlx::query(statement).execute(&mut connection).await?;
                connection.close().await
            }
        }
    });
}

fn file(life: &Life) -> SqliteConnectOptions {
    let patience = std::time::Duration::from_secs(10);
    SqliteConnectOptions::new().filename(life.place.path("zephyr-data/zephyr.db")).busy_timeout(patience)
}

fn in_runtime<T>(work: impl Future<Output = Result<T, sqlx::Error>>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(work).unwrap()
}
