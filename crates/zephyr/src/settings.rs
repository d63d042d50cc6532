//! What the commands work with, made from flags and environment. Commands never see clap.

use std::path::PathBuf;

use crate::cli;
use crate::env;
use crate::serve::database::Address;

/// How to reach a server.
#[derive(Debug, Clone)]
pub struct Connection {
    /// Addresses, where any were given: the first that answers is asked.
    pub servers: Vec<String>,
    /// The token, where it was given.
    pub token: Option<String>,
    /// Who is asking.
    pub person: Person,
    /// The server's data folder, where it was given.
    pub data: Option<PathBuf>,
    /// The database that the server shares, where one was given.
    pub database: Option<Address>,
    /// What the command line remembers between two runs.
    pub state: Option<PathBuf>,
}

/// Who is asking, for a token that may speak for anybody on this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Person {
    /// They said so.
    Given(String),
    /// The user of this machine, if there is a person of that name.
    Guessed(String),
    /// Nobody in particular.
    Nobody,
}

/// Everything that every command needs to know.
#[derive(Debug, Clone)]
pub struct Settings {
    /// How to reach a server.
    pub connection: Connection,
    /// Whether programs read what is printed.
    pub json: bool,
}

impl Settings {
    /// From what was typed and the environment.
    pub fn new(given: cli::Connection) -> Self {
        let guess = || env::user().filter(|user| user.parse::<zephyr_core::PersonId>().is_ok());
        let person = match given.person {
            Some(person) => Person::Given(person.to_string()),
            None => guess().map_or(Person::Nobody, Person::Guessed),
        };
        let is_there = |text: &String| !text.trim().is_empty();
        let bare = |url: &String| url.trim().trim_end_matches('/').to_owned();
        let connection = Connection {
            servers: given.servers.iter().filter(|url| is_there(url)).map(bare).collect(),
            token: given.token.filter(is_there),
            person,
            data: given.data.filter(|path| !path.as_os_str().is_empty()),
            database: given.database,
            state: env::state_dir(),
        };
        Self { connection, json: given.json }
    }
}

/// Where a server keeps its data unless told otherwise.
pub const DATA: &str = "zephyr-data";
