//! What became of pages: of one incident's, call by call, and of many, in figures.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Lease;

/// `GET …/incidents/{incident}/calls`: whom its pages wanted, why, how far each call got and how it ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Calls {
    /// `INC-7`.
    pub label: String,
    /// 1, 2 or 3.
    #[schema(minimum = 1, maximum = 3)]
    pub severity: u8,
    /// What is wrong.
    pub summary: String,
    /// Its pages in the order in which they began.
    pub pages: Vec<PageCalls>,
    /// How long the answers hold; `None` while nobody has answered, and on a SEV-3.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lease: Option<Lease>,
}

/// One page from its beginning.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PageCalls {
    /// `service`, or the name of a rotation.
    pub target: String,
    /// The rotation that owns it.
    pub rotation: Option<String>,
    /// When it began.
    pub began_at: Timestamp,
    /// The policy version it began under; its steps are of that version.
    pub policy: String,
    /// Its steps in words, `on call`, `5 min: next in rotation`; after the last it begins again.
    pub chain: Vec<String>,
    /// `answered`, `answered_late` (a step's time was up before), `stopped` or `ringing`.
    #[schema(pattern = "^(answered|answered_late|stopped|ringing)$")]
    pub state: String,
    /// Who answered first.
    pub answered_by: Option<String>,
    /// When.
    pub answered_at: Option<Timestamp>,
    /// Steps whose time was up without an answer.
    pub missed_steps: u32,
    /// How often its answer held no longer, because nobody gave a sign of life.
    #[serde(default)]
    pub lapsed: u32,
    /// Whatever made it want people, in order.
    pub steps: Vec<StepCalls>,
    /// Who is rung next unless somebody answers, as things stand; while ringing.
    pub next: Vec<String>,
    /// When.
    pub next_at: Option<Timestamp>,
}

/// Something that made a page want people, or nobody for a while.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct StepCalls {
    /// The event of the timeline.
    pub seq: u64,
    /// When.
    pub at: Timestamp,
    /// In words: `step 2, next in rotation`, `everybody who can be reached`, `for everybody on call`, `rung again`,
    /// `asked for a sign of life`.
    pub what: String,
    /// Round of the chain, from 1, for its steps.
    pub round: Option<u32>,
    /// Until when it waited, unless something ended it before.
    pub until: Timestamp,
    /// The policy version it was decided under.
    pub policy: String,
    /// Who was passed over on the way to it, and why: `on call ines: declined`.
    pub passed_over: Vec<String>,
    /// Whom it wanted.
    pub calls: Vec<Call>,
}

/// One person wanted by one page on one step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Call {
    /// Person id.
    pub person: String,
    /// Why this person: `on call in platform, layer 1`, `on call in platform by override 7`, `next in order`.
    pub because: String,
    /// Until when they were on call, as it was known then.
    pub on_call_until: Option<Timestamp>,
    /// How far it got at its best: `begun`, `sent`, `accepted`, `delivered`.
    #[schema(pattern = "^(begun|sent|accepted|delivered)$")]
    pub reach: String,
    /// What was sent, and what was heard of it, in order.
    pub sends: Vec<CallSend>,
    /// `answered`, `declined`, `missed`, `not_reached`, `unreachable`, `spared`, `stopped` or `ringing`.
    #[schema(pattern = "^(answered|declined|missed|not_reached|unreachable|spared|stopped|ringing)$")]
    pub end: String,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// How it ended, in words.
    pub why: String,
}

/// Something that was sent during a call, or was heard of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CallSend {
    /// When.
    pub at: Timestamp,
    /// `push`, `sms`, `call`, `email`, `chat`.
    #[schema(pattern = "^(push|sms|call|email|chat)$")]
    pub method: String,
    /// `sent`, `accepted`, `delivered`, `troubled`, `failed`, `no_receipt`, `withheld`.
    #[schema(pattern = "^(sent|accepted|delivered|troubled|failed|no_receipt|withheld)$")]
    pub state: String,
    /// What went wrong.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// `GET /api/v1/reports/missed`: missed pages, incidents that customers reported first, and updates that came late.
/// Nothing is counted against whoever declared, and nobody is ranked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MissedReport {
    /// Incidents opened from then on.
    pub since: Timestamp,
    /// Up to now.
    pub until: Timestamp,
    /// Whether there were more incidents than one report looks at; the newest are counted.
    pub cut: bool,
    /// Incidents looked at.
    pub incidents: u64,
    /// Of these, first reported by a customer.
    pub customer_reported: u64,
    /// Updates that were not there when they were due.
    pub late_updates: u64,
    /// Pages by how they ended.
    pub pages: PageFigures,
    /// Calls by how far they got and how they ended.
    pub calls: CallFigures,
    /// Incidents where something was missed, the newest first, at most 200.
    pub missed: Vec<MissedIncident>,
}

/// Pages by how they ended; `begun` is the sum of the four ends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PageFigures {
    /// All that began.
    pub begun: u64,
    /// Answered before any step's time was up.
    pub answered: u64,
    /// Answered after at least one step's time was up.
    pub answered_late: u64,
    /// Stopped before anybody answered.
    pub stopped: u64,
    /// Still ringing.
    pub ringing: u64,
    /// Of all, those where at least one step's time was up without an answer.
    pub went_on: u64,
    /// Steps whose time was up without an answer, over all pages.
    pub missed_steps: u64,
    /// Answers that held no longer, because nobody gave a sign of life, over all pages.
    #[serde(default)]
    pub lapsed: u64,
}

/// Calls by how far they got and how they ended; `begun` is the sum of the eight ends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CallFigures {
    /// All that began: one person wanted by one page on one step.
    pub begun: u64,
    /// Of these, handed to a provider.
    pub sent: u64,
    /// Of these, accepted by a provider.
    pub accepted: u64,
    /// Of these, known to have reached a device.
    pub delivered: u64,
    /// Ended by this person's answer.
    pub answered: u64,
    /// Declined.
    pub declined: u64,
    /// The step's time was up and nobody had answered.
    pub missed: u64,
    /// Somebody else of the step had answered; this person had not when its time was up.
    pub not_reached: u64,
    /// Every method of the person failed.
    pub unreachable: u64,
    /// Somebody from outside the step answered first.
    pub spared: u64,
    /// The page was stopped.
    pub stopped: u64,
    /// Still ringing.
    pub ringing: u64,
}

/// An incident where something was missed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MissedIncident {
    /// `INC-7`.
    pub label: String,
    /// 1, 2 or 3.
    #[schema(minimum = 1, maximum = 3)]
    pub severity: u8,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// Steps whose time was up without an answer.
    pub missed_steps: u64,
    /// Answers that held no longer, because nobody gave a sign of life.
    #[serde(default)]
    pub lapsed: u64,
    /// Updates that were not there when they were due.
    pub late_updates: u64,
    /// Whether a customer reported it first.
    pub customer_reported: bool,
}
