//! What the simulator itself promises: it repeats to the byte, it meets what it claims to meet, and it notices.

use std::process::Command;

use zephyr_sim::{Counters, Profile, run};

#[test]
fn the_same_seed_gives_the_same_bytes() {
    for profile in Profile::ALL {
        let (first, second) = (run(7, profile), run(7, profile));
        assert_eq!(first, second, "profile {}", profile.name);
        assert!(!first.log.is_empty());
        assert_ne!(first.fingerprint, run(8, profile).fingerprint);
    }
}

#[test]
fn the_same_seed_gives_the_same_bytes_in_two_processes() {
    let once = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_zephyr-sim"));
        command.args(["run", "--seed", "11", "--profile", "storm", "--log"]).output().unwrap()
    };
    let (first, second) = (once(), once());
    assert!(first.status.success());
    assert!(first.stdout.len() > 10_000);
    assert_eq!(first.stdout, second.stdout);
}

#[test]
fn every_kind_of_fault_is_really_met() {
    let mut met = Counters::default();
    for profile in Profile::ALL {
        for seed in 1..=3 {
            let report = run(seed, profile);
            assert_eq!(report.violations, Vec::<String>::new(), "seed {seed} profile {}", profile.name);
            met.add(&report.counters);
        }
    }
    for fault in [
        "send refused for now",
        "send lost on the way",
        "answer lost after arrival",
        "answer lost by a crash",
        "method broken for good",
        "process killed",
        "process killed after a commit",
        "process killed after a send",
        "answer of a commit lost",
        "call refused by the store",
        "store went away",
        "answered",
        "declined",
        "resolved",
        "cancelled",
        "reclassified",
        "service set",
        "reopened",
        "declaration tried again",
    ] {
        assert!(met.of(fault) > 0, "never met: {fault}\n{met}");
    }
}

/// Seeds that once broke something, with the profile they broke under.
const KEPT: &[(u64, &str)] = &[
    (1, "network"),
    (2, "network"),
    (3, "network"),
    (1, "storm"),
    (4, "storm"),
    (1, "crashes"),
    (3, "crashes"),
    (2, "storm"),
];

#[test]
fn seeds_that_once_failed_hold() {
    for (seed, profile) in KEPT {
        let report = run(*seed, Profile::named(profile).unwrap());
        assert_eq!(report.violations, Vec::<String>::new(), "seed {seed} profile {profile}");
    }
}
