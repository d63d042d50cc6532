//! Events in words: one line each, the same in the timeline, on the terminal and on the page.

use std::collections::BTreeSet;
use std::fmt::Display;

use jiff::{SignedDuration, Timestamp};

use super::{Body, Event, MirrorName, Similar, SimilarWhy};
use crate::PersonId;
use crate::mirror::MirrorEvent;
use crate::page::{PageEvent, Passed, PauseWhy, Place, RingEvent, RingOverWhy, StopWhy, Target};
use crate::world::Runbook;

/// One line of a timeline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// The words.
    pub text: String,
    /// Whether it belongs to the story, or is detail that only an investigation of zephyr itself needs.
    pub detail: bool,
}

/// An event in words.
pub fn narrate(event: &Event) -> Line {
    let story = |text| Line { text, detail: false };
    let detail = |text| Line { text, detail: true };
    match &event.body {
        Body::Opened { number, severity, summary, service, region, reported_by, runbook, unclear, similar, .. } => {
            let service = known_or_named(service.as_ref(), &unclear.services);
            let region = known_or_named(region.as_ref(), &unclear.regions);
            let runbook = match runbook {
                Runbook::Missing { path } => format!("; there is no runbook at {path}"),
                Runbook::Commit { .. } | Runbook::Content { .. } => String::new(),
            };
            let reporter = reported_by.map(|by| format!("; reported by {}", by.in_words())).unwrap_or_default();
            let actor = &event.actor;
            let beside = similar.as_ref().map(|similar| format!(". {}", beside(similar))).unwrap_or_default();
            story(format!(
                "INC-{number} {severity} opened by {actor}: {summary} (service {service}, region {region}{reporter}{runbook}){beside}"
            ))
        }
        Body::DeclaredAgain { summary, severity, reported_by } => {
            let severity = severity.map(|severity| format!(" as {severity}")).unwrap_or_default();
            let reporter = reported_by.map(|by| format!(" (reported by {})", by.in_words())).unwrap_or_default();
            story(format!("declared again{severity} by {}: {summary}{reporter}", event.actor))
        }
        Body::SimilarOpened { number, severity, summary, .. } => {
            story(format!("INC-{number} {severity}, about the same, opened by {}: {summary}", event.actor))
        }
        Body::Page(PageEvent::Began { target, .. }) => detail(format!("page {target} began")),
        Body::Page(page) => story(of_page(page, event.at)),
        Body::Ring { person, event: ring } => {
            let text = of_ring(person, ring);
            let told = matches!(
                ring,
                RingEvent::Accepted { .. }
                    | RingEvent::Retrying { .. }
                    | RingEvent::Unclear { .. }
                    | RingEvent::Failed { .. }
                    | RingEvent::NoReceipt { .. }
                    | RingEvent::Withheld { .. }
            );
            Line { text, detail: !told }
        }
        Body::Mirror { mirror, event: change } => {
            let text = of_mirror(*mirror, change);
            let made = matches!(change, MirrorEvent::Done { remote: Some(_), .. });
            let failed = matches!(change, MirrorEvent::Refused { .. } | MirrorEvent::Unclear { .. });
            Line { text, detail: !(made || failed || matches!(change, MirrorEvent::Retrying { .. })) }
        }
        Body::Updated { text, .. } => story(format!("update by {}: {text}", event.actor)),
        Body::Reclassified { severity, corrected, .. } => {
            let how = if *corrected { "corrected to" } else { "changed to" };
            story(format!("severity {how} {severity} by {}", event.actor))
        }
        Body::ServiceSet { service, region } => {
            let service = service.as_ref().map_or("not known", |id| id.as_str());
            let region = region.as_ref().map_or("not known", |id| id.as_str());
            story(format!("service set to {service}, region {region}, by {}", event.actor))
        }
        Body::ReporterSet { reported_by } => {
            story(format!("reported by {}, says {}", reported_by.in_words(), event.actor))
        }
        Body::Reopened { public, .. } => story(over("reopened", &event.actor.to_string(), public.as_deref())),
        Body::Resolved { public } => story(over("resolved", &event.actor.to_string(), public.as_deref())),
        Body::Cancelled { public } => {
            story(over("cancelled as a false alarm", &event.actor.to_string(), public.as_deref()))
        }
    }
}

