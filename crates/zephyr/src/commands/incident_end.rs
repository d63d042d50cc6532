//! `zephyr incident resolve` and `zephyr incident cancel`.

use std::io::{self, IsTerminal as _};

use zephyr_api::{Changed, EndIncident, Incident, ResolveIncident};
use zephyr_core::incident::Reporter;

use super::{Session, paths};
use crate::cli;
use crate::failure::{Exit, Failure};

/// It is over.
pub async fn resolve(session: &mut Session<'_>, given: cli::Resolve) -> Result<Exit, Failure> {
    let label = session.which(given.end.incident, "incident resolve").await?;
    let reported_by = match given.reported_by {
        Some(by) => Some(Reporter::from(by)),
        None => ask_who_reported(session, &label).await,
    };
    let body = ResolveIncident { public: given.end.public, reported_by: reported_by.map(|by| by.to_string()) };
    let changed: Changed = session.post(&paths::verb(&label, "resolve"), &body).await?;
    session.changed(&changed, "resolved").await;
    Ok(Exit::Done)
}

/// It was a false alarm. Nobody asks anything.
pub async fn cancel(session: &mut Session<'_>, given: cli::End) -> Result<Exit, Failure> {
    let label = session.which(given.incident, "incident cancel").await?;
    let body = EndIncident { public: given.public };
    let changed: Changed = session.post(&paths::verb(&label, "cancel"), &body).await?;
    session.changed(&changed, "cancelled, a false alarm").await;
    Ok(Exit::Done)
}

/// Asks once, at a terminal, where nobody has said it. Whatever is no answer leaves it open: resolving never fails or
/// waits because of it anywhere else.
async fn ask_who_reported(session: &mut Session<'_>, label: &str) -> Option<Reporter> {
    if session.json || !io::stdin().is_terminal() || !io::stderr().is_terminal() {
        return None;
    }
    let incident: Incident = session.get(&paths::incident(label)).await.ok()?;
    if incident.phase != "open" || incident.reported_by.is_some() {
        return None;
    }
    session.printer.say("Who noticed it first: [c]ustomer, [e]mployee or [m]onitoring? Enter: not known.");
    let mut line = String::new();
    io::stdin().read_line(&mut line).ok()?;
    let given = line.trim().to_lowercase();
    let meant = Reporter::ALL.into_iter().find(|by| !given.is_empty() && by.as_str().starts_with(&given));
    if meant.is_none() && !given.is_empty() {
        let later = format!("zephyr incident resolve {label} --reported-by customer");
        session.printer.say(format!("Left as not known; to say it later: `{later}`"));
    }
    meant
}
