//! `zephyr page list`: every page of what is open.

use zephyr_api::Incidents;

use super::{Session, open, paths};
use crate::failure::{Exit, Failure};
use crate::machine;
use crate::render::{Clock, incident};

/// Runs it.
pub async fn run(session: &mut Session<'_>) -> Result<Exit, Failure> {
    if session.json {
        let incidents: Incidents = session.get(paths::INCIDENTS).await?;
        session.printer.json(&incidents);
        return Ok(Exit::Done);
    }
    let (incidents, me) = tokio::join!(session.get::<Incidents>(paths::INCIDENTS), session.me());
    let (incidents, me) = (open(incidents?), me?);
    let clock = Clock { now: me.now, zone: machine::zone() };
    if incidents.is_empty() {
        session.printer.line("Nothing is open: nobody is paged.");
    }
    for one in &incidents {
        session.printer.line(incident::head(one, "open"));
        incident::pages(one, &clock).into_iter().for_each(|line| session.printer.line(line));
    }
    Ok(Exit::Done)
}
