//! What can happen to an incident.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Reporter, Similar, Unclear};
use crate::mirror::MirrorEvent;
use crate::page::{PageEvent, RingEvent, StopWhy};
use crate::policy::{PolicyVersion, Severity};
use crate::text::Summary;
use crate::world::Runbook;
use crate::{IncidentId, PersonId, RegionId, ServiceId};

/// One event of an incident's stream.
pub type Event = crate::event::Event<Body>;

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::large_enum_variant, reason = "an opening comes once in a log, and is not kept in numbers")]
pub enum Body {
    /// It was opened.
    Opened {
        /// Its id.
        id: IncidentId,
        /// Its number.
        number: u64,
        /// What is wrong.
        summary: Summary,
        /// How bad.
        severity: Severity,
        /// The service, named or found in the summary.
        service: Option<ServiceId>,
        /// The region, likewise.
        region: Option<RegionId>,
        /// Whether it is private.
        private: bool,
        /// Who noticed it first, where it was said.
        reported_by: Option<Reporter>,
        /// The runbook as it stands.
        runbook: Runbook,
        /// Its first public words, where it has any.
        public: Option<PublicOpening>,
        /// When the first update is due.
        update_due_at: Timestamp,
        /// What the summary names several of, so that it is not known which is meant.
        unclear: Unclear,
        /// One about the same that was open.
        similar: Option<Similar>,
    },
    /// Somebody declared the same again, and it was added here.
    DeclaredAgain {
        /// In their words.
        summary: Summary,
        /// How bad they say it is, where they said so.
        severity: Option<Severity>,
        /// Who noticed it first, as they say.
        reported_by: Option<Reporter>,
    },
    /// Another incident about the same was opened.
    SimilarOpened {
        /// Its id.
        id: IncidentId,
        /// Its number.
        number: u64,
        /// How bad it is.
        severity: Severity,
        /// What is wrong there.
        summary: Summary,
    },
    /// Something happened to its pages.
    Page(PageEvent),
    /// Something happened to a person's ring.
    Ring {
        /// Whose.
        person: PersonId,
        /// What.
        event: RingEvent,
    },
    /// Something happened to its channel, status entry or ticket.
    Mirror {
        /// Which.
        mirror: MirrorName,
        /// What.
        event: MirrorEvent,
    },
    /// A person told how things stand.
    Updated {
        /// Their words; public where it has an entry on the status page.
        text: String,
        /// When the next update is due.
        update_due_at: Timestamp,
    },
    /// Its severity is another.
    Reclassified {
        /// The severity from now on.
        severity: Severity,
        /// Whether the severity was wrong from the beginning, so that what is owed afterwards follows this one.
        corrected: bool,
        /// Public words, where this severity has an entry on the status page and there was none.
        public: Option<PublicOpening>,
    },
    /// Somebody said which service it is, or where.
    ServiceSet {
        /// The service from now on.
        service: Option<ServiceId>,
        /// The region from now on.
        region: Option<RegionId>,
    },
    /// Somebody said who noticed it first.
    ReporterSet {
        /// Who did.
        reported_by: Reporter,
    },
    /// It was not over.
    Reopened {
        /// The public line, where it has a status entry.
        public: Option<String>,
        /// When the next update is due.
        update_due_at: Timestamp,
    },
    /// It is over.
    Resolved {
        /// The public line, where it has a status entry.
        public: Option<String>,
    },
    /// It was a false alarm.
    Cancelled {
        /// The public line, where it has a status entry.
        public: Option<String>,
    },
}

impl Event {
    /// Whether somebody did this, rather than that it followed from what they did.
    pub fn is_an_act(&self) -> bool {
        self.actor.is_somebody()
            && match &self.body {
                Body::Opened { .. }
                | Body::DeclaredAgain { .. }
                | Body::Updated { .. }
                | Body::Reclassified { .. }
                | Body::ServiceSet { .. }
                | Body::ReporterSet { .. }
                | Body::Reopened { .. }
                | Body::Resolved { .. }
                | Body::Cancelled { .. } => true,
                Body::Page(page) => match page {
                    PageEvent::Acknowledged { .. }
                    | PageEvent::Declined { .. }
                    | PageEvent::Taken { .. }
                    | PageEvent::SignOfLife { .. }
                    | PageEvent::RungAgain { .. } => true,
                    PageEvent::Stopped { why, .. } => matches!(why, StopWhy::Person { .. }),
                    PageEvent::Began { .. }
                    | PageEvent::StepBegan { .. }
                    | PageEvent::Paused { .. }
                    | PageEvent::Widened { .. }
                    | PageEvent::Renamed { .. }
                    | PageEvent::Asked { .. }
                    | PageEvent::Lapsed { .. }
                    | PageEvent::NotReached { .. } => false,
                },
                Body::SimilarOpened { .. } | Body::Ring { .. } | Body::Mirror { .. } => false,
            }
    }
}

/// One of the things outside that show an incident.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MirrorName {
    /// The chat channel.
    Channel,
    /// The status-page entry.
    Status,
    /// The ticket.
    Ticket,
}

/// The first public words of an incident.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublicOpening {
    /// Title of the entry; never the summary.
    pub title: String,
    /// The affected component.
    pub component: String,
    /// The first line.
    pub text: String,
    /// Where it is a sentence of the policy: of which, and who approved it. `None` where a person wrote it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approved: Option<Approval>,
}

/// Whose words a sentence of the policy is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approval {
    /// The policy that has the sentence.
    pub policy: PolicyVersion,
    /// Who applied that policy.
    pub by: String,
}
