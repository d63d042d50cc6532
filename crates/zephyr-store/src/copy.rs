//! Copies everything from one store into another, empty one, whatever keeps either: a file or a database.
//!
//! What a server had claimed is free in the copy, and marked as abandoned: nobody knows what became of it. Leases are not
//! copied, they belong to servers. Deliberately not here: whether a server still writes to the source, which the caller
//! finds out; a copy of a source that is written to is whole as of its beginning.

use std::path::{Path, PathBuf};

use sqlx::postgres::{PgConnection, PgRow};
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteRow};
use sqlx::{AssertSqlSafe, ColumnIndex, ConnectOptions, Connection, Decode, Row, Type};

use crate::postgres::{ConnectError, look_at, storable};
use crate::{OpenError, Options, PostgresOptions, PostgresStore, SqliteStore};

/// Rows read and written at a time.
const ROWS: usize = 500;

/// A table: its columns, of which the first `key` name a row. Texts are marked.
struct Table {
    name: &'static str,
    key: usize,
    columns: &'static [(&'static str, Kind)],
    /// How a column is read, where that is not as it stands.
    read_as: &'static [(&'static str, &'static str)],
    rows: &'static str,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Text,
    Number,
}
use Kind::{Number, Text};

const fn table(name: &'static str, key: usize, columns: &'static [(&'static str, Kind)]) -> Table {
    Table { name, key, columns, read_as: &[], rows: "1 = 1" }
}

/// Every table, those that others name first.
const TABLES: [Table; 10] = [
    table(
        "streams",
        1,
        &[
            ("id", Text),
            ("kind", Text),
            ("version", Number),
            ("format", Number),
            ("state", Text),
            ("wake_at", Number),
            ("urgency", Number),
        ],
    ),
    table("events", 2, &[("stream", Text), ("seq", Number), ("at", Number), ("kind", Text), ("body", Text)]),
    table("index_rows", 3, &[("stream", Text), ("key", Text), ("value", Text)]),
    Table {
        read_as: &[("abandoned", "CASE WHEN epoch IS NULL THEN abandoned ELSE 1 END")],
        ..table(
            "effects",
            1,
            &[
                ("id", Text),
                ("stream", Text),
                ("lane", Text),
                ("urgency", Number),
                ("due_at", Number),
                ("body", Text),
                ("attempt", Number),
                ("last_error", Text),
                ("abandoned", Number),
                ("done_at", Number),
            ],
        )
    },
    table("policies", 1, &[("version", Text), ("text", Text), ("at", Number)]),
    table(
        "policy_history",
        1,
        &[
            ("seq", Number),
            ("version", Text),
            ("at", Number),
            ("applied_by", Text),
            ("source", Text),
            ("request", Text),
        ],
    ),
    table("requests", 1, &[("key", Text), ("body_hash", Text), ("about", Text), ("at", Number)]),
    Table {
        rows: "rev > 0",
        ..table("objects", 2, &[("kind", Text), ("id", Text), ("body", Text), ("rev", Number), ("at", Number)])
    },
    table(
        "tokens",
        1,
        &[
            ("hash", Text),
            ("kind", Text),
            ("holder", Text),
            ("at", Number),
            ("id", Text),
            ("scopes", Text),
            ("created_by", Text),
            ("created_request", Text),
            ("expires_at", Number),
            ("revoked_at", Number),
            ("revoked_by", Text),
            ("revoked_request", Text),
        ],
    ),
    table(
        "notices",
        1,
        &[("seq", Number), ("at", Number), ("kind", Text), ("actor", Text), ("about", Text), ("request", Text)],
    ),
];

/// Where a store is kept.
#[derive(Debug, Clone)]
pub enum Place {
    /// In a file.
    File(PathBuf),
    /// In a database with this address.
    Database(String),
}

/// Why a copy could not be made. The source is never changed.
#[derive(Debug, thiserror::Error)]
pub enum CopyError {
    /// A file cannot be used.
    #[error(transparent)]
    File(#[from] OpenError),
    /// A database cannot be used.
    #[error(transparent)]
    Database(#[from] ConnectError),
    /// Something is in the target already.
    #[error("there is a store with something in it: name an empty database, or a file that does not exist")]
    NotEmpty,
    /// The target has not what was written, in this table.
    #[error("the copy of {0} is not whole: make it anew, in another place")]
    NotWhole(&'static str),
    /// It broke off; what is in the target is worthless.
    #[error("the copy broke off: look at both sides, then make it anew in another place")]
    BrokeOff(#[from] sqlx::Error),
}

/// What was copied: rows by table.
pub type Copied = Vec<(&'static str, u64)>;

/// Copies everything. The target is made; it has to be empty.
///
/// # Errors
/// What stood in the way, and what to do.
pub async fn copy(from: &Place, to: &Place) -> Result<Copied, CopyError> {
    let mut source = Side::read(from).await?;
    let mut target = Side::write(to).await?;
    let mut copied = Vec::new();
    for table in &TABLES {
        let mut rows = 0_u64;
        let mut after = None;
        loop {
            let batch = source.rows(table, after.as_deref()).await?;
            let Some(last) = batch.last() else { break };
            after = Some(last.iter().take(table.key).cloned().collect::<Vec<_>>());
            rows = rows.saturating_add(u64::try_from(batch.len()).unwrap_or(u64::MAX));
            target.put(table, &batch).await?;
        }
        copied.push((table.name, rows));
    }
    target.end("COMMIT").await?;
    for (table, (_, rows)) in TABLES.iter().zip(&copied) {
        if target.count(table).await? != *rows {
            return Err(CopyError::NotWhole(table.name));
        }
    }
    source.end("ROLLBACK").await?;
    Ok(copied)
}

/// Every row of every table as text, to compare two stores by.
///
/// # Errors
/// What cannot be read.
pub async fn everything(of: &Place) -> Result<Vec<(&'static str, Vec<String>)>, CopyError> {
    let mut side = Side::read(of).await?;
    let mut all = Vec::new();
    for table in &TABLES {
        let (mut rows, mut after) = (Vec::new(), None);
        loop {
            let batch = side.rows(table, after.as_deref()).await?;
            let Some(last) = batch.last() else { break };
            after = Some(last.iter().take(table.key).cloned().collect::<Vec<_>>());
            rows.extend(batch.iter().map(|row| format!("{row:?}")));
        }
        all.push((table.name, rows));
    }
    Ok(all)
}

#[derive(Debug, Clone, PartialEq)]
enum Cell {
    Text(Option<String>),
    Number(Option<i64>),
}

/// One side, in a transaction.
enum Side {
    File(SqliteConnection),
    Database(PgConnection),
}

impl Side {
    async fn read(place: &Place) -> Result<Self, CopyError> {
        match place {
            Place::File(path) => {
                // Brought up to date like at a server's start: its columns are today's.
                SqliteStore::open(path, Options { create: false, ..Options::default() }).await?.close().await;
                Self::file(path, "BEGIN").await
            }
            Place::Database(url) => {
                let connection = look_at(url).await?;
                Self::database(connection, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await
            }
        }
    }

    async fn write(place: &Place) -> Result<Self, CopyError> {
        let mut side = match place {
            Place::File(path) => {
                SqliteStore::open(path, Options::default()).await?.close().await;
                Self::file(path, "BEGIN IMMEDIATE").await?
            }
            Place::Database(url) => {
                PostgresStore::open(url, PostgresOptions::default()).await?.close().await;
                Self::database(look_at(url).await?, "BEGIN").await?
            }
        };
        for table in &TABLES {
            if side.count(table).await? > 0 {
                return Err(CopyError::NotEmpty);
            }
        }
        Ok(side)
    }

    async fn file(path: &Path, begin: &'static str) -> Result<Self, CopyError> {
        let options = SqliteConnectOptions::new().filename(path).foreign_keys(true).disable_statement_logging();
        let mut connection = SqliteConnection::connect_with(&options).await?;
        sqlx::query(begin).execute(&mut connection).await?;
        Ok(Self::File(connection))
    }

    async fn database(mut connection: PgConnection, begin: &'static str) -> Result<Self, CopyError> {
        // It waits for the other side between two statements.
        sqlx::raw_sql("SET idle_in_transaction_session_timeout = 0").execute(&mut connection).await?;
        sqlx::raw_sql(begin).execute(&mut connection).await?;
        Ok(Self::Database(connection))
    }

    async fn end(&mut self, word: &'static str) -> Result<(), sqlx::Error> {
        match self {
            Self::File(connection) => sqlx::raw_sql(word).execute(connection).await.map(drop),
            Self::Database(connection) => sqlx::raw_sql(word).execute(connection).await.map(drop),
        }
    }

    async fn count(&mut self, table: &Table) -> Result<u64, sqlx::Error> {
        let text = AssertSqlSafe(format!("SELECT COUNT(*) FROM {} WHERE {}", table.name, table.rows));
        let count: i64 = match self {
            Self::File(connection) => sqlx::query_scalar(text).fetch_one(connection).await?,
            Self::Database(connection) => sqlx::query_scalar(text).fetch_one(connection).await?,
        };
        Ok(u64::try_from(count).unwrap_or_default())
    }

    /// The next rows after a key, in the order of keys.
    async fn rows(&mut self, table: &Table, after: Option<&[Cell]>) -> Result<Vec<Vec<Cell>>, sqlx::Error> {
        let text = AssertSqlSafe(table.select(after.is_some()));
        let key = after.unwrap_or_default();
        match self {
            Self::File(connection) => {
                let query = key.iter().fold(sqlx::query(text), |query, cell| match cell {
                    Cell::Text(text) => query.bind(text),
                    Cell::Number(number) => query.bind(number),
                });
                let rows: Vec<SqliteRow> = query.fetch_all(connection).await?;
                rows.iter().map(|row| cells(table, row)).collect()
            }
            Self::Database(connection) => {
                let query = key.iter().fold(sqlx::query(text), |query, cell| match cell {
                    Cell::Text(text) => query.bind(text),
                    Cell::Number(number) => query.bind(number),
                });
                let rows: Vec<PgRow> = query.fetch_all(connection).await?;
                rows.iter().map(|row| cells(table, row)).collect()
            }
        }
    }

    async fn put(&mut self, table: &Table, rows: &[Vec<Cell>]) -> Result<(), sqlx::Error> {
        let text = table.insert();
        for row in rows {
            let text = AssertSqlSafe(text.clone());
            match self {
                Self::File(connection) => {
                    let query = row.iter().fold(sqlx::query(text), |query, cell| match cell {
                        Cell::Text(text) => query.bind(text),
                        Cell::Number(number) => query.bind(number),
                    });
                    query.execute(&mut *connection).await?;
                }
                Self::Database(connection) => {
                    let query = row.iter().fold(sqlx::query(text), |query, cell| match cell {
                        Cell::Text(text) => query.bind(text.as_deref().map(storable)),
                        Cell::Number(number) => query.bind(number),
                    });
                    query.execute(&mut *connection).await?;
                }
            }
        }
        Ok(())
    }
}

impl Table {
    fn names(&self, count: usize) -> String {
        self.columns.iter().take(count).map(|(name, _)| *name).collect::<Vec<_>>().join(", ")
    }

    fn select(&self, goes_on: bool) -> String {
        let read = self.columns.iter().map(|(name, _)| {
            self.read_as.iter().find(|(column, _)| column == name).map_or(*name, |(_, instead)| *instead)
        });
        let read = read.collect::<Vec<_>>().join(", ");
        let key = self.names(self.key);
        let places: Vec<String> = (1..=self.key).map(|number| format!("${number}")).collect();
        let after = if goes_on { format!(" AND ({key}) > ({})", places.join(", ")) } else { String::new() };
        format!("SELECT {read} FROM {} WHERE {}{after} ORDER BY {key} LIMIT {ROWS}", self.name, self.rows)
    }

    fn insert(&self) -> String {
        let places: Vec<String> = (1..=self.columns.len()).map(|number| format!("${number}")).collect();
        format!("INSERT INTO {} ({}) VALUES ({})", self.name, self.names(self.columns.len()), places.join(", "))
    }
}

fn cells<'r, R: Row>(table: &Table, row: &'r R) -> Result<Vec<Cell>, sqlx::Error>
where
    usize: ColumnIndex<R>,
    Option<String>: Decode<'r, R::Database> + Type<R::Database>,
    Option<i64>: Decode<'r, R::Database> + Type<R::Database>,
{
    let cell = |(index, (_, kind)): (usize, &(&str, Kind))| {
        Ok(match kind {
            Text => Cell::Text(row.try_get(index)?),
            Number => Cell::Number(row.try_get(index)?),
        })
    };
    table.columns.iter().enumerate().map(cell).collect()
}
