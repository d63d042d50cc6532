//! Wall clocks that are wrong or step, by libfaketime on the real server. Waits run on monotonic time, which is not
//! faked, and across lives on the store's: no step begins early, nothing stands still.

use std::process::Command;
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use crate::harness::{MISSION, Place, Server, seen, skipped};

/// Five minutes are five seconds.
const SPEED: u32 = 60;

/// A wall clock that a test sets.
struct Wall<'a> {
    place: &'a Place,
    library: String,
}

impl<'a> Wall<'a> {
    /// `None` where there is no libfaketime, which is said.
    fn of(place: &'a Place, test: &str) -> Option<Self> {
        let asked = Command::new("faketime").args(["-m", "-f", "+0", "env"]).output();
        let said = asked.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default();
        let library = said.lines().find_map(|line| line.strip_prefix("LD_PRELOAD="));
        let Some(library) = library else {
            skipped(test, "it sets the clock with faketime, which cannot be run");
            return None;
        };
        let wall = Self { place, library: library.to_owned() };
        wall.set("+0");
        Some(wall)
    }

    /// From now on it is as faketime(1) says; whoever runs already sees it step.
    fn set(&self, spec: &str) {
        // Replaced at once: half a line would be no time at all.
        std::fs::write(self.place.path("wall.new"), format!("{spec}\n")).unwrap();
        std::fs::rename(self.place.path("wall.new"), self.place.path("wall")).unwrap();
    }

    fn envs(&self) -> [(&'static str, String); 4] {
        [
            ("LD_PRELOAD", self.library.clone()),
            ("FAKETIME_TIMESTAMP_FILE", self.place.path("wall").display().to_string()),
            ("FAKETIME_NO_CACHE", "1".to_owned()),
            ("FAKETIME_DONT_FAKE_MONOTONIC", "1".to_owned()),
        ]
    }

    fn start(&self) -> Server<'a> {
        self.place.start_as(SPEED, &self.envs())
    }
}

/// When a step of the service's page began, and until when it runs.
fn step(place: &Place, name: &str) -> Timestamp {
    at(&place.until_told("INC-1", &format!("page service: paging {name}")))
}

fn at(entry: &Value) -> Timestamp {
    entry["at"].as_str().unwrap().parse().unwrap()
}

/// Five minutes by the store's clock, and no more than what a busy machine takes.
#[track_caller]
fn five_minutes(from: Timestamp, to: Timestamp) {
    let waited = from.duration_until(to);
    assert!(waited >= SignedDuration::from_mins(5), "early: {waited:#}");
    assert!(waited <= SignedDuration::from_mins(5 + 4), "late: {waited:#}");
}

#[test]
fn f33_a_wall_clock_that_steps_an_hour_ahead_begins_no_step_early() {
    let place = Place::new();
    let Some(wall) = Wall::of(&place, "f33_a_wall_clock_that_steps_an_hour_ahead_begins_no_step_early") else { return };
    let _server = wall.start();
    assert!(place.run(&MISSION).status.success());
    let (first, begun) = (step(&place, "maya"), Instant::now());
    wall.set("+1h");
    let second = step(&place, "lena");
    five_minutes(first, second);
    assert!(begun.elapsed() >= Duration::from_secs(4), "real time passed: {:?}", begun.elapsed());
    wall.set("-1h");
    five_minutes(second, step(&place, "petra"));
}

#[test]
fn f34_a_wall_clock_that_steps_an_hour_back_stalls_nothing_also_at_a_restart() {
    let place = Place::new();
    let test = "f34_a_wall_clock_that_steps_an_hour_back_stalls_nothing_also_at_a_restart";
    let Some(wall) = Wall::of(&place, test) else { return };
    let server = wall.start();
    assert!(place.run(&MISSION).status.success());
    let first = step(&place, "maya");
    wall.set("-1h");
    let second = step(&place, "lena");
    five_minutes(first, second);
    server.kill();
    let begun = Instant::now();
    let _server = wall.start();
    let third = step(&place, "petra");
    five_minutes(second, third);
    assert!(begun.elapsed() < Duration::from_secs(20), "nothing waits for an hour: {:?}", begun.elapsed());
    let timeline = place.timeline("INC-1");
    assert!(timeline.is_sorted_by_key(at), "time runs on");
    assert!(place.run(&["incident", "open", "Search is slow"]).status.success(), "ids stay unique");
}

#[test]
fn f35_started_in_1970_the_chain_goes_on_and_the_doctor_says_so() {
    let place = Place::new();
    let Some(wall) = Wall::of(&place, "f35_started_in_1970_the_chain_goes_on_and_the_doctor_says_so") else { return };
    let server = wall.start();
    assert!(place.run(&MISSION).status.success());
    let first = step(&place, "maya");
    server.kill();
    wall.set("@1970-01-01 00:00:00");
    let _server = wall.start();
    five_minutes(first, step(&place, "lena"));
    let ill = place.command(&["doctor"]).envs(wall.envs()).output().unwrap();
    let text = seen(&ill);
    assert!(text.starts_with("exit 1") && text.contains("FAIL newest event: this machine's clock is "), "{text}");
}

#[test]
fn f35_an_incident_opened_in_1970_rings_somebody() {
    let place = Place::new();
    let Some(wall) = Wall::of(&place, "f35_an_incident_opened_in_1970_rings_somebody") else { return };
    wall.set("@1970-01-01 00:00:00");
    let _server = wall.start();
    // No rotation has begun: nobody is on call, and whoever is next in it is rung instead of nobody.
    let opened = place.run(&MISSION);
    assert!(opened.status.success(), "{}", seen(&opened));
    for person in ["maya", "ines"] {
        place.until_told("INC-1", &format!("{person} reached by push"));
    }
}
