//! `zephyr incident open`: opens it, then tells each step once, as it happens.

use std::time::Duration;

use serde::Serialize;
use zephyr_api::{Changed, Incident, OpenIncident, Timeline};
use zephyr_core::incident::Reporter;

use super::incident_declare::{Choice, declare};
use super::{Session, paths};
use crate::cli;
use crate::client::CallError;
use crate::failure::{Exit, Failure};
use crate::machine::{self, Deadline};
use crate::printer::Line;
use crate::render::Clock;
use crate::render::steps::{self, Told};
use crate::settings::Settings;

/// How long it waits for what is still to come.
const WATCH: Duration = Duration::from_secs(5);

/// What `--json` prints: the answer of the server, and whether it was given before.
#[derive(Debug, Serialize)]
struct Opened {
    incident: Incident,
    repeated: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    joined: bool,
}

/// Runs it.
pub async fn run(session: &mut Session<'_>, settings: &Settings, given: cli::Open) -> Result<Exit, Failure> {
    let choice = Choice::of(&given);
    let body = OpenIncident {
        summary: summary(&given)?,
        severity: Some(given.severity.0.into()),
        service: given.service,
        region: given.region,
        private: given.private,
        reported_by: given.reported_by.map(|by| Reporter::from(by).to_string()),
        public: given.public,
        ring_me: given.ring_me,
        anyway: given.anyway,
    };
    let public = body.public.is_some();
    let Changed { incident, joined } = declare(session, settings, body, choice).await?;
    let repeated = session.client.was_replayed();
    let paged = steps::is_paged(&incident);
    let mut watch = Watch { paged, incident, told: Told::default() };
    if !session.json {
        tell(session, &mut watch, repeated, joined).await;
    }
    if public && joined {
        let label = &watch.incident.label;
        session.printer.say(format!("The public line is not shown: `zephyr incident update {label} TEXT` shows one."));
    } else if public && watch.incident.status_page.state == "none" && watch.incident.status_page.id.is_none() {
        let severity = watch.incident.severity;
        session
            .printer
            .say(format!("The public line is shown nowhere: SEV-{severity} has no entry on the status page."));
    }
    let lost = watch.until_shown(session).await.err();
    if session.json {
        session.printer.json(&Opened { incident: watch.incident, repeated, joined });
    } else {
        conclude(session, &watch, lost).await;
    }
    Ok(if watch.paged { Exit::Done } else { Exit::Pending })
}

/// Says what became of the declaration.
async fn tell(session: &mut Session<'_>, watch: &mut Watch, repeated: bool, joined: bool) {
    let how = match (joined, repeated) {
        (true, _) => "joined",
        (false, true) => "was opened already by this very request",
        (false, false) => "opened",
    };
    // An incident that was just opened needs nobody's clock.
    let now = if joined { session.me().await.ok().map(|me| me.now) } else { None };
    let clock = Clock { now: now.unwrap_or(watch.incident.opened_at), zone: machine::zone() };
    for line in watch.told.opened(&watch.incident, how, &clock) {
        session.printer.line(line);
    }
    if joined {
        let label = &watch.incident.label;
        session.printer.say(format!(
            "{label} was open and is about the same: this was added to it, and nobody is paged again. `--anyway` opens another."
        ));
    }
}

/// What is wrong, with or without `--summary`. No server is asked.
pub fn summary(given: &cli::Open) -> Result<String, Failure> {
    let usage = |what: String| Failure::new(Exit::Usage, what);
    let words = &given.words;
    match (&given.summary, words.as_slice()) {
        (Some(summary), []) => Ok(summary.clone()),
        (Some(summary), [first, ..]) => Err(usage(format!("`{first}` stands outside the summary"))
            .hint(format!("put quotes around it: --summary \"{summary} {}\"", words.join(" ")))),
        (None, []) => Err(usage("it does not say what is wrong".to_owned())
            .hint("zephyr incident open --sev 2 --summary \"Checkout fails in frankfurt\"")),
        (None, words) => Ok(words.join(" ")),
    }
}

/// An incident that is being watched.
struct Watch {
    incident: Incident,
    /// Whether a page was accepted by its provider, or answered.
    paged: bool,
    told: Told,
}

impl Watch {
    /// Tells what happens until everything is shown, or for as long as it waits.
    async fn until_shown(&mut self, session: &mut Session<'_>) -> Result<(), CallError> {
        let deadline = Deadline::after(WATCH);
        let label = self.incident.label.clone();
        let mut after = self.incident.version;
        while steps::pending(&self.incident, self.paged).is_some() && !deadline.is_over() {
            let wait = deadline.left();
            // The server counts whole seconds; the last part of one is waited here.
            let path = paths::timeline(&label, after, wait.as_secs().max(1));
            let Ok(news) = tokio::time::timeout(wait, session.client.wait::<Timeline>(&path, wait)).await else {
                break;
            };
            let news = news?;
            for entry in news.entries.iter().filter(|entry| !entry.detail && entry.seq > after) {
                self.paged |= entry.kind == "send_accepted";
                if let (false, Some(line)) = (session.json, steps::happened(entry)) {
                    session.printer.line(line);
                }
            }
            if !news.entries.is_empty() {
                self.incident = session.client.get(&paths::incident(&label)).await?;
                self.paged |= steps::is_paged(&self.incident);
                if !session.json {
                    self.told.news(&self.incident).into_iter().for_each(|line| session.printer.line(line));
                }
            }
            after = after.max(news.next_after);
        }
        Ok(())
    }
}

/// Says what is still to come, and that no telephone rings where none does.
async fn conclude(session: &mut Session<'_>, watch: &Watch, lost: Option<CallError>) {
    let label = &watch.incident.label;
    if let Some(error) = lost {
        let failure = session.client.failure(error);
        session.printer.say(Line::labelled("").plain(&format!("{}; {label} is open and goes on", failure.what)));
    }
    if let Some(pending) = steps::pending(&watch.incident, watch.paged) {
        session.printer.say(Line::labelled("pending").plain(&format!("{pending}; zephyr goes on trying")));
        session.printer.say(Line::labelled("").faint(&format!("zephyr incident show {label}")));
    }
    if session.me().await.is_ok_and(|me| me.built_in_paging) {
        let inbox =
            format!("No telephone rings: this server pages into its own inbox only, {}/inbox", session.client.url());
        session.printer.say(inbox);
    }
}
