//! What a policy file can have wrong with it: the one table of rules.

use std::fmt;

macro_rules! rules {
    ($($(#[doc = $doc:literal])* $name:ident $id:literal,)*) => {
        /// A rule of the policy file. Its id is printed with every mistake and keeps its meaning for ever; the page
        /// `docs/rules/ID.md` explains it.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Rule {
            $($(#[doc = $doc])* $name,)*
        }

        impl Rule {
            /// All, in the order of the alphabet.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// As printed, `unknown-person`.
            pub fn id(self) -> &'static str {
                match self {
                    $(Self::$name => $id,)*
                }
            }
        }
    };
}

rules! {
    /// Whoever is on call for EM, founder or a rotation of one sleeps.
    AsleepOnCall "asleep-on-call",
    /// Something that is not a day of the week.
    BadDays "bad-days",
    /// Something that is not a length of time.
    BadDuration "bad-duration",
    /// Something that is not a mail address.
    BadEmail "bad-email",
    /// A hand-off that is not a day and a time.
    BadHandoff "bad-handoff",
    /// Something that is neither a date nor a range of dates.
    BadHoliday "bad-holiday",
    /// A name with characters that a name cannot have.
    BadName "bad-name",
    /// A path that leads out of the repository.
    BadPath "bad-path",
    /// A telephone number that cannot be dialled from everywhere.
    BadPhone "bad-phone",
    /// Something that is not the length of a shift.
    BadShift "bad-shift",
    /// A target followed by something other than `everyone`.
    BadTarget "bad-target",
    /// A text that is empty, too long, or not one line.
    BadText "bad-text",
    /// A number that no tier has.
    BadTier "bad-tier",
    /// Something that is not a window of the day.
    BadWindow "bad-window",
    /// A chain that does not begin with who is on call.
    ChainBeginsElsewhere "chain-begins-elsewhere",
    /// A chain that would end.
    ChainStops "chain-stops",
    /// A date far from today.
    DateOutOfBounds "date-out-of-bounds",
    /// Something that stands twice where once is meant.
    Duplicate "duplicate",
    /// A length of time that is too short or too long.
    DurationOutOfBounds "duration-out-of-bounds",
    /// A chain without steps.
    EmptyChain "empty-chain",
    /// A ladder without entries.
    EmptyLadder "empty-ladder",
    /// A layer without people.
    EmptyLayer "empty-layer",
    /// A severity that pages nobody.
    EmptyPage "empty-page",
    /// A rotation without layers.
    EmptyRotation "empty-rotation",
    /// A layer that is over before it begins.
    EndsBeforeItBegins "ends-before-it-begins",
    /// A first hand-off on another day of the week than the hand-off.
    HandoffDay "handoff-day",
    /// A ladder whose first entry waits.
    LadderBeginsLate "ladder-begins-late",
    /// A ladder whose entries are out of order.
    LadderOrder "ladder-order",
    /// A ladder entry after the step has ended.
    LadderTooLong "ladder-too-long",
    /// Dated versions of a layer out of order.
    LaterOrder "later-order",
    /// A key that has to be there.
    MissingKey "missing-key",
    /// A rotation that the defaults name.
    MissingRotation "missing-rotation",
    /// The section that has to be there.
    MissingSection "missing-section",
    /// A severity of the ladder left out.
    MissingSeverity "missing-severity",
    /// Two things that a summary could not tell apart.
    NameCollision "name-collision",
    /// A way to ring a person who has no address for it.
    NoAddress "no-address",
    /// Somebody whom no drill has reached in the last 31 days.
    NoDrill "no-drill",
    /// Nobody on the first two steps of a page is awake.
    NobodyAwake "nobody-awake",
    /// Nobody is on call in a rotation.
    NobodyOnCall "nobody-on-call",
    /// A system that cannot be connected yet.
    NotYet "not-yet",
    /// Somebody who is reached over one network only.
    OneChannel "one-channel",
    /// Somebody on two steps of a chain.
    OnePersonTwoSteps "one-person-two-steps",
    /// No regions, or too many.
    RegionCount "region-count",
    /// A name that means something else.
    ReservedName "reserved-name",
    /// A step that does not say how long to wait before it.
    StepWithoutWait "step-without-wait",
    /// A text that is not TOML.
    Syntax "syntax",
    /// A file with too many bytes.
    TooLarge "too-large",
    /// More entries than are read.
    TooMany "too-many",
    /// Holidays that are not in the file.
    UnknownHolidays "unknown-holidays",
    /// A section or key that is not known.
    UnknownKey "unknown-key",
    /// A way to ring a person that is not known.
    UnknownMethod "unknown-method",
    /// A person who is not in the file.
    UnknownPerson "unknown-person",
    /// A placeholder that is not known.
    UnknownPlaceholder "unknown-placeholder",
    /// A rotation that is not in the file.
    UnknownRotation "unknown-rotation",
    /// A severity other than 1, 2 and 3.
    UnknownSeverity "unknown-severity",
    /// A time zone that is not known.
    UnknownZone "unknown-zone",
    /// A brace without its partner.
    UnpairedBrace "unpaired-brace",
    /// A name without letters or digits.
    UnusableName "unusable-name",
    /// Somebody who has not shown lately that their methods reach them.
    UnverifiedContact "unverified-contact",
    /// A value of another type.
    WrongType "wrong-type",
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.id())
    }
}

/// A name that is no rule's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no rule `{0}`")]
pub struct NoSuchRule(pub String);

impl std::str::FromStr for Rule {
    type Err = NoSuchRule;
    fn from_str(given: &str) -> Result<Self, NoSuchRule> {
        let known = Self::ALL.iter().find(|rule| rule.id() == given);
        known.copied().ok_or_else(|| NoSuchRule(given.chars().filter(|c| !c.is_control()).take(60).collect()))
    }
}
