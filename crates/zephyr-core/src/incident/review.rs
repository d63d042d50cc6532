//! What an incident's log says of how it went: its pages and calls, and updates that came late.
//!
//! From the log alone, so that it answers months later as well. Deliberately not here: who may look, figures over many
//! incidents (`figures`), and anything about who declared what: a false alarm is counted against nobody.

use jiff::Timestamp;

use super::{Body, Event, Incident};
use crate::page::account::{Account, Logged, What, account};

/// How an incident went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Review {
    /// The incident as it is now.
    pub incident: Incident,
    /// Its pages and calls.
    pub paging: Account,
    /// Updates that were not there when they were due.
    pub late_updates: Vec<LateUpdate>,
}

/// An update that was not there when it was due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LateUpdate {
    /// When it was due.
    pub due_at: Timestamp,
    /// When it came, or the incident ended; `None` while it is still owed.
    pub came_at: Option<Timestamp>,
}

/// Reads a whole log; `None` where it does not begin with an opening.
pub fn review(events: &[Event], now: Timestamp) -> Option<Review> {
    let mut incident: Option<Incident> = None;
    let mut late_updates = Vec::new();
    for event in events {
        let owed = incident.as_ref().filter(|incident| incident.is_open()).map(|incident| incident.update_due_at);
        incident = Incident::fold(incident, event);
        let (Some(due_at), Some(after)) = (owed, &incident) else { continue };
        let came = !after.is_open() || after.update_due_at != due_at;
        if came && event.at > due_at {
            late_updates.push(LateUpdate { due_at, came_at: Some(event.at) });
        }
    }
    let incident = incident?;
    if incident.is_open() && now > incident.update_due_at {
        late_updates.push(LateUpdate { due_at: incident.update_due_at, came_at: None });
    }
    Some(Review { paging: account(events.iter().filter_map(logged)), incident, late_updates })
}

fn logged(event: &Event) -> Option<Logged<'_>> {
    let what = match &event.body {
        Body::Page(page) => What::Page(page),
        Body::Ring { person, event } => What::Ring(person, event),
        _ => return None,
    };
    Some(Logged { seq: event.seq, at: event.at, what })
}
