//! An incident: its head, its pages, where it is shown.

use std::collections::BTreeSet;

use zephyr_api::{Entry, Incident, Lease, Link, Page, PublicWords, Unclear, Wanted};

use super::Clock;
use crate::printer::{Line, Style};

/// Entries of a timeline that are shown below an incident.
const STORY: usize = 30;

/// `INC-7 SEV-2 open: Checkout p99 elevated`.
pub fn head(incident: &Incident, how: &str) -> Line {
    let how_style = if incident.phase == "open" { Style::Plain } else { Style::Good };
    let private = if incident.private { " (private)" } else { "" };
    Line::new()
        .strong(&incident.label)
        .plain(&format!(" SEV-{} ", incident.severity))
        .push(how_style, how)
        .plain(&format!("{private}: {}", incident.summary))
}

/// Everything about it, without what happened.
pub fn all(incident: &Incident, clock: &Clock) -> Vec<Line> {
    let mut lines = vec![head(incident, &incident.phase)];
    let reporter = incident.reported_by.as_ref().map(|by| format!("; reported by {by}")).unwrap_or_default();
    let opened = format!("{}, by {}{reporter}", clock.at(incident.opened_at), incident.opened_by);
    lines.push(Line::labelled("opened").plain(&opened));
    lines.extend(subject(incident));
    if let Some(commander) = &incident.acting_commander {
        lines.push(Line::labelled("commander").strong(commander).plain(" (answered first)"));
    }
    lines.extend(pages(incident, clock));
    lines.extend(lease(incident.lease.as_ref(), clock));
    lines.push(link("channel", &incident.channel));
    lines.push(link("status page", &incident.status_page));
    lines.push(link("ticket", &incident.ticket));
    lines.extend(incident.public.as_ref().map(public));
    lines.push(runbook(incident));
    lines.extend(update(incident, clock));
    lines
}

/// What the public was told first, and whose words they are.
fn public(words: &PublicWords) -> Line {
    let line = Line::labelled("in public").plain(&words.text);
    match (&words.policy, &words.approved_by) {
        (Some(policy), Some(by)) => line.faint(&format!(" (policy {policy}, approved by {by})")),
        _ => line,
    }
}

/// What it is about, as it was named or found in the summary; what of it somebody has to settle, and how; and what else
/// is about the same.
pub fn subject(incident: &Incident) -> Vec<Line> {
    let service = incident.service.as_deref().map_or("not known", |service| service);
    let region = incident.region.as_deref().map(|region| format!(", region {region}")).unwrap_or_default();
    let mut lines = vec![Line::labelled("service").plain(&format!("{service}{region}"))];
    if let Some(Unclear { services, regions }) = &incident.unclear {
        let label = &incident.label;
        for (named, flag) in [(services, ""), (regions, "--region ")] {
            let Some(first) = named.first() else { continue };
            lines.push(Line::labelled("unclear").plain(&format!("the summary names {}; say which:", names(named))));
            lines.push(Line::labelled("").faint(&format!("zephyr incident service {label} {flag}{first}")));
        }
    }
    if !incident.similar.is_empty() {
        lines.push(Line::labelled("see also").plain(&format!("{}, about the same", names(&incident.similar))));
    }
    lines
}

/// Its pages, one line each.
pub fn pages(incident: &Incident, clock: &Clock) -> Vec<Line> {
    let mut pages: Vec<&Page> = incident.pages.iter().collect();
    // Whoever owns the service first.
    pages.sort_by_key(|page| page.target != "service");
    pages.into_iter().map(|one| page(one, clock)).collect()
}

/// One page: who is rung or has answered, and what comes next.
pub fn page(page: &Page, clock: &Clock) -> Line {
    let line = Line::labelled("page").plain(&format!("{}: ", target(page)));
    match page.state.as_str() {
        "answered" => {
            let line = line.push(Style::Good, "answered").plain(&format!(" by {}", names(&page.answered_by)));
            let still: Vec<String> = page.wanted.iter().map(phone).collect();
            let still = if still.is_empty() { String::new() } else { format!("; still ringing {}", still.join("; ")) };
            line.plain(&still).plain(&missed(page))
        }
        "stopped" => line.plain("stopped").plain(&page.why.as_ref().map(|why| format!(": {why}")).unwrap_or_default()),
        "ringing" => ringing(line, page, clock),
        other => line.plain(other),
    }
}

