//! `zephyr report missed`: what was missed, so that the way pages go can be mended. No person is ranked.

use zephyr_api::{MissedIncident, MissedReport};

use super::{Session, paths};
use crate::cli;
use crate::failure::{Exit, Failure};
use crate::machine;
use crate::printer::Line;
use crate::render::Clock;

/// Runs it.
pub async fn run(session: &mut Session<'_>, given: cli::Missed) -> Result<Exit, Failure> {
    let report: MissedReport = session.get(&paths::report_missed(given.days)).await?;
    if session.json {
        session.printer.json(&report);
        return Ok(Exit::Done);
    }
    let clock = Clock { now: report.until, zone: machine::zone() };
    lines(&report, given.days, &clock).into_iter().for_each(|line| session.printer.line(line));
    Ok(Exit::Done)
}

fn lines(report: &MissedReport, days: u32, clock: &Clock) -> Vec<Line> {
    let (pages, calls) = (&report.pages, &report.calls);
    let head = match (pages.went_on, report.incidents) {
        (_, 0) => format!("No incident in the last {days} days."),
        (0, _) => format!("No page of the last {days} days had to go on to its next step."),
        (went_on, _) => {
            format!("{went_on} of {} pages of the last {days} days had to go on to the next step.", pages.begun)
        }
    };
    let mut lines = vec![
        Line::new().strong(&head),
        Line::labelled("incidents").plain(&format!(
            "{}; first reported by a customer {}; updates late {}",
            report.incidents, report.customer_reported, report.late_updates
        )),
        Line::labelled("pages").plain(&format!(
            "{} = answered in time {} + late {} + stopped {} + ringing {}; steps without an answer {}; answers that lapsed \
             {}",
            pages.begun,
            pages.answered,
            pages.answered_late,
            pages.stopped,
            pages.ringing,
            pages.missed_steps,
            pages.lapsed
        )),
        Line::labelled("calls").plain(&format!(
            "{} begun, {} sent, {} accepted by a provider, {} delivered",
            calls.begun, calls.sent, calls.accepted, calls.delivered
        )),
        Line::labelled("").plain(&format!(
            "{} = answered {} + declined {} + missed {} + not reached {} + unreachable {} + spared {} + stopped {} + \
             ringing {}",
            calls.begun,
            calls.answered,
            calls.declined,
            calls.missed,
            calls.not_reached,
            calls.unreachable,
            calls.spared,
            calls.stopped,
            calls.ringing
        )),
    ];
    if report.cut {
        lines.push(Line::labelled("").faint("There were more incidents; the newest are counted."));
    }
    lines.extend(report.missed.iter().map(|incident| of_incident(incident, clock)));
    lines
}

fn of_incident(incident: &MissedIncident, clock: &Clock) -> Line {
    let mut what = Vec::new();
    if incident.missed_steps > 0 {
        what.push(format!("steps without an answer: {}", incident.missed_steps));
    }
    if incident.lapsed > 0 {
        what.push(format!("answers that lapsed: {}", incident.lapsed));
    }
    if incident.late_updates > 0 {
        what.push(format!("late updates: {}", incident.late_updates));
    }
    if incident.customer_reported {
        what.push("a customer reported it first".to_owned());
    }
    let head = format!("SEV-{}, {}: ", incident.severity, clock.wall(incident.opened_at));
    Line::labelled(&incident.label).plain(&head).plain(&what.join("; "))
}
