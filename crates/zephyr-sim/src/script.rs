//! What is going to happen, in the order of time; what falls on the same instant, in the order it was planned.

use std::collections::BTreeMap;

use jiff::Timestamp;

/// A plan of what happens when.
#[derive(Debug, Clone)]
pub struct Script<T> {
    plan: BTreeMap<(Timestamp, u64), T>,
    count: u64,
}

impl<T> Script<T> {
    pub fn new() -> Self {
        Self { plan: BTreeMap::new(), count: 0 }
    }

    pub fn at(&mut self, when: Timestamp, what: T) {
        self.count += 1;
        self.plan.insert((when, self.count), what);
    }

    pub fn next_at(&self) -> Option<Timestamp> {
        self.plan.keys().next().map(|(when, _)| *when)
    }

    /// The next thing that is due.
    pub fn pop(&mut self, now: Timestamp) -> Option<T> {
        let entry = self.plan.first_entry()?;
        (entry.key().0 <= now).then(|| entry.remove())
    }

    pub fn retain(&mut self, keep: impl Fn(&T) -> bool) {
        self.plan.retain(|_, what| keep(what));
    }
}
