//! The fold: what an incident is after an event. Total; needs nothing but the event.

use std::collections::BTreeSet;

use super::narrate::{self, listed};
use super::{Body, Event, Incident, MirrorName, Phase, Unclear};
use crate::PersonId;
use crate::effect::PublicState;
use crate::limits;
use crate::mirror::Mirror;
use crate::page::{PageEvent, Paging};

/// Messages kept for the channel; the timeline has everything.
const POSTS: usize = 200;

impl Incident {
    /// The incident that an opening makes; `None` for any other event.
    pub(super) fn opened(event: &Event) -> Option<Self> {
        let Body::Opened {
            id,
            number,
            summary,
            severity,
            service,
            region,
            private,
            reported_by,
            runbook,
            public,
            update_due_at,
            unclear,
            similar,
        } = &event.body
        else {
            return None;
        };
        let mut incident = Self {
            id: *id,
            number: *number,
            version: event.seq,
            summary: summary.clone(),
            severity: *severity,
            highest: *severity,
            service: service.clone(),
            region: region.clone(),
            private: *private,
            opened_at: event.at,
            opened_by: event.actor.clone(),
            reported_by: *reported_by,
            policy: event.policy.clone(),
            phase: Phase::Open,
            acting_commander: None,
            update_due_at: *update_due_at,
            paging: Paging::default(),
            participants: event.actor.person().into_iter().cloned().collect(),
            unclear: unclear.clone(),
            similar: similar.iter().map(|other| other.number).collect(),
            runbook: runbook.clone(),
            public: public.clone(),
            public_updates: Vec::new(),
            posts: Vec::new(),
            channel: Mirror::default(),
            status: Mirror::default(),
            ticket: Mirror::default(),
        };
        if let Some(similar) = similar {
            incident.post(narrate::beside(similar));
        }
        incident.ask_what_it_is();
        incident.settle_mirrors(event.seq);
        Some(incident)
    }

    pub(super) fn apply(&mut self, event: &Event) {
        self.version = event.seq;
        match &event.body {
            // A stream begins once; a second opening in it is not ours.
            Body::Opened { .. } => {}
            Body::DeclaredAgain { summary, reported_by, .. } => {
                self.participants.extend(event.actor.person().cloned());
                self.reported_by = self.reported_by.or(*reported_by);
                self.post(format!("Declared again by {}: {summary}", event.actor));
            }
            Body::SimilarOpened { number, severity, summary, .. } => {
                if self.similar.len() < limits::SIMILAR_KEPT {
                    self.similar.insert(*number);
                }
                self.post(format!("INC-{number} {severity}, about the same, was opened by {}: {summary}", event.actor));
            }
            Body::Page(page) => self.apply_page(event, page),
            Body::Ring { person, event: ring } => self.paging.apply_ring(event.at, person, ring),
            Body::Mirror { mirror, event: change } => match mirror {
                MirrorName::Channel => self.channel.apply(change, event.seq),
                MirrorName::Status => self.status.apply(change, event.seq),
                MirrorName::Ticket => self.ticket.apply(change, event.seq),
            },
            Body::Updated { text, update_due_at } => {
                self.update_due_at = *update_due_at;
                let line = self.public.is_some().then_some(text);
                self.public_update(PublicState::Investigating, line);
                self.post(format!("Update by {}: {text}", event.actor));
            }
            Body::Reclassified { severity, corrected, public } => {
                self.post(format!("{} is now {severity}, by {}.", self.severity, event.actor));
                self.severity = *severity;
                self.highest = if *corrected { *severity } else { self.highest.min(*severity) };
                if self.public.is_none() {
                    self.public.clone_from(public);
                }
            }
            Body::ServiceSet { service, region } => {
                self.service.clone_from(service);
                self.region.clone_from(region);
                self.unclear.settle(service.is_some(), region.is_some());
                let service = service.as_ref().map_or("not known", |id| id.as_str());
                let region = region.as_ref().map_or("not known", |id| id.as_str());
                self.post(format!("Service is now {service}, region {region}, by {}.", event.actor));
            }
            Body::ReporterSet { reported_by } => self.reported_by = Some(*reported_by),
            Body::Reopened { public, update_due_at } => {
                self.phase = Phase::Open;
                self.update_due_at = *update_due_at;
                // Paged as at opening: what ended then holds nobody back now.
                self.paging.pages.clear();
                self.reopen_in_public(public.as_ref());
                self.post(format!("Reopened by {}.", event.actor));
            }
            Body::Resolved { public } => {
                self.phase = Phase::Resolved { at: event.at, by: event.actor.clone() };
                self.public_update(PublicState::Resolved, public.as_ref());
                self.post(format!("Resolved by {} after {}.", event.actor, self.lasted(event)));
            }
            Body::Cancelled { public } => {
                self.phase = Phase::Cancelled { at: event.at, by: event.actor.clone() };
                self.public_update(PublicState::Withdrawn, public.as_ref());
                self.post(format!("Cancelled by {}: a false alarm.", event.actor));
            }
        }
        let alive = event.is_an_act() && event.actor.person().is_some_and(|person| self.is_responder(person));
        self.paging.tend_lease(event.at, self.needs_signs_of_life(), alive);
        self.settle_mirrors(event.seq);
    }

