//! `zephyr incident show`.

use zephyr_api::Incident;

use super::{Session, incident_timeline, paths};
use crate::cli;
use crate::failure::{Exit, Failure};
use crate::machine;
use crate::render::{Clock, incident};

/// Runs it.
pub async fn run(session: &mut Session<'_>, given: cli::Show) -> Result<Exit, Failure> {
    let label = session.which(given.one.incident, "incident show").await?;
    let path = paths::incident(&label);
    if session.json {
        let one: Incident = session.get(&path).await?;
        session.printer.json(&one);
        return Ok(Exit::Done);
    }
    let (one, me) = tokio::join!(session.get::<Incident>(&path), session.me());
    let (one, me) = (one?, me?);
    let entries = incident_timeline::entries(session, &label).await?;
    let clock = Clock { now: me.now, zone: machine::zone() };
    for line in incident::all(&one, &clock).into_iter().chain(incident::story(&entries, given.all, &clock)) {
        session.printer.line(line);
    }
    if given.follow {
        return incident_timeline::follow(session, &label, &entries).await;
    }
    Ok(Exit::Done)
}
