//! A drill: a real page with nothing wrong, and how those it rang fared.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::event::{Ended, Whom};
use crate::page::{Page, Paging};
use crate::policy::Severity;
use crate::{Actor, PersonId};

/// One drill.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Drill {
    /// Its number, `3` for `DRILL-3`.
    pub number: u64,
    /// Who is to be reached.
    pub of: Whom,
    /// Whose chain is practised.
    pub severity: Severity,
    /// When it began.
    pub began_at: Timestamp,
    /// Who began it.
    pub began_by: Actor,
    /// When it ends at the latest.
    pub ends_at: Timestamp,
    /// Its one page, and the rings.
    pub paging: Paging,
    /// How those it rang have fared so far.
    pub fared: BTreeMap<PersonId, Fared>,
    /// Its end.
    pub over: Option<Over>,
    /// Its first event.
    pub first_seq: u64,
    /// Its last event so far; between both there are others.
    pub last_seq: u64,
}

/// The end of a drill.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Over {
    /// When.
    pub at: Timestamp,
    /// How.
    pub how: Ended,
}

/// What a drill shows of one person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fared {
    /// They answered.
    Answered,
    /// They declined, so it reached them.
    Declined,
    /// Their time was up.
    Missed,
}

/// How somebody fared last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastDrill {
    /// In which drill.
    pub number: u64,
    /// When it ended.
    pub at: Timestamp,
    /// How.
    pub fared: Fared,
}

impl Drill {
    /// Its number as people write it.
    pub fn label(&self) -> String {
        format!("DRILL-{}", self.number)
    }

    /// `running`, `answered`, `unanswered` or `stopped`.
    pub fn state(&self) -> &'static str {
        match self.over.as_ref().map(|over| &over.how) {
            None => "running",
            Some(Ended::Answered { .. }) => "answered",
            Some(Ended::Unanswered) => "unanswered",
            Some(Ended::Stopped { .. }) => "stopped",
        }
    }

    /// Who answered, and how long after its beginning.
    pub fn answer(&self) -> Option<(&PersonId, SignedDuration)> {
        match self.over.as_ref()? {
            Over { at, how: Ended::Answered { by } } => Some((by, at.duration_since(self.began_at))),
            Over { how: Ended::Unanswered | Ended::Stopped { .. }, .. } => None,
        }
    }

    /// Whether a person can answer it now: it rings them, or has.
    pub fn rings(&self, person: &PersonId) -> bool {
        self.over.is_none() && self.answerable().any(|one| one == person)
    }

    /// The earliest of its deadlines while it goes on.
    pub(super) fn next_wake(&self) -> Timestamp {
        self.paging.next_wake().map_or(self.ends_at, |wake| wake.min(self.ends_at))
    }

    /// Whom it wants now, and whom it has rung before.
    pub(super) fn answerable(&self) -> impl Iterator<Item = &PersonId> {
        self.paging.pages.values().filter(|page| page.is_ringing()).flat_map(|page| &page.rung)
    }

    pub(super) fn answered_by(&self) -> Option<&PersonId> {
        self.paging.pages.values().filter_map(Page::answered_by).flatten().next()
    }

    /// Those it rang in vain: their time is up.
    pub(super) fn miss(&mut self) {
        let Self { paging, fared, of, .. } = self;
        for person in paging.pages.values().flat_map(|page| &page.rung) {
            fared.entry(person.clone()).or_insert(Fared::Missed);
        }
        if let Whom::Person(person) = of {
            // Also where nothing could be sent at all.
            fared.entry(person.clone()).or_insert(Fared::Missed);
        }
    }
}
