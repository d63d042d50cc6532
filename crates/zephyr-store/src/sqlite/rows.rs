//! The rows of SQLite.

pub(super) use crate::rows::{limit, stored};

crate::rows::readers!(sqlx::Sqlite, sqlx::sqlite::SqliteRow);
