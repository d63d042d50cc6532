//! Events as they are stored: a form of their own, converted by hand, that later versions still have to read.
//!
//! A kind, once written, keeps its meaning for ever: what changes gets a new kind. `tests/corpus` holds one of each.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{Event, MirrorName, PublicOpening, Reporter};
use crate::event::{BadEvent, StoredEvent};
use crate::page::{Chain, Passed, PauseWhy, Place, RingOverWhy, RungRef, Standing, StopWhy, Target};
use crate::policy::{LadderEntry, Severity};
use crate::text::Summary;
use crate::{IncidentId, PersonId, RegionId, RotationId, ServiceId};

mod convert;
mod opened;

use opened::Opened;

impl Event {
    /// Its stored form.
    pub fn to_stored(&self) -> Result<StoredEvent, BadEvent> {
        self.write(&Stored::from(&self.body))
    }

    /// Reads a stored event.
    pub fn from_stored(seq: u64, at: Timestamp, body: &str) -> Result<Self, BadEvent> {
        Self::read::<Stored>(seq, at, body)
    }
}

#[derive(Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum Stored {
    Opened(Box<Opened>),
    DeclaredAgain {
        summary: Summary,
        severity: Option<Severity>,
        reported_by: Option<Reporter>,
    },
    SimilarOpened {
        id: IncidentId,
        number: u64,
        severity: Severity,
        summary: Summary,
    },
    PageBegan {
        target: Target,
        rotation: Option<RotationId>,
        everyone: bool,
        chain: Chain,
    },
    StepBegan {
        target: Target,
        round: u32,
        place: Place,
        wanted: BTreeSet<PersonId>,
        until: Timestamp,
        passed: Vec<Passed>,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        standing: Vec<Standing>,
    },
    PagePaused {
        target: Target,
        round: u32,
        until: Timestamp,
        why: PauseWhy,
        passed: Vec<Passed>,
    },
    Acknowledged {
        by: PersonId,
        targets: BTreeSet<Target>,
    },
    Declined {
        by: PersonId,
        targets: BTreeSet<Target>,
        until: Timestamp,
    },
    PageTaken {
        target: Target,
        by: PersonId,
    },
    PagesStopped {
        targets: BTreeSet<Target>,
        why: StopWhy,
    },
    PageWidened {
        target: Target,
        wanted: BTreeSet<PersonId>,
        until: Timestamp,
    },
    PageRenamed {
        from: Target,
        to: Target,
    },
    NotReached {
        target: Target,
        people: BTreeSet<PersonId>,
    },
    RungAgain {
        target: Target,
        person: PersonId,
        until: Timestamp,
    },
    ResponderAsked {
        people: BTreeSet<PersonId>,
        silent_for: SignedDuration,
        until: Timestamp,
    },
    SignOfLife {
        by: PersonId,
    },
    AnswerLapsed {
        targets: BTreeSet<Target>,
        silent: BTreeSet<PersonId>,
    },
    RingBegan {
        person: PersonId,
        ladder: Vec<LadderEntry>,
        loud: bool,
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        quiet: bool,
    },
    Rang {
        person: PersonId,
        entry: RungRef,
    },
    SendAccepted {
        person: PersonId,
        entry: RungRef,
        delivered: bool,
        receipt_by: Option<Timestamp>,
    },
    SendRetrying {
        person: PersonId,
        entry: RungRef,
        error: String,
    },
    SendUnclear {
        person: PersonId,
        entry: RungRef,
        error: String,
    },
    SendFailed {
        person: PersonId,
        entry: RungRef,
        error: String,
    },
    NoReceipt {
        person: PersonId,
        entry: RungRef,
    },
    SendWithheld {
        person: PersonId,
        entry: RungRef,
    },
    RingOver {
        person: PersonId,
        why: RingOverWhy,
    },
    MirrorDone {
        mirror: MirrorName,
        remote: Option<String>,
        link: Option<String>,
    },
    MirrorRetrying {
        mirror: MirrorName,
        error: String,
    },
    MirrorUnclear {
        mirror: MirrorName,
        error: String,
    },
    MirrorAbsent {
        mirror: MirrorName,
    },
    MirrorRefused {
        mirror: MirrorName,
        error: String,
        rest_until: Timestamp,
    },
    MirrorRested {
        mirror: MirrorName,
    },
    Updated {
        text: String,
        update_due_at: Timestamp,
    },
    Reclassified {
        severity: Severity,
        corrected: bool,
        public: Option<PublicOpening>,
    },
    ServiceSet {
        service: Option<ServiceId>,
        region: Option<RegionId>,
    },
    ReporterSet {
        reported_by: Reporter,
    },
    Reopened {
        public: Option<String>,
        update_due_at: Timestamp,
    },
    Resolved {
        public: Option<String>,
    },
    Cancelled {
        public: Option<String>,
    },
}
