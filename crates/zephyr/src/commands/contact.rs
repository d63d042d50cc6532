//! `zephyr contact`: how whoever types it is reached, and the code that shows it.

use jiff::Timestamp;
use zephyr_api::{ConfirmContact, Contact, ContactChanged, Contacts};

use super::{Session, paths};
use crate::cli;
use crate::failure::{Exit, Failure};
use crate::machine;
use crate::printer::{Line, Style};
use crate::render::Clock;

/// Runs it.
pub async fn run(session: &mut Session<'_>, given: cli::Contact) -> Result<Exit, Failure> {
    match given {
        cli::Contact::List => list(session).await,
        cli::Contact::Verify(cli::Verify { method, code: None }) => ask(session, method.as_str()).await,
        cli::Contact::Verify(cli::Verify { method, code: Some(code) }) => {
            let body = ConfirmContact { code: code.reveal() };
            let changed: ContactChanged = session.post(&paths::contact(method.as_str(), "confirm"), &body).await?;
            told(session, &changed).await
        }
    }
}

async fn list(session: &mut Session<'_>) -> Result<Exit, Failure> {
    let contacts: Contacts = session.get(paths::CONTACTS).await?;
    if session.json {
        session.printer.json(&contacts);
        return Ok(Exit::Done);
    }
    let clock = clock(session).await?;
    session.printer.line(Line::new().strong(&contacts.person).plain(" is reached by"));
    for contact in &contacts.contacts {
        session.printer.line(row(contact, &clock));
    }
    Ok(Exit::Done)
}

async fn ask(session: &mut Session<'_>, method: &str) -> Result<Exit, Failure> {
    let path = paths::contact(method, "code");
    let changed: ContactChanged = session.post(&path, &serde_json::json!({})).await?;
    if session.json {
        session.printer.json(&changed);
        return Ok(Exit::Done);
    }
    let clock = clock(session).await?;
    let until = changed.contact.code_until.map(|at| clock.wall(at)).unwrap_or_default();
    session.printer.line(Line::new().plain(&format!("A code is on its way over {method}, good until {until}.")));
    session.printer.say(format!("now: zephyr contact verify {method} --code CODE"));
    Ok(Exit::Done)
}

async fn told(session: &mut Session<'_>, changed: &ContactChanged) -> Result<Exit, Failure> {
    if session.json {
        session.printer.json(changed);
        return Ok(Exit::Done);
    }
    let clock = clock(session).await?;
    session.printer.line(row(&changed.contact, &clock));
    Ok(Exit::Done)
}

async fn clock(session: &Session<'_>) -> Result<Clock, Failure> {
    let me = session.me().await?;
    Ok(Clock { now: me.now, zone: machine::zone() })
}

/// `sms  verified until 2027-03-01; last taken at 15:02`.
fn row(contact: &Contact, clock: &Clock) -> Line {
    let line = Line::labelled(&contact.method);
    let line = match (contact.verified_at, contact.verified_until) {
        (Some(_), Some(until)) if clock.now < until => {
            line.push(Style::Good, "verified").plain(&format!(" until {}", day(until, clock)))
        }
        (Some(at), _) => line.plain(&format!("verified on {}, too long ago", day(at, clock))),
        (None, _) => line.plain("not verified"),
    };
    let line = match contact.taken_at {
        Some(at) => line.plain(&format!("; last delivered {} at {}", day(at, clock), clock.wall(at))),
        None => line.plain("; nothing was delivered so far"),
    };
    match &contact.trouble {
        Some(trouble) => line.plain("; ").push(Style::Bad, &format!("the last code failed: {trouble}")),
        None => line,
    }
}

fn day(at: Timestamp, clock: &Clock) -> String {
    at.to_zoned(clock.zone.clone()).strftime("%Y-%m-%d").to_string()
}
