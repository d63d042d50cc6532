//! Between events and their stored form, by hand, in both directions. The form itself stands beside it.

use super::super::{Body, MirrorName};
use super::Stored;
use super::opened::Opened;
use crate::PersonId;
use crate::mirror::MirrorEvent;
use crate::page::{PageEvent, RingEvent};

impl From<&Body> for Stored {
    fn from(body: &Body) -> Self {
        match body.clone() {
            Body::Opened {
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
            } => Self::Opened(Box::new(Opened {
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
            })),
            Body::DeclaredAgain { summary, severity, reported_by } => {
                Self::DeclaredAgain { summary, severity, reported_by }
            }
            Body::SimilarOpened { id, number, severity, summary } => {
                Self::SimilarOpened { id, number, severity, summary }
            }
            Body::Page(event) => event.into(),
            Body::Ring { person, event } => of_ring(person, event),
            Body::Mirror { mirror, event } => of_mirror(mirror, event),
            Body::Updated { text, update_due_at } => Self::Updated { text, update_due_at },
            Body::Reclassified { severity, corrected, public } => Self::Reclassified { severity, corrected, public },
            Body::ServiceSet { service, region } => Self::ServiceSet { service, region },
            Body::ReporterSet { reported_by } => Self::ReporterSet { reported_by },
            Body::Reopened { public, update_due_at } => Self::Reopened { public, update_due_at },
            Body::Resolved { public } => Self::Resolved { public },
            Body::Cancelled { public } => Self::Cancelled { public },
        }
    }
}

impl From<PageEvent> for Stored {
    fn from(event: PageEvent) -> Self {
        match event {
            PageEvent::Began { target, rotation, everyone, chain } => {
                Self::PageBegan { target, rotation, everyone, chain }
            }
            PageEvent::StepBegan { target, round, place, wanted, until, passed, standing } => {
                Self::StepBegan { target, round, place, wanted, until, passed, standing }
            }
            PageEvent::Paused { target, round, until, why, passed } => {
                Self::PagePaused { target, round, until, why, passed }
            }
            PageEvent::Acknowledged { by, targets } => Self::Acknowledged { by, targets },
            PageEvent::Declined { by, targets, until } => Self::Declined { by, targets, until },
            PageEvent::Taken { target, by } => Self::PageTaken { target, by },
            PageEvent::Stopped { targets, why } => Self::PagesStopped { targets, why },
            PageEvent::Widened { target, wanted, until } => Self::PageWidened { target, wanted, until },
            PageEvent::Renamed { from, to } => Self::PageRenamed { from, to },
            PageEvent::NotReached { target, people } => Self::NotReached { target, people },
            PageEvent::RungAgain { target, person, until } => Self::RungAgain { target, person, until },
            PageEvent::Asked { people, silent_for, until } => Self::ResponderAsked { people, silent_for, until },
            PageEvent::SignOfLife { by } => Self::SignOfLife { by },
            PageEvent::Lapsed { targets, silent } => Self::AnswerLapsed { targets, silent },
        }
    }
}

fn of_ring(person: PersonId, event: RingEvent) -> Stored {
    match event {
        RingEvent::Began { ladder, loud, quiet } => Stored::RingBegan { person, ladder, loud, quiet },
        RingEvent::Rang { entry } => Stored::Rang { person, entry },
        RingEvent::Accepted { entry, delivered, receipt_by } => {
            Stored::SendAccepted { person, entry, delivered, receipt_by }
        }
        RingEvent::Retrying { entry, error } => Stored::SendRetrying { person, entry, error },
        RingEvent::Unclear { entry, error } => Stored::SendUnclear { person, entry, error },
        RingEvent::Failed { entry, error } => Stored::SendFailed { person, entry, error },
        RingEvent::NoReceipt { entry } => Stored::NoReceipt { person, entry },
        RingEvent::Withheld { entry } => Stored::SendWithheld { person, entry },
        RingEvent::Over { why } => Stored::RingOver { person, why },
    }
}

fn of_mirror(mirror: MirrorName, event: MirrorEvent) -> Stored {
    match event {
        MirrorEvent::Done { remote, link } => Stored::MirrorDone { mirror, remote, link },
        MirrorEvent::Retrying { error } => Stored::MirrorRetrying { mirror, error },
        MirrorEvent::Unclear { error } => Stored::MirrorUnclear { mirror, error },
        MirrorEvent::Absent => Stored::MirrorAbsent { mirror },
        MirrorEvent::Refused { error, rest_until } => Stored::MirrorRefused { mirror, error, rest_until },
        MirrorEvent::Rested => Stored::MirrorRested { mirror },
    }
}

