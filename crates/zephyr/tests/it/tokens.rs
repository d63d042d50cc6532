//! Tokens from the command line: made for something, listed without secrets, ended.

use crate::harness::{MISSION, Place, seen};
use crate::proxy::{Mood, Proxy};

#[test]
fn a_token_is_made_listed_and_revoked() {
    let place = Place::new();
    let _server = place.start();
    let made = place.json(&["token", "create", "--person", "nora", "--scope", "read,respond", "--expires", "90d"]);
    let (secret, id) = (made["token"].as_str().unwrap(), made["id"].as_str().unwrap());
    let list = place.command(&["token", "list"]).output().unwrap();
    let text = seen(&list);
    assert!(list.status.success() && text.contains(id) && text.contains("read respond"), "{text}");
    assert!(text.contains("in 90 days") && !text.contains(secret), "{text}");
    let open = |token: &str| {
        place.command(&["incident", "open", "Checkout is slow"]).env("ZEPHYR_TOKEN", token).output().unwrap()
    };
    let denied = open(secret);
    assert_eq!(denied.status.code(), Some(1));
    assert!(seen(&denied).contains("lacks the scope `declare`"), "{}", seen(&denied));
    assert_eq!(place.json(&["token", "revoke", id])["id"], id);
    let over = open(secret);
    assert_eq!(over.status.code(), Some(1));
    assert!(seen(&over).contains("was revoked on"), "{}", seen(&over));
    for wrong in [["token", "revoke", "../x"], ["token", "revoke", secret]] {
        assert_eq!(place.command(&wrong).output().unwrap().status.code(), Some(2));
    }
}

#[test]
fn f2_a_token_whose_secret_was_lost_with_the_answer_is_good_for_nothing() {
    let place = Place::new();
    let _server = place.start();
    let address = place.local().unwrap()["url"].as_str().unwrap().trim_start_matches("http://").to_owned();
    let proxy = Proxy::new(Mood::LoseAnswer(address.clone()));
    let (url, token) = (proxy.url(), place.local().unwrap()["token"].as_str().unwrap().to_owned());
    let made = place
        .command(&["token", "create", "--bot", "ci", "--server", &url])
        .env("ZEPHYR_TOKEN", token)
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    place.until("the answer is lost", || (proxy.lost() > 0).then_some(()));
    proxy.set(Mood::Pass(address));
    let made = made.wait_with_output().unwrap();
    assert!(made.status.success() && made.stdout.starts_with(b"zph_"), "{}", seen(&made));
    let list = place.get("/api/v1/tokens");
    let ends: Vec<bool> =
        list["tokens"].as_array().unwrap().iter().map(|token| token["revoked_at"].is_string()).collect();
    assert_eq!(ends.iter().filter(|over| !**over).count(), 1, "{list:#}");
    assert_eq!(ends.len(), 2, "{list:#}");
}

#[test]
fn the_audit_tells_who_did_what() {
    let place = Place::new();
    let _server = place.start();
    assert!(place.run(&MISSION).status.success());
    assert!(place.run(&["--as", "ines", "page", "take", "1", "service"]).status.success());
    place.json(&["token", "create", "--bot", "ci"]);
    let all = seen(&place.run(&["audit"]));
    let lines: Vec<&str> = all.lines().filter(|line| line.contains("  ")).collect();
    assert!(lines[0].contains("token.created") && lines[0].contains("made a token for the program ci"), "{all}");
    assert!(lines.iter().any(|line| line.contains("ines  incident.page_taken  INC-1: ")), "{all}");
    assert!(lines.last().unwrap().contains("policy.applied"), "{all}");
    let only = seen(&place.run(&["audit", "--actor", "the operator", "--kind", "policy", "--since", "1d"]));
    assert_eq!(only.lines().filter(|line| line.contains("policy.applied")).count(), 1, "{only}");
    let none = seen(&place.run(&["audit", "--until", "2020-01-01T00:00:00Z"]));
    assert!(none.contains("Nothing of that kind was done."), "{none}");
    let short = seen(&place.run(&["audit", "--limit", "1"]));
    assert!(short.contains("The newest 1 of more"), "{short}");
    assert_eq!(place.run(&["audit", "--since", "noon"]).status.code(), Some(2));
    let maya = place.token_of("maya");
    let denied = place.command(&["audit"]).env("ZEPHYR_TOKEN", maya).output().unwrap();
    assert!(!denied.status.success() && seen(&denied).contains("only admins"), "{}", seen(&denied));
}

#[test]
fn a_calendar_is_made_listed_and_revoked_and_its_address_shown_once() {
    let place = Place::new();
    let _server = place.start();
    let made = place.run(&["oncall", "calendar", "add", "payments", "--as", "maya"]);
    let text = seen(&made);
    let url = text.lines().find(|line| line.starts_with("http")).unwrap_or_else(|| panic!("{text}"));
    assert!(text.starts_with("exit 0\n") && text.contains("shows everybody's turns in payments"), "{text}");
    let list = seen(&place.run(&["oncall", "calendar", "list", "--as", "maya"]));
    assert!(list.contains("maya  everybody's turns in payments") && !list.contains("zph_"), "{list}");
    assert!(seen(&place.run(&["oncall", "calendar", "list", "--as", "lena"])).contains("There is no calendar yet."));
    let all = place.json(&["oncall", "calendar", "list", "--as", "maya"]);
    let id = all["calendars"][0]["id"].as_str().unwrap();
    assert!(text.contains(id) && !url.contains(id), "{text}");
    let unknown = seen(&place.run(&["oncall", "calendar", "add", "paymants", "--as", "maya"]));
    assert!(unknown.starts_with("exit 1\n") && unknown.contains("did you mean payments?"), "{unknown}");
    let over = seen(&place.run(&["oncall", "calendar", "revoke", id, "--as", "maya"]));
    assert!(over.contains("of maya is revoked"), "{over}");
}
