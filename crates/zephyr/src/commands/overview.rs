//! `zephyr` alone: what is open, who has it, what is due, and what to type next.

use zephyr_api::{Incident, Incidents, Me};

use super::{Session, open, paths};
use crate::failure::{Exit, Failure};
use crate::machine;
use crate::printer::{Line, Printer, Style};
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
    show(session.printer, &incidents, &me, &Clock { now: me.now, zone: machine::zone() });
    Ok(Exit::Done)
}

fn show(printer: &mut Printer, incidents: &[Incident], me: &Me, clock: &Clock) {
    match incidents {
        [] => printer.line(format!("Nothing is open at {}.", me.organisation)),
        [_] => printer.line("1 incident is open."),
        many => printer.line(format!("{} incidents are open.", many.len())),
    }
    for one in incidents {
        printer.line(incident::row(one, clock));
        incident::lease(one.lease.as_ref(), clock).into_iter().for_each(|line| printer.line(line));
        incident::update(one, clock).into_iter().for_each(|line| printer.line(line));
    }
    if let Some(trouble) = &me.policy_trouble {
        printer.line(Line::labelled("policy").push(Style::Bad, trouble));
    }
    for next in likely(incidents, me) {
        printer.say(Line::indented(2).faint(&next));
    }
}

/// The three most likely next commands.
fn likely(incidents: &[Incident], me: &Me) -> [String; 3] {
    let open = "zephyr incident open --sev 2 --summary \"...\"".to_owned();
    // The newest of the worst.
    let Some(first) = incidents.iter().min_by_key(|one| one.severity) else {
        return [open, "zephyr oncall".to_owned(), "zephyr incident list --all".to_owned()];
    };
    let rings = |one: &Incident| {
        let wants_me =
            |page: &zephyr_api::Page| page.wanted.iter().any(|wanted| Some(&wanted.person) == me.person.as_ref());
        let asks_me = |lease: &zephyr_api::Lease| lease.asked.iter().any(|one| Some(&one.person) == me.person.as_ref());
        one.pages.iter().any(wants_me) || one.lease.as_ref().is_some_and(asks_me)
    };
    let show = format!("zephyr incident show {}", first.label);
    let resolve = format!("zephyr incident resolve {}", first.label);
    let ack = "zephyr ack".to_owned();
    if incidents.iter().any(rings) { [ack, show, resolve] } else { [show, resolve, open] }
}
