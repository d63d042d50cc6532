//! A run as one line: what it takes to repeat it, and what a failing run is made smaller by.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use crate::fault::{Fault, Profile};

/// How long faults go on, in minutes, unless it is said otherwise.
pub const MINUTES: i64 = 50;

/// What decides a run, to the byte.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// Where all chance comes from.
    pub seed: u64,
    /// The mix of faults.
    pub profile: Profile,
    /// How many replicas there are, from 1. One is a server on a store of its own; several share theirs.
    pub replicas: usize,
    /// How long faults go on.
    pub minutes: i64,
    /// Of the declarations that the seed makes, by number from 0, those that are made; all where `None`.
    pub incidents: Option<BTreeSet<u64>>,
    /// Kinds of faults that are left out.
    pub without: BTreeSet<Fault>,
}

impl Plan {
    /// The whole of a profile.
    pub fn new(seed: u64, profile: Profile) -> Self {
        Self { seed, profile, replicas: profile.replicas, minutes: MINUTES, incidents: None, without: BTreeSet::new() }
    }

    /// How often a kind of fault is met; 0 for never. A server on a store of its own is not cut off from it, and reads
    /// what it wrote.
    pub fn rate(&self, fault: Fault) -> i64 {
        let alone = self.replicas < 2 && matches!(fault, Fault::StaleRead | Fault::CutFromStore | Fault::LateCommit);
        if alone || self.without.contains(&fault) { 0 } else { self.profile.rate(fault) }
    }

    /// The same as a percentage.
    pub fn percent(&self, fault: Fault) -> u64 {
        u64::try_from(self.rate(fault)).unwrap_or(0)
    }
}

/// As it is given to `zephyr-sim run`.
impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "--seed {} --profile {}", self.seed, self.profile.name)?;
        if self.replicas != self.profile.replicas {
            write!(f, " --replicas {}", self.replicas)?;
        }
        if self.minutes != MINUTES {
            write!(f, " --chaos {}", self.minutes)?;
        }
        if let Some(incidents) = &self.incidents {
            let numbers: Vec<String> = incidents.iter().map(u64::to_string).collect();
            write!(f, " --incidents {}", numbers.join(","))?;
        }
        if !self.without.is_empty() {
            let names: Vec<&str> = self.without.iter().map(|fault| fault.name()).collect();
            write!(f, " --without {}", names.join(","))?;
        }
        Ok(())
    }
}

/// A line that is no plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadPlan(pub String);

impl fmt::Display for BadPlan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no plan: {}", self.0)
    }
}

impl FromStr for Plan {
    type Err = BadPlan;

    fn from_str(line: &str) -> Result<Self, BadPlan> {
        let bad = |what: &str| BadPlan(format!("{what} in `{line}`"));
        let words: Vec<&str> = line.split_whitespace().collect();
        let given = |name: &str| {
            let at = words.iter().position(|word| *word == name)?;
            words.get(at + 1).copied()
        };
        let seed = given("--seed").and_then(|seed| seed.parse().ok()).ok_or_else(|| bad("no seed"))?;
        let profile = given("--profile").and_then(Profile::named).ok_or_else(|| bad("no profile"))?;
        let mut plan = Self::new(seed, profile);
        if let Some(replicas) = given("--replicas") {
            plan.replicas = replicas.parse().map_err(|_| bad("replicas that are no number"))?;
        }
        if let Some(minutes) = given("--chaos") {
            plan.minutes = minutes.parse().map_err(|_| bad("a time that is no number"))?;
        }
        if let Some(numbers) = given("--incidents") {
            let numbers: Result<_, _> = numbers.split(',').map(str::parse).collect();
            plan.incidents = Some(numbers.map_err(|_| bad("an incident that is no number"))?);
        }
        if let Some(names) = given("--without") {
            let faults: Option<_> = names.split(',').map(Fault::named).collect();
            plan.without = faults.ok_or_else(|| bad("a fault that is not known"))?;
        }
        Ok(plan)
    }
}
