//! The policy: who answers for what, as data. Made from the file by [`read`]; nothing else makes one.
//!
//! Deliberately not here: who is on call at an instant (`oncall`), the steps of a running page (`page`).

use std::collections::BTreeMap;
use std::fmt;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::oncall::wall;
use crate::{PersonId, RegionId, RotationId, ServiceId};

mod compare;
mod mistake;
mod read;
mod rotation;
mod rule;

pub use compare::{Change, Kind, compare};
pub use mistake::Mistake;
pub use read::{locate, read, version, without_contacts};
pub use rotation::{DailyWindow, Every, Layer, Rotation, Slot, Weekdays, Window};
pub use rule::{NoSuchRule, Rule};

/// Which text a policy was made from: the first 12 hexadecimal digits of its SHA-256.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PolicyVersion(pub String);

impl fmt::Display for PolicyVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// A whole policy, checked: every name in it that refers to something refers to something that exists.
#[derive(Debug, Clone, PartialEq)]
pub struct Policy {
    /// The version that decisions name.
    pub version: PolicyVersion,
    /// The organisation's name; stands for a component where no service is known.
    pub organisation: String,
    /// Regions in the order of the file.
    pub regions: Vec<Region>,
    /// People by name.
    pub people: BTreeMap<PersonId, Person>,
    /// Services by name.
    pub services: BTreeMap<ServiceId, Service>,
    /// Rotations by name.
    pub rotations: BTreeMap<RotationId, Rotation>,
    /// The ladder; every severity 1, 2 and 3 is present.
    pub severities: BTreeMap<Severity, SeverityRule>,
    /// The default chain of every target, as written.
    pub chain: Vec<ChainStep>,
    /// How long the last step of a round waits before the chain begins again.
    pub round_wait: SignedDuration,
    /// How long an answer holds without a sign of life: `acknowledged_for`.
    pub held_for: SignedDuration,
    /// Time between two updates.
    pub update_every: SignedDuration,
    /// Path of the runbook in the repository, `runbooks/incident.md`.
    pub runbook: String,
    /// The sentences that may be shown in public.
    pub public: PublicSentences,
}

/// A region and how people name it.
#[derive(Debug, Clone, PartialEq)]
pub struct Region {
    /// Its name, `eu-frankfurt`.
    pub id: RegionId,
    /// Other names, as written.
    pub also_called: Vec<String>,
}

/// A person who may be rung.
#[derive(Debug, Clone, PartialEq)]
pub struct Person {
    /// Display name, `Maya Okafor`.
    pub name: String,
    /// For mail; never in an event.
    pub email: Option<String>,
    /// E.164, `+2348012345678`; never in an event.
    pub phone: Option<String>,
    /// Zone in which `awake` is read and times are shown to this person.
    pub zone: TimeZone,
    /// When this person is awake, wall clock in `zone`.
    pub awake: DailyWindow,
    /// When nothing makes noise for a SEV-3, wall clock in `zone`.
    pub quiet: Option<DailyWindow>,
    /// When this person is on holiday by the file, half open, in order and apart: as on leave.
    pub holidays: Vec<(Timestamp, Timestamp)>,
    /// Their ladder, delays ascending, only methods they have an address for; never empty.
    pub ladder: Vec<LadderEntry>,
    /// Rung when nobody else is left, and may do what admins may.
    pub admin: bool,
}

/// One way to ring a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// A push notification.
    Push,
    /// A text message.
    Sms,
    /// A telephone call.
    Call,
    /// A mail.
    Email,
    /// A direct message in chat.
    Chat,
}

impl Method {
    /// As written in the policy: `push`, `sms`, `call`, `email`, `chat`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Push => "push",
            Self::Sms => "sms",
            Self::Call => "call",
            Self::Email => "email",
            Self::Chat => "chat",
        }
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// One entry of a personal ladder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct LadderEntry {
    /// After the ring began.
    pub after: SignedDuration,
    /// How.
    pub method: Method,
}

/// A service and who owns it.
#[derive(Debug, Clone, PartialEq)]
pub struct Service {
    /// Display name; its id where the file gives none.
    pub name: String,
    /// Whose rotation is paged.
    pub owner: RotationId,
    /// Other names that people use in a summary.
    pub also_called: Vec<String>,
    /// What the status page calls it.
    pub component: String,
}

/// How bad it is; 1 is worst.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub enum Severity {
    /// SEV-1.
    One,
    /// SEV-2.
    Two,
    /// SEV-3.
    Three,
}

