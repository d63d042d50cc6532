//! The wire types of zephyr's HTTP API, and its stable error codes.
//!
//! Times are RFC 3339 in UTC. Names of fields and codes do not change once released; new fields may appear.
//! Deliberately not here: domain types. The server converts by hand.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

mod account;
mod audit;
mod declaring;
mod policy;
mod problem;
mod tokens;
mod whole;

pub use account::{
    Call, CallFigures, CallSend, Calls, MissedIncident, MissedReport, PageCalls, PageFigures, StepCalls,
};
pub use audit::{Audit, AuditEntry};
pub use declaring::{JoinIncident, ResolveIncident, Unclear};
pub use policy::{AppliedPolicy, ApplyPolicy, Policies, PolicyApplied, PolicyChange, PolicyMistake, PolicyText};
pub use problem::{Code, Problem};
pub use tokens::{TokenInfo, Tokens};

/// `POST /api/v1/incidents`: what somebody declares.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "severity": 2, "summary": "Checkout p99 elevated in eu-frankfurt" }))]
pub struct OpenIncident {
    /// What is wrong, one line, at most 300 characters.
    #[schema(min_length = 1, max_length = 1200)]
    pub summary: String,
    /// 1, 2 or 3; 2 where left out.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "whole::maybe")]
    #[schema(minimum = 1, maximum = 3)]
    pub severity: Option<u8>,
    /// Name of the service; else it is looked for in the summary.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<String>,
    /// Name of the region; else it is looked for in the summary.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// Only for participants and admins.
    #[serde(default)]
    pub private: bool,
    /// First public line, instead of the policy's sentence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 2400)]
    pub public: Option<String>,
    /// Who noticed it first: `customer`, `employee` or `monitoring`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(pattern = "^(customer|employee|monitoring)$")]
    pub reported_by: Option<String>,
    /// Ring the opener's own phone too, if they are due.
    #[serde(default)]
    pub ring_me: bool,
    /// Open it although one about the same is open.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub anyway: bool,
}

/// `POST …/cancel`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "public": "Checkout is fast again." }))]
pub struct EndIncident {
    /// The last public line, instead of the policy's sentence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 2400)]
    pub public: Option<String>,
}

/// `POST …/update`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "text": "A slow query is found; we are taking it out." }))]
pub struct UpdateIncident {
    /// How things stand, one line, at most 600 characters; public where the incident has a status entry.
    #[schema(min_length = 1, max_length = 2400)]
    pub text: String,
}

/// `POST …/severity`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "severity": 1 }))]
pub struct SetSeverity {
    /// 1, 2 or 3.
    #[serde(deserialize_with = "whole::number")]
    #[schema(minimum = 1, maximum = 3)]
    pub severity: u8,
    /// It was wrong from the beginning: what is owed afterwards follows the new one, not the worst it was.
    #[serde(default)]
    pub correct: bool,
}

/// `POST …/service`: one of the two, or both.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "region": "eu-frankfurt" }))]
pub struct SetService {
    /// Name of the service.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<String>,
    /// Name of the region.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
}

/// `POST …/reopen`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "public": "Checkout is slow again; we are investigating." }))]
pub struct ReopenIncident {
    /// The public line, instead of the policy's sentence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 2400)]
    pub public: Option<String>,
    /// Ring whoever reopens too, if they are due.
    #[serde(default)]
    pub ring_me: bool,
}

/// `POST …/pages/{target}/stop`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "reason": "Handled together with INC-6." }))]
pub struct StopPage {
    /// Why, one line.
    #[schema(min_length = 1, max_length = 2000)]
    pub reason: String,
}

/// `POST …/pages/{target}/ring-again`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "person": "tomas" }))]
pub struct RingAgain {
    /// Whom.
    #[schema(pattern = "^[a-z0-9][a-z0-9_-]{0,63}$")]
    pub person: String,
}

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
    /// Whether this is the answer to an earlier request with the same key.
    pub repeated: bool,
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

/// `GET /api/v1/oncall`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OnCall {
    /// The instant it holds for.
    pub at: Timestamp,
    /// By name.
    pub rotations: Vec<Rotation>,
}

/// Who is on call in one rotation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Rotation {
    /// Its name.
    pub name: String,
    /// Those on call, the first layer first.
    pub on_call: Vec<Shift>,
}

