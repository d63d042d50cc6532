//! Finds the servers: what was typed, the environment, then what a server on this machine has left.

use std::path::{Path, PathBuf};

use crate::failure::{Exit, Failure};
use crate::local::{self, Local};
use crate::settings::{Connection, DATA};

/// A server and what to show it.
#[derive(Clone)]
pub struct Found {
    /// Its address.
    pub url: String,
    /// The token.
    pub token: Option<String>,
    /// Whether that is the machine's own, which speaks for whoever says who they are.
    pub is_machines_own: bool,
    /// Where that was read, if it was not typed.
    pub read_from: Option<PathBuf>,
}

impl Found {
    /// Whether a token was given where the machine's own would do.
    pub fn has_better_token(&self) -> bool {
        self.read_from.is_some() && !self.is_machines_own
    }
}

/// Finds those that may be asked, in this order; at least one. No request is made.
pub fn find(connection: &Connection) -> Result<Vec<Found>, Failure> {
    let places = places(connection);
    let locals: Vec<(&PathBuf, Local)> = places.iter().filter_map(|data| Some((data, Local::read(data)?))).collect();
    if connection.servers.is_empty() {
        let (data, local) = locals.into_iter().next().ok_or_else(|| nowhere(&places))?;
        let is_machines_own = connection.token.as_ref().is_none_or(|given| *given == local.token);
        let token = Some(connection.token.clone().unwrap_or(local.token));
        return Ok(vec![Found { url: local.url, token, is_machines_own, read_from: Some(data.join(local::FILE)) }]);
    }
    let named = |url: &String| {
        check(url)?;
        // A token goes only to the server that made it.
        let own = locals.iter().find(|(_, local)| local.url == *url).map(|(_, local)| local.token.clone());
        let is_machines_own =
            own.is_some() && connection.token.as_ref().is_none_or(|given| Some(given) == own.as_ref());
        let token = connection.token.clone().or(own);
        Ok(Found { url: url.clone(), token, is_machines_own, read_from: None })
    };
    connection.servers.iter().map(named).collect()
}

/// The data folder that is meant: the one that was given, else the first that a server has used.
pub fn data(connection: &Connection) -> PathBuf {
    let places = places(connection);
    let used = places.iter().find(|data| data.is_dir()).or(places.first());
    used.cloned().unwrap_or_else(|| PathBuf::from(DATA))
}

fn places(connection: &Connection) -> Vec<PathBuf> {
    match &connection.data {
        Some(data) => vec![data.clone()],
        None => {
            let pointed = connection.state.as_deref().and_then(local::read_pointer);
            [Path::new(DATA).to_owned()].into_iter().chain(pointed).collect()
        }
    }
}

fn check(url: &str) -> Result<(), Failure> {
    let known = url.strip_prefix("http://").or_else(|| url.strip_prefix("https://"));
    match known.filter(|host| !host.is_empty() && !host.contains(char::is_whitespace)) {
        Some(_) => Ok(()),
        None => Err(Failure::new(Exit::Usage, format!("`{url}` is not the address of a server"))
            .hint("write it like http://127.0.0.1:7878")),
    }
}

fn nowhere(places: &[PathBuf]) -> Failure {
    let places: Vec<String> = places.iter().map(|place| place.join(local::FILE).display().to_string()).collect();
    Failure::new(Exit::Unreachable, "no server is known")
        .why(format!("none is running here (looked for {})", places.join(", ")))
        .hint("`zephyr serve` starts one; `--server URL` names another")
}

/// What to say of a server that does not answer.
pub fn unreachable(found: &Found, why: &str) -> Failure {
    let failure = Failure::new(Exit::Unreachable, format!("no server answers at {}", found.url)).why(why);
    match &found.read_from {
        Some(file) => failure.hint(format!("`zephyr serve` starts it again (it was named by {})", file.display())),
        None => failure.hint("look whether it runs, and whether the address is right"),
    }
}
