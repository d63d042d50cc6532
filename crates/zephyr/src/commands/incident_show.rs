//! `zephyr incident show`.

use zephyr_api::{Incident, Timeline};

use super::{Session, paths};
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
    let entries = entries(session, &label).await?;
    let clock = Clock { now: me.now, zone: machine::zone() };
    for line in incident::all(&one, &clock).into_iter().chain(incident::story(&entries, given.all, &clock)) {
        session.printer.line(line);
    }
    Ok(Exit::Done)
}

/// Everything that happened so far.
async fn entries(session: &Session<'_>, label: &str) -> Result<Vec<zephyr_api::Entry>, Failure> {
    let mut entries = Vec::new();
    let mut after = 0;
    loop {
        let more: Timeline = session.get(&paths::timeline(label, after, 0)).await?;
        if more.entries.is_empty() || more.next_after <= after {
            return Ok(entries);
        }
        after = more.next_after;
        entries.extend(more.entries);
    }
}