    fn apply_page(&mut self, event: &Event, page: &PageEvent) {
        self.paging.apply(event.at, page);
        match page {
            PageEvent::StepBegan { wanted, .. } | PageEvent::Widened { wanted, .. } => {
                self.participants.extend(wanted.iter().cloned());
            }
            PageEvent::Acknowledged { by, .. } | PageEvent::Taken { by, .. } => {
                self.participants.insert(by.clone());
                let first = self.acting_commander.is_none();
                let role = if first { " and is acting incident commander" } else { "" };
                self.post(format!("@{by} answered{role}."));
                self.acting_commander.get_or_insert_with(|| by.clone());
            }
            PageEvent::Stopped { why: crate::page::StopWhy::Person { by, reason }, targets } => {
                let names: Vec<&str> = targets.iter().map(crate::page::Target::as_str).collect();
                self.post(format!("@{by} stopped paging {}: {reason}", names.join(", ")));
            }
            PageEvent::Asked { people, .. } => {
                let (label, asked) = (self.label(), at_names(people));
                self.post(format!(
                    "{asked}: nobody who answers has given a sign of life. Still on it? `zephyr ack {label}`"
                ));
            }
            PageEvent::Lapsed { silent, .. } => {
                // Commander by their answer, which holds no longer.
                self.acting_commander = None;
                self.post(format!("No sign of life from {}: paging goes on.", at_names(silent)));
            }
            _ => {}
        }
    }

    fn public_update(&mut self, state: PublicState, line: Option<&String>) {
        self.public_updates.extend(line.map(|line| (state, line.clone())));
    }

    /// An entry that was never made begins with its first line; one that was made says that it goes on.
    fn reopen_in_public(&mut self, line: Option<&String>) {
        if self.status.shown.made || self.status.in_flight.is_some() {
            self.public_update(PublicState::Investigating, line);
        } else {
            self.public_updates.clear();
        }
    }

    /// Asks the channel for what the summary did not say, or said twice, with the command that settles it.
    fn ask_what_it_is(&mut self) {
        let label = self.label();
        let Unclear { services, regions } = &self.unclear;
        let service = match (self.service.is_some(), services.first()) {
            (true, _) => None,
            (false, None) => Some((
                "Nobody has said which service this is. Who owns it?".to_owned(),
                format!("zephyr incident service {label} NAME"),
            )),
            (false, Some(first)) => Some((
                format!("The summary names {}. Which service is it, and who owns it?", listed(services)),
                format!("zephyr incident service {label} {first}"),
            )),
        };
        let region = regions.first().map(|first| {
            let asked = format!("The summary names {}. Which region is it?", listed(regions));
            (asked, format!("zephyr incident service {label} --region {first}"))
        });
        for (asked, settles) in service.into_iter().chain(region) {
            self.post(format!("{asked} `{settles}`"));
        }
    }

    fn post(&mut self, text: String) {
        if self.posts.len() < POSTS {
            self.posts.push(text);
        }
    }

    fn lasted(&self, event: &Event) -> String {
        let minutes = event.at.duration_since(self.opened_at).as_mins();
        if minutes < 60 { format!("{minutes} min") } else { format!("{} h {} min", minutes / 60, minutes % 60) }
    }

    /// Each mirror that has nothing in flight takes its next step, if there is one.
    fn settle_mirrors(&mut self, seq: u64) {
        if self.channel.in_flight.is_none() {
            let wanted = self.channel_wanted();
            self.channel.settle(&wanted, seq);
        }
        if self.status.in_flight.is_none() {
            let wanted = self.status_wanted();
            self.status.settle(&wanted, seq);
        }
        if self.ticket.in_flight.is_none() {
            let wanted = self.ticket_wanted();
            self.ticket.settle(&wanted, seq);
        }
    }
}

/// `@ines, @tomas`.
fn at_names(people: &BTreeSet<PersonId>) -> String {
    people.iter().map(|person| format!("@{person}")).collect::<Vec<_>>().join(", ")
}
