//! `zephyr` alone: what is open, who has it, what is due, and what to type next.

use jiff::Timestamp;
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
    let (mut incidents, me) = (open(incidents?), me?);
    incidents.sort_by_key(urgency);
    show(session.printer, &incidents, &me, &Clock { now: me.now, zone: machine::zone() });
    Ok(Exit::Done)
}

/// What wants somebody most comes first: the worst, among those what nobody has answered, and of that the oldest.
fn urgency(incident: &Incident) -> (u8, bool, Timestamp) {
    let rings = incident.pages.iter().any(|page| page.state == "ringing");
    (incident.severity, !rings, incident.opened_at)
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
    let Some(first) = incidents.first() else {
        return [open, "zephyr oncall".to_owned(), "zephyr incident list --all".to_owned()];
    };
    let rings = |one: &Incident| {
        let wants_me =
            |page: &zephyr_api::Page| page.wanted.iter().any(|wanted| Some(&wanted.person) == me.person.as_ref());
        let asks_me = |lease: &zephyr_api::Lease| lease.asked.iter().any(|one| Some(&one.person) == me.person.as_ref());
        one.pages.iter().any(wants_me) || one.lease.as_ref().is_some_and(asks_me)
    };
    let mine = incidents.iter().find(|one| rings(one));
    let about = mine.unwrap_or(first);
    let show = format!("zephyr incident show {}", about.label);
    let resolve = format!("zephyr incident resolve {}", about.label);
    if mine.is_some() { ["zephyr ack".to_owned(), show, resolve] } else { [show, resolve, open] }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn incident(label: &str, severity: u8, state: &str, minute: u8) -> Incident {
        let link = json!({ "state": "none" });
        let page = json!({ "target": "platform", "state": state, "wanted": [], "answered_by": [], "not_reached": [],
            "next": [] });
        let incident = json!({ "label": label, "number": 1, "version": 1, "summary": "Checkout is slow",
            "severity": severity, "private": false, "phase": "open", "opened_by": "sam",
            "opened_at": format!("2026-02-03T10:{minute:02}:00Z"), "pages": [page], "channel": link,
            "status_page": link, "ticket": link, "runbook": { "path": "runbook.md" }, "policy": "0123456789ab" });
        serde_json::from_value(incident).unwrap()
    }

    #[test]
    fn the_worst_stands_first_then_what_nobody_has_answered_then_the_oldest() {
        let mut all = [
            incident("INC-5", 3, "ringing", 0),
            incident("INC-4", 1, "answered", 1),
            incident("INC-3", 2, "ringing", 3),
            incident("INC-2", 2, "ringing", 2),
            incident("INC-1", 1, "ringing", 4),
        ];
        all.sort_by_key(urgency);
        let labels: Vec<&str> = all.iter().map(|one| one.label.as_str()).collect();
        assert_eq!(labels, ["INC-1", "INC-4", "INC-2", "INC-3", "INC-5"]);
    }
}