/// That an incident was opened beside another about the same, and why.
pub(super) fn beside(similar: &Similar) -> String {
    match similar.why {
        SimilarWhy::Worse => format!("INC-{} is about the same and less bad", similar.number),
        SimilarWhy::Anyway => format!("INC-{} is about the same; opened anyway", similar.number),
    }
}

/// `checkout`, `not known`, or `not known: the summary names checkout and search`.
fn known_or_named<Id: Display>(known: Option<&Id>, named: &[Id]) -> String {
    match (known, named) {
        (Some(id), _) => id.to_string(),
        (None, []) => "not known".to_owned(),
        (None, named) => format!("not known: the summary names {}", listed(named)),
    }
}

/// `checkout, login and search`.
pub(super) fn listed(names: &[impl Display]) -> String {
    let names: Vec<String> = names.iter().map(ToString::to_string).collect();
    match names.as_slice() {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

fn over(how: &str, by: &str, public: Option<&str>) -> String {
    match public {
        Some(public) => format!("{how} by {by}; in public: {public}"),
        None => format!("{how} by {by}"),
    }
}

fn of_page(page: &PageEvent, at: Timestamp) -> String {
    match page {
        PageEvent::Began { target, .. } => format!("page {target} began"),
        PageEvent::StepBegan { target, round, place, wanted, until, passed, .. } => {
            let step = match place {
                Place::Step(index) => format!("step {}", index + 1),
                Place::Everybody => "everybody who can be reached".to_owned(),
                Place::Start | Place::Pause => "start".to_owned(),
            };
            let round = if *round > 1 { format!(", round {round}, every method at once") } else { String::new() };
            let minutes = waited(at, *until);
            format!(
                "page {target}: paging {} ({step}{round}); next in {minutes} unless somebody answers{}",
                people(wanted),
                passed_over(passed)
            )
        }
        PageEvent::Paused { target, until, why, passed, .. } => {
            let why = match why {
                PauseWhy::RoundTooShort => "the round before began only just now",
                PauseWhy::SomebodyAnswered => "everybody left already answers here",
                PauseWhy::Nobody => "NOBODY CAN BE REACHED",
            };
            format!("page {target}: rings nobody, {why}; looks again in {}{}", waited(at, *until), passed_over(passed))
        }
        PageEvent::Acknowledged { by, targets } => format!("{by} answered {}", names(targets)),
        PageEvent::Declined { by, targets, .. } => format!("{by} declined {}; it goes on at once", names(targets)),
        PageEvent::Taken { target, by } => format!("{by} took page {target}"),
        PageEvent::Stopped { targets, why } => match why {
            StopWhy::Resolved => format!("paging stopped for {}: resolved", names(targets)),
            StopWhy::Cancelled => format!("paging stopped for {}: false alarm", names(targets)),
            StopWhy::NotDue => format!("paging stopped for {}: no longer due", names(targets)),
            StopWhy::Person { by, reason } => format!("{by} stopped paging {}: {reason}", names(targets)),
        },
        PageEvent::Widened { target, wanted, .. } if wanted.is_empty() => format!("page {target}: for everybody now"),
        PageEvent::Widened { target, wanted, .. } => format!("page {target}: paging {} as well", people(wanted)),
        PageEvent::Renamed { from, to } => format!("page {from}: answered before, kept as {to}"),
        PageEvent::NotReached { target, people: missed } => {
            format!("page {target}: {} not reached; somebody else has answered", people(missed))
        }
        PageEvent::RungAgain { target, person, .. } => format!("page {target}: ringing {person} again"),
        PageEvent::Asked { people: asked, silent_for, until } => {
            let silent = length(*silent_for);
            format!(
                "no sign of life for {silent} from anybody who answers: asking {}; paging goes on in {}",
                people(asked),
                waited(at, *until)
            )
        }
        PageEvent::SignOfLife { by } => format!("{by} is still on it"),
        PageEvent::Lapsed { targets, silent } => {
            format!("no sign of life from {}: {} on", people(silent), go_on(targets))
        }
    }
}

fn waited(at: Timestamp, until: Timestamp) -> String {
    length(until.duration_since(at))
}

fn length(time: SignedDuration) -> String {
    let seconds = time.as_secs();
    if seconds % 60 == 0 { format!("{} min", seconds / 60) } else { format!("{seconds} s") }
}

fn passed_over(passed: &[Passed]) -> String {
    if passed.is_empty() {
        return String::new();
    }
    let each = passed.iter().map(ToString::to_string);
    format!(" (passed over: {})", each.collect::<Vec<_>>().join("; "))
}

fn of_ring(person: &PersonId, ring: &RingEvent) -> String {
    match ring {
        RingEvent::Began { ladder, quiet, .. } => {
            let methods: Vec<&str> = ladder.iter().map(|entry| entry.method.as_str()).collect();
            let quiet = if *quiet { ", quietly at this hour" } else { "" };
            format!("{person}'s phone begins to ring: {}{quiet}", methods.join(", "))
        }
        RingEvent::Rang { entry } => format!("ringing {person} by {}", entry.method),
        RingEvent::Accepted { entry, delivered: true, .. } => format!("{person} reached by {}", entry.method),
        RingEvent::Accepted { entry, .. } => format!("{person} paged by {}, accepted by the provider", entry.method),
        RingEvent::Retrying { entry, error } => format!("{person}: {} failed, trying again: {error}", entry.method),
        RingEvent::Unclear { entry, error } => {
            format!("{person}: answer of {} lost, sent once more: {error}", entry.method)
        }
        RingEvent::Failed { entry, error } => format!("{person}: {} failed for good: {error}", entry.method),
        RingEvent::NoReceipt { entry } => {
            format!("{person}: no receipt by {} in time, the next method goes", entry.method)
        }
        RingEvent::Withheld { entry } => format!("{person}: {} was not sent, no longer due", entry.method),
        RingEvent::Over { why } => {
            let why = match why {
                RingOverWhy::Answered => "answered",
                RingOverWhy::Declined => "declined",
                RingOverWhy::NotWanted => "no page wants them any more",
                RingOverWhy::Louder => "begins again, louder",
            };
            format!("{person}'s phone stops ringing: {why}")
        }
    }
}

fn of_mirror(mirror: MirrorName, change: &MirrorEvent) -> String {
    let name = match mirror {
        MirrorName::Channel => "channel",
        MirrorName::Status => "status page",
        MirrorName::Ticket => "ticket",
    };
    match change {
        MirrorEvent::Done { remote: Some(remote), link } => {
            let link = link.as_ref().map(|link| format!(" ({link})")).unwrap_or_default();
            format!("{name}: {remote}{link}")
        }
        MirrorEvent::Done { .. } => format!("{name}: brought up to date"),
        MirrorEvent::Retrying { error } => format!("{name}: trying again: {error}"),
        MirrorEvent::Unclear { error } => format!("{name}: answer lost, asking whether it was done: {error}"),
        MirrorEvent::Absent => format!("{name}: it was not done"),
        MirrorEvent::Refused { error, .. } => format!("{name}: refused, trying again later: {error}"),
        MirrorEvent::Rested => format!("{name}: trying again"),
    }
}

fn people(people: &BTreeSet<PersonId>) -> String {
    people.iter().map(PersonId::as_str).collect::<Vec<_>>().join(", ")
}

/// `page service goes`, `pages platform, service go`.
fn go_on(targets: &BTreeSet<Target>) -> String {
    format!("{} {}", names(targets), if targets.len() == 1 { "goes" } else { "go" })
}

fn names(targets: &BTreeSet<Target>) -> String {
    let word = if targets.len() == 1 { "page" } else { "pages" };
    format!("{word} {}", targets.iter().map(Target::as_str).collect::<Vec<_>>().join(", "))
}
