//! Points between "accepted" and "recorded" at which a test ends or stops the process, each with a name.
//!
//! A point is a call of [`at`]. It does nothing, and costs nothing, unless the crate is built with the feature `on`
//! (`fault-points` of the binary) and the process was told which point to end at. Deliberately not here: when a point is
//! to be reached and what must be true afterwards, which is the test's.

use std::str::FromStr;

#[cfg(feature = "on")]
mod armed;

#[cfg(feature = "on")]
pub use armed::{arm, at};

/// Nothing happens here.
#[cfg(not(feature = "on"))]
#[inline(always)]
pub const fn at(_: Point) {}

macro_rules! points {
    ($($point:ident = $name:literal, $about:literal;)*) => {
        /// Where a process may be ended.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Point {
            $(#[doc = $about] $point,)*
        }

        impl Point {
            /// All of them, in the order in which a server meets them.
            pub const ALL: &[Self] = &[$(Self::$point,)*];

            /// Its name.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$point => $name,)* }
            }

            /// What is done there and what is not.
            pub const fn about(self) -> &'static str {
                match self { $(Self::$point => $about,)* }
            }
        }
    };
}

points! {
    OpenLocked = "open-locked", "the store's file is locked, nothing of it was read";
    OpenMigrated = "open-migrated", "the store has the newest schema, and still the former epoch";
    OpenEpochRaised = "open-epoch-raised", "the former epoch is over, and what it held is free";
    StartPolicyKept = "start-policy-kept", "the policy of the file is kept, nobody is told where the server is";
    StartTold = "start-told", "the command line finds the server, which does nothing yet";
    OpeningAsked = "opening-asked", "an opening was taken in, nothing is decided";
    OpeningCommitted = "opening-committed", "an opening is durable, its caller has no answer and no page has left";
    OpeningAnswered = "opening-answered", "the answer to an opening is on its way to its caller";
    CommandAsked = "command-asked", "a command was taken in, nothing is decided";
    CommandCommitted = "command-committed", "a command is durable, its caller has no answer";
    CommandAnswered = "command-answered", "the answer to a command is on its way to its caller";
    AnswerLeaving = "answer-leaving", "the answer that something was made is ready, none of it is on the wire";
    WakeBegun = "wake-begun", "something may be due, nothing was looked at";
    WakeCommitted = "wake-committed", "what was due is durable and claimed, nothing of it has left";
    CommitBegun = "commit-begun", "a commit has the write lock and knows what it must, nothing is written";
    CommitDurable = "commit-durable", "a commit is durable, whoever asked for it does not know";
    ClaimBegun = "claim-begun", "effects are to be claimed, none is";
    ClaimDurable = "claim-durable", "effects are claimed, nobody knows which";
    PageLeaving = "page-leaving", "a page is claimed and about to go to its provider";
    PageAccepted = "page-accepted", "a provider has accepted a page, nothing says so";
    PageFailed = "page-failed", "a provider has refused a page for now, nothing says so";
    PageReturned = "page-returned", "the outcome of a page is on its way to the engine";
    TellLeaving = "tell-leaving", "a step of channel, status entry or ticket is about to go to its provider";
    TellAccepted = "tell-accepted", "a provider has done a step of channel, status entry or ticket, nothing says so";
    TellReturned = "tell-returned", "the outcome of such a step is on its way to the engine";
    ExchangeBegun = "exchange-begun", "a built-in provider has read what it holds, and has changed nothing";
    ExchangeDurable = "exchange-durable", "a built-in provider has done what it was asked, and has not answered";
    OutcomeBegun = "outcome-begun", "outcomes came back, none is written";
    OutcomeRecorded = "outcome-recorded", "outcomes are written";
    RetryBegun = "retry-begun", "a later try has failed, and is not noted";
    RetryDurable = "retry-durable", "a later try has failed, and is noted";
    TokenBegun = "token-begun", "a token was made, and is not kept";
    TokenDurable = "token-durable", "a token is kept, its holder has not seen it";
    PolicyBegun = "policy-begun", "another policy was read, and is not kept";
    PolicyDurable = "policy-durable", "another policy is kept, the former one decides";
    PolicyInForce = "policy-in-force", "another policy decides, nothing was said of it";
    LeaveBegun = "leave-begun", "the server was asked to end, everything is as it was";
    LeaveDrained = "leave-drained", "nothing is under way any more, the store is open";
    LeaveClosed = "leave-closed", "the store is closed";
}

/// That there is no point of this name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no point `{0}`; --list-fault-points names them")]
pub struct NoPoint(String);

impl FromStr for Point {
    type Err = NoPoint;

    fn from_str(name: &str) -> Result<Self, NoPoint> {
        let found = Self::ALL.iter().find(|point| point.name() == name);
        found.copied().ok_or_else(|| NoPoint(name.to_owned()))
    }
}

/// What happens at a point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deed {
    /// The process is gone, as by `kill -9`.
    Kill,
    /// The process stands still until SIGCONT.
    Stop,
}

/// Which point, at which time that it is reached, and what then: `page-accepted`, `page-accepted:3`,
/// `page-leaving:1:stop`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Plan {
    /// Where.
    pub point: Point,
    /// At which time, from 1.
    pub time: u32,
    /// What.
    pub deed: Deed,
}

/// Why a plan cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoPlan {
    /// Its point.
    #[error(transparent)]
    Point(#[from] NoPoint),
    /// The rest of it.
    #[error("write POINT, POINT:TIME or POINT:TIME:stop")]
    Shape,
}

impl FromStr for Plan {
    type Err = NoPlan;

    fn from_str(text: &str) -> Result<Self, NoPlan> {
        let mut parts = text.split(':');
        let point = parts.next().unwrap_or_default().parse()?;
        let time = parts.next().unwrap_or("1").parse().ok().filter(|time| *time > 0).ok_or(NoPlan::Shape)?;
        let deed = match (parts.next(), parts.next()) {
            (None, None) => Deed::Kill,
            (Some("stop"), None) => Deed::Stop,
            _ => return Err(NoPlan::Shape),
        };
        Ok(Self { point, time, deed })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn names_are_distinct_and_read_back() {
        let names: BTreeSet<&str> = Point::ALL.iter().map(|point| point.name()).collect();
        assert_eq!(names.len(), Point::ALL.len());
        assert!(Point::ALL.iter().all(|point| point.name().parse() == Ok(*point) && !point.about().is_empty()));
    }

    #[test]
    fn a_plan_says_where_when_and_what() {
        let plan = |text: &str| text.parse::<Plan>();
        let (point, deed) = (Point::PageAccepted, Deed::Kill);
        assert_eq!(plan("page-accepted"), Ok(Plan { point, time: 1, deed }));
        assert_eq!(plan("page-accepted:3"), Ok(Plan { point, time: 3, deed }));
        assert_eq!(plan("page-accepted:3:stop"), Ok(Plan { point, time: 3, deed: Deed::Stop }));
        for wrong in ["", "page", "page-accepted:0", "page-accepted:x", "page-accepted:1:go", "page-accepted:1:stop:2"]
        {
            assert!(plan(wrong).is_err(), "{wrong}");
        }
    }
}
