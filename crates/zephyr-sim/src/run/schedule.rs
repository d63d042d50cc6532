//! What is written down before a run begins: when people declare what, and when things fail.
//!
//! Each kind of thing has chance of its own, so that leaving one out changes nothing of the others.

use jiff::{SignedDuration, Timestamp};
use zephyr_core::incident::Declaration;
use zephyr_core::policy::Severity;
use zephyr_core::text::Summary;

use super::{HEALED, Happening, Run};
use crate::chance::Chance;
use crate::company;
use crate::fault::Fault;

impl Run {
    /// Writes down when people declare and when things fail.
    pub(super) fn schedule(&mut self) {
        let began = self.now;
        self.outages.set(true, began);
        (0..self.replicas.len()).for_each(|replica| self.script.at(began, Happening::Start(replica)));
        let mut chance = Chance::of(self.plan.seed, "declarations");
        self.planned = u64::try_from(chance.between(2, 8)).unwrap_or(2);
        for key in 0..self.planned {
            let minutes = chance.between(0, 100) * self.plan.minutes / 100;
            let declaration = declaration(&mut chance);
            if self.plan.incidents.as_ref().is_none_or(|kept| kept.contains(&key)) {
                self.declarations.insert(key, declaration);
                self.script.at(began + SignedDuration::from_mins(minutes), Happening::Declare { key });
            }
        }
        for (at, lasts) in self.times(Fault::StoreAway, 200, 90_000) {
            self.script.at(at, Happening::StoreAway(true));
            self.script.at(at + lasts, Happening::StoreAway(false));
        }
        for (at, lasts) in self.times(Fault::Crash, 300, 40_000) {
            let replica = self.any_replica(at);
            self.script.at(at, Happening::Crash(replica));
            self.script.at(at + lasts, Happening::Start(replica));
        }
        for (at, lasts) in self.times(Fault::Pause, 100, 75_000) {
            self.script.at(at, Happening::Pause(self.any_replica(at), lasts));
        }
        for (at, lasts) in self.times(Fault::CutFromStore, 500, 120_000) {
            let replica = self.any_replica(at);
            self.script.at(at, Happening::CutFromStore(replica, true));
            self.script.at(at + lasts, Happening::CutFromStore(replica, false));
        }
        for (at, lasts) in self.times(Fault::CutFromProviders, 1_000, 120_000) {
            let replica = self.any_replica(at);
            self.script.at(at, Happening::CutFromProviders(replica, true));
            self.script.at(at + lasts, Happening::CutFromProviders(replica, false));
        }
        for (at, _) in self.times(Fault::Arranged, 1, 2) {
            self.script.at(at, Happening::Arranged);
        }
        for (at, _) in self.times(Fault::AnotherPolicy, 1, 2) {
            self.script.at(at, Happening::AnotherPolicy);
        }
        let chaos = SignedDuration::from_mins(self.plan.minutes);
        self.script.at(began + chaos, Happening::Heal);
        self.script.at(began + chaos + HEALED, Happening::CloseAll);
    }

    fn any_replica(&self, at: Timestamp) -> usize {
        let count = i64::try_from(self.replicas.len()).unwrap_or(1);
        usize::try_from(at.as_millisecond().rem_euclid(count)).unwrap_or(0)
    }

    /// Instants at which something fails, on average so many minutes apart, and for how many milliseconds.
    fn times(&self, fault: Fault, shortest: i64, longest: i64) -> Vec<(Timestamp, SignedDuration)> {
        let mean_minutes = self.plan.rate(fault);
        let mut chance = Chance::of(self.plan.seed, fault.name());
        let mut times = Vec::new();
        let mut at = self.now;
        if mean_minutes == 0 {
            return times;
        }
        loop {
            at += SignedDuration::from_millis(chance.between(1_000, mean_minutes * 120_000));
            if at.duration_since(self.now) >= SignedDuration::from_mins(self.plan.minutes) {
                break;
            }
            times.push((at, SignedDuration::from_millis(chance.between(shortest, longest))));
        }
        times
    }
}

fn declaration(chance: &mut Chance) -> Declaration {
    let summary = chance.pick(&company::SUMMARIES).copied().unwrap_or("Something is odd");
    let severity = chance.pick(&Severity::ALL).copied().unwrap_or(Severity::Two);
    let private = chance.percent(10);
    Declaration {
        summary: Summary::new(summary).unwrap_or_else(|error| unreachable!("{error}")),
        severity,
        service: None,
        region: None,
        private,
        reported_by: None,
        public: None,
        ring_me: false,
        anyway: chance.percent(30),
    }
}
