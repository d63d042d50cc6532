//! Domain to wire, by hand and in one place.

use std::collections::BTreeSet;

use zephyr_api as api;
use zephyr_core::incident::{Event, Incident, PublicOpening, Unclear, narrate};
use zephyr_core::mirror::{Document, Mirror};
use zephyr_core::page::{LeaseState, Page, PageState, Place, Rung, RungState, StopWhy, Target};
use zephyr_core::policy::Policy;
use zephyr_core::world::Runbook;
use zephyr_core::{PersonId, World};

/// An incident as its readers see it. `public_url` turns the paths of built-in providers into links.
pub fn incident(incident: &Incident, world: &World, public_url: &str) -> api::Incident {
    let channel = link(&incident.channel, &incident.channel_wanted(), public_url);
    let status_page = link(&incident.status, &incident.status_wanted(), public_url);
    let ticket = link(&incident.ticket, &incident.ticket_wanted(), public_url);
    let pages = incident.paging.pages.iter().map(|(target, found)| page(incident, target, found, world));
    api::Incident {
        label: incident.label(),
        number: incident.number,
        version: incident.version,
        summary: incident.summary.to_string(),
        severity: incident.severity.into(),
        service: incident.service.as_ref().map(ToString::to_string),
        region: incident.region.as_ref().map(ToString::to_string),
        unclear: (!incident.unclear.is_nothing()).then(|| unclear(&incident.unclear)),
        similar: incident.similar.iter().map(|number| format!("INC-{number}")).collect(),
        private: incident.private,
        phase: incident.phase.as_str().to_owned(),
        opened_at: incident.opened_at,
        opened_by: incident.opened_by.to_string(),
        reported_by: incident.reported_by.map(|by| by.to_string()),
        acting_commander: incident.acting_commander.as_ref().map(ToString::to_string),
        update_due_at: incident.is_open().then_some(incident.update_due_at),
        pages: pages.collect(),
        lease: lease(incident, &world.policy),
        channel,
        status_page,
        ticket,
        runbook: runbook(&incident.runbook),
        policy: incident.policy.to_string(),
        public: incident.public.as_ref().map(public_words),
    }
}

fn public_words(opening: &PublicOpening) -> api::PublicWords {
    api::PublicWords {
        text: opening.text.clone(),
        policy: opening.approved.as_ref().map(|approved| approved.policy.to_string()),
        approved_by: opening.approved.as_ref().map(|approved| approved.by.clone()),
    }
}

fn unclear(unclear: &Unclear) -> api::Unclear {
    api::Unclear {
        services: unclear.services.iter().map(ToString::to_string).collect(),
        regions: unclear.regions.iter().map(ToString::to_string).collect(),
    }
}

/// One line of a timeline.
pub fn entry(event: &Event) -> api::Entry {
    let line = narrate(event);
    let kind = event.to_stored().map(|stored| stored.kind).unwrap_or_default();
    let actor = event.actor.to_string();
    api::Entry { seq: event.seq, at: event.at, actor, kind, text: line.text, detail: line.detail }
}

fn page(incident: &Incident, target: &Target, page: &Page, world: &World) -> api::Page {
    let mut view = api::Page {
        target: target.to_string(),
        rotation: page.rotation.as_ref().map(ToString::to_string),
        state: String::new(),
        wanted: page.wanted().into_iter().flatten().map(|id| wanted(incident, id, &world.policy)).collect(),
        answered_by: Vec::new(),
        not_reached: Vec::new(),
        round: None,
        step: None,
        next: Vec::new(),
        next_at: None,
        why: None,
    };
    match &page.state {
        PageState::Ringing(ringing) => {
            view.state = "ringing".to_owned();
            view.round = Some(ringing.round);
            view.step = Some(match ringing.place {
                Place::Step(index) => format!("step {}", index.saturating_add(1)),
                Place::Everybody => "everybody".to_owned(),
                Place::Start | Place::Pause => "pause".to_owned(),
            });
            if let Some((at, next)) = incident.paging.preview(target, world) {
                view.next = names(&next);
                view.next_at = Some(at);
            }
        }
        PageState::Answered(answered) => {
            view.state = "answered".to_owned();
            view.answered_by = names(&answered.by);
            view.not_reached = names(&answered.not_reached);
        }
        PageState::Stopped { why } => {
            view.state = "stopped".to_owned();
            view.why = Some(match why {
                StopWhy::NotDue => "no longer due".to_owned(),
                StopWhy::Resolved => "resolved".to_owned(),
                StopWhy::Cancelled => "false alarm".to_owned(),
                StopWhy::Person { by, reason } => format!("{by}: {reason}"),
            });
        }
    }
    view
}

/// How long the answers hold.
pub fn lease(incident: &Incident, policy: &Policy) -> Option<api::Lease> {
    let lease = incident.paging.lease.as_ref()?;
    let state = match lease.state {
        LeaseState::Held { .. } => "held",
        LeaseState::Asking { .. } => "asking",
    };
    let asked = lease.asked().map(|id| wanted(incident, id, policy)).collect();
    Some(api::Lease { state: state.to_owned(), until: lease.until(), asked })
}

fn wanted(incident: &Incident, person: &PersonId, policy: &Policy) -> api::Wanted {
    let ring = incident.paging.rings.get(person).filter(|ring| ring.over.is_none());
    let methods = ring.into_iter().flat_map(|ring| &ring.rungs).map(method).collect();
    api::Wanted { person: person.to_string(), name: policy.display_name(person), methods }
}

pub fn method(rung: &Rung) -> api::MethodState {
    let (state, at) = match &rung.state {
        RungState::Waiting { due_at } => ("waiting", Some(*due_at)),
        RungState::Sent { at } => ("sent", Some(*at)),
        RungState::Accepted { at, .. } => ("accepted", Some(*at)),
        RungState::Failed { .. } => ("failed", None),
        RungState::Withheld => ("withheld", None),
    };
    api::MethodState { method: rung.method.to_string(), state: state.to_owned(), at }
}

fn link<Doc: Document>(mirror: &Mirror<Doc>, wanted: &Doc, public_url: &str) -> api::Link {
    let state = if mirror.is_pending(wanted) {
        "pending"
    } else if mirror.remote.is_some() {
        "shown"
    } else {
        "none"
    };
    api::Link {
        state: state.to_owned(),
        id: mirror.remote.clone(),
        url: mirror.link.as_deref().map(|link| absolute(link, public_url)),
        trouble: mirror.trouble.clone(),
    }
}

fn absolute(link: &str, public_url: &str) -> String {
    if link.starts_with('/') { format!("{}{link}", public_url.trim_end_matches('/')) } else { link.to_owned() }
}

fn runbook(runbook: &Runbook) -> api::Runbook {
    let (path, version) = match runbook {
        Runbook::Commit { path, commit } => (path, Some(commit)),
        Runbook::Content { path, hash } => (path, Some(hash)),
        Runbook::Missing { path } => (path, None),
    };
    api::Runbook { path: path.clone(), version: version.cloned() }
}

fn names(people: &BTreeSet<PersonId>) -> Vec<String> {
    people.iter().map(ToString::to_string).collect()
}
