//! What is to be done in the world because of an event, and what the world answered.
//!
//! Deliberately not here: how a provider is spoken to (`zephyr-providers`), when a try is made again (`zephyr-engine`).

use std::collections::BTreeSet;

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use crate::notice::Notice;
use crate::policy::{Method, Severity};
use crate::{IncidentId, PersonId};

/// Which queue an effect waits in. Pages have one of their own and go first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lane {
    /// Rings a person.
    Page,
    /// Tells: channel, status page, ticket, the end of a ring, what a person has to know.
    Tell,
}

/// One thing to do. Committed with the event that caused it; handed over at least once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// Ring a person over one method.
    Page(PageSend),
    /// Tell the devices of a person that their ring is over.
    Hush(Hush),
    /// Bring the incident's channel nearer to what it should be.
    Channel(MirrorSend<ChannelOp>),
    /// Bring the status-page entry nearer to what it should be.
    Status(MirrorSend<StatusOp>),
    /// Bring the ticket nearer to what it should be.
    Ticket(MirrorSend<TicketOp>),
    /// Let another incident know. The engine does it itself, on the other's stream; it reaches no provider.
    Inform(Inform),
    /// Tell a person something, without ringing them.
    Notice(Notice),
}

impl Effect {
    /// The names of all kinds; each is how the stored text of such an effect begins.
    pub const KINDS: [&'static str; 7] = ["page", "hush", "channel", "status", "ticket", "inform", "notice"];

    /// The name of its kind.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Page(_) => "page",
            Self::Hush(_) => "hush",
            Self::Channel(_) => "channel",
            Self::Status(_) => "status",
            Self::Ticket(_) => "ticket",
            Self::Inform(_) => "inform",
            Self::Notice(_) => "notice",
        }
    }

    /// The queue it waits in.
    pub fn lane(&self) -> Lane {
        match self {
            Self::Page(_) => Lane::Page,
            Self::Hush(_)
            | Self::Channel(_)
            | Self::Status(_)
            | Self::Ticket(_)
            | Self::Inform(_)
            | Self::Notice(_) => Lane::Tell,
        }
    }
}

/// What a person is rung for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Occasion {
    /// An incident.
    Incident(IncidentId),
    /// A drill, by its number: no incident.
    Drill(u64),
}

impl Occasion {
    /// The incident, where it is one.
    pub fn incident(self) -> Option<IncidentId> {
        match self {
            Self::Incident(id) => Some(id),
            Self::Drill(_) => None,
        }
    }

    /// The number of the drill, where it is one.
    pub fn drill(self) -> Option<u64> {
        match self {
            Self::Incident(_) => None,
            Self::Drill(number) => Some(number),
        }
    }

    /// What a person is rung for as people write it, given its number: `INC-7`, `DRILL-3`.
    pub fn label(self, number: u64) -> String {
        match self {
            Self::Incident(_) => format!("INC-{number}"),
            Self::Drill(drill) => format!("DRILL-{drill}"),
        }
    }
}

/// One send to one person over one method.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageSend {
    /// For what.
    #[serde(flatten)]
    pub occasion: Occasion,
    /// Its number, `7` for `INC-7`.
    pub number: u64,
    /// Its severity when the send was decided.
    pub severity: Severity,
    /// What is wrong; `None` for a private incident.
    pub summary: Option<String>,
    /// Who is rung.
    pub person: PersonId,
    /// Which ring of that person on this occasion, from 1.
    pub ring: u32,
    /// Which entry of the ring's ladder, from 0.
    pub entry: u32,
    /// How.
    pub method: Method,
    /// Nothing new: they answered, and are asked for a sign of life.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub asks: bool,
}

impl PageSend {
    /// The line that a device shows or reads out: `INC-7 SEV-2: Checkout is down`. A drill says first that it is none.
    pub fn headline(&self) -> String {
        let Self { occasion, number, severity, summary, asks, .. } = self;
        let asks = if *asks { " (still on it?)" } else { "" };
        let drill = match occasion {
            Occasion::Incident(_) => "",
            Occasion::Drill(_) => "DRILL, not an incident: ",
        };
        let summary = summary.as_ref().map(|summary| format!(": {summary}")).unwrap_or_default();
        format!("{drill}{} {severity}{asks}{summary}", occasion.label(*number))
    }
}

