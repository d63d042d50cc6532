//! An incident as it is being opened: each step once, as it happens.

use zephyr_api::{Entry, Incident, Link};

use super::{Clock, incident};
use crate::printer::{Line, Style};

/// What the answer to the opening says.
pub fn opened(opened: &Incident, repeated: bool, clock: &Clock) -> Vec<Line> {
    let how = if repeated { "was opened already by this very request" } else { "opened" };
    let mut lines = vec![incident::head(opened, how), incident::subject(opened)];
    lines.extend(incident::pages(opened, clock));
    let links = [("channel", &opened.channel), ("status page", &opened.status_page), ("ticket", &opened.ticket)];
    let decided = links.iter().filter(|(_, link)| !is_pending(link) || link.trouble.is_some());
    lines.extend(decided.map(|(label, link)| incident::link(label, link)));
    lines.push(incident::runbook(opened));
    lines.extend(incident::update(opened, clock));
    lines
}

/// One entry of the timeline after it.
pub fn happened(entry: &Entry) -> Line {
    let kind = entry.kind.as_str();
    match (kind, entry.text.split_once(": ")) {
        ("mirror_done", Some((mirror, text))) => Line::labelled(mirror).plain(text),
        ("mirror_retrying" | "mirror_unclear" | "mirror_refused", Some((mirror, text))) => {
            Line::labelled(mirror).push(Style::Bad, text)
        }
        ("send_accepted", _) => Line::labelled("paged").push(Style::Good, &entry.text),
        ("send_retrying" | "send_unclear" | "send_failed" | "no_receipt" | "send_withheld", _) => {
            Line::labelled("trouble").push(Style::Bad, &entry.text)
        }
        _ => Line::labelled("then").plain(&entry.text),
    }
}

/// What is still to come when nobody waits any longer; nothing where all is done.
pub fn pending(now: &Incident, paged: bool) -> Option<String> {
    let links = [("channel", &now.channel), ("status page", &now.status_page), ("ticket", &now.ticket)];
    let first = (!paged).then_some("the first page");
    let still = first.into_iter().chain(links.into_iter().filter(|(_, link)| is_pending(link)).map(|(name, _)| name));
    let still: Vec<&str> = still.collect();
    if still.is_empty() { None } else { Some(still.join(", ")) }
}

/// Whether somebody's phone is known to ring, or somebody has answered.
pub fn is_paged(incident: &Incident) -> bool {
    incident.pages.iter().any(|page| {
        let accepted = |state: &str| state == "accepted";
        page.state == "answered"
            || page.wanted.iter().any(|wanted| wanted.methods.iter().any(|method| accepted(&method.state)))
    })
}

fn is_pending(link: &Link) -> bool {
    link.state == "pending"
}
