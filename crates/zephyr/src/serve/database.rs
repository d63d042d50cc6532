//! Which store a server runs on: a file of its own, or a PostgreSQL database that it shares with its replicas.

use std::path::Path;
use std::time::Duration;

use zephyr_engine::ports::{Objects, Registry, Store};
use zephyr_server::Policies;
use zephyr_store::{ConnectError, PostgresOptions, PostgresStore, SqliteStore};

use crate::failure::{Exit, Failure};

/// How often a replica looks whether another one has put another policy in force.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// A store that a server runs on, and closes at its end.
pub trait Kept: Store + Objects + Registry {
    /// Whether other servers may run on it at the same time.
    const SHARED: bool;
    /// Closes it.
    fn shut(self) -> impl Future<Output = ()> + Send;
}

impl Kept for SqliteStore {
    const SHARED: bool = false;

    fn shut(self) -> impl Future<Output = ()> + Send {
        self.close()
    }
}

impl Kept for PostgresStore {
    const SHARED: bool = true;

    fn shut(self) -> impl Future<Output = ()> + Send {
        self.close()
    }
}

/// The address of a database. It may hold a password, and prints nothing of itself.
#[derive(Clone, PartialEq, Eq)]
pub struct Address(String);

impl Address {
    /// The address itself, to connect to and for nothing else.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Address {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Address")
    }
}

impl std::str::FromStr for Address {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let known = ["postgres://", "postgresql://"].iter().any(|scheme| text.starts_with(scheme));
        match known {
            true => Ok(Self(text.to_owned())),
            false => Err("write it like postgres://user:password@host:5432/name".to_owned()),
        }
    }
}

/// Opens a database, as often as another server's start is in the way.
pub async fn open(address: &Address, migrate: bool) -> Result<PostgresStore, Failure> {
    let options = PostgresOptions { migrate, ..PostgresOptions::default() };
    PostgresStore::open(address.reveal(), options).await.map_err(|error| cannot_connect(&error))
}

/// What cannot be connected to: the errors say what, and after the last colon and blank what to do.
pub fn cannot_connect(error: &ConnectError) -> Failure {
    let text = error.to_string();
    let (what, hint) = text.split_once(": ").unwrap_or((text.as_str(), "look at the log of the database"));
    let exit = if matches!(error, ConnectError::Unreachable { .. }) { Exit::Unreachable } else { Exit::Refused };
    let why = std::error::Error::source(error).map(ToString::to_string);
    Failure { why, ..Failure::new(exit, what).hint(hint) }
}

/// Takes up what other replicas put in force, for as long as it is let.
pub async fn take_up_policies<S: Kept>(policies: Policies, store: S) {
    loop {
        tokio::time::sleep(LOOK_EVERY).await;
        if let Err(error) = policies.take_up(&store).await {
            tracing::debug!(%error, "whether there is another policy is not known");
        }
    }
}

/// Where a store is, for people: a folder, or a database without who connects to it.
pub fn told(address: Option<&Address>, data: &Path) -> String {
    let Some(address) = address else { return data.display().to_string() };
    let place = address.reveal().rsplit('@').next().unwrap_or_default();
    let place = place.split('?').next().unwrap_or_default();
    format!("PostgreSQL, {}", place.rsplit("://").next().unwrap_or_default())
}
