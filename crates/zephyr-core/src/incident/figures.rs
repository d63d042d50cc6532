//! Figures over many incidents: pages and calls that were missed, and where each went. The sums balance: every page
//! and every call that began is counted under exactly one end.
//!
//! Deliberately not here: people. Nothing is counted against whoever declared, and nobody is ranked.

use super::{Reporter, Review};
use crate::page::account::{Call, How, PageAccount, Reach};

/// The figures.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Figures {
    /// Incidents looked at.
    pub incidents: u64,
    /// Of these, first reported by a customer.
    pub customer_reported: u64,
    /// Updates that were not there when they were due.
    pub late_updates: u64,
    /// Pages.
    pub pages: Pages,
    /// Calls.
    pub calls: Calls,
}

/// Pages by how they ended.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pages {
    /// All that began.
    pub begun: u64,
    /// Answered before any step's time was up.
    pub answered: u64,
    /// Answered after at least one step's time was up.
    pub answered_late: u64,
    /// Stopped before anybody answered.
    pub stopped: u64,
    /// Still ringing.
    pub ringing: u64,
    /// Of all, those where at least one step's time was up without an answer.
    pub went_on: u64,
    /// Steps whose time was up without an answer, over all pages.
    pub missed_steps: u64,
    /// Answers that held no longer, because nobody gave a sign of life.
    pub lapsed: u64,
}

/// Calls by how far they got and how they ended.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Calls {
    /// All that began: one person wanted by one page on one step.
    pub begun: u64,
    /// Of these, handed to a provider.
    pub sent: u64,
    /// Of these, accepted by a provider.
    pub accepted: u64,
    /// Of these, known to have reached a device.
    pub delivered: u64,
    /// Ended by this person's answer.
    pub answered: u64,
    /// Declined.
    pub declined: u64,
    /// The step's time was up and nobody had answered.
    pub missed: u64,
    /// Somebody else of the step had answered; this person had not when its time was up.
    pub not_reached: u64,
    /// Every method of the person failed.
    pub unreachable: u64,
    /// Somebody from outside the step answered first.
    pub spared: u64,
    /// The page was stopped: resolved, cancelled, no longer due, or by a responder.
    pub stopped: u64,
    /// Still ringing.
    pub ringing: u64,
}

impl Figures {
    /// Counts one incident more.
    pub fn add(&mut self, review: &Review) {
        self.incidents += 1;
        self.customer_reported += u64::from(review.incident.reported_by == Some(Reporter::Customer));
        self.late_updates += u64::try_from(review.late_updates.len()).unwrap_or(u64::MAX);
        review.paging.pages.iter().for_each(|page| self.pages.add(page));
        review.paging.calls.iter().for_each(|call| self.calls.add(call));
    }
}

impl Figures {
    /// Counts what others have counted.
    pub fn add_all(&mut self, other: &Self) {
        let Self { incidents, customer_reported, late_updates, pages, calls } = other;
        self.incidents += incidents;
        self.customer_reported += customer_reported;
        self.late_updates += late_updates;
        self.pages.add_all(pages);
        self.calls.add_all(calls);
    }
}

impl Pages {
    fn add_all(&mut self, other: &Self) {
        let Self { begun, answered, answered_late, stopped, ringing, went_on, missed_steps, lapsed } = other;
        self.begun += begun;
        self.answered += answered;
        self.answered_late += answered_late;
        self.stopped += stopped;
        self.ringing += ringing;
        self.went_on += went_on;
        self.missed_steps += missed_steps;
        self.lapsed += lapsed;
    }

    fn add(&mut self, page: &PageAccount) {
        self.begun += 1;
        self.went_on += u64::from(page.missed_steps > 0);
        self.missed_steps += u64::from(page.missed_steps);
        self.lapsed += u64::from(page.lapsed);
        let end = match (&page.answered, &page.stopped) {
            (Some(_), _) if page.missed_before == 0 => &mut self.answered,
            (Some(_), _) => &mut self.answered_late,
            (None, Some(_)) => &mut self.stopped,
            (None, None) => &mut self.ringing,
        };
        *end += 1;
    }

    /// What is counted under an end; equals `begun`.
    pub fn ended(&self) -> u64 {
        self.answered + self.answered_late + self.stopped + self.ringing
    }
}

impl Calls {
    fn add_all(&mut self, other: &Self) {
        let Self { begun, sent, accepted, delivered, .. } = other;
        self.begun += begun;
        self.sent += sent;
        self.accepted += accepted;
        self.delivered += delivered;
        let Self { answered, declined, missed, not_reached, unreachable, spared, stopped, ringing, .. } = other;
        self.answered += answered;
        self.declined += declined;
        self.missed += missed;
        self.not_reached += not_reached;
        self.unreachable += unreachable;
        self.spared += spared;
        self.stopped += stopped;
        self.ringing += ringing;
    }

    fn add(&mut self, call: &Call) {
        self.begun += 1;
        self.sent += u64::from(call.reach >= Reach::Sent);
        self.accepted += u64::from(call.reach >= Reach::Accepted);
        self.delivered += u64::from(call.reach >= Reach::Delivered);
        let end = match call.end.as_ref().map(|end| &end.how) {
            Some(How::Answered) => &mut self.answered,
            Some(How::Declined) => &mut self.declined,
            Some(How::Missed) => &mut self.missed,
            Some(How::NotReached) => &mut self.not_reached,
            Some(How::Unreachable) => &mut self.unreachable,
            Some(How::Spared(_)) => &mut self.spared,
            Some(How::Stopped(_)) => &mut self.stopped,
            None => &mut self.ringing,
        };
        *end += 1;
    }

    /// What is counted under an end; equals `begun`.
    pub fn ended(&self) -> u64 {
        let answered = self.answered + self.declined;
        let missed = self.missed + self.not_reached + self.unreachable;
        answered + missed + self.spared + self.stopped + self.ringing
    }
}
