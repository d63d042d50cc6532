//! `zephyr oncall`: who is on call now, at another time, and in the days ahead.

use zephyr_api::{OnCall, Ready, Schedule, ScheduledRotation};

use super::{Session, oncall_calendar, paths};
use crate::cli::Moment;
use crate::cli::oncall::{self as given, What};
use crate::failure::{Exit, Failure};
use crate::machine;
use crate::printer::{Line, Style};
use crate::render::{Clock, oncall};

/// Runs it.
pub async fn run(session: &mut Session<'_>, given: given::Oncall) -> Result<Exit, Failure> {
    match given.what {
        None | Some(What::Now) => who(session, None).await,
        Some(What::Who(given)) => who(session, Some(given.at.meant(machine::zone()))).await,
        Some(What::Schedule(given)) => schedule(session, &given).await,
        Some(What::Ready) => ready(session).await,
        Some(What::Calendar(given)) => oncall_calendar::run(session, given).await,
    }
}

async fn who(session: &mut Session<'_>, at: Option<Moment>) -> Result<Exit, Failure> {
    let path = match &at {
        Some(moment) => format!("{}?at={}", paths::ONCALL, moment.at),
        None => paths::ONCALL.to_owned(),
    };
    if session.json {
        let on_call: OnCall = session.get(&path).await?;
        session.printer.json(&on_call);
        return Ok(Exit::Done);
    }
    // Whoever asks is of interest only because of the clocks.
    let (on_call, _) = tokio::join!(session.get::<OnCall>(&path), session.me());
    let on_call = on_call?;
    let zone = at.as_ref().map_or_else(machine::zone, |moment| moment.zone.clone());
    if let Some(moment) = at {
        session.printer.line(format!("On call {moment}:"));
        moment.oddity().into_iter().for_each(|odd| session.printer.line(Line::indented(2).plain(&odd)));
    }
    let clock = Clock { now: on_call.at, zone };
    if on_call.rotations.is_empty() {
        session.printer.line("The policy has no rotations: nobody is on call.");
    }
    for line in oncall::all(&on_call, &clock) {
        session.printer.line(line);
    }
    tell_unread(session, &on_call.unread);
    Ok(Exit::Done)
}

async fn schedule(session: &mut Session<'_>, given: &given::Schedule) -> Result<Exit, Failure> {
    let mut path = format!("{}?days={}", paths::SCHEDULE, given.days);
    if let Some(rotation) = &given.rotation {
        path.push_str(&format!("&rotation={rotation}"));
    }
    if let Some(from) = &given.from {
        path.push_str(&format!("&from={}", from.meant(machine::zone()).at));
    }
    let schedule: Schedule = session.get(&path).await?;
    if session.json {
        session.printer.json(&schedule);
        return Ok(Exit::Done);
    }
    for rotation in &schedule.rotations {
        session.printer.line(Line::new().strong(&rotation.name));
        lines(rotation).into_iter().for_each(|line| session.printer.line(line));
    }
    tell_unread(session, &schedule.unread);
    Ok(Exit::Done)
}

async fn ready(session: &mut Session<'_>) -> Result<Exit, Failure> {
    let ready: Ready = session.post(paths::READY, &serde_json::json!({})).await?;
    if session.json {
        session.printer.json(&ready);
    } else {
        session.printer.line(format!("{} has read the policy", ready.person).as_str());
    }
    Ok(Exit::Done)
}

/// Names those who have not marked the policy as read.
fn tell_unread(session: &mut Session<'_>, unread: &[String]) {
    if !unread.is_empty() {
        let who = unread.join(", ");
        session.printer.line(Line::new().faint(&format!("Not marked as read by {who}: `zephyr oncall ready`")));
    }
}

/// A line a turn, with gaps in their place.
fn lines(rotation: &ScheduledRotation) -> Vec<Line> {
    let zone = machine::zone();
    let wall = |at: jiff::Timestamp| at.to_zoned(zone.clone());
    let span = |from: jiff::Timestamp, until: jiff::Timestamp| {
        let (from, until) = (wall(from), wall(until));
        let end = if from.date() == until.date() { "           %H:%M" } else { "%a %-d %b %H:%M" };
        format!(
            "{:<17}to {:<17}",
            from.strftime("%a %-d %b %H:%M").to_string(),
            until.strftime(end).to_string().trim_start()
        )
    };
    let turns = rotation.turns.iter().map(|turn| {
        let layer = if turn.layer == 0 { String::new() } else { format!("  layer {}", turn.layer + 1) };
        (turn.from, Line::indented(2).plain(&span(turn.from, turn.until)).plain(&turn.name).faint(&layer))
    });
    let gaps = rotation
        .gaps
        .iter()
        .map(|gap| (gap.from, Line::indented(2).plain(&span(gap.from, gap.until)).push(Style::Bad, "NOBODY")));
    let mut all: Vec<_> = turns.chain(gaps).collect();
    all.sort_by_key(|(from, _)| *from);
    all.into_iter().map(|(_, line)| line).collect()
}
