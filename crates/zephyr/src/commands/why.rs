//! `zephyr why`: why somebody was rung at that moment, what was skipped and why, and what happens next.

use zephyr_api::{Call, CallSend, Calls, PageCalls, StepCalls};

use super::{Session, paths};
use crate::cli;
use crate::failure::{Exit, Failure};
use crate::machine;
use crate::printer::{Line, Style};
use crate::render::{self, Clock};

/// Runs it.
pub async fn run(session: &mut Session<'_>, given: cli::Why) -> Result<Exit, Failure> {
    let (named, target) = given.page.map_or((None, None), |page| (Some(page.incident), page.target));
    let label = session.which(named, "why").await?;
    let mut calls: Calls = session.get(&paths::calls(&label)).await?;
    if let Some(target) = &target {
        let known: Vec<String> = calls.pages.iter().map(|page| format!("{label}/{}", page.target)).collect();
        calls.pages.retain(|page| page.target == target.0);
        if calls.pages.is_empty() {
            let hint = known.join(", ");
            return Err(
                Failure::refused(format!("{label} has no page {}", target.0)).hint(format!("its pages are: {hint}"))
            );
        }
    }
    if let Some(whom) = &given.whom {
        only(&mut calls, whom.as_str());
        if calls.pages.is_empty() {
            return Err(Failure::refused(format!("{whom} was not rung for {label}"))
                .hint(format!("zephyr why {label}, for everybody who was")));
        }
    }
    if session.json {
        session.printer.json(&calls);
        return Ok(Exit::Done);
    }
    let clock = Clock { now: session.me().await?.now, zone: machine::zone() };
    let head = Line::new().strong(&format!("{}  SEV-{}", calls.label, calls.severity));
    session.printer.line(head.plain(&format!("  {}", calls.summary)));
    for page in &calls.pages {
        of_page(page, &clock).into_iter().for_each(|line| session.printer.line(line));
    }
    let answered = calls.pages.iter().any(|page| page.state.starts_with("answered"));
    let lease = calls.lease.as_ref().filter(|_| answered);
    render::incident::lease(lease, &clock).into_iter().for_each(|line| session.printer.line(line));
    Ok(Exit::Done)
}

/// Leaves what concerns one person.
fn only(calls: &mut Calls, whom: &str) {
    for page in &mut calls.pages {
        for step in &mut page.steps {
            step.calls.retain(|call| call.person == whom);
        }
        page.steps.retain(|step| !step.calls.is_empty());
    }
    calls.pages.retain(|page| !page.steps.is_empty());
}

fn of_page(page: &PageCalls, clock: &Clock) -> Vec<Line> {
    let owner = match &page.rotation {
        Some(rotation) if *rotation != page.target => format!(", owned by {rotation}"),
        _ => String::new(),
    };
    let mut lines = vec![
        Line::new()
            .strong(&format!("page {}", page.target))
            .plain(&format!("{owner}, since {}", clock.at(page.began_at))),
        Line::labelled("chain").plain(&format!("{}, then again", page.chain.join(", "))),
        Line::labelled("policy").plain(&page.policy),
    ];
    for step in &page.steps {
        lines.extend(of_step(step, &page.policy, clock));
    }
    lines.push(now(page, clock));
    lines
}

fn of_step(step: &StepCalls, policy: &str, clock: &Clock) -> Vec<Line> {
    let round = step.round.filter(|round| *round > 1);
    let round = round.map(|round| format!(", round {round}: every method at once")).unwrap_or_default();
    let under = if step.policy == policy { String::new() } else { format!(" (policy {} by then)", step.policy) };
    let mut lines = vec![Line::labelled(&clock.second(step.at)).plain(&format!("{}{round}{under}", step.what))];
    let detail = || Line::labelled("");
    lines.extend(step.passed_over.iter().map(|passed| detail().faint(&format!("passed over {passed}"))));
    for call in &step.calls {
        let style = match call.end.as_str() {
            "answered" => Style::Good,
            "missed" | "not_reached" | "unreachable" => Style::Bad,
            _ => Style::Plain,
        };
        let until = call.on_call_until.map(|at| format!(" until {}", clock.wall(at))).unwrap_or_default();
        let head = detail().strong(&call.person).faint(&format!(" ({}{until}): ", call.because));
        let line = head.plain(&format!("{}; ", sends(call, clock)));
        let ended = call.ended_at.map(|at| format!(", {}", clock.second(at))).unwrap_or_default();
        lines.push(line.push(style, &call.why).plain(&ended));
    }
    lines
}

/// `push sent 03:00:00, accepted; sms sent 03:01:00`
fn sends(call: &Call, clock: &Clock) -> String {
    if call.sends.is_empty() {
        let told = if call.reach == "begun" { "nothing was sent" } else { "their phone was ringing already" };
        return told.to_owned();
    }
    let one = |send: &CallSend| {
        let what = match send.state.as_str() {
            "no_receipt" => "without a receipt",
            "troubled" => "in doubt",
            "withheld" => "not sent, no longer due",
            state => state,
        };
        let error = send.error.as_ref().map(|error| format!(" ({error})")).unwrap_or_default();
        format!("{} {what} {}{error}", send.method, clock.second(send.at))
    };
    call.sends.iter().map(one).collect::<Vec<_>>().join(", ")
}

fn now(page: &PageCalls, clock: &Clock) -> Line {
    match (page.state.as_str(), &page.answered_by, page.next_at) {
        ("answered", Some(by), _) => {
            Line::labelled("answered").plain(&format!("by {by}, {}", answered_at(page, clock)))
        }
        ("answered_late", Some(by), _) => {
            let steps = if page.missed_steps == 1 { "1 step" } else { "several steps" };
            Line::labelled("answered")
                .plain(&format!("by {by}, {}, after {steps} without an answer", answered_at(page, clock)))
        }
        (_, _, Some(at)) if page.next.is_empty() => {
            Line::labelled("next").plain(&format!("{}: looks again who can be rung", clock.at(at)))
        }
        (_, _, Some(at)) => Line::labelled("next").plain(&format!(
            "{}: {}, unless somebody answers",
            clock.at(at),
            page.next.join(", ")
        )),
        (state, ..) => Line::labelled("now").plain(state),
    }
}

fn answered_at(page: &PageCalls, clock: &Clock) -> String {
    page.answered_at.map(|at| clock.at(at)).unwrap_or_default()
}
