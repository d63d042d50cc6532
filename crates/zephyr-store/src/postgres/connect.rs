//! Connecting: the pools of one replica, and every way in which a database cannot be used, each with its own words.
//!
//! Reads for people have connections of their own, so that a slow page of the console takes none from the engine.

use std::str::FromStr;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgConnection, PgPoolOptions};
use sqlx::{ConnectOptions, PgPool, Row};

use crate::statements::NEWEST_EVENT;

/// The engine's own: one call at a time, and one while the last is being given back.
const ENGINE: u32 = 2;
/// Sends of the built-in providers, tokens and policies.
const SENDS: u32 = 4;
/// Reads for people.
const READERS: u32 = 6;
/// Every statement stays prepared; there are about a hundred and sixty with their sizes.
const PREPARED: usize = 256;

/// Why a database cannot be used, and what to do. The address's password is in none of them.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// The address does not read as one.
    #[error("the address of the database cannot be read: write it like postgres://user:password@host:5432/name")]
    Address {
        /// What is wrong with it.
        source: sqlx::Error,
    },
    /// Nobody answers, or not in time.
    #[error("the database {place} cannot be reached: start it, or check the address in --database")]
    Unreachable {
        /// Host, port and name.
        place: String,
        /// What the connection said.
        source: sqlx::Error,
    },
    /// It refuses this user or has no such database.
    #[error("the database {place} refuses this user: check user, password and name in --database")]
    Refused {
        /// Host, port and name.
        place: String,
        /// What it said.
        source: sqlx::Error,
    },
    /// Another encoding than UTF-8.
    #[error("the database {place} has the encoding {encoding}: make one with ENCODING 'UTF8'")]
    Encoding {
        /// Host, port and name.
        place: String,
        /// What it has.
        encoding: String,
    },
    /// It takes no writes.
    #[error("the database {place} takes no writes, it is a standby: connect to an address that leads to the primary")]
    Standby {
        /// Host, port and name.
        place: String,
    },
    /// A newer binary made the schema, and this one cannot work with it.
    #[error(
        "the database {place} was made by a newer version of zephyr (schema {schema}, this one knows {known}): run that \
         version or a later one"
    )]
    Newer {
        /// Host, port and name.
        place: String,
        /// The schema found.
        schema: i64,
        /// The newest that this binary knows.
        known: i64,
    },
    /// The schema is older, and was not to be brought up to date.
    #[error("the schema of {place} is {schema}, this version needs {known}: run `zephyr store migrate`")]
    Older {
        /// Host, port and name.
        place: String,
        /// The schema found.
        schema: i64,
        /// The newest that this binary knows.
        known: i64,
    },
    /// Anything else.
    #[error("the database {place} cannot be used: look at its log, then start again")]
    Failed {
        /// Host, port and name.
        place: String,
        /// What it said.
        source: sqlx::Error,
    },
}

/// The connections of one replica.
#[derive(Debug)]
pub(super) struct Pools {
    pub(super) options: PgConnectOptions,
    pub(super) engine: PgPool,
    pub(super) sends: PgPool,
    pub(super) readers: PgPool,
}

impl Pools {
    pub(super) async fn connect(url: &str) -> Result<Self, ConnectError> {
        let options = options(url)?;
        let pool = |connections: u32, patience: Duration| {
            PgPoolOptions::new()
                .max_connections(connections)
                .acquire_timeout(patience)
                .idle_timeout(Duration::from_mins(5))
                .connect_lazy_with(options.clone())
        };
        // Asked once by a connection of its own: a pool would only say that it waited too long.
        look(&options).await?;
        Ok(Self {
            engine: pool(ENGINE, Duration::from_secs(1)),
            sends: pool(SENDS, Duration::from_secs(2)),
            readers: pool(READERS, Duration::from_secs(2)),
            options,
        })
    }

    pub(super) async fn close(&self) {
        self.readers.close().await;
        self.sends.close().await;
        self.engine.close().await;
    }
}

/// How to connect to an address. Whatever hangs is given up by the database itself: a statement that runs too long, a
/// wait for a row, a transaction whose client has gone silent.
pub(super) fn options(url: &str) -> Result<PgConnectOptions, ConnectError> {
    let options = PgConnectOptions::from_str(url).map_err(|source| ConnectError::Address { source })?;
    let bounds =
        [("statement_timeout", "4000"), ("lock_timeout", "3000"), ("idle_in_transaction_session_timeout", "3000")];
    Ok(options
        .application_name("zephyr")
        .statement_cache_capacity(PREPARED)
        .options(bounds)
        .disable_statement_logging())
}

/// One connection, of a database that can be used.
pub(super) async fn look(options: &PgConnectOptions) -> Result<PgConnection, ConnectError> {
    let place = place(options);
    let connecting = tokio::time::timeout(Duration::from_secs(5), options.connect());
    let mut connection = match connecting.await {
        Ok(connected) => connected.map_err(|source| refused(place.clone(), source))?,
        Err(_) => return Err(ConnectError::Unreachable { place, source: sqlx::Error::PoolTimedOut }),
    };
    let encoding: String = shown(&place, &mut connection, "SHOW server_encoding").await?;
    if encoding != "UTF8" {
        return Err(ConnectError::Encoding { place, encoding });
    }
    match shown(&place, &mut connection, "SHOW transaction_read_only").await?.as_str() {
        "on" => Err(ConnectError::Standby { place }),
        _ => Ok(connection),
    }
}

/// One connection to the database with this address.
pub(crate) async fn look_at(url: &str) -> Result<PgConnection, ConnectError> {
    look(&options(url)?).await
}

async fn shown(place: &str, connection: &mut PgConnection, text: &'static str) -> Result<String, ConnectError> {
    let row = sqlx::query(text).fetch_one(connection).await;
    row.and_then(|row| row.try_get(0)).map_err(|source| refused(place.to_owned(), source))
}

/// When the newest event happened.
pub(super) async fn newest_event(pool: &PgPool) -> Result<Option<i64>, ConnectError> {
    let row = sqlx::query(NEWEST_EVENT).fetch_one(pool).await;
    row.and_then(|row| row.try_get(0)).map_err(|source| refused(place(&pool.connect_options()), source))
}

/// Host, port and name of a database: all of its address that may be told.
pub(super) fn place(options: &PgConnectOptions) -> String {
    let name = options.get_database().unwrap_or(options.get_username());
    format!("{}:{}/{name}", options.get_host(), options.get_port())
}

/// An error while opening. Codes: <https://www.postgresql.org/docs/current/errcodes-appendix.html>.
pub(super) fn refused(place: String, source: sqlx::Error) -> ConnectError {
    match super::errors::code(&source) {
        Some(code) if code.starts_with("28") || code == "3D000" || code == "42501" => {
            ConnectError::Refused { place, source }
        }
        Some(code) if code == "25006" => ConnectError::Standby { place },
        Some(code) if code.starts_with("57P") || code.starts_with("08") => ConnectError::Unreachable { place, source },
        Some(_) => ConnectError::Failed { place, source },
        None => ConnectError::Unreachable { place, source },
    }
}
