//! The rows of PostgreSQL.

pub(super) use crate::rows::{limit, stored};

crate::rows::readers!(sqlx::Postgres, sqlx::postgres::PgRow);
