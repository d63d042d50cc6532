//! The proof that the chain reaches somebody awake at every instant of a span of time.
//!
//! Exact, not sampled: between two edges (a hand-off, a window's beginning or end, something arranged, a holiday,
//! somebody's getting up or going to bed, a change of the clock under any of them) nothing changes, so each piece between
//! them is looked at once, with the functions that decide at run time. Pages that go up the same steps are one.
//!
//! Deliberately not here: words and files (`words`, and whoever prints), verification of contacts and readiness before a
//! first shift, which are facts that only a running server knows.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use crate::policy::{Rule, Severity};
use crate::{PersonId, RotationId, ServiceId, World};

mod pages;
mod people;
mod slots;
mod spans;
mod sweep;
mod words;

pub use slots::{Away, Slot, Standing, layer_name, slots};
pub use sweep::Shift;
pub use words::{clock, example};

use pages::{Front, PageKind, Second};
use spans::Spans;
use sweep::Sweep;

/// What was found in a span of time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    /// First instant looked at.
    pub from: Timestamp,
    /// First instant after.
    pub until: Timestamp,
    /// Errors first, then in the order of rules and names.
    pub findings: Vec<Finding>,
}

impl Proof {
    /// Whether nothing is an error.
    pub fn holds(&self) -> bool {
        self.findings.iter().all(|finding| finding.level() != Level::Error)
    }
}

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// A page would reach nobody awake in time.
    Error,
    /// It would, and somebody should know all the same.
    Warning,
}

impl Level {
    /// `error` or `warning`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
        }
    }
}

/// Something found, with every time at which it is so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What is found.
    pub about: About,
    /// When, half open, in order, none touching the next. The whole span for what is always so.
    pub gaps: Vec<(Timestamp, Timestamp)>,
    /// The pages that meet it; empty where no severity pages that rotation.
    pub cases: Vec<Case>,
}

/// What can be found.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum About {
    /// Nobody is on call in a rotation.
    NobodyOnCall {
        /// Which.
        rotation: RotationId,
    },
    /// Nobody of the first two steps is awake.
    NobodyAwake {
        /// Whose page.
        rotation: RotationId,
    },
    /// Whoever is on call sleeps: EM, founder, or the only person of a rotation.
    AsleepOnCall {
        /// In which rotation.
        rotation: RotationId,
    },
    /// Somebody stands on two steps of the same chain.
    OnePersonTwoSteps {
        /// The rotation of the earlier step.
        rotation: RotationId,
        /// The rotation of the later step.
        other: RotationId,
        /// Who.
        person: PersonId,
    },
    /// Somebody who can be on call is reached over one network only.
    OneChannel {
        /// Who.
        person: PersonId,
    },
}

impl Finding {
    /// The rule whose page explains it.
    pub fn rule(&self) -> Rule {
        match self.about {
            About::NobodyOnCall { .. } => Rule::NobodyOnCall,
            About::NobodyAwake { .. } => Rule::NobodyAwake,
            About::AsleepOnCall { .. } => Rule::AsleepOnCall,
            About::OnePersonTwoSteps { .. } => Rule::OnePersonTwoSteps,
            About::OneChannel { .. } => Rule::OneChannel,
        }
    }

    /// How bad it is.
    pub fn level(&self) -> Level {
        match self.about {
            About::NobodyOnCall { .. } | About::NobodyAwake { .. } => Level::Error,
            About::AsleepOnCall { .. } | About::OnePersonTwoSteps { .. } | About::OneChannel { .. } => Level::Warning,
        }
    }

    /// Whether it is so at some times only, and its gaps say when.
    pub fn is_timed(&self) -> bool {
        !matches!(self.about, About::OneChannel { .. })
    }

    /// The rotation it is about.
    pub fn rotation(&self) -> Option<&RotationId> {
        match &self.about {
            About::NobodyOnCall { rotation }
            | About::NobodyAwake { rotation }
            | About::AsleepOnCall { rotation }
            | About::OnePersonTwoSteps { rotation, .. } => Some(rotation),
            About::OneChannel { .. } => None,
        }
    }

