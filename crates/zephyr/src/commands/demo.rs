//! `zephyr demo`: one incident from the first page to the resolution, with a real server and made-up people.

use std::time::Duration;

use zephyr_api::{Incident, Incidents, Link};

use super::paths;
use crate::cli;
use crate::client::Client;
use crate::demo::looks;
use crate::demo::people::People;
use crate::demo::server::Server;
use crate::demo::story::Story;
use crate::failure::{Exit, Failure};
use crate::machine::Deadline;
use crate::printer::{Line, Printer};
use crate::serve::leave::Signals;

/// What somebody types.
const OPEN: [&str; 6] = ["incident", "open", "--sev", "2", "--summary", "Checkout p99 elevated in eu-frankfurt"];
/// How often it is looked whether there is something to tell.
const LOOK: Duration = Duration::from_millis(100);
/// Pause for whoever reads along.
const PAUSE: Duration = Duration::from_secs(3);
/// How long the whole incident may take, by the server's clock: the chain has come to the founders by then.
const INCIDENT: Duration = Duration::from_secs(30 * 60);
/// How long what follows the resolution may take.
const AFTERWARDS: Duration = Duration::from_secs(10);

/// Runs it, until the incident is over or somebody has seen enough.
pub async fn run(printer: &mut Printer, given: cli::Demo, json: bool) -> Result<Exit, Failure> {
    if json {
        return Err(Failure::new(Exit::Usage, "the demo is a story for people, and has no --json")
            .hint("zephyr serve --json, then zephyr incident open --json"));
    }
    let mut signals = Signals::listen().map_err(|error| Failure::refused("cannot listen for signals").why(error))?;
    let server = Server::start(given.speed).await?;
    let outcome = tokio::select! {
        outcome = show(printer, &server, &given) => outcome,
        () = signals.next() => Ok(()),
    };
    server.end().await;
    outcome.map(|()| Exit::Done)
}

async fn show(printer: &mut Printer, server: &Server, given: &cli::Demo) -> Result<(), Failure> {
    let operator = server.operator();
    let speed = format!("A server for the made-up company of examples/acme, its clock {} times as fast.", given.speed);
    printer.line(speed);
    type_line(printer, server, &OPEN, None).await?;

    let mut people = People::new(given.speed);
    let (incident, mut story) = answered(printer, server, &operator, &mut people, given.speed).await?;
    tokio::time::sleep(PAUSE).await;
    title(printer, "What others see of it");
    looks::print(&operator, printer).await?;
    tokio::time::sleep(PAUSE).await;

    let commander = incident.acting_commander.as_deref();
    let token = commander.and_then(|person| people.token(person)).map(str::to_owned);
    type_line(printer, server, &["incident", "resolve", &incident.label], token.as_deref()).await?;
    afterwards(&operator, &incident).await?;
    title(printer, "The rest of its timeline");
    story.go_on(&operator, printer).await?;
    title(printer, "What others see of it now");
    looks::print(&operator, printer).await?;
    if given.exit {
        return Ok(());
    }
    stay(printer, server, commander.zip(token.as_deref())).await
}

async fn type_line(printer: &mut Printer, server: &Server, line: &[&str], token: Option<&str>) -> Result<(), Failure> {
    let quoted = line.iter().map(|word| if word.contains(' ') { format!("\"{word}\"") } else { (*word).to_owned() });
    printer.line("");
    printer.line(Line::new().strong(&format!("$ zephyr {}", quoted.collect::<Vec<_>>().join(" "))));
    let status = server.type_line(line, token).await?;
    if status.success() { Ok(()) } else { Err(Failure::refused("that command failed").why(status)) }
}

fn title(printer: &mut Printer, text: &str) {
    printer.line("");
    printer.line(Line::new().strong(text));
}

/// Tells the timeline until every page is answered, while people sleep or answer.
async fn answered(
    printer: &mut Printer,
    server: &Server,
    operator: &Client,
    people: &mut People,
    speed: u32,
) -> Result<(Incident, Story), Failure> {
    let mut incident = the_incident(operator).await?;
    title(printer, "Its timeline, in minutes and seconds of the server's clock");
    let mut story = Story::of(&incident);
    let deadline = Deadline::after(INCIDENT / speed.max(1));
    while !deadline.is_over() {
        let slept = people.sleeper().is_some();
        people.live(server, operator, &incident).await?;
        story.go_on(operator, printer).await?;
        if let (false, Some(sleeper)) = (slept, people.sleeper()) {
            printer.line(Line::labelled("").faint(&format!("({sleeper} sleeps; everybody else answers when rung)")));
        }
        if incident.pages.iter().all(|page| page.state == "answered") {
            return Ok((incident, story));
        }
        tokio::time::sleep(LOOK).await;
        incident = the_incident(operator).await?;
    }
    Err(Failure::refused("the pages were not answered in time").why("simulated people are slower than they should be"))
}

async fn the_incident(operator: &Client) -> Result<Incident, Failure> {
    let found: Incidents = operator.get(paths::ALL_INCIDENTS).await.map_err(|error| operator.failure(error))?;
    found.incidents.into_iter().next().ok_or_else(|| Failure::refused("the incident is gone"))
}

/// Waits until channel, status page and ticket show how it ended.
async fn afterwards(operator: &Client, incident: &Incident) -> Result<(), Failure> {
    let deadline = Deadline::after(AFTERWARDS);
    let path = paths::incident(&incident.label);
    loop {
        let now: Incident = operator.get(&path).await.map_err(|error| operator.failure(error))?;
        let is_pending = |link: &Link| link.state == "pending";
        if ![&now.channel, &now.status_page, &now.ticket].into_iter().any(is_pending) || deadline.is_over() {
            return Ok(());
        }
        tokio::time::sleep(LOOK).await;
    }
}

/// Stays up, for whoever wants to look around.
async fn stay(printer: &mut Printer, server: &Server, login: Option<(&str, &str)>) -> Result<(), Failure> {
    title(printer, "Look around");
    printer.line(Line::labelled("console").strong(&format!("{}/", server.url())));
    if let Some((person, token)) = login {
        printer
            .line(Line::labelled("log in at").plain(&format!("{}/login as {person}, with this token:", server.url())));
        printer.line(Line::labelled("").plain(token));
    }
    printer.say("Ctrl-C ends it and leaves nothing behind.");
    std::future::pending().await
}
