//! Answering, declining, taking and stopping pages; ending incidents; what lists show.

use crate::harness::{MISSION, Place};
use crate::proxy::Canned;
use crate::see;

fn opened(place: &Place) {
    let opened = place.run(&MISSION);
    assert!(opened.status.success());
    place.until_told("INC-1", "maya reached by push");
    place.until_told("INC-1", "ines reached by push");
}

#[test]
fn p28_an_answer_ends_the_ringing_of_that_persons_pages_only() {
    let place = Place::new();
    let _server = place.start();
    opened(&place);
    see!(place.see(&["--as", "maya", "ack"]));
    let pages = place.json(&["page", "list"]);
    let states: Vec<&str> =
        pages["incidents"][0]["pages"].as_array().unwrap().iter().map(|page| page["state"].as_str().unwrap()).collect();
    assert_eq!(states, ["ringing", "answered"]);
    see!(place.see(&["--as", "maya", "ack"]));
    let listed = place.see(&["incident", "list"]);
    assert!(listed.contains("  maya (still ringing ines)  Checkout"), "{listed}");
    see!(place.see(&["--as", "ines", "page", "ack", "1"]));
    see!(place.see(&["page", "list"]));
}

#[test]
fn p28_a_declined_page_rings_the_next_at_once() {
    let place = Place::new();
    let _server = place.start();
    opened(&place);
    see!(place.see(&["--as", "maya", "page", "decline"]));
    place.until_told("INC-1", "paging lena");
    see!(place.see(&["--as", "ines", "page", "decline", "INC-1", "service"]));
}

#[test]
fn p28_a_page_is_taken_and_stopped_with_a_reason() {
    let place = Place::new();
    let _server = place.start();
    opened(&place);
    see!(place.see(&["--as", "petra", "page", "take", "INC-1", "service"]));
    see!(place.see(&["--as", "petra", "page", "stop", "INC-1", "platform", "--reason", "only checkout is ill"]));
    see!(place.see(&["--as", "petra", "page", "stop", "INC-1", "service", "--reason", "sorted out by phone"]));
    see!(place.see(&["--as", "petra", "page", "take", "INC-1", "marketing"]));
    see!(place.see(&["--as", "petra", "page", "ring-again", "INC-1", "platform", "ines"]));
}

#[test]
fn only_a_person_answers() {
    let place = Place::new();
    let _server = place.start();
    opened(&place);
    see!(place.see(&["ack"]));
    see!(place.see(&["--as", "mya", "ack"]));
    let token = place.token_of("maya");
    let answered = place.command(&["ack"]).env("ZEPHYR_TOKEN", &token).output().unwrap();
    assert!(answered.status.success(), "{}", crate::harness::seen(&answered));
    let bot = place.json(&["token", "create", "--bot", "watcher"])["token"].as_str().unwrap().to_owned();
    see!(place.see(&["--token", &bot, "page", "take", "INC-1", "service"]));
    see!(place.see(&["--token", &token, "--as", "ines", "ack"]));
    see!(place.see(&["--token", &token, "token", "create", "--person", "maya"]));
}

#[test]
fn what_is_open_is_shown_from_every_side() {
    let place = Place::new();
    let _server = place.start();
    see!(place.see(&[]));
    see!(place.see(&["incident", "list"]));
    see!(place.see(&["incident", "show"]));
    see!(place.see(&["page", "list"]));
    see!(place.see(&["oncall"]));
    opened(&place);
    place.until("the channel is shown", || {
        (place.json(&["incident", "show", "1"])["channel"]["state"] == "shown").then_some(())
    });
    see!(place.see(&[]));
    see!(place.see(&["incident", "list"]));
    let shown = place.see(&["incident", "show"]);
    // What comes below is the timeline, in the order in which it happened.
    see!(shown.lines().take(13).collect::<Vec<_>>().join("\n"));
}

#[test]
fn how_long_until_the_next_is_rung_is_counted_from_now() {
    let place = Place::new();
    let opened = {
        let _server = place.start();
        place.json(&MISSION)
    };
    let next_at: jiff::Timestamp = opened["incident"]["pages"][0]["next_at"].as_str().unwrap().parse().unwrap();
    let now = next_at - jiff::SignedDuration::from_secs(40);
    let me = serde_json::json!({
        "person": "petra", "name": "petra", "kind": "person", "admin": false, "version": "0.1.0", "organisation": "x",
        "policy": "x", "built_in_paging": true, "now": now, "speed": 1,
    });
    let server = Canned::new(move |path| match path {
        "/api/v1/me" => (200, me.to_string()),
        _ => (200, opened.to_string()),
    });
    let taken = place.see(&["--server", &server.url, "page", "take", "1", "service"]);
    assert!(taken.contains("(in 40 s)"), "{taken}");
}

#[test]
fn p18_resolving_and_cancelling_need_a_name_only_where_several_are_open() {
    let place = Place::new();
    let _server = place.start();
    opened(&place);
    see!(place.see(&["--as", "maya", "incident", "resolve", "--public", "Checkout works again."]));
    see!(place.see(&["incident", "resolve"]));
    see!(place.see(&["incident", "cancel", "INC-1"]));
    for summary in ["Search is slow", "Search is empty"] {
        assert!(place.run(&["incident", "open", "--anyway", summary]).status.success());
    }
    see!(place.see(&["incident", "cancel"]));
    see!(place.see(&["incident", "cancel", "3"]));
    see!(place.see(&["incident", "cancel"]));
    see!(place.see(&["incident", "list", "--all"]));
    place.until("the entries are closed", || {
        let entries = place.get("/api/v1/builtin/status")["entries"].as_array().unwrap().clone();
        let closed = |entry: &serde_json::Value| entry["state"] != "investigating";
        let lines = entries.iter().map(|entry| entry["lines"].to_string()).collect::<String>();
        (entries.iter().all(closed) && lines.contains("Checkout works again.")).then_some(())
    });
}

#[test]
fn p8_p18_severity_service_and_the_end_itself_can_change() {
    let place = Place::new();
    let _server = place.start();
    opened(&place);
    see!(place.see(&["--as", "petra", "incident", "severity", "INC-1", "1"]));
    see!(place.see(&["--as", "petra", "incident", "service", "INC-1", "marketing"]));
    see!(place.see(&["--as", "petra", "incident", "service", "INC-1"]));
    assert!(place.run(&["--as", "petra", "incident", "resolve", "INC-1"]).status.success());
    see!(place.see(&["--as", "petra", "incident", "severity", "INC-1", "2"]));
    see!(place.see(&["--as", "petra", "incident", "reopen", "INC-1"]));
}

#[test]
fn p16_still_investigating_is_one_short_command() {
    let place = Place::new();
    let _server = place.start();
    opened(&place);
    assert!(place.run(&["--as", "maya", "incident", "update", "INC-1"]).status.success());
    place.until_told("INC-1", "update by maya: Still investigating.");
    see!(place.see(&["incident", "update", "INC-1", "Nobody said this"]));
}