/// Until when the answers hold, or whom the pages ask whether they still do.
pub fn lease(lease: Option<&Lease>, clock: &Clock) -> Option<Line> {
    let lease = lease?;
    let (line, until) = (Line::labelled("answer"), clock.at(lease.until));
    Some(match lease.asked.as_slice() {
        [] => line.plain(&format!("a sign of life is due by {until}")),
        asked => {
            let asked: Vec<String> = asked.iter().map(phone).collect();
            let line = line.push(Style::Bad, "no sign of life").plain(&format!(", asking {}", asked.join("; ")));
            line.plain(&format!("; paging goes on at {until}"))
        }
    })
}

fn ringing(line: Line, page: &Page, clock: &Clock) -> Line {
    let wanted: Vec<String> = page.wanted.iter().map(phone).collect();
    let line = match wanted.as_slice() {
        [] => line.push(Style::Bad, "rings nobody"),
        _ => line.strong("paging").plain(&format!(" {}", wanted.join("; "))),
    };
    let round = page.round.filter(|round| *round > 1).map(|round| format!(" (round {round})")).unwrap_or_default();
    line.plain(&round).plain(&next(page, clock)).plain(&missed(page))
}

/// `; next maya at 14:05 (in 5 min)`.
fn next(page: &Page, clock: &Clock) -> String {
    let at = page.next_at.map(|at| format!(" at {}", clock.at(at))).unwrap_or_default();
    match page.next.as_slice() {
        [] if at.is_empty() => String::new(),
        [] => format!("; looks again{at}"),
        people => format!("; next {}{at}", names(people)),
    }
}

fn missed(page: &Page) -> String {
    match page.not_reached.as_slice() {
        [] => String::new(),
        people => format!("; not reached: {}", names(people)),
    }
}

/// `service (payments)`.
fn target(page: &Page) -> String {
    match &page.rotation {
        Some(rotation) if *rotation != page.target => format!("{} ({rotation})", page.target),
        _ => page.target.clone(),
    }
}

/// `Maya Okafor (push accepted)`: the methods that have been tried.
fn phone(wanted: &Wanted) -> String {
    let tried: Vec<String> = wanted
        .methods
        .iter()
        .filter(|method| method.state != "waiting")
        .map(|method| format!("{} {}", method.method, method.state))
        .collect();
    if tried.is_empty() { wanted.name.clone() } else { format!("{} ({})", wanted.name, tried.join(", ")) }
}

/// A channel, status entry or ticket.
pub fn link(label: &str, link: &Link) -> Line {
    let line = Line::labelled(label);
    let line = match link.state.as_str() {
        "none" => line.faint("none"),
        "shown" => line.plain(&place(link)),
        other if link.id.is_some() => line.plain(&format!("{} ({other})", place(link))),
        other => line.plain(other),
    };
    match &link.trouble {
        Some(trouble) => line.push(Style::Bad, &format!("  {trouble}")),
        None => line,
    }
}

/// The same for one that was just made, whatever else is to be done to it.
pub fn shown(label: &str, link: &Link) -> Line {
    let line = Line::labelled(label);
    if link.state == "none" { line.faint("none") } else { line.plain(&place(link)) }
}

/// Where to look at it; its name as well, where the address does not have it.
fn place(link: &Link) -> String {
    match (&link.id, &link.url) {
        (Some(id), Some(url)) if url.contains(id.as_str()) => url.clone(),
        (Some(id), Some(url)) => format!("{id}  {url}"),
        (Some(one), None) | (None, Some(one)) => one.clone(),
        (None, None) => "nowhere".to_owned(),
    }
}

