//! `zephyr oncall calendar`: addresses at which a calendar program reads who is on call.

use zephyr_api::{Calendar, Calendars, CreateCalendar, NewCalendar};

use super::{Session, paths};
use crate::cli::oncall as given;
use crate::failure::{Exit, Failure};
use crate::machine;
use crate::printer::Line;
use crate::render::Clock;

/// Runs it.
pub async fn run(session: &mut Session<'_>, given: given::Calendar) -> Result<Exit, Failure> {
    match given {
        given::Calendar::Add(given) => add(session, given).await,
        given::Calendar::List => list(session).await,
        given::Calendar::Revoke(given) => revoke(session, &given.calendar.0).await,
    }
}

async fn add(session: &mut Session<'_>, given: given::AddCalendar) -> Result<Exit, Failure> {
    let body = CreateCalendar { person: None, rotation: given.rotation.map(|rotation| rotation.to_string()) };
    let mut made: NewCalendar = session.post(paths::CALENDARS, &body).await?;
    if made.url.is_none() {
        // The answer with the address was lost on the way. What nobody has must not be good for anything.
        end(session, &made.calendar.id).await?;
        made = session.post(paths::CALENDARS, &body).await?;
    }
    let NewCalendar { url: Some(url), calendar, .. } = &made else {
        let id = &made.calendar.id;
        return Err(Failure::refused(format!("{id} was made, but its address was lost with the answer"))
            .hint(format!("zephyr oncall calendar revoke {id}")));
    };
    if session.json {
        session.printer.json(&made);
    } else {
        session.printer.line(url.as_str());
        session.printer.say(format!("shows {}; whoever has the address can read it", shows(calendar)));
        session.printer.say(format!("it is not shown again; `zephyr oncall calendar revoke {}` ends it", calendar.id));
    }
    Ok(Exit::Done)
}

async fn list(session: &mut Session<'_>) -> Result<Exit, Failure> {
    let calendars: Calendars = session.get(paths::CALENDARS).await?;
    if session.json {
        session.printer.json(&calendars);
        return Ok(Exit::Done);
    }
    let clock = Clock { now: session.me().await?.now, zone: machine::zone() };
    if calendars.calendars.is_empty() {
        session.printer.line("There is no calendar yet.");
    }
    for calendar in &calendars.calendars {
        let line = Line::new().strong(&calendar.id).plain(&format!("  {}  {}", calendar.person, shows(calendar)));
        let line = line.faint(&format!("  made {}", clock.at(calendar.created_at)));
        let end = calendar.revoked_at.map(|at| format!("  revoked {}", clock.at(at)));
        session.printer.line(line.plain(&end.unwrap_or_default()));
    }
    Ok(Exit::Done)
}

async fn revoke(session: &mut Session<'_>, id: &str) -> Result<Exit, Failure> {
    let calendar = end(session, id).await?;
    if session.json {
        session.printer.json(&calendar);
    } else {
        session.printer.line(format!("{} of {} is revoked", calendar.id, calendar.person).as_str());
    }
    Ok(Exit::Done)
}

async fn end(session: &Session<'_>, id: &str) -> Result<Calendar, Failure> {
    session.post(&paths::revoke_calendar(id), &serde_json::json!({})).await
}

fn shows(calendar: &Calendar) -> String {
    match &calendar.rotation {
        Some(rotation) => format!("everybody's turns in {rotation}"),
        None => format!("the turns of {}", calendar.person),
    }
}
