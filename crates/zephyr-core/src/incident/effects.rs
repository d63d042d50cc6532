//! What is to be done because of an event, and whether it still is when its turn comes.

use super::{Body, Event, Incident};
use crate::PersonId;
use crate::effect::{Effect, Hush, Inform, MirrorSend, Occasion, PageSend};
use crate::mirror::{Document, InFlight, Mirror};
use crate::page::{Page, RingEvent, RingOverWhy};

/// The effects of an event; sees the incident after it.
pub(super) fn effects(state: &Incident, event: &Event) -> Vec<Effect> {
    let mut effects = Vec::new();
    if let Body::Ring { person, event: ring } = &event.body {
        effects.extend(of_ring(state, person, ring));
    }
    let seq = event.seq;
    effects.extend(step(state, "channel", &state.channel, seq).map(Effect::Channel));
    effects.extend(step(state, "status", &state.status, seq).map(Effect::Status));
    effects.extend(step(state, "ticket", &state.ticket, seq).map(Effect::Ticket));
    if let Body::Opened { similar: Some(similar), .. } = &event.body {
        effects.push(Effect::Inform(Inform { incident: state.id, other: similar.id }));
    }
    effects
}

/// Asked again just before an effect leaves.
pub fn still_due(state: &Incident, effect: &Effect) -> bool {
    match effect {
        Effect::Page(send) => state.is_open() && state.paging.still_due(&send.person, send.ring, send.entry),
        Effect::Hush(_) | Effect::Inform(_) | Effect::Notice(_) => true,
        Effect::Channel(send) => state.channel.is_in_flight(send.since) && (send.lookup || state.channel_wanted().made),
        Effect::Status(send) => state.status.is_in_flight(send.since) && (send.lookup || state.status_wanted().made),
        Effect::Ticket(send) => state.ticket.is_in_flight(send.since) && (send.lookup || state.ticket_wanted().made),
    }
}

fn of_ring(state: &Incident, person: &PersonId, event: &RingEvent) -> Option<Effect> {
    let ring = state.paging.rings.get(person)?;
    match event {
        RingEvent::Rang { entry } => Some(Effect::Page(PageSend {
            occasion: Occasion::Incident(state.id),
            number: state.number,
            severity: state.severity,
            summary: (!state.private).then(|| state.summary.to_string()),
            person: person.clone(),
            ring: ring.number,
            entry: entry.index,
            method: entry.method,
            asks: is_only_asked(state, person),
        })),
        // A louder ring follows at once: there is nothing to tell.
        RingEvent::Over { why: RingOverWhy::Louder } => None,
        RingEvent::Over { why } => ring.was_heard().then(|| {
            let why = match why {
                RingOverWhy::Answered => "answered",
                RingOverWhy::Declined => "declined",
                RingOverWhy::NotWanted | RingOverWhy::Louder => over_for_others(state),
            };
            let (occasion, ring) = (Occasion::Incident(state.id), ring.number);
            Effect::Hush(Hush { occasion, person: person.clone(), ring, why: why.to_owned() })
        }),
        _ => None,
    }
}

/// Whether somebody is rung for a sign of life, and by no page.
fn is_only_asked(state: &Incident, person: &PersonId) -> bool {
    let paging = &state.paging;
    let wanted = paging.pages.values().filter_map(Page::wanted).any(|wanted| wanted.contains(person));
    !wanted && paging.asked().any(|asked| asked == person)
}

fn over_for_others(state: &Incident) -> &'static str {
    if !state.is_open() {
        "the incident is over"
    } else if state.paging.pages.values().all(|page| !page.is_ringing()) {
        "somebody else answered"
    } else {
        "the page went on to the next step"
    }
}

fn step<Doc: Document>(state: &Incident, name: &str, mirror: &Mirror<Doc>, seq: u64) -> Option<MirrorSend<Doc::Op>> {
    let InFlight { began, op, once, lookup, .. } = mirror.sent_at(seq)?;
    let key = match once {
        Some(once) => format!("{}/{name}/{once}", state.id),
        None => format!("{}/{name}/step-{began}", state.id),
    };
    let (remote, op) = (mirror.remote.clone(), op.clone());
    Some(MirrorSend { incident: state.id, remote, key, since: seq, op, lookup: *lookup })
}
