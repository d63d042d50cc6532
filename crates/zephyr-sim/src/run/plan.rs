//! What is written down before a run begins: when people declare what, and when things fail.

use jiff::{SignedDuration, Timestamp};
use zephyr_core::incident::Declaration;
use zephyr_core::policy::Severity;
use zephyr_core::text::Summary;

use super::{CHAOS, HEALED, Happening, Run};
use crate::company;

impl Run {
    /// Writes down when people declare and when things fail.
    pub(super) fn plan(&mut self) {
        let began = self.now;
        self.outages.set(true, began);
        self.script.at(began, Happening::Start);
        for key in 0..u64::try_from(self.chance.between(2, 8)).unwrap_or(2) {
            let minutes = self.chance.between(0, CHAOS.as_mins());
            let declaration = self.declaration();
            self.declarations.insert(key, declaration);
            self.script.at(began + SignedDuration::from_mins(minutes), Happening::Declare { key });
        }
        let crashes = self.times(self.profile.crash_minutes);
        for crash in crashes {
            let back = crash + SignedDuration::from_millis(self.chance.between(300, 40_000));
            self.script.at(crash, Happening::Crash);
            self.script.at(back, Happening::Start);
        }
        let outages = self.times(self.profile.store_minutes);
        for outage in outages {
            let back = outage + SignedDuration::from_millis(self.chance.between(200, 90_000));
            self.script.at(outage, Happening::StoreAway(true));
            self.script.at(back, Happening::StoreAway(false));
        }
        self.script.at(began + CHAOS, Happening::Heal);
        self.script.at(began + CHAOS + HEALED, Happening::CloseAll);
    }

    /// Instants of the time of faults, on average so many minutes apart; none for 0.
    fn times(&mut self, mean_minutes: i64) -> Vec<Timestamp> {
        let mut times = Vec::new();
        if mean_minutes == 0 {
            return times;
        }
        let mut at = self.now;
        loop {
            at += SignedDuration::from_millis(self.chance.between(1_000, mean_minutes * 120_000));
            if at.duration_since(self.now) >= CHAOS {
                return times;
            }
            times.push(at);
        }
    }

    fn declaration(&mut self) -> Declaration {
        let summary = self.chance.pick(&company::SUMMARIES).copied().unwrap_or("Something is odd");
        let severity = self.chance.pick(&Severity::ALL).copied().unwrap_or(Severity::Two);
        let private = self.chance.percent(10);
        Declaration {
            summary: Summary::new(summary).unwrap_or_else(|error| unreachable!("{error}")),
            severity,
            service: None,
            region: None,
            private,
            reported_by: None,
            public: None,
            ring_me: false,
            anyway: self.chance.percent(30),
        }
    }
}
