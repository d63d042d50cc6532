//! Which faults a run meets, and how often.

/// A named mix of faults.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Profile {
    /// Its name.
    pub name: &'static str,
    /// Of a hundred sends: how many are refused for now.
    pub refused: u64,
    /// How many are lost on the way there, answer and all.
    pub lost_before: u64,
    /// How many arrive and lose their answer.
    pub lost_after: u64,
    /// Of a hundred methods of people: how many fail for good.
    pub broken_methods: u64,
    /// Of a hundred people: how many never answer.
    pub asleep: u64,
    /// Mean minutes between two crashes; 0 for none.
    pub crash_minutes: i64,
    /// Of a hundred commits: how many are the last thing that the process does.
    pub death_in_commit: u64,
    /// Of a hundred sends: how many are followed by the end of the process.
    pub death_after_send: u64,
    /// Of a hundred commits: how many lose their answer.
    pub commit_unknown: u64,
    /// Mean minutes between two outages of the store; 0 for none.
    pub store_minutes: i64,
}

const CALM: Profile = Profile {
    name: "calm",
    refused: 0,
    lost_before: 0,
    lost_after: 0,
    broken_methods: 0,
    asleep: 30,
    crash_minutes: 0,
    death_in_commit: 0,
    death_after_send: 0,
    commit_unknown: 0,
    store_minutes: 0,
};

impl Profile {
    /// All of them.
    pub const ALL: [Self; 5] = [
        CALM,
        Self { name: "network", refused: 15, lost_before: 8, lost_after: 8, broken_methods: 10, ..CALM },
        Self { name: "crashes", lost_after: 4, crash_minutes: 6, death_in_commit: 3, death_after_send: 3, ..CALM },
        Self { name: "store", commit_unknown: 6, store_minutes: 5, ..CALM },
        Self {
            name: "storm",
            refused: 15,
            lost_before: 8,
            lost_after: 8,
            broken_methods: 25,
            asleep: 70,
            crash_minutes: 8,
            death_in_commit: 2,
            death_after_send: 2,
            commit_unknown: 6,
            store_minutes: 6,
        },
    ];

    /// The profile of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|profile| profile.name == name)
    }
}
