//! The fold: what is known after an event. Total; needs nothing but the event.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::drill::{Drill, Fared, LastDrill, Over};
use super::event::{Body, Ended, Event};
use super::{Asked, Contact, Reach, Verified};
use crate::page::{PageEvent, Paging, RingEvent};
use crate::policy::Method;
use crate::{PersonId, limits};

impl Reach {
    pub(super) fn apply(&mut self, event: &Event) {
        self.version = event.seq;
        let at = event.at;
        if let Some(drill) = event.drill().and_then(|number| self.drills.get_mut(&number)) {
            drill.last_seq = event.seq;
        }
        match &event.body {
            Body::Began { look_at } => self.look_at = Some(*look_at),
            Body::Looked { noticed, reminded, gone, look_at } => {
                self.look_at = Some(*look_at);
                self.reminded.extend(noticed.iter().chain(reminded).map(|person| (person.clone(), at)));
                for person in gone {
                    self.reminded.remove(person);
                    self.last.remove(person);
                    self.contacts.remove(person);
                }
            }
            Body::DrillBegan { number, of, severity, ends_at } => {
                self.latest = self.latest.max(*number);
                let drill = Drill {
                    number: *number,
                    of: of.clone(),
                    severity: *severity,
                    began_at: at,
                    began_by: event.actor.clone(),
                    ends_at: *ends_at,
                    paging: Paging::default(),
                    fared: BTreeMap::new(),
                    over: None,
                    first_seq: event.seq,
                    last_seq: event.seq,
                };
                self.drills.insert(*number, drill);
                self.forget();
            }
            Body::DrillPage { number, event } => {
                if let Some(drill) = self.drills.get_mut(number) {
                    drill.page(at, event);
                }
            }
            Body::DrillRing { number, person, event } => {
                if let Some(drill) = self.drills.get_mut(number) {
                    drill.paging.apply_ring(at, person, event);
                }
                if let RingEvent::Accepted { entry, .. } = event {
                    self.contact_mut(person, entry.method).taken_at = Some(at);
                }
            }
            Body::DrillOver { number, how } => self.drill_over(*number, at, how),
            Body::CodeAsked { .. }
            | Body::CodeTaken { .. }
            | Body::CodeFailed { .. }
            | Body::CodeWrong { .. }
            | Body::Verified { .. } => self.apply_to_contact(event),
        }
    }

    fn apply_to_contact(&mut self, event: &Event) {
        let at = event.at;
        match &event.body {
            Body::CodeAsked { person, method, address, until } => {
                let asked = Asked { seq: event.seq, address: address.clone(), at, until: *until, wrong: 0 };
                let contact = self.contact_mut(person, *method);
                contact.asked = Some(asked);
                contact.failed = None;
            }
            Body::CodeTaken { person, method } => self.contact_mut(person, *method).taken_at = Some(at),
            Body::CodeFailed { person, method, error } => {
                let contact = self.contact_mut(person, *method);
                contact.asked = None;
                contact.failed = Some(error.clone());
            }
            Body::CodeWrong { person, method } => {
                if let Some(asked) = &mut self.contact_mut(person, *method).asked {
                    asked.wrong = asked.wrong.saturating_add(1);
                }
            }
            Body::Verified { person, method, address } => {
                let contact = self.contact_mut(person, *method);
                contact.asked = None;
                contact.verified = Some(Verified { address: address.clone(), at });
            }
            _ => {}
        }
    }

    fn contact_mut(&mut self, person: &PersonId, method: Method) -> &mut Contact {
        self.contacts.entry(person.clone()).or_default().entry(method).or_default()
    }

    fn drill_over(&mut self, number: u64, at: Timestamp, how: &Ended) {
        let Some(drill) = self.drills.get_mut(&number) else { return };
        if *how == Ended::Unanswered {
            drill.miss();
        }
        drill.over = Some(Over { at, how: how.clone() });
        for (person, fared) in &drill.fared {
            self.last.insert(person.clone(), LastDrill { number, at, fared: *fared });
        }
    }

    /// The oldest that is over makes room.
    fn forget(&mut self) {
        if self.drills.len() > limits::DRILLS_KEPT {
            let oldest = self.drills.iter().find(|(_, drill)| drill.over.is_some()).map(|(number, _)| *number);
            oldest.map(|number| self.drills.remove(&number));
        }
    }
}

impl Drill {
    fn page(&mut self, at: Timestamp, event: &PageEvent) {
        match event {
            // Whoever was rung before has had their time.
            PageEvent::StepBegan { .. } if !self.paging.rings.is_empty() => self.miss(),
            PageEvent::Acknowledged { by, .. } => drop(self.fared.insert(by.clone(), Fared::Answered)),
            PageEvent::Declined { by, .. } => drop(self.fared.insert(by.clone(), Fared::Declined)),
            _ => {}
        }
        self.paging.apply(at, event);
    }
}
