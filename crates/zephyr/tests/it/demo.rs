//! The demonstration: from nothing to a resolved incident with one command.

use crate::harness::{Place, seen};

#[test]
fn the_demonstration_tells_a_whole_incident_and_leaves_nothing_behind() {
    let place = Place::new();
    let folder = place.path("tmp");
    std::fs::create_dir(&folder).unwrap();
    let output = place.command(&["demo", "--exit"]).env("TMPDIR", &folder).output().unwrap();
    let text = seen(&output);
    assert!(text.starts_with("exit 0\n"), "{text}");
    let mut rest = text.as_str();
    for told in [
        "$ zephyr incident open --sev 2 --summary \"Checkout p99 elevated in eu-frankfurt\"",
        "INC-1 SEV-2 opened: Checkout p99 elevated in eu-frankfurt",
        "service     checkout, region eu-frankfurt",
        "reached by push",
        "Its timeline",
        "(step 1)",
        "+5:0",
        " answered page",
        "channel     #inc-1-",
        "pinned    Runbook: runbooks/incident.md",
        "status page Checkout (eu-frankfurt): Checkout in eu-frankfurt: we are investigating.",
        "ticket ",
        "$ zephyr incident resolve INC-1",
        "INC-1 SEV-2 resolved",
        "resolved by ",
        "status page Checkout (eu-frankfurt): Checkout in eu-frankfurt: this is resolved.",
        "(closed)",
    ] {
        let at = rest.find(told).unwrap_or_else(|| panic!("`{told}` is missing, or too early, in\n{text}"));
        rest = &rest[at + told.len()..];
    }
    assert!(text.contains("No telephone rings"), "{text}");
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 0, "its folder is gone");
}
