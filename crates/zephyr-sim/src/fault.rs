//! What goes wrong in a run, kind by kind, and in which mixes.

/// One kind of thing that goes wrong. A rate is a percentage, unless the kind says otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    /// A send is refused for now.
    Refused,
    /// A send is lost on the way there, answer and all.
    LostThere,
    /// A send arrives and its answer is lost.
    LostBack,
    /// A person's method fails for good.
    BrokenMethod,
    /// A person never answers.
    Asleep,
    /// Schedules in several zones, handed over while clocks change. Of a hundred runs.
    OddSchedules,
    /// Somebody takes another's place for a while, or is away. Mean minutes between two.
    Arranged,
    /// Another policy comes into force: somebody has left, other waits, other ladders. Mean minutes between two.
    AnotherPolicy,
    /// Services outside know no idempotency keys: asked twice, they do it twice. Of a hundred runs.
    Keyless,
    /// A process is killed. Mean minutes between two.
    Crash,
    /// A commit is the last thing that a process did.
    DeathInCommit,
    /// A send is the last thing that a process did.
    DeathAfterSend,
    /// A commit is written and its answer lost.
    CommitUnknown,
    /// A commit is refused.
    CommitRefused,
    /// A commit takes seconds.
    SlowStore,
    /// The store is away. Mean minutes between two.
    StoreAway,
    /// A stream is read as it was before its last commit.
    StaleRead,
    /// A replica is paused. Mean minutes between two.
    Pause,
    /// A replica is paused with sends in its hand.
    PauseBeforeSend,
    /// One replica is cut off from the store. Mean minutes between two.
    CutFromStore,
    /// Another replica takes a replica's lease while its commit is on the way.
    LateCommit,
    /// One replica is cut off from all providers. Mean minutes between two.
    CutFromProviders,
    /// The clocks of replicas run fast or slow, by up to so many ten-thousandths.
    Skew,
}

impl Fault {
    /// All of them.
    pub const ALL: [Self; 23] = [
        Self::Refused,
        Self::LostThere,
        Self::LostBack,
        Self::BrokenMethod,
        Self::Asleep,
        Self::OddSchedules,
        Self::Arranged,
        Self::AnotherPolicy,
        Self::Keyless,
        Self::Crash,
        Self::DeathInCommit,
        Self::DeathAfterSend,
        Self::CommitUnknown,
        Self::CommitRefused,
        Self::SlowStore,
        Self::StoreAway,
        Self::StaleRead,
        Self::Pause,
        Self::PauseBeforeSend,
        Self::CutFromStore,
        Self::LateCommit,
        Self::CutFromProviders,
        Self::Skew,
    ];

    /// Its name on the command line, under which it is counted as well.
    pub fn name(self) -> &'static str {
        match self {
            Self::Refused => "refused",
            Self::LostThere => "lost-there",
            Self::LostBack => "lost-back",
            Self::BrokenMethod => "broken-method",
            Self::Asleep => "asleep",
            Self::OddSchedules => "odd-schedules",
            Self::Arranged => "arranged",
            Self::AnotherPolicy => "another-policy",
            Self::Keyless => "keyless",
            Self::Crash => "crash",
            Self::DeathInCommit => "death-in-commit",
            Self::DeathAfterSend => "death-after-send",
            Self::CommitUnknown => "commit-unknown",
            Self::CommitRefused => "commit-refused",
            Self::SlowStore => "slow-store",
            Self::StoreAway => "store-away",
            Self::StaleRead => "stale-read",
            Self::Pause => "pause",
            Self::PauseBeforeSend => "pause-before-send",
            Self::CutFromStore => "cut-from-store",
            Self::LateCommit => "late-commit",
            Self::CutFromProviders => "cut-from-providers",
            Self::Skew => "skew",
        }
    }

    /// The kind of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|fault| fault.name() == name)
    }
}

/// A named mix of faults.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Profile {
    /// Its name.
    pub name: &'static str,
    /// How many replicas there are, unless it is said otherwise.
    pub replicas: usize,
    rates: &'static [(Fault, i64)],
}

impl Profile {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self { name: "calm", replicas: 1, rates: &[(Fault::Asleep, 30)] },
        Self {
            name: "people",
            replicas: 1,
            rates: &[
                (Fault::BrokenMethod, 15),
                (Fault::Asleep, 60),
                (Fault::OddSchedules, 80),
                (Fault::Arranged, 4),
                (Fault::AnotherPolicy, 10),
                (Fault::Crash, 20),
            ],
        },
        Self {
            name: "network",
            replicas: 1,
            rates: &[
                (Fault::Refused, 15),
                (Fault::LostThere, 8),
                (Fault::LostBack, 8),
                (Fault::BrokenMethod, 10),
                (Fault::Asleep, 30),
                (Fault::Keyless, 60),
            ],
        },
        Self {
            name: "crashes",
            replicas: 1,
            rates: &[
                (Fault::LostBack, 4),
                (Fault::Asleep, 30),
                (Fault::Keyless, 50),
                (Fault::Crash, 6),
                (Fault::DeathInCommit, 3),
                (Fault::DeathAfterSend, 3),
            ],
        },
        Self {
            name: "store",
            replicas: 1,
            rates: &[
                (Fault::Asleep, 30),
                (Fault::CommitUnknown, 6),
                (Fault::CommitRefused, 4),
                (Fault::SlowStore, 2),
                (Fault::StoreAway, 5),
            ],
        },
        Self { name: "storm", replicas: 1, rates: STORM },
        Self {
            name: "replicas",
            replicas: 3,
            rates: &[
                (Fault::LostBack, 2),
                (Fault::Asleep, 40),
                (Fault::Keyless, 30),
                (Fault::Crash, 8),
                (Fault::DeathAfterSend, 1),
                (Fault::SlowStore, 1),
                (Fault::StaleRead, 2),
                (Fault::Pause, 6),
                (Fault::PauseBeforeSend, 3),
                (Fault::CutFromStore, 6),
                (Fault::LateCommit, 2),
                (Fault::CutFromProviders, 8),
                (Fault::Skew, 100),
            ],
        },
        Self { name: "everything", replicas: 2, rates: STORM },
    ];

    /// The profile of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|profile| profile.name == name)
    }

    /// How often a kind of fault is met; 0 for never.
    pub fn rate(&self, fault: Fault) -> i64 {
        self.rates.iter().find(|(of, _)| *of == fault).map_or(0, |(_, rate)| *rate)
    }
}

/// What needs several replicas to be met does nothing with one.
const STORM: &[(Fault, i64)] = &[
    (Fault::Refused, 15),
    (Fault::LostThere, 8),
    (Fault::LostBack, 8),
    (Fault::BrokenMethod, 25),
    (Fault::Asleep, 70),
    (Fault::OddSchedules, 40),
    (Fault::Arranged, 12),
    (Fault::AnotherPolicy, 25),
    (Fault::Keyless, 50),
    (Fault::Crash, 8),
    (Fault::DeathInCommit, 2),
    (Fault::DeathAfterSend, 2),
    (Fault::CommitUnknown, 6),
    (Fault::CommitRefused, 3),
    (Fault::SlowStore, 1),
    (Fault::StoreAway, 6),
    (Fault::StaleRead, 2),
    (Fault::Pause, 12),
    (Fault::PauseBeforeSend, 2),
    (Fault::CutFromStore, 12),
    (Fault::LateCommit, 2),
    (Fault::CutFromProviders, 12),
    (Fault::Skew, 5),
];
