//! An incident: what it is, whom it pages, and the channel, status entry and ticket that show it.
//!
//! The deciding functions, [`open`], [`command`], [`wake`], [`outcome`] and [`inform`], turn what is asked, due or answered into
//! events. Each ends with everything that is due, so that nothing due is left behind.
//!
//! Deliberately not here: who is on call (`oncall`), how a page goes up its chain (`page`), how providers are spoken
//! to, and when an effect is tried again.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::access::Viewer;
use crate::effect::PublicState;
use crate::ids::StreamId;
use crate::mirror::Mirror;
use crate::page::Paging;
use crate::policy::{PolicyVersion, Severity};
use crate::text::Summary;
use crate::world::Runbook;
use crate::{Actor, IncidentId, PersonId, RegionId, ServiceId};

mod apply;
mod command;
mod decision;
mod documents;
mod effects;
mod event;
mod figures;
mod index;
mod narrate;
mod open;
mod outcome;
mod reclassify;
mod rehearsal;
mod reporter;
mod review;
mod similar;
mod stored;
mod targets;
mod wake;

pub use command::{Command, Refused, command};
pub use decision::Decided;
pub use documents::{ChannelDoc, StatusDoc, TicketDoc};
pub use effects::still_due;
pub use event::{Approval, Body, Event, MirrorName, PublicOpening};
pub use figures::{Calls, Figures, Pages};
pub use narrate::{Line, narrate};
pub use open::{Declaration, Open, Subject, open};
pub use outcome::outcome;
pub use rehearsal::{Deed, Rehearsal, What, rehearse};
pub use reporter::{NoReporter, Reporter};
pub use review::{LateUpdate, Review, review};
pub use similar::{Again, Likeness, Similar, SimilarWhy, Unclear, inform};
pub(crate) use targets::pages;
pub use wake::wake;

/// Format number of the state as JSON. Raised with every change of its shape; older states are folded anew.
pub const STATE_FORMAT: u32 = 5;

/// An incident, as the fold of its events.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Incident {
    /// Its id inside zephyr.
    pub id: IncidentId,
    /// Its number for people: `7` for `INC-7`.
    pub number: u64,
    /// Sequence number of its last event.
    pub version: u64,
    /// What is wrong; never public.
    pub summary: Summary,
    /// How bad.
    pub severity: Severity,
    /// The worst it was while it was open, unless that was a mistake: what is owed afterwards follows this.
    pub highest: Severity,
    /// The service, where it is known.
    pub service: Option<ServiceId>,
    /// The region, where it is known.
    pub region: Option<RegionId>,
    /// Only for its participants and admins.
    pub private: bool,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// By whom.
    pub opened_by: Actor,
    /// Who noticed it first, where somebody has said so. Absent in states written before it was asked.
    #[serde(default)]
    pub reported_by: Option<Reporter>,
    /// The policy version it was opened under.
    pub policy: PolicyVersion,
    /// Where it stands.
    pub phase: Phase,
    /// Who answered first: incident commander until somebody takes the role.
    pub acting_commander: Option<PersonId>,
    /// When the next update is due.
    pub update_due_at: Timestamp,
    /// Pages and rings.
    pub paging: Paging,
    /// Everybody who takes part: who opened it, who was paged so far, who answered. They see it where it is private.
    pub participants: BTreeSet<PersonId>,
    /// What the summary names several of, until somebody says which.
    pub unclear: Unclear,
    /// Numbers of other incidents about the same, opened while this one was open, or open when it was.
    pub similar: BTreeSet<u64>,
    /// The runbook as it stood at opening.
    pub runbook: Runbook,
    /// Public words at opening; `None` where it has no entry on the status page.
    pub public: Option<PublicOpening>,
    /// Public lines after the first.
    pub public_updates: Vec<(PublicState, String)>,
    /// Messages for the channel, in order.
    pub posts: Vec<String>,
    /// The channel.
    pub channel: Mirror<ChannelDoc>,
    /// The status-page entry.
    pub status: Mirror<StatusDoc>,
    /// The ticket.
    pub ticket: Mirror<TicketDoc>,
}

/// Where an incident stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// Going on.
    Open,
    /// Over.
    Resolved {
        /// When.
        at: Timestamp,
        /// By whom.
        by: Actor,
    },
    /// It was none.
    Cancelled {
        /// When.
        at: Timestamp,
        /// By whom.
        by: Actor,
    },
}

impl Phase {
    /// `open`, `resolved` or `cancelled`.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Resolved { .. } => "resolved",
            Self::Cancelled { .. } => "cancelled",
        }
    }
}

impl Incident {
    /// The fold: what an incident is after an event. The first event makes it; a stream that does not begin with an
    /// opening is no incident.
    pub fn fold(state: Option<Self>, event: &Event) -> Option<Self> {
        match state {
            None => Self::opened(event),
            Some(mut incident) => {
                incident.apply(event);
                Some(incident)
            }
        }
    }

    /// Its stream.
    pub fn stream(&self) -> StreamId {
        self.id.stream()
    }

    /// Its number as people write it.
    pub fn label(&self) -> String {
        format!("INC-{}", self.number)
    }

    /// Whether it goes on.
    pub fn is_open(&self) -> bool {
        self.phase == Phase::Open
    }

    /// The earliest of all deadlines it holds.
    pub fn next_wake(&self) -> Option<Timestamp> {
        let mirrors = [self.channel.next_wake(), self.status.next_wake(), self.ticket.next_wake()];
        mirrors.into_iter().flatten().chain(self.paging.next_wake()).min()
    }

    /// Whether an act of theirs is a sign of life: they answer here, lead it, or are asked for one.
    pub fn is_responder(&self, person: &PersonId) -> bool {
        self.acting_commander.as_ref() == Some(person)
            || self.paging.holders().contains(person)
            || self.paging.asked().any(|asked| asked == person)
    }

    /// Whether answers here need signs of life: on SEV-1 and SEV-2, while it goes on.
    pub fn needs_signs_of_life(&self) -> bool {
        self.is_open() && self.severity < Severity::Three
    }

    /// Whether somebody may read it. A private incident is for its participants and admins.
    pub fn is_visible_to(&self, viewer: &Viewer) -> bool {
        match viewer {
            Viewer::Local => true,
            Viewer::Bot => !self.private,
            Viewer::Person { id, admin } => !self.private || *admin || self.participants.contains(id),
        }
    }
}