impl From<Stored> for Body {
    fn from(stored: Stored) -> Self {
        let ring = |person, event| Self::Ring { person, event };
        let mirrored = |mirror, event| Self::Mirror { mirror, event };
        match stored {
            Stored::Opened(opened) => (*opened).into(),
            Stored::DeclaredAgain { summary, severity, reported_by } => {
                Self::DeclaredAgain { summary, severity, reported_by }
            }
            Stored::SimilarOpened { id, number, severity, summary } => {
                Self::SimilarOpened { id, number, severity, summary }
            }
            Stored::PageBegan { target, rotation, everyone, chain } => {
                Self::Page(PageEvent::Began { target, rotation, everyone, chain })
            }
            Stored::StepBegan { target, round, place, wanted, until, passed, standing } => {
                Self::Page(PageEvent::StepBegan { target, round, place, wanted, until, passed, standing })
            }
            Stored::PagePaused { target, round, until, why, passed } => {
                Self::Page(PageEvent::Paused { target, round, until, why, passed })
            }
            Stored::Acknowledged { by, targets } => Self::Page(PageEvent::Acknowledged { by, targets }),
            Stored::Declined { by, targets, until } => Self::Page(PageEvent::Declined { by, targets, until }),
            Stored::PageTaken { target, by } => Self::Page(PageEvent::Taken { target, by }),
            Stored::PagesStopped { targets, why } => Self::Page(PageEvent::Stopped { targets, why }),
            Stored::PageWidened { target, wanted, until } => Self::Page(PageEvent::Widened { target, wanted, until }),
            Stored::PageRenamed { from, to } => Self::Page(PageEvent::Renamed { from, to }),
            Stored::NotReached { target, people } => Self::Page(PageEvent::NotReached { target, people }),
            Stored::RungAgain { target, person, until } => Self::Page(PageEvent::RungAgain { target, person, until }),
            Stored::ResponderAsked { people, silent_for, until } => {
                Self::Page(PageEvent::Asked { people, silent_for, until })
            }
            Stored::SignOfLife { by } => Self::Page(PageEvent::SignOfLife { by }),
            Stored::AnswerLapsed { targets, silent } => Self::Page(PageEvent::Lapsed { targets, silent }),
            Stored::RingBegan { person, ladder, loud, quiet } => ring(person, RingEvent::Began { ladder, loud, quiet }),
            Stored::Rang { person, entry } => ring(person, RingEvent::Rang { entry }),
            Stored::SendAccepted { person, entry, delivered, receipt_by } => {
                ring(person, RingEvent::Accepted { entry, delivered, receipt_by })
            }
            Stored::SendRetrying { person, entry, error } => ring(person, RingEvent::Retrying { entry, error }),
            Stored::SendUnclear { person, entry, error } => ring(person, RingEvent::Unclear { entry, error }),
            Stored::SendFailed { person, entry, error } => ring(person, RingEvent::Failed { entry, error }),
            Stored::NoReceipt { person, entry } => ring(person, RingEvent::NoReceipt { entry }),
            Stored::SendWithheld { person, entry } => ring(person, RingEvent::Withheld { entry }),
            Stored::RingOver { person, why } => ring(person, RingEvent::Over { why }),
            Stored::MirrorDone { mirror, remote, link } => mirrored(mirror, MirrorEvent::Done { remote, link }),
            Stored::MirrorRetrying { mirror, error } => mirrored(mirror, MirrorEvent::Retrying { error }),
            Stored::MirrorUnclear { mirror, error } => mirrored(mirror, MirrorEvent::Unclear { error }),
            Stored::MirrorAbsent { mirror } => mirrored(mirror, MirrorEvent::Absent),
            Stored::MirrorRefused { mirror, error, rest_until } => {
                mirrored(mirror, MirrorEvent::Refused { error, rest_until })
            }
            Stored::MirrorRested { mirror } => mirrored(mirror, MirrorEvent::Rested),
            Stored::Updated { text, update_due_at } => Self::Updated { text, update_due_at },
            Stored::Reclassified { severity, corrected, public } => Self::Reclassified { severity, corrected, public },
            Stored::ServiceSet { service, region } => Self::ServiceSet { service, region },
            Stored::ReporterSet { reported_by } => Self::ReporterSet { reported_by },
            Stored::Reopened { public, update_due_at } => Self::Reopened { public, update_due_at },
            Stored::Resolved { public } => Self::Resolved { public },
            Stored::Cancelled { public } => Self::Cancelled { public },
        }
    }
}
