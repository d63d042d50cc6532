//! What the simulator itself promises: it repeats to the byte, it meets what it claims to meet, and it notices.

mod protocol;

use std::process::Command;

use zephyr_sim::{Counters, Fault, Plan, Profile, run};

#[test]
fn the_same_plan_gives_the_same_bytes() {
    for profile in Profile::ALL {
        let plan = Plan::new(7, profile);
        let (first, second) = (run(&plan, true), run(&plan, true));
        assert_eq!(first, second, "profile {}", profile.name);
        assert!(!first.log.is_empty());
        assert_eq!(first.fingerprint, run(&plan, false).fingerprint, "with words or without");
        assert_ne!(first.fingerprint, run(&Plan::new(8, profile), false).fingerprint);
    }
}

#[test]
fn the_same_plan_gives_the_same_bytes_in_two_processes() {
    for profile in ["storm", "everything"] {
        let once = || {
            let mut command = Command::new(env!("CARGO_BIN_EXE_zephyr-sim"));
            command.args(["run", "--seed", "11", "--profile", profile, "--log"]).output().unwrap()
        };
        let (first, second) = (once(), once());
        assert!(first.status.success());
        assert!(first.stdout.len() > 10_000);
        assert_eq!(first.stdout, second.stdout);
    }
}

#[test]
fn every_kind_of_fault_is_really_met() {
    let mut met = Counters::default();
    for profile in Profile::ALL {
        for seed in 1..=3 {
            let report = run(&Plan::new(seed, profile), false);
            assert_eq!(report.violations, Vec::<String>::new(), "seed {seed} profile {}", profile.name);
            met.add(&report.counters);
        }
    }
    let deeds = [
        "answer lost by a crash",
        "answer lost with a lease",
        "claims taken over",
        "send held back: its lease is over",
        "answered",
        "declined",
        "resolved",
        "cancelled",
        "reclassified",
        "service set",
        "reopened",
        "updated",
        "somebody left",
        "taken",
        "stopped",
        "rung again",
        "declaration tried again",
        "asked for a sign of life",
        "sign of life",
        "answer lapsed",
    ];
    for what in Fault::ALL.into_iter().map(Fault::name).chain(deeds) {
        assert!(met.of(what) > 0, "never met: {what}\n{met}");
    }
}

/// Plans that once broke something, as they are given to `cargo xtask sim run`.
#[test]
fn plans_that_once_failed_hold() {
    let corpus = include_str!("../../corpus/plans.txt");
    let lines = corpus.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
    for line in lines {
        let plan: Plan = line.parse().unwrap();
        assert_eq!(plan.to_string(), line, "as it is printed");
        assert_eq!(run(&plan, false).violations, Vec::<String>::new(), "{line}");
    }
}

#[test]
fn leaving_something_out_leaves_the_rest_as_it_was() {
    let whole = Plan::new(7, Profile::named("storm").unwrap());
    let mut less = whole.clone();
    less.without.insert(Fault::Crash);
    less.incidents = Some([0].into());
    let (whole, less) = (run(&whole, true), run(&less, true));
    assert!(whole.incidents > 1 && less.incidents == 1);
    assert!(whole.counters.of("crash") > 0 && less.counters.of("crash") == 0);
    assert_eq!(whole.log.first(), less.log.first(), "the first declaration is the same one");
}
