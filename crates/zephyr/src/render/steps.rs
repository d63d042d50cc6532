//! An incident as it is being opened: each step once, as it happens.

use zephyr_api::{Entry, Incident, Link};

use super::{Clock, incident};
use crate::printer::{Line, Style};

/// What was told so far of where the incident is shown.
#[derive(Debug, Default)]
pub struct Told {
    shown: Vec<&'static str>,
}

impl Told {
    /// What the answer to the opening says; `how` it came to be.
    pub fn opened(&mut self, opened: &Incident, how: &str, clock: &Clock) -> Vec<Line> {
        let mut lines = vec![incident::head(opened, how)];
        lines.extend(incident::subject(opened));
        lines.extend(incident::pages(opened, clock));
        lines.extend(self.news(opened));
        if opened.runbook.version.is_none() {
            lines.push(incident::runbook(opened));
        }
        lines.extend(incident::update(opened, clock));
        lines
    }

    /// What is shown since the last look: channel, runbook in it, status entry, ticket.
    pub fn news(&mut self, now: &Incident) -> Vec<Line> {
        let mut lines = Vec::new();
        for (label, link) in links(now) {
            let is_settled = link.id.is_some() || link.state == "none";
            if is_settled && self.is_new(label) {
                lines.push(incident::shown(label, link));
            }
        }
        // The pin is among the last steps that a channel needs.
        let is_pinned = now.channel.state == "shown" && now.runbook.version.is_some();
        if is_pinned && self.is_new("runbook") {
            lines.push(incident::runbook(now).faint(", pinned in the channel"));
        }
        lines
    }

    fn is_new(&mut self, label: &'static str) -> bool {
        let is_new = !self.shown.contains(&label);
        if is_new {
            self.shown.push(label);
        }
        is_new
    }
}

/// One entry of the timeline after it; `None` where the incident itself tells it better.
pub fn happened(entry: &Entry) -> Option<Line> {
    let trouble = |label: &str, text: &str| Some(Line::labelled(label).push(Style::Bad, text));
    match (entry.kind.as_str(), entry.text.split_once(": ")) {
        ("mirror_done", _) => None,
        ("mirror_retrying" | "mirror_unclear" | "mirror_refused", Some((mirror, text))) => trouble(mirror, text),
        ("send_accepted", _) => Some(Line::labelled("paged").push(Style::Good, &entry.text)),
        ("send_retrying" | "send_unclear" | "send_failed" | "no_receipt" | "send_withheld", _) => {
            trouble("trouble", &entry.text)
        }
        _ => Some(Line::labelled("then").plain(&entry.text)),
    }
}

/// What is still to come; nothing where all is done.
pub fn pending(now: &Incident, paged: bool) -> Option<String> {
    let first = (!paged).then_some("the first page");
    let links = links(now).into_iter().filter(|(_, link)| link.state == "pending").map(|(name, _)| name);
    let still: Vec<&str> = first.into_iter().chain(links).collect();
    if still.is_empty() { None } else { Some(still.join(", ")) }
}

/// Whether somebody's phone is known to ring, or somebody has answered.
pub fn is_paged(incident: &Incident) -> bool {
    incident.pages.iter().any(|page| {
        let mut methods = page.wanted.iter().flat_map(|wanted| &wanted.methods);
        page.state == "answered" || methods.any(|method| method.state == "accepted")
    })
}

fn links(incident: &Incident) -> [(&'static str, &Link); 3] {
    [("channel", &incident.channel), ("status page", &incident.status_page), ("ticket", &incident.ticket)]
}
