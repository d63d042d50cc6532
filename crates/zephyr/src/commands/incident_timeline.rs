//! `zephyr incident timeline`, and following what happens.

use std::time::Duration;

use zephyr_api::{Entry, Incident, Timeline};

use super::{Session, paths};
use crate::cli;
use crate::client::CallError;
use crate::failure::{Exit, Failure};
use crate::machine::{self, Deadline};
use crate::render::{Clock, incident};

/// How long the server may hold back an answer; less than what lies between would cut off.
const HELD: Duration = Duration::from_secs(20);
/// How long it is tried again while no server answers: a restart takes less.
const PATIENCE: Duration = Duration::from_secs(60);
/// Between two tries.
const AGAIN: Duration = Duration::from_secs(1);

/// Runs it.
pub async fn run(session: &mut Session<'_>, given: cli::Timeline) -> Result<Exit, Failure> {
    let label = session.which(given.one.incident, "incident timeline").await?;
    let entries = entries(session, &label).await?;
    match (session.json, given.follow) {
        (true, true) => entries.iter().for_each(|entry| session.printer.json_line(entry)),
        (true, false) => {
            let next_after = entries.last().map_or(0, |entry| entry.seq);
            session.printer.json(&Timeline { entries, next_after });
            return Ok(Exit::Done);
        }
        (false, _) => {
            let clock = Clock { now: session.me().await?.now, zone: machine::zone() };
            incident::story(&entries, true, &clock).into_iter().for_each(|line| session.printer.line(line));
        }
    }
    if given.follow { follow(session, &label, &entries).await } else { Ok(Exit::Done) }
}

/// Everything that happened so far.
pub async fn entries(session: &Session<'_>, label: &str) -> Result<Vec<Entry>, Failure> {
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

/// Tells what happens after what was told, until the incident is over or somebody presses Ctrl-C.
pub async fn follow(session: &mut Session<'_>, label: &str, told: &[Entry]) -> Result<Exit, Failure> {
    session.tell_clocks();
    tokio::select! {
        ended = until_over(session, label, told) => ended,
        // Whoever watches may stop at any time: nothing is left undone.
        _ = tokio::signal::ctrl_c() => Ok(Exit::Done),
    }
}

async fn until_over(session: &mut Session<'_>, label: &str, told: &[Entry]) -> Result<Exit, Failure> {
    let mut after = told.last().map_or(0, |entry| entry.seq);
    let mut is_new = incident::once();
    let zone = machine::zone();
    let day_of = |entry: &Entry| Clock { now: entry.at, zone: zone.clone() }.day(entry.at);
    let mut day = told.last().map(day_of).unwrap_or_default();
    // What was told before is not said again.
    told.iter().filter(|entry| !entry.detail).for_each(|entry| {
        is_new(&entry);
    });
    loop {
        // Looked at first: what is over had its last entry before that, and it is among those that are read next.
        let one: Incident = again(session, &paths::incident(label), Duration::ZERO).await?;
        let is_over = one.phase != "open";
        if is_over && one.version <= after {
            return Ok(Exit::Done);
        }
        let held = if is_over { Duration::ZERO } else { HELD };
        let news: Timeline = again(session, &paths::timeline(label, after, held.as_secs()), held).await?;
        after = after.max(news.next_after);
        for entry in &news.entries {
            if session.json {
                session.printer.json_line(entry);
            } else if !entry.detail && is_new(&entry) {
                let clock = Clock { now: entry.at, zone: zone.clone() };
                let lines = incident::happened(entry, &mut day, &clock);
                lines.into_iter().for_each(|line| session.printer.line(line));
            }
        }
    }
}

/// Reads, and tries again for a while where no server answers.
async fn again<Answer>(session: &mut Session<'_>, path: &str, held: Duration) -> Result<Answer, Failure>
where
    Answer: serde::de::DeserializeOwned,
{
    let deadline = Deadline::after(PATIENCE);
    let mut said = false;
    loop {
        let error: CallError = match session.client.wait(path, held).await {
            Ok(answer) => return Ok(answer),
            Err(error) => error,
        };
        if !error.may_pass() || deadline.is_over() {
            return Err(session.client.failure(error));
        }
        if !said {
            session.printer.say("The server does not answer; trying again.");
            said = true;
        }
        session.client.find_again();
        tokio::time::sleep(AGAIN).await;
    }
}