/// The runbook and which text of it.
pub fn runbook(incident: &Incident) -> Line {
    let line = Line::labelled("runbook");
    match &incident.runbook.version {
        Some(version) => {
            let short: String = version.chars().take(12).collect();
            line.plain(&format!("{} at {short}", incident.runbook.path))
        }
        None => line.push(Style::Bad, "missing").plain(&format!(": there is no {}", incident.runbook.path)),
    }
}

/// When people are told next.
pub fn update(incident: &Incident, clock: &Clock) -> Option<Line> {
    let due = incident.update_due_at?;
    let line = Line::labelled("update");
    Some(if due < clock.now {
        line.push(Style::Bad, "overdue").plain(&format!(" since {}", clock.at(due)))
    } else {
        line.plain(&format!("next due {}", clock.at(due)))
    })
}

/// What happened, without details; the last of it, unless all is wanted.
pub fn story(entries: &[Entry], all: bool, clock: &Clock) -> Vec<Line> {
    let mut told: Vec<&Entry> = entries.iter().filter(|entry| !entry.detail).collect();
    told.retain(once());
    let left_out = if all { 0 } else { told.len().saturating_sub(STORY) };
    let mut lines = Vec::new();
    if left_out > 0 {
        lines.push(Line::indented(2).faint(&format!("({left_out} earlier entries: --all)")));
    }
    let mut day = clock.day(clock.now);
    for entry in told.into_iter().skip(left_out) {
        lines.extend(happened(entry, &mut day, clock));
    }
    lines
}

/// One entry with its time, and before it the day where that is not the one told last.
pub fn happened(entry: &Entry, day: &mut String, clock: &Clock) -> Vec<Line> {
    let own = clock.day(entry.at);
    let is_new = own != *day;
    let heading = is_new.then(|| Line::indented(2).strong(&own));
    *day = own;
    let line = Line::labelled(&clock.second(entry.at)).plain(&entry.text);
    heading.into_iter().chain([line]).collect()
}

/// Whether an entry says something that those before it did not: every step of a channel names it again.
pub fn once() -> impl FnMut(&&Entry) -> bool {
    let mut said: BTreeSet<String> = BTreeSet::new();
    move |entry| entry.kind != "mirror_done" || said.insert(entry.text.clone())
}

/// One line of a list.
pub fn row(incident: &Incident, clock: &Clock) -> Line {
    let age = clock.age(incident.opened_at);
    Line::new()
        .strong(&format!("{:<8}", incident.label))
        .plain(&format!("SEV-{}  {:<10}{:>8}  ", incident.severity, state(incident), age))
        .plain(&who(incident))
        .faint("  ")
        .plain(&incident.summary)
}

/// `ringing` while a page of it rings, `asking` while somebody is asked for a sign of life.
fn state(incident: &Incident) -> &str {
    let rings = incident.phase == "open" && incident.pages.iter().any(|page| page.state == "ringing");
    match (&incident.lease, rings) {
        (_, true) => "ringing",
        (Some(lease), false) if !lease.asked.is_empty() => "asking",
        _ => &incident.phase,
    }
}

/// Who has it: those who answered; before that those who are rung, after it whoever led it.
pub fn who(incident: &Incident) -> String {
    let answered = each_once(incident.pages.iter().flat_map(|page| page.answered_by.iter()));
    let ringing = incident.pages.iter().filter(|page| page.state == "ringing");
    let wanted = each_once(ringing.flat_map(|page| page.wanted.iter().map(|wanted| &wanted.person)));
    match (answered.as_slice(), wanted.as_slice()) {
        ([], []) => incident.acting_commander.clone().unwrap_or_else(|| "-".to_owned()),
        ([], wanted) => names(wanted),
        (answered, []) => names(answered),
        (answered, wanted) => format!("{} (still ringing {})", names(answered), names(wanted)),
    }
}

fn each_once<'a>(people: impl Iterator<Item = &'a String>) -> Vec<String> {
    let mut once: Vec<String> = Vec::new();
    for person in people {
        if !once.contains(person) {
            once.push(person.clone());
        }
    }
    once
}

pub(super) fn names(people: &[String]) -> String {
    people.join(", ")
}
