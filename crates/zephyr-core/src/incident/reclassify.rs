//! What an incident is changes while it goes on: its severity, its service, or that it is over after all not.
//!
//! Whoever is newly due is paged, nobody twice; pages that ring for somebody no longer due stop; who answered stays.

use jiff::Timestamp;

use super::command::not_open;
use super::decision::Decision;
use super::open::{About, answer_as_opener, public_opening, sentence};
use super::{Body, Refused, targets};
use crate::page::{self, Page, PageEvent, Paging, Record, StopWhy};
use crate::policy::Severity;
use crate::text::PublicLine;
use crate::{PersonId, RegionId, ServiceId, World};

/// Raises or lowers the severity. Correcting it is possible after the end too, for what is owed then.
pub(super) fn reclassify(
    decision: &mut Decision<'_>,
    severity: Severity,
    correct: bool,
    world: &World,
    now: Timestamp,
) -> Result<(), Refused> {
    let state = decision.state();
    if !state.is_open() && !correct {
        return Err(not_open(state));
    }
    if state.severity == severity && (!correct || state.highest == severity) {
        return Ok(());
    }
    let lowered = severity > state.severity;
    let (service, region) = (state.service.as_ref(), state.region.as_ref());
    let about = About { severity, service, region, private: state.private };
    let public = match state.public {
        None if state.is_open() => public_opening(&about, None, &world.policy, state.update_due_at),
        _ => None,
    };
    decision.emit(Body::Reclassified { severity, corrected: correct, public });
    // Raised: what rings goes on, whether or not the worse severity names it.
    page_whoever_is_due(decision, lowered, world, now);
    Ok(())
}

/// Says which service it is, or where.
pub(super) fn set_service(
    decision: &mut Decision<'_>,
    service: Option<ServiceId>,
    region: Option<RegionId>,
    world: &World,
    now: Timestamp,
) -> Result<(), Refused> {
    let state = decision.state();
    if !state.is_open() {
        return Err(not_open(state));
    }
    let service = service.or_else(|| state.service.clone());
    let region = region.or_else(|| state.region.clone());
    if service == state.service && region == state.region {
        return Ok(());
    }
    let another = service != state.service;
    decision.emit(Body::ServiceSet { service, region });
    if another {
        page_whoever_is_due(decision, true, world, now);
    }
    Ok(())
}

/// Opens again what was resolved or cancelled; open already is no error.
pub(super) fn reopen(
    decision: &mut Decision<'_>,
    public: Option<PublicLine>,
    opener: Option<&PersonId>,
    world: &World,
    now: Timestamp,
) {
    let state = decision.state();
    if state.is_open() {
        return;
    }
    let due_at = now.checked_add(world.policy.update_every).unwrap_or(Timestamp::MAX);
    let line = state.public.as_ref().map(|opening| {
        let from_policy = || sentence(&world.policy.public.opened, &opening.component, state.region.as_ref(), due_at);
        public.map_or_else(from_policy, |line| line.to_string())
    });
    let pages = targets::pages(&world.policy, state.severity, state.service.as_ref());
    decision.emit(Body::Reopened { public: line, update_due_at: due_at });
    pages.into_iter().for_each(|page| decision.page(page));
    page::steps(decision, world, now);
    if let Some(opener) = opener {
        answer_as_opener(decision, opener);
    }
}

/// Compares the pages there are with those the severity and the service ask for now; `stop` ends what rings for
/// nobody that is due.
fn page_whoever_is_due(decision: &mut Decision<'_>, stop: bool, world: &World, now: Timestamp) {
    let state = decision.state();
    if !state.is_open() {
        return;
    }
    let due = targets::pages(&world.policy, state.severity, state.service.as_ref());
    if let Some(stopped) = no_longer_due(&state.paging, &due).filter(|_| stop) {
        decision.page(stopped);
    }
    for began in due {
        for event in become_due(decision.paging(), began, world, now) {
            decision.page(event);
        }
    }
}

/// Ringing pages that nothing asks for any more, and those of a former owner.
fn no_longer_due(paging: &Paging, due: &[PageEvent]) -> Option<PageEvent> {
    let still = |name: &page::Target, page: &Page| {
        due.iter().any(|event| {
            matches!(event, PageEvent::Began { target, rotation, .. } if target == name && *rotation == page.rotation)
        })
    };
    let ringing = paging.pages.iter().filter(|(_, page)| page.is_ringing());
    let targets: std::collections::BTreeSet<_> =
        ringing.filter(|(target, page)| !still(target, page)).map(|(target, _)| target.clone()).collect();
    (!targets.is_empty()).then_some(PageEvent::Stopped { targets, why: StopWhy::NotDue })
}

/// What makes a target due that perhaps was not: its page begins, begins again, or is widened.
fn become_due(paging: &Paging, began: PageEvent, world: &World, now: Timestamp) -> Vec<PageEvent> {
    let PageEvent::Began { target, rotation, everyone, .. } = &began else { return Vec::new() };
    let Some(page) = paging.pages.get(target) else { return vec![began] };
    if page.is_stopped_as_not_due() {
        return vec![began];
    }
    if page.rotation == *rotation {
        let widened = if *everyone { paging.widen(target, world, now) } else { None };
        return widened.into_iter().collect();
    }
    // Another owner: who answered for the former one stays.
    match &page.rotation {
        Some(former) => {
            let to = target.of_former_owner(former);
            vec![PageEvent::Renamed { from: target.clone(), to }, began]
        }
        None => vec![began],
    }
}
