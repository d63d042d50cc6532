//! Declaring costs nothing: what a summary names is shown, and a false alarm asks nothing.

use std::process::Command;

use crate::harness::{MISSION, Place, seen};

#[test]
fn p8_a_summary_that_names_two_services_says_so_and_pages_platform() {
    let place = Place::new();
    let _server = place.start();
    let both = place.see(&["incident", "open", "Checkout and search are slow in frankfurt"]);
    assert!(both.starts_with("exit 0\nINC-1 SEV-2 opened: Checkout and search"), "{both}");
    let asks = "\n  service     not known, region eu-frankfurt\n  unclear     the summary names checkout, search; say which:\n              \
                zephyr incident service INC-1 checkout\n";
    assert!(both.contains(asks), "{both}");
    let shown = place.see(&["incident", "show", "INC-1"]);
    assert!(shown.contains(asks), "{shown}");
    assert!(
        shown.contains("(service not known: the summary names checkout and search, region eu-frankfurt"),
        "{shown}"
    );
    place.until("the channel asks", || {
        let rooms = place.get("/api/v1/builtin/rooms").to_string();
        rooms.contains("The summary names checkout and search. Which service is it").then_some(())
    });
    assert!(both.contains("\n  page        platform: paging"), "{both}");
    let chosen = ["incident", "open", "--service", "search", "Checkout and search are slow in frankfurt"];
    let chosen = place.json(&chosen);
    assert_eq!(chosen["incident"]["service"], "search");
    assert_eq!(chosen["incident"]["region"], "eu-frankfurt");
    assert!(place.run(&["incident", "service", "INC-1", "checkout"]).status.success());
    let settled = place.see(&["incident", "show", "INC-1"]);
    assert!(!settled.contains("unclear"), "{settled}");
}

#[test]
fn p8_an_unknown_service_is_told_what_was_meant_and_opens_nothing() {
    let place = Place::new();
    let _server = place.start();
    let refused = place.see(&["incident", "open", "--service", "serch", "Results are empty"]);
    assert!(refused.starts_with("exit 1\n--- stderr\nerror: the policy has no service `serch`"), "{refused}");
    assert!(refused.contains("did you mean search?"), "{refused}");
    assert_eq!(place.get("/api/v1/incidents")["incidents"].as_array().unwrap().len(), 0);
}

#[test]
fn p3_a_false_alarm_asks_nothing_even_at_a_terminal() {
    let place = Place::new();
    let _server = place.start();
    assert!(place.run(&MISSION).status.success());
    // `script` gives it a terminal; a question would wait there, until `timeout` ends it.
    let line = format!("timeout 20 {} incident cancel INC-1", env!("CARGO_BIN_EXE_zephyr"));
    let plain = place.command(&[]);
    let settings = plain.get_envs().filter_map(|(name, value)| Some((name, value?)));
    let mut script = Command::new("script");
    script.env_clear().envs(settings).args(["-qec", &line, "/dev/null"]).current_dir(place.path(""));
    let (kept_open, _writer) = std::io::pipe().unwrap();
    let cancelled = script.stdin(kept_open).output().unwrap();
    assert!(cancelled.status.success(), "{}", seen(&cancelled));
    let incident = place.json(&["incident", "show", "INC-1"]);
    assert_eq!(incident["phase"], "cancelled");
    for page in incident["pages"].as_array().unwrap() {
        assert_eq!(page["state"], "stopped", "{page}");
    }
    place.until("the entry is withdrawn", || {
        let entries = place.get("/api/v1/builtin/status")["entries"].as_array().unwrap().clone();
        entries.iter().all(|entry| entry["state"] == "withdrawn").then_some(())
    });
}

#[test]
fn p4_who_reported_it_is_kept_from_the_opening_and_corrected_at_the_end() {
    let place = Place::new();
    let _server = place.start();
    let opened = place.json(&["incident", "open", "--reported-by", "customer", "Checkout fails in frankfurt"]);
    assert_eq!(opened["incident"]["reported_by"], "customer");
    let shown = place.see(&["incident", "show", "INC-1", "--all"]);
    assert!(shown.contains("; reported by customer\n"), "{shown}");
    assert!(shown.contains("; reported by a customer"), "{shown}");
    let resolved = place.json(&["incident", "resolve", "INC-1", "--reported-by", "monitoring"]);
    assert_eq!(resolved["incident"]["reported_by"], "monitoring");
    let corrected = place.json(&["incident", "resolve", "INC-1", "--reported-by", "employee"]);
    assert_eq!(corrected["incident"]["reported_by"], "employee");
    assert_eq!(corrected["incident"]["phase"], "resolved");
    let shown = place.see(&["incident", "show", "INC-1", "--all"]);
    assert!(shown.contains("reported by an employee, says "), "{shown}");
}

#[test]
fn p4_without_a_terminal_resolving_asks_nothing_and_leaves_the_reporter_unknown() {
    let place = Place::new();
    let _server = place.start();
    assert!(place.run(&MISSION).status.success());
    let resolved = place.json(&["incident", "resolve", "INC-1"]);
    assert_eq!(resolved["incident"]["phase"], "resolved");
    assert!(resolved["incident"].get("reported_by").is_none(), "{resolved}");
}
