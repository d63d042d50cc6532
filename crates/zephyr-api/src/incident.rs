//! An incident as its readers see it, its timeline, and what a command answers.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Unclear;

/// An incident as its readers see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Incident {
    /// `INC-7`.
    pub label: String,
    /// `7`.
    pub number: u64,
    /// Sequence number of its last event: `after` of the timeline.
    pub version: u64,
    /// What is wrong.
    pub summary: String,
    /// 1, 2 or 3.
    #[schema(minimum = 1, maximum = 3)]
    pub severity: u8,
    /// The service, where it is known.
    pub service: Option<String>,
    /// The region, where it is known.
    pub region: Option<String>,
    /// What the summary names several of, until somebody says which: `POST …/service`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unclear: Option<Unclear>,
    /// Labels of other incidents about the same that were opened while this one was open, or open when it was.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub similar: Vec<String>,
    /// Whether it is private.
    pub private: bool,
    /// `open`, `resolved` or `cancelled`.
    #[schema(pattern = "^(open|resolved|cancelled)$")]
    pub phase: String,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// By whom: a person's id, or a program's name.
    pub opened_by: String,
    /// Who noticed it first, where somebody has said so: `customer`, `employee` or `monitoring`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reported_by: Option<String>,
    /// Who answered first: incident commander until somebody takes the role.
    pub acting_commander: Option<String>,
    /// When the next update is due; `None` once it is over.
    pub update_due_at: Option<Timestamp>,
    /// Its pages.
    pub pages: Vec<Page>,
    /// How long the answers hold; `None` while nobody has answered, and on a SEV-3.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lease: Option<Lease>,
    /// The channel.
    pub channel: Link,
    /// The status-page entry.
    pub status_page: Link,
    /// The ticket.
    pub ticket: Link,
    /// The runbook that is pinned.
    pub runbook: Runbook,
    /// The policy version it was opened under.
    pub policy: String,
    /// Its first public words, where it has any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub public: Option<PublicWords>,
}

/// What the public was told first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PublicWords {
    /// The words.
    pub text: String,
    /// The policy whose sentence it is; `None` where a person wrote it.
    pub policy: Option<String>,
    /// Who applied that policy, and thereby approved the sentence.
    pub approved_by: Option<String>,
}

/// The answers hold as long as one of those who answered, or the commander, does something on the incident once in a
/// while.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Lease {
    /// `held`, or `asking`: nobody has given a sign of life for too long.
    #[schema(pattern = "^(held|asking)$")]
    pub state: String,
    /// Held: when somebody is asked. Asking: when the pages go on with the step after the one answered.
    pub until: Timestamp,
    /// Whose phones ring for it; while asking.
    pub asked: Vec<Wanted>,
}

/// One page of an incident.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Page {
    /// `service`, or the name of a rotation.
    pub target: String,
    /// The rotation that owns it.
    pub rotation: Option<String>,
    /// `ringing`, `answered` or `stopped`.
    #[schema(pattern = "^(ringing|answered|stopped)$")]
    pub state: String,
    /// Whose phones ring for it now, each with how far they got.
    pub wanted: Vec<Wanted>,
    /// Who answered.
    pub answered_by: Vec<String>,
    /// Who was wanted together with those who answered, and did not.
    pub not_reached: Vec<String>,
    /// Round of the chain, from 1; while ringing.
    pub round: Option<u32>,
    /// `step 1`, `everybody` or `pause`; while ringing.
    pub step: Option<String>,
    /// Who is rung next unless somebody answers, as things stand; while ringing.
    pub next: Vec<String>,
    /// When.
    pub next_at: Option<Timestamp>,
    /// Why it is stopped.
    pub why: Option<String>,
}

/// Somebody whose phone rings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Wanted {
    /// Person id.
    pub person: String,
    /// Display name.
    pub name: String,
    /// Methods in the order of their ladder.
    pub methods: Vec<MethodState>,
}

/// One method of a ringing phone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MethodState {
    /// `push`, `sms`, `call`, `email`, `chat`.
    #[schema(pattern = "^(push|sms|call|email|chat)$")]
    pub method: String,
    /// `waiting`, `sent`, `accepted`, `failed`, `withheld`.
    #[schema(pattern = "^(waiting|sent|accepted|failed|withheld)$")]
    pub state: String,
    /// When it is due, was sent or was accepted.
    pub at: Option<Timestamp>,
}

/// A channel, status entry or ticket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Link {
    /// `none` (there is none to be), `pending` or `shown`.
    #[schema(pattern = "^(none|pending|shown)$")]
    pub state: String,
    /// The provider's name for it.
    pub id: Option<String>,
    /// Where to look at it.
    pub url: Option<String>,
    /// What went wrong last.
    pub trouble: Option<String>,
}

/// The runbook that is pinned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Runbook {
    /// Its path.
    pub path: String,
    /// Commit or content hash; `None` where there is no such file.
    pub version: Option<String>,
}

/// `GET /api/v1/incidents`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Incidents {
    /// Newest first.
    pub incidents: Vec<Incident>,
}

/// What a command answers: the incident after it is durable.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Changed {
    /// After the command.
    pub incident: Incident,
    /// Whether a declaration was added to it, instead of opening another.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub joined: bool,
}

/// `POST /api/v1/ack`: every incident that was answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Acknowledged {
    /// Those answered, after it.
    pub incidents: Vec<Incident>,
}

/// `GET …/timeline`: events after a sequence number, in order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Timeline {
    /// In order.
    pub entries: Vec<Entry>,
    /// Pass it as `after` to get what follows.
    pub next_after: u64,
}

/// One event of a timeline.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Entry {
    /// From 1, without holes.
    pub seq: u64,
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub actor: String,
    /// What kind, `step_began`.
    pub kind: String,
    /// In words.
    pub text: String,
    /// Detail that only an investigation of zephyr itself needs.
    pub detail: bool,
}