    /// The person it is about.
    pub fn person(&self) -> Option<&PersonId> {
        match &self.about {
            About::OneChannel { person } | About::OnePersonTwoSteps { person, .. } => Some(person),
            _ => None,
        }
    }
}

/// An incident that meets a finding.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Case {
    /// Its severity.
    pub severity: Severity,
    /// Its service; `None` where it is not known, or makes no difference.
    pub service: Option<ServiceId>,
    /// Which of its pages.
    pub target: String,
}

/// Looks at everything from one instant until another.
pub fn prove(world: &World, from: Timestamp, until: Timestamp) -> Proof {
    let kinds = pages::kinds(&world.policy);
    let mut sweep = Sweep::new(world, from, until);
    let mut found: BTreeMap<About, (Spans, BTreeSet<Case>)> = BTreeMap::new();
    let mut add = |about: About, gaps: Spans, cases: &BTreeSet<Case>| {
        if !gaps.is_empty() {
            let entry = found.entry(about).or_default();
            entry.0.extend(gaps);
            entry.1.extend(cases.iter().cloned());
        }
    };
    let whole = || vec![(from, until)];
    for (person, cases) in people::on_one_channel(&world.policy, from) {
        add(About::OneChannel { person }, whole(), &cases);
    }

    let named = pages::named_by_chains(&world.policy);
    let pairs = pages::pairs(&kinds);
    let compared: BTreeSet<&Front> = pairs.iter().flat_map(|(earlier, later, _)| [earlier, later]).collect();
    for rotation in &named {
        let line = sweep.line(rotation);
        sweep.keep(rotation, &line, |_| true);
    }
    for rotation in world.policy.rotations.keys() {
        let own: Vec<&PageKind> = kinds.iter().filter(|kind| kind.rotation.as_ref() == Some(rotation)).collect();
        let reaching = pages::cases_reaching(&kinds, rotation);
        let line = sweep.line(rotation);
        add(About::NobodyOnCall { rotation: rotation.clone() }, line.empty(), &reaching);
        let excused = named.contains(rotation) || pages::is_of_one(&world.policy, rotation);
        if excused && !reaching.is_empty() {
            add(About::AsleepOnCall { rotation: rotation.clone() }, sweep.asleep(&line), &reaching);
        }
        for kind in own.iter().filter(|_| !excused) {
            let gaps = sweep.nobody_awake(rotation, &line, kind.everyone, &kind.second());
            add(About::NobodyAwake { rotation: rotation.clone() }, gaps, &kind.cases);
        }
        sweep.keep(rotation, &line, |front| compared.contains(front));
    }
    for (earlier, later, cases) in &pairs {
        for (person, gaps) in sweep.both(earlier, later) {
            let (rotation, other) = (earlier.rotation().clone(), later.rotation().clone());
            add(About::OnePersonTwoSteps { rotation, other, person }, gaps, cases);
        }
    }
    let mut findings: Vec<Finding> = found
        .into_iter()
        .map(|(about, (gaps, cases))| Finding { about, gaps: spans::merged(gaps), cases: cases.into_iter().collect() })
        .collect();
    findings.sort_by_key(Finding::level);
    Proof { from, until, findings }
}

/// Who has a turn in a rotation when, in order of time, with what was arranged outside the policy. Empty for a rotation
/// that is not there.
pub fn shifts(world: &World, rotation: &RotationId, from: Timestamp, until: Timestamp) -> Vec<Shift> {
    Sweep::new(world, from, until).line(rotation).shifts()
}

/// Who could fill a gap: awake and not away in all of it, the rotation's own people first; failing that, whoever is at
/// its beginning. At most five.
pub fn could_fill(world: &World, finding: &Finding, gap: (Timestamp, Timestamp)) -> Vec<PersonId> {
    match &finding.about {
        About::NobodyOnCall { rotation } | About::NobodyAwake { rotation } | About::AsleepOnCall { rotation } => {
            people::could_fill(world, rotation, gap)
        }
        About::OnePersonTwoSteps { .. } | About::OneChannel { .. } => Vec::new(),
    }
}
