//! What must hold of every incident and of the roster at every moment: asserted in debug builds, after each step of the simulator, and
//! by anybody who looks at a live store.

use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::incident::Incident;
use crate::page::PageState;
use crate::roster::Roster;

/// Every rule that an incident breaks, in words; empty when all is well. `wake_at` is the wake-up stored with it.
pub fn broken(incident: &Incident, wake_at: Option<Timestamp>) -> Vec<String> {
    let mut broken = Vec::new();
    let label = incident.label();
    let mut pages_alive = 0_u32;
    let mut stopped_by_person = false;
    for (target, page) in &incident.paging.pages {
        match &page.state {
            PageState::Ringing(ringing) => {
                pages_alive += 1;
                // I2: a ringing page has a stored wake-up at or before its step's end.
                if wake_at.is_none_or(|wake| wake > ringing.until) {
                    broken.push(format!("{label}: page {target} rings until {} and nothing wakes it", ringing.until));
                }
                for person in &ringing.wanted {
                    if incident.paging.rings.get(person).is_none_or(|ring| ring.over.is_some()) {
                        broken.push(format!("{label}: page {target} wants {person}, whose phone does not ring"));
                    }
                }
                if !incident.is_open() {
                    broken.push(format!("{label}: page {target} rings though the incident is over"));
                }
            }
            PageState::Answered(answered) => {
                pages_alive += 1;
                if answered.by.is_empty() {
                    broken.push(format!("{label}: page {target} is answered by nobody"));
                }
            }
            PageState::Stopped { why } => {
                stopped_by_person |= matches!(why, crate::page::StopWhy::Person { .. });
            }
        }
    }
    if incident.is_open() && pages_alive == 0 && !stopped_by_person {
        broken.push(format!("{label}: open, and no page is ringing, answered or stopped by a person"));
    }
    lease(incident, wake_at, &mut broken);
    let wanted = incident.paging.wanted();
    for (person, ring) in &incident.paging.rings {
        if ring.over.is_none() && !wanted.contains(person) {
            broken.push(format!("{label}: the phone of {person} rings and no page wants them"));
        }
    }
    if wake_at != incident.next_wake() {
        broken.push(format!("{label}: wakes at {wake_at:?} but holds {:?}", incident.next_wake()));
    }
    broken
}

/// Every rule that the roster breaks, in words.
pub fn broken_roster(roster: &Roster, wake_at: Option<Timestamp>) -> Vec<String> {
    let mut broken = Vec::new();
    let spans = roster.changes.overrides.iter().map(|arranged| (arranged.number, arranged.from, arranged.until));
    let spans = spans.chain(roster.changes.leave.iter().map(|leave| (leave.number, leave.from, leave.until)));
    let mut numbers = BTreeSet::new();
    for (number, from, until) in spans {
        if until <= from {
            broken.push(format!("the roster: #{number} ends at {until}, which is not after its beginning at {from}"));
        }
        if number > roster.latest || !numbers.insert(number) {
            broken.push(format!("the roster: #{number} was not given, or twice; the latest is #{}", roster.latest));
        }
    }
    if wake_at != roster.next_wake() {
        broken.push(format!("the roster: wakes at {wake_at:?} but holds {:?}", roster.next_wake()));
    }
    broken
}

/// Whoever answers a page of an open SEV-1 or SEV-2 holds a lease that something wakes in time. Not where every answered
/// page began before answers were leases.
fn lease(incident: &Incident, wake_at: Option<Timestamp>, broken: &mut Vec<String>) {
    let (label, paging) = (incident.label(), &incident.paging);
    let wanted = incident.needs_signs_of_life() && paging.held_for().is_some();
    match &paging.lease {
        None if wanted => broken.push(format!("{label}: answered, and nobody asks for a sign of life")),
        Some(_) if !wanted => broken.push(format!("{label}: a sign of life is asked for, and no answer needs one")),
        Some(lease) if wake_at.is_none_or(|wake| wake > lease.until()) => {
            broken.push(format!("{label}: answers hold until {} and nothing wakes it", lease.until()));
        }
        Some(_) | None => {}
    }
    for person in paging.asked() {
        if paging.rings.get(person).is_none_or(|ring| ring.over.is_some()) {
            broken.push(format!("{label}: {person} is asked for a sign of life and their phone does not ring"));
        }
    }
}
