//! Opening an incident: what is printed, who is paged, what is shown where.

use crate::harness::{MISSION, Place};
use crate::see;

/// Entries of providers come in any order; sorted they are the same each time.
fn sorted_below(seen: &str, head: usize) -> String {
    let (first, rest): (Vec<_>, Vec<_>) = seen.lines().enumerate().partition(|(index, _)| *index < head);
    let mut rest: Vec<&str> = rest.into_iter().map(|(_, line)| line).collect();
    rest.sort_unstable();
    first.into_iter().map(|(_, line)| line).chain(rest).collect::<Vec<_>>().join("\n")
}

#[test]
fn p11_the_missions_line_pages_and_prints_each_step() {
    let place = Place::new();
    let _server = place.start();
    see!(sorted_below(&place.see(&MISSION), 6));
    let opened = place.json(&["incident", "show", "INC-1"]);
    assert_eq!(opened["phase"], "open");
    assert_eq!(opened["opened_by"], "the operator");
}

#[test]
fn p11_a_summary_needs_no_flag() {
    let place = Place::new();
    let _server = place.start();
    let opened = place.json(&["incident", "open", "checkout fails in frankfurt"]);
    let unquoted = place.json(&["incident", "open", "--anyway", "checkout", "fails", "in", "frankfurt"]);
    assert_eq!(unquoted["incident"]["summary"], opened["incident"]["summary"]);
    assert_eq!(unquoted["incident"]["label"], "INC-2");
    let hyphen = place.json(&["incident", "open", "--summary", "-30 % orders"]);
    assert_eq!(hyphen["incident"]["summary"], "-30 % orders");
    assert_eq!(opened["incident"]["severity"], 2);
    assert_eq!(opened["incident"]["service"], "checkout");
    assert_eq!(opened["incident"]["region"], "eu-frankfurt");
}

#[test]
fn p7_sev_3_pages_the_owner_only_and_stays_off_the_status_page() {
    let place = Place::new();
    let _server = place.start();
    see!(sorted_below(&place.see(&["incident", "open", "--sev", "SEV-3", "--summary", "Search index lags"]), 4));
    assert!(place.get("/api/v1/builtin/status")["entries"].as_array().unwrap().is_empty());
}

#[test]
fn p7_a_public_line_that_is_shown_nowhere_is_not_passed_over_in_silence() {
    let place = Place::new();
    let _server = place.start();
    let opened = place.see(&["incident", "open", "--sev", "3", "--summary", "Search lags", "--public", "Search lags"]);
    assert!(opened.contains("The public line is shown nowhere: SEV-3 has no entry"), "{opened}");
    let opened = place.see(&["incident", "open", "--summary", "Search lags", "--public", "Search lags"]);
    assert!(!opened.contains("shown nowhere"), "{opened}");
}

#[test]
fn p5_sev_1_pages_every_layer_of_platform_em_and_founder_at_once() {
    let place = Place::new();
    let _server = place.start();
    let opened = place.json(&["incident", "open", "--sev", "1", "--summary", "eu-frankfurt is down"]);
    let mut wanted: Vec<&str> = Vec::new();
    for page in opened["incident"]["pages"].as_array().unwrap() {
        wanted.extend(page["wanted"].as_array().unwrap().iter().map(|wanted| wanted["person"].as_str().unwrap()));
    }
    wanted.sort_unstable();
    assert_eq!(wanted, ["chidi", "ines", "nora", "petra"]);
}

#[test]
fn p28_opening_is_the_openers_own_answer() {
    let place = Place::new();
    let _server = place.start();
    see!(sorted_below(&place.see(&[&["--as", "maya"], &MISSION[..]].concat()), 6));
    let entries = place.timeline("INC-1");
    assert!(!entries.iter().any(|entry| entry["text"] == "maya reached by push"), "the opener's phone rang");
}

#[test]
fn p28_the_opener_is_rung_if_they_want_to_be() {
    let place = Place::new();
    let _server = place.start();
    let opened = place.json(&[&MISSION[..], &["--as", "maya", "--ring-me"]].concat());
    assert_eq!(opened["incident"]["pages"][1]["state"], "ringing");
    place.until_told("INC-1", "maya reached by push");
}

#[test]
fn p28_the_user_of_the_machine_is_who_asks_if_the_policy_knows_them() {
    let place = Place::new();
    let _server = place.start();
    let known = place.command(&MISSION).env("USER", "lena").output().unwrap();
    assert!(known.status.success());
    assert_eq!(place.json(&["incident", "show", "INC-1"])["opened_by"], "lena");
    assert_eq!(place.json(&["incident", "open", "Search is slow"])["incident"]["opened_by"], "the operator");
}

#[test]
fn p10_a_private_incident_has_no_public_entry() {
    let place = Place::new();
    let _server = place.start();
    let opened = place.see(&["incident", "open", "--private", "--summary", "Checkout data may have leaked"]);
    assert!(opened.starts_with("exit 0\nINC-1 SEV-2 opened (private): Checkout"), "{opened}");
    assert!(place.get("/api/v1/builtin/status")["entries"].as_array().unwrap().is_empty());
    let rooms = place.get("/api/v1/builtin/rooms");
    assert_eq!(rooms["rooms"][0]["private"], true, "{rooms}");
}

#[test]
fn p2_a_missing_runbook_is_said_and_holds_nothing_up() {
    let place = Place::new();
    std::fs::remove_file(place.path("runbooks/incident.md")).unwrap();
    let _server = place.start();
    let opened = place.see(&MISSION);
    assert!(opened.starts_with("exit 0\n"), "{opened}");
    assert!(opened.contains("runbook     missing: there is no runbooks/incident.md"), "{opened}");
}

#[test]
fn a_screen_of_eighty_columns_and_ascii_is_enough() {
    let place = Place::new();
    let _server = place.start();
    let opened = place.command(&["incident", "open", "Zahlung schlägt fehl — 🔥"]).env("LC_ALL", "C").output().unwrap();
    assert!(opened.status.success());
    assert!(opened.stdout.is_ascii() && opened.stderr.is_ascii(), "{}", crate::harness::seen(&opened));
    assert!(!opened.stdout.contains(&0x1b), "no colours where a program reads");
}
