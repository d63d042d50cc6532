//! An incident as the console shows it, to one visitor.

use zephyr_api as api;
use zephyr_core::incident::Incident;
use zephyr_core::page::Page;
use zephyr_core::{PersonId, World};

use super::clock::Clock;
use crate::view;

/// An incident and what it wants of the visitor.
#[derive(Debug)]
pub struct Row {
    /// As on the wire.
    pub incident: api::Incident,
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
}

impl Row {
    /// An incident as a person sees it, or somebody who is none. Links stay on the address that the visitor used.
    pub fn new(incident: &Incident, person: Option<&PersonId>, world: &World) -> Self {
        let pages = || incident.paging.pages.values();
        let rings = |id: &PersonId| pages().any(|page| page.wanted().is_some_and(|wanted| wanted.contains(id)));
        let rang = |id: &PersonId| pages().any(|page: &Page| page.is_ringing() && page.rung.contains(id));
        let wants = match person {
            Some(id) if rings(id) => Wants::AnAnswer,
            Some(id) if rang(id) => Wants::AnAnswerStill,
            _ => Wants::Nothing,
        };
        Self { incident: view::incident(incident, world, ""), wants }
    }

    /// Whether it makes the visitor's phone ring.
    pub fn rings(&self) -> bool {
        self.wants == Wants::AnAnswer
    }

    /// Whether it rang the visitor earlier and still waits for anybody's answer.
    pub fn may_answer(&self) -> bool {
        self.wants == Wants::AnAnswerStill
    }

    /// What has to be shown in red: pages that ring nobody while nobody has answered.
    pub fn alarms(&self, clock: &Clock) -> Vec<String> {
        let label = &self.incident.label;
        let alone = self.incident.pages.iter().all(|page| page.answered_by.is_empty());
        let silent = self.incident.pages.iter().filter(|page| page.state == "ringing" && page.wanted.is_empty());
        let alarm = |page: &api::Page| {
            let next = page.next_at.as_ref().map(|at| format!(" Looks again {}.", clock.at(at))).unwrap_or_default();
            format!("{label}: page {} has NOBODY to ring, and nobody has answered.{next}", page.target)
        };
        silent.filter(|_| alone).map(alarm).collect()
    }
}
