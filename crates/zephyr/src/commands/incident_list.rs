//! `zephyr incident list`.

use zephyr_api::Incidents;

use super::{Session, paths};
use crate::cli;
use crate::failure::{Exit, Failure};
use crate::machine;
use crate::render::{Clock, incident};

/// Runs it.
pub async fn run(session: &mut Session<'_>, given: cli::List) -> Result<Exit, Failure> {
    let path = if given.all { paths::ALL_INCIDENTS } else { paths::INCIDENTS };
    if session.json {
        let incidents: Incidents = session.get(path).await?;
        session.printer.json(&incidents);
        return Ok(Exit::Done);
    }
    let (incidents, me) = tokio::join!(session.get::<Incidents>(path), session.me());
    let (incidents, me) = (incidents?.incidents, me?);
    let clock = Clock { now: me.now, zone: machine::zone() };
    if incidents.is_empty() {
        session.printer.line(if given.all { "There has been no incident yet." } else { "Nothing is open." });
    }
    for one in &incidents {
        session.printer.line(incident::row(one, &clock));
    }
    Ok(Exit::Done)
}
