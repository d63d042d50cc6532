//! What people and machines get wrong, and what they are told.

use crate::harness::{MISSION, Place};
use crate::proxy::Canned;
use crate::see;

#[test]
fn wrong_usage_exits_with_2() {
    let place = Place::new();
    see!(place.see(&["incident", "open", "--sev", "high", "--summary", "x"]));
    see!(place.see(&["incident", "open"]));
    see!(place.see(&["incident", "open", "--summary", "Checkout", "is", "down"]));
    see!(place.see(&["incident", "open", "--sev", "-1", "--summary", "x"]));
    see!(place.see(&["incident", "open", "--summary", "--json"]));
    see!(place.see(&["incident", "open", "--private", "--public", "Checkout fails", "--summary", "x"]));
    see!(place.see(&["demo", "--json"]));
    see!(place.see(&["incident", "show", "INC-seven"]));
    see!(place.see(&["page", "take", "INC-1", "../../tokens"]));
    see!(place.see(&["token", "create"]));
    see!(place.see(&["--server", "localhost", "oncall"]));
}

#[test]
fn without_a_server_it_exits_with_3() {
    let place = Place::new();
    see!(place.see(&MISSION));
    see!(place.see(&["--server", "http://127.0.0.1:1", "incident", "list"]));
    let server = place.start();
    server.kill();
    see!(place.see(&["oncall"]));
}

#[test]
fn summaries_that_cannot_be_are_refused_and_nothing_is_opened() {
    let place = Place::new();
    let _server = place.start();
    see!(place.see(&["incident", "open", "--summary", ""]));
    see!(place.see(&["incident", "open", "--summary", "\u{202e}\u{7}\u{200b}"]));
    see!(place.see(&["incident", "open", "--summary", &"x".repeat(10_000)]));
    see!(place.see(&["incident", "open", "--summary", &"x".repeat(100_000)]));
    see!(place.see(&["incident", "open", "Checkout", "--service", "chekout"]));
    see!(place.see(&["incident", "open", "Checkout", "--region", "mars"]));
    assert_eq!(place.see(&["incident", "list", "--all"]), "exit 0\nThere has been no incident yet.\n");
}

#[test]
fn hostile_and_foreign_text_arrives_as_text() {
    let place = Place::new();
    let _server = place.start();
    let hostile = "Checkout \u{1b}[2J\u{1b}]0;owned\u{7} \u{202e}nwod\u{202c} fails";
    for (number, summary) in
        [hostile, "🔥 Checkout 👩‍🚒 brennt", "התשלום נכשל", "チェックアウト失敗"].into_iter().enumerate()
    {
        let opened = place.run(&["incident", "open", "--anyway", summary]);
        assert!(opened.status.success(), "{}", crate::harness::seen(&opened));
        let acts =
            |text: &str| text.chars().any(|c| (c.is_control() && c != '\n') || ('\u{202a}'..='\u{202e}').contains(&c));
        assert!(!acts(std::str::from_utf8(&opened.stdout).unwrap()), "{number}");
        let first = String::from_utf8(opened.stdout).unwrap().lines().next().unwrap().to_owned();
        see!(first);
    }
}

#[test]
fn an_unknown_token_is_refused() {
    let place = Place::new();
    let _server = place.start();
    see!(place.see(&["--token", "nonsense", "incident", "list"]));
    let url = place.local().unwrap()["url"].as_str().unwrap().to_owned();
    let elsewhere = Place::new();
    see!(elsewhere.see(&["--server", &url, "incident", "list"]));
}

#[test]
fn what_answers_may_not_be_zephyr() {
    let place = Place::new();
    let page = Canned::new(|_| (404, "<h1>\u{1b}[31mhi</h1>".to_owned()));
    see!(place.see(&["--server", &page.url, "oncall"]));
    let gateway = Canned::new(|_| (502, "<h1>Bad Gateway</h1>".to_owned()));
    see!(place.see(&["--server", &gateway.url, "oncall"]));
}

#[test]
fn a_hostile_server_does_not_reach_the_terminal() {
    let place = Place::new();
    let problem = serde_json::json!({
        "code": "refused", "status": 409, "title": "x",
        "detail": "\u{1b}]52;c;aGk=\u{7}\u{9b}2J \u{202e}no", "hint": "run\r\u{1b}[1A this",
    });
    let server = Canned::new(move |_| (409, problem.to_string()));
    see!(place.see(&["--server", &server.url, "oncall"]));
    let rotation = serde_json::json!({"at": "2026-01-01T00:00:00Z", "rotations": [{"name": "a\u{1b}[2J\u{202e}b", "on_call": []}]});
    let server = Canned::new(move |_| (200, rotation.to_string()));
    see!(place.see(&["--server", &server.url, "oncall"]));
    see!(place.see(&["--server", &server.url, "oncall", "--json"]));
}

#[test]
fn p11_it_exits_with_4_while_no_page_is_out() {
    let place = Place::new();
    let opened: serde_json::Value = {
        let _server = place.start();
        place.json(&["incident", "open", "--private", "--summary", "Checkout fails"])
    };
    let mut incident = opened["incident"].clone();
    for page in incident["pages"].as_array_mut().unwrap() {
        page["wanted"][0]["methods"][0]["state"] = "sent".into();
    }
    let server = Canned::new(move |path| match path {
        "/api/v1/incidents" => (201, serde_json::json!({ "incident": incident }).to_string()),
        path if path.contains("timeline") => {
            std::thread::sleep(std::time::Duration::from_millis(500));
            (200, serde_json::json!({ "entries": [], "next_after": 0 }).to_string())
        }
        _ => (404, "{}".to_owned()),
    });
    see!(place.see(&["--server", &server.url, "incident", "open", "Checkout fails"]));
}