/// The end of a ring, told to the devices that rang.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hush {
    /// For what they rang.
    #[serde(flatten)]
    pub occasion: Occasion,
    /// Whose ring.
    pub person: PersonId,
    /// Which ring of that person, from 1.
    pub ring: u32,
    /// Why, in a few words: `answered by ines`.
    pub why: String,
}

/// One incident lets another know that it opened. No transaction spans two incidents: what the other has to know is an
/// effect of the first, and its end is written together with what the other makes of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inform {
    /// Which opened.
    pub incident: IncidentId,
    /// Which has to know.
    pub other: IncidentId,
}

/// One step towards what a mirrored thing should look like.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MirrorSend<Op> {
    /// For which incident.
    pub incident: IncidentId,
    /// The provider's id of the thing; `None` until it was created.
    pub remote: Option<String>,
    /// Names this step for the provider: the same at every try, and in the question whether it was done.
    pub key: String,
    /// The event since which this step is in flight.
    pub since: u64,
    /// What to do, or to ask about.
    pub op: Op,
    /// `true` asks only whether the step named `key` was done, because an earlier answer was lost.
    pub lookup: bool,
}

/// A step on a chat channel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChannelOp {
    /// Make it.
    Create {
        /// Channel name, lower case, at most 80 characters.
        name: String,
        /// One line above the messages.
        topic: String,
        /// Only for those invited.
        private: bool,
    },
    /// Set the line above the messages.
    Topic {
        /// The line.
        topic: String,
    },
    /// Invite these; those already in it stay.
    Invite {
        /// Who.
        people: BTreeSet<PersonId>,
    },
    /// Pin the runbook.
    Pin {
        /// The pinned text.
        text: String,
    },
    /// Post the card, or replace the text of the card posted before.
    Card {
        /// Its text.
        text: String,
    },
    /// Post one message; once.
    Post {
        /// The message.
        text: String,
    },
    /// Close it for writing.
    Archive,
    /// Open it again.
    Unarchive,
}

/// The public state of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PublicState {
    /// Being looked into.
    Investigating,
    /// Over.
    Resolved,
    /// Taken back: there was no incident.
    Withdrawn,
}

/// A step on a status-page entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StatusOp {
    /// Open an entry.
    Create {
        /// Public title; never the summary.
        title: String,
        /// Affected component.
        component: String,
        /// First public line.
        text: String,
    },
    /// Add a line and set the state; once.
    Update {
        /// The state after it.
        state: PublicState,
        /// The public line.
        text: String,
    },
}

/// How a ticket ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TicketEnd {
    /// The incident was resolved.
    Done,
    /// It was none.
    Cancelled,
}

/// A step on a ticket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TicketOp {
    /// Open one.
    Create {
        /// Title.
        title: String,
        /// Text.
        body: String,
    },
    /// Replace title and text.
    Edit {
        /// Title.
        title: String,
        /// Text.
        body: String,
    },
    /// Close it.
    Close {
        /// How it ends.
        end: TicketEnd,
    },
    /// Open it again.
    Reopen,
}

/// What a provider said when it did what was asked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Receipt {
    /// The provider's id of the thing, where it made or found one.
    pub remote: Option<String>,
    /// Where a person can look at it.
    pub link: Option<String>,
    /// Pages: it is already known to have reached the device.
    pub delivered: bool,
    /// Lookups: `false` says that the step was not done.
    pub absent: bool,
}

/// What became of one try of an effect. Errors are texts for people, without secrets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It was done.
    Done(Receipt),
    /// It was certainly not done; try again.
    Retry {
        /// Not before this long from now, where the provider said so.
        after: Option<SignedDuration>,
        /// Why.
        error: String,
    },
    /// It was not done and the same try will never be.
    Permanent {
        /// Why.
        error: String,
    },
    /// Nobody knows whether it was done: the answer was lost.
    Ambiguous {
        /// Why.
        error: String,
    },
    /// It never left: it was no longer due.
    NotDue,
}
