//! An incident as the console shows it, to one visitor.

use zephyr_api as api;
use zephyr_core::incident::Incident;
use zephyr_core::page::Page;
use zephyr_core::{PersonId, World};

use super::clock::Clock;
use super::names::Names;
use crate::view;

/// An incident and what it wants of the visitor.
#[derive(Debug)]
pub struct Row {
    /// As on the wire.
    pub incident: api::Incident,
    visitor: Option<PersonId>,
    wants: Wants,
}

/// What an incident wants of somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wants {
    Nothing,
    /// It rang them earlier and nobody has answered.
    AnAnswerStill,
    /// Their phone rings.
    AnAnswer,
    /// Their phone rings to hear whether they are still on it.
    ASign,
}

impl Row {
    /// An incident as a person sees it, or somebody who is none. Links stay on the address that the visitor used.
    pub fn new(incident: &Incident, person: Option<&PersonId>, world: &World) -> Self {
        let pages = || incident.paging.pages.values();
        let rings = |id: &PersonId| pages().any(|page| page.wanted().is_some_and(|wanted| wanted.contains(id)));
        let rang = |id: &PersonId| pages().any(|page: &Page| page.is_ringing() && page.rung.contains(id));
        let wants = match person {
            Some(id) if incident.paging.asked().any(|asked| asked == id) => Wants::ASign,
            Some(id) if rings(id) => Wants::AnAnswer,
            Some(id) if rang(id) => Wants::AnAnswerStill,
            _ => Wants::Nothing,
        };
        Self { incident: view::incident(incident, world, ""), visitor: person.cloned(), wants }
    }

    /// Whether it makes the visitor's phone ring.
    pub fn rings(&self) -> bool {
        matches!(self.wants, Wants::AnAnswer | Wants::ASign)
    }

    /// What the visitor says by answering.
    pub fn answer(&self) -> &'static str {
        if self.wants == Wants::ASign { "I AM STILL ON" } else { "ACKNOWLEDGE" }
    }

    /// Whether it rang the visitor earlier and still waits for anybody's answer.
    pub fn may_answer(&self) -> bool {
        self.wants == Wants::AnAnswerStill
    }

    /// Who has it, whom it rings, and who is next and when, while it is open.
    pub fn standing(&self, names: &Names<'_>, clock: &Clock) -> String {
        let it = &self.incident;
        let answered = it.pages.iter().flat_map(|page| &page.answered_by).next();
        let mut text = match it.acting_commander.as_ref().or(answered) {
            Some(id) if self.is_visitor(id) => "You have it.".to_owned(),
            Some(id) => format!("{} has it.", names.one(id)),
            None => "Nobody has it yet.".to_owned(),
        };
        let mut rung: Vec<&api::Wanted> = it.pages.iter().flat_map(|page| &page.wanted).collect();
        rung.sort_by_key(|wanted| (!self.is_visitor(&wanted.person), &wanted.person));
        rung.dedup_by_key(|wanted| &wanted.person);
        let name = |wanted: &&api::Wanted| match self.is_visitor(&wanted.person) {
            true => "you".to_owned(),
            false => wanted.name.clone(),
        };
        let rung: Vec<String> = rung.iter().map(name).collect();
        if let [first @ .., last] = rung.as_slice() {
            let first = if first.is_empty() { String::new() } else { format!("{} and ", first.join(", ")) };
            text += &format!(" It rings {first}{last}.");
        }
        text += &self.sign_of_life(names, clock);
        let next = it.pages.iter().filter(|page| !page.next.is_empty());
        if let Some((at, next)) = next.filter_map(|page| Some((page.next_at?, &page.next))).min() {
            text += &format!(" Next: {}, {}.", names.list(next), clock.words(&at));
        }
        text
    }

    /// ` A sign of life is due 14:35 UTC, in 12 min.`
    fn sign_of_life(&self, names: &Names<'_>, clock: &Clock) -> String {
        let Some(lease) = &self.incident.lease else { return String::new() };
        let until = clock.words(&lease.until);
        if lease.asked.is_empty() {
            return format!(" A sign of life is due {until}.");
        }
        let asked: Vec<String> = lease.asked.iter().map(|one| one.person.clone()).collect();
        format!(" No sign of life: it asks {}. Paging goes on {until}.", names.list(&asked))
    }

    fn is_visitor(&self, id: &str) -> bool {
        self.visitor.as_ref().is_some_and(|visitor| visitor.as_str() == id)
    }

    /// What has to be shown in red: pages that ring nobody while nobody has answered.
    pub fn alarms(&self, clock: &Clock) -> Vec<String> {
        let label = &self.incident.label;
        let alone = self.incident.pages.iter().all(|page| page.answered_by.is_empty());
        let silent = self.incident.pages.iter().filter(|page| page.state == "ringing" && page.wanted.is_empty());
        let alarm = |page: &api::Page| {
            let next = page.next_at.as_ref().map(|at| format!(" Looks again {}.", clock.words(at))).unwrap_or_default();
            format!("{label}: page {} has NOBODY to ring, and nobody has answered.{next}", page.target)
        };
        silent.filter(|_| alone).map(alarm).collect()
    }
}
