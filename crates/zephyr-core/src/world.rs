//! The read-only snapshot that a decision is made in: what was true at that moment outside the stream.

use serde::{Deserialize, Serialize};

use crate::oncall::{Changes, Schedule};
use crate::policy::Policy;
use crate::reach::CodeKey;

/// What the deciding functions may look at besides the state. Read without a version check; whatever of it matters
/// later is written into the event.
#[derive(Debug, Clone, PartialEq)]
pub struct World {
    /// The policy in force.
    pub policy: Policy,
    /// The runbook as it stands now.
    pub runbook: Runbook,
    /// What was arranged outside the policy: overrides and leave.
    pub changes: Changes,
    /// What codes and fingerprints of addresses are made with; only a running server has one.
    pub codes: Option<CodeKey>,
}

impl World {
    /// Nothing is arranged outside the policy.
    pub fn new(policy: Policy, runbook: Runbook) -> Self {
        Self { policy, runbook, changes: Changes::default(), codes: None }
    }

    /// Who is on call when.
    pub fn schedule(&self) -> Schedule<'_> {
        Schedule::new(&self.policy, &self.changes)
    }
}

/// Which text of the runbook is pinned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Runbook {
    /// The commit that last changed it, full hash.
    Commit {
        /// Path in the repository.
        path: String,
        /// Full hash.
        commit: String,
    },
    /// There is no repository: the first 12 hexadecimal digits of the SHA-256 of its text.
    Content {
        /// Path as the policy gives it.
        path: String,
        /// Hash of the text.
        hash: String,
    },
    /// There is no such file; the channel says so.
    Missing {
        /// Path as the policy gives it.
        path: String,
    },
}