impl Severity {
    /// All, worst first.
    pub const ALL: [Self; 3] = [Self::One, Self::Two, Self::Three];
}

impl From<Severity> for u8 {
    fn from(severity: Severity) -> u8 {
        match severity {
            Severity::One => 1,
            Severity::Two => 2,
            Severity::Three => 3,
        }
    }
}

/// A number that names no severity.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no severity {0}: the ladder has 1, 2 and 3")]
pub struct UnknownSeverity(pub u8);

impl TryFrom<u8> for Severity {
    type Error = UnknownSeverity;
    fn try_from(number: u8) -> Result<Self, UnknownSeverity> {
        match number {
            1 => Ok(Self::One),
            2 => Ok(Self::Two),
            3 => Ok(Self::Three),
            other => Err(UnknownSeverity(other)),
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SEV-{}", u8::from(*self))
    }
}

/// What a severity means and whom it pages.
#[derive(Debug, Clone, PartialEq)]
pub struct SeverityRule {
    /// Examples, in the policy's words.
    pub when: Vec<String>,
    /// Whom it pages, in order; never empty, each target once.
    pub page: Vec<TargetRule>,
    /// Whether it has an entry on the public status page.
    pub status_page: bool,
    /// A chain of its own, where set.
    pub chain: Option<Vec<ChainStep>>,
}

/// One target of a severity: `service`, `platform`, `platform:everyone`, `em`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TargetRule {
    /// Whose rotation.
    pub who: TargetWho,
    /// Whether the first step rings all who are on call in any layer.
    pub everyone: bool,
}

/// Whose rotation a target means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TargetWho {
    /// The owner of the incident's service.
    Service,
    /// The rotation of that name.
    Rotation(RotationId),
}

/// One step of a chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChainStep {
    /// How long the step before it has to go unanswered; zero for the first.
    pub after: SignedDuration,
    /// Who is rung.
    pub who: StepWho,
}

/// Who stands on a step; looked up when it begins.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StepWho {
    /// On call in the target's own rotation.
    OnCall,
    /// The next in the target's own rotation.
    NextInRotation,
    /// On call in another rotation.
    Rotation(RotationId),
}

impl fmt::Display for StepWho {
    /// `on call`, `next in rotation`, `em on call`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OnCall => f.write_str("on call"),
            Self::NextInRotation => f.write_str("next in rotation"),
            Self::Rotation(rotation) => write!(f, "{rotation} on call"),
        }
    }
}

/// The sentences of the policy that may be shown in public, with `{component}`, `{region}` and `{time}` in them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicSentences {
    /// At opening, region known.
    pub opened: String,
    /// At resolution.
    pub resolved: String,
    /// When cancelled as a false alarm.
    pub cancelled: String,
    /// Who applied the policy, and thereby approved its sentences; `None` before it is in force.
    pub approved_by: Option<String>,
}

impl Policy {
    /// Display name of a person; the id where the person has left the policy.
    pub fn display_name(&self, person: &PersonId) -> String {
        self.people.get(person).map_or_else(|| person.to_string(), |known| known.name.clone())
    }

    /// Whether the person is awake at an instant; somebody unknown is not.
    pub fn is_awake(&self, person: &PersonId, now: Timestamp) -> bool {
        self.people.get(person).is_some_and(|known| {
            known.awake.is_whole_day() || wall::window_around(&known.zone, Window::daily(known.awake), now).is_some()
        })
    }

    /// Whether an instant lies in the person's quiet hours, by the wall clock where they live.
    pub fn is_quiet(&self, person: &PersonId, now: Timestamp) -> bool {
        let known = self.people.get(person).and_then(|known| Some((&known.zone, known.quiet?)));
        known.is_some_and(|(zone, quiet)| {
            quiet.is_whole_day() || wall::window_around(zone, Window::daily(quiet), now).is_some()
        })
    }

    /// The holiday that an instant lies in; `None` on other days and for somebody unknown.
    pub fn holiday(&self, person: &PersonId, now: Timestamp) -> Option<(Timestamp, Timestamp)> {
        let holidays = &self.people.get(person)?.holidays;
        let after = holidays.partition_point(|(from, _)| *from <= now);
        holidays.get(after.checked_sub(1)?).copied().filter(|(_, until)| now < *until)
    }
}

impl TargetRule {
    /// The rotation it names; `None` where it means the owner of a service.
    pub fn rotation(&self) -> Option<&RotationId> {
        match &self.who {
            TargetWho::Service => None,
            TargetWho::Rotation(rotation) => Some(rotation),
        }
    }
}
