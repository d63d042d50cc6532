//! The first command: from an empty folder to a server that is up.

use std::fs;

use crate::harness::Place;
use crate::see;

const ME: [&str; 17] = [
    "init",
    "--organisation",
    "Acme \"{person}\" Ltd",
    "--person",
    "maya",
    "--name",
    "Maya Okafor",
    "--phone",
    "+447700900106",
    "--zone",
    "Africa/Lagos",
    "--service",
    "checkout,search",
    "--region",
    "eu-frankfurt",
    "--email",
    "maya@acme.example",
];

/// A place with nothing in it.
fn empty() -> Place {
    let place = Place::new();
    fs::remove_file(place.path("zephyr.toml")).unwrap();
    fs::remove_dir_all(place.path("runbooks")).unwrap();
    place
}

#[test]
fn what_it_writes_is_sound_and_is_served_at_once() {
    let place = empty();
    see!(place.see(&ME));
    let from = without_date(&fs::read_to_string(place.path("zephyr.toml")).unwrap());
    insta::assert_snapshot!(from);
    see!(place.see(&["check"]));
    let _server = place.start();
    let opened = place.json(&["incident", "open", "search fails in eu-frankfurt"]);
    assert_eq!(opened["incident"]["pages"][0]["wanted"][0]["person"], "maya");
    assert_eq!(opened["incident"]["service"], "search");
    assert!(opened["incident"]["runbook"]["version"].is_string());
}

/// The policy, without the Monday that its rotations begin on.
fn without_date(policy: &str) -> String {
    let hide = |line: &str| match line.split_once("from = ") {
        Some((before, after)) => format!("{before}from = [MONDAY]{}", &after[10..]),
        None => line.to_owned(),
    };
    policy.lines().map(hide).collect::<Vec<_>>().join("\n")
}

#[test]
fn nothing_that_is_there_is_changed() {
    let place = Place::new();
    let policy = fs::read_to_string(place.path("zephyr.toml")).unwrap();
    see!(place.see(&["init"]));
    assert_eq!(fs::read_to_string(place.path("zephyr.toml")).unwrap(), policy);
    assert_eq!(fs::read_to_string(place.path("runbooks/incident.md")).unwrap(), "# Steps\n");
    see!(place.see(&["init"]));
}

#[test]
fn without_a_terminal_what_is_missing_is_named() {
    let place = empty();
    see!(place.see(&["init"]));
    let wrong = |flag: &str, value: &str| {
        place.see(&["init", "--organisation", "Acme", "--person", "maya", "--region", "eu", flag, value])
    };
    see!(wrong("--phone", "0170 123"));
    see!(wrong("--zone", "Europe/Berln"));
    see!(wrong("--service", "Check Out"));
    assert!(!place.path("zephyr.toml").exists() && !place.path("runbooks").exists());
}

#[test]
fn a_write_that_fails_leaves_nothing_behind() {
    let place = empty();
    // A file where a folder is wanted, met after the first files were written.
    fs::write(place.path("comms"), "").unwrap();
    see!(place.see(&ME));
    assert!(!place.path("zephyr.toml").exists() && !place.path("runbooks").exists());
}