/// `GET /api/v1/oncall/schedule`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Schedule {
    /// First instant of it.
    pub from: Timestamp,
    /// First instant after it.
    pub until: Timestamp,
    /// By name.
    pub rotations: Vec<ScheduledRotation>,
}

/// Who has a turn in one rotation when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ScheduledRotation {
    /// Its name.
    pub name: String,
    /// In order of time; turns of several layers overlap.
    pub turns: Vec<Turn>,
    /// When nobody has a turn in any layer.
    pub gaps: Vec<Gap>,
}

/// One person's turn, cut to the schedule that was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Turn {
    /// Layer, from 0.
    pub layer: u32,
    /// Person id.
    pub person: String,
    /// Display name.
    pub name: String,
    /// First instant of it.
    pub from: Timestamp,
    /// First instant after it.
    pub until: Timestamp,
}

/// A time in which nobody is on call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Gap {
    /// First instant of it.
    pub from: Timestamp,
    /// First instant after it.
    pub until: Timestamp,
}

/// One person's present shift.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Shift {
    /// Layer, from 0.
    pub layer: u32,
    /// Person id.
    pub person: String,
    /// Display name.
    pub name: String,
    /// Whether they are awake, by their own hours.
    pub awake: bool,
    /// Until when.
    pub until: Timestamp,
    /// Their telephone; only for people and the machine's operator, so that they can be rung when no server answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
}

/// `POST /api/v1/tokens`; only for admins and the machine's operator.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "bot": "ci" }))]
pub struct CreateToken {
    /// The person it is bound to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(pattern = "^[a-z0-9][a-z0-9_-]{0,63}$")]
    pub person: Option<String>,
    /// Or the name of a program.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(pattern = "^[a-z0-9][a-z0-9_-]{0,63}$")]
    pub bot: Option<String>,
    /// What it may be used for: `read`, `declare`, `respond`, `admin`, `metrics`. Left out: all that the person may; `read` and
    /// `declare` for a program.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_items = 1, value_type = Option<Vec<ScopeName>>)]
    pub scopes: Option<Vec<String>>,
    /// For how long it is good, in seconds; without end where left out.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "whole::maybe")]
    #[schema(minimum = 1, maximum = 316_224_000)]
    pub expires_in_secs: Option<u64>,
}

/// A new token; the only time its secret is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Token {
    /// The secret, for `Authorization: Bearer …`. `null` where `repeated`: it was shown once and is kept nowhere.
    pub token: Option<String>,
    /// Who it speaks for.
    pub holder: String,
    /// How it is named where its secret must not be.
    pub id: String,
    /// Whether this is the answer to an earlier request with the same key. Whoever did not get that answer revokes this
    /// token and makes another under another key.
    #[serde(default)]
    pub repeated: bool,
}

/// `GET /api/v1/me`: who the token speaks for, and what the server is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Me {
    /// Person id, where it is a person's.
    pub person: Option<String>,
    /// Display name.
    pub name: Option<String>,
    /// `person`, `bot` or `local`.
    #[schema(pattern = "^(person|bot|local)$")]
    pub kind: String,
    /// Whether they may do what admins may.
    pub admin: bool,
    /// The server's version.
    pub version: String,
    /// The organisation.
    pub organisation: String,
    /// The policy version in force.
    pub policy: String,
    /// Why the policy in force is not that of the file that the server watches.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy_trouble: Option<String>,
    /// Whether no telephone rings: pages only go to the built-in inbox.
    pub built_in_paging: bool,
    /// The present, by the store's clock.
    pub now: Timestamp,
    /// How many times as fast as real time that clock runs.
    pub speed: u32,
}

/// `GET /healthz` and `GET /readyz`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Health {
    /// `ok`, or what is wrong.
    pub status: String,
    /// Page sends not finished.
    pub pages_waiting: u64,
    /// Other effects not finished.
    pub tells_waiting: u64,
    /// Seconds by which the oldest unsent page is late; 0 when none is.
    pub oldest_page_late_secs: i64,
    /// Why the policy in force is not that of the file that the server watches. Pages go on under the one in force.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy_trouble: Option<String>,
}

/// The schema of a scope; on the wire it is text, so that an unknown one is told by name.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "lowercase")]
#[expect(dead_code, reason = "only its schema is used")]
enum ScopeName {
    Read,
    Declare,
    Respond,
    Admin,
    Metrics,
}
