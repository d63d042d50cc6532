//! Calendars of who is on call: who reads them, when they end, and what stands in them, read back by a reader of our
//! own and by an independent one (python3 with the package `icalendar`).

use std::collections::BTreeMap;
use std::io::Write as _;
use std::process::{Command, Stdio};

use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use zephyr_store::ModelStore;

use crate::kit::{LOCAL, Response, Server, get, post, skipped, start};

pub fn sha256(text: &str) -> String {
    Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The path of a new calendar, and its id.
async fn make(server: &Server<ModelStore>, person: &str, body: Value) -> (String, String) {
    let made = server.send(post("/api/v1/calendars", body).of(person)).await.expect(201);
    let url = made["url"].as_str().unwrap();
    let path = url.strip_prefix("https://zephyr.acme.example").unwrap().to_owned();
    assert!(path.ends_with(".ics") && path.len() > 70, "{path}");
    (path, made["calendar"]["id"].as_str().unwrap().to_owned())
}

#[derive(Debug, Clone, PartialEq)]
struct Event {
    uid: String,
    begins: String,
    ends: String,
    summary: String,
}

/// Reads strictly: every line ended and folded as it has to be, everything that begins ends, what must be there is.
fn read(answer: &Response) -> Vec<Event> {
    assert_eq!(
        (answer.status, answer.header("content-type")),
        (200, Some("text/calendar; charset=utf-8")),
        "{answer:?}"
    );
    let text = &answer.body;
    assert!(text.ends_with("END:VCALENDAR\r\n") && !text.replace("\r\n", "").contains(['\r', '\n']), "{text}");
    assert!(text.lines().all(|line| line.len() <= 75), "{text}");
    let whole = text.replace("\r\n ", "");
    let mut open: Vec<&str> = Vec::new();
    let mut events = Vec::new();
    let mut properties: BTreeMap<&str, &str> = BTreeMap::new();
    for line in whole.lines() {
        let (name, value) = line.split_once(':').unwrap_or_else(|| panic!("no property: {line}"));
        match name {
            "BEGIN" => open.push(value),
            "END" => {
                assert_eq!(open.pop(), Some(value));
                if value == "VEVENT" {
                    let of = |name: &str| {
                        let found = properties.iter().find(|(known, _)| known.split(';').next() == Some(name));
                        let (known, value) = found.unwrap_or_else(|| panic!("no {name}: {properties:?}"));
                        format!(
                            "{}{value}",
                            known.split_once('=').map_or(String::new(), |(_, zone)| format!("{zone} "))
                        )
                    };
                    assert!(of("DTSTAMP").ends_with('Z'));
                    let (uid, summary) = (of("UID"), of("SUMMARY"));
                    events.push(Event { uid, begins: of("DTSTART"), ends: of("DTEND"), summary });
                    properties.clear();
                }
            }
            _ if open.last() == Some(&"VEVENT") => assert_eq!(properties.insert(name, value), None, "{line}"),
            _ => {}
        }
    }
    assert_eq!(open, Vec::<&str>::new());
    let mut uids: Vec<&str> = events.iter().map(|event| event.uid.as_str()).collect();
    uids.sort_unstable();
    uids.dedup();
    assert_eq!(uids.len(), events.len(), "each turn has a name of its own");
    events
}

#[tokio::test]
async fn a_person_reads_their_turns_and_a_rotations_at_secret_addresses() {
    let server = start().await;
    let (own, _) = make(&server, "maya", json!({})).await;
    let (rotation, _) = make(&server, "maya", json!({ "rotation": "payments" })).await;
    let mine = read(&server.send(get(&own)).await);
    assert!(mine.len() > 5 && mine.iter().all(|event| event.summary.starts_with("On call for ")), "{mine:?}");
    let all = read(&server.send(get(&rotation)).await);
    assert!(all.iter().any(|event| event.summary == "Maya Okafor: on call for payments"), "{all:?}");
    assert!(all.iter().any(|event| !event.summary.starts_with("Maya Okafor")), "{all:?}");
    // What the API says of the same days is what stands there.
    let path = "/api/v1/oncall/schedule?rotation=payments&from=2026-03-20T00:00:00Z&days=30";
    let schedule = server.send(get(path).token(LOCAL)).await.expect(200);
    for turn in schedule["rotations"][0]["turns"].as_array().unwrap() {
        let from: jiff::Timestamp = turn["from"].as_str().unwrap().parse().unwrap();
        if turn["person"] == "maya" && turn["from"] != "2026-03-20T00:00:00Z" {
            let there = |event: &Event| instant(&event.begins) == from;
            assert!(mine.iter().any(there), "{from}: {mine:?}");
        }
    }
    // Without `.ics` as well, and the same a little later.
    server.pass(90);
    let again = read(&server.send(get(own.trim_end_matches(".ics"))).await);
    assert_eq!(again, mine);
}

/// `Europe/Berlin 20270315T090000`, or `20270315T080000Z`.
fn instant(written: &str) -> jiff::Timestamp {
    match written.split_once(' ') {
        Some((zone, wall)) => {
            let wall = jiff::civil::DateTime::strptime("%Y%m%dT%H%M%S", wall).unwrap();
            wall.in_tz(zone).unwrap().timestamp()
        }
        None => {
            let wall = jiff::civil::DateTime::strptime("%Y%m%dT%H%M%SZ", written).unwrap();
            wall.in_tz("UTC").unwrap().timestamp()
        }
    }
}

#[tokio::test]
async fn an_address_ends_when_it_is_revoked_and_with_its_person() {
    let server = start().await;
    let (first, id) = make(&server, "maya", json!({})).await;
    let (second, _) = make(&server, "maya", json!({ "rotation": "payments" })).await;
    // Nobody else finds it, or ends it.
    let listed = server.send(get("/api/v1/calendars").of("ines")).await.expect(200);
    assert_eq!(listed["calendars"], json!([]));
    let revoke = post(&format!("/api/v1/calendars/{id}/revoke"), json!({}));
    assert_eq!(server.send(revoke.clone().of("ines")).await.status, 404);
    assert_eq!(server.send(get(&first)).await.status, 200);
    let over = server.send(revoke.of("maya")).await.expect(200);
    assert!(over["revoked_at"].is_string(), "{over}");
    let gone = server.send(get(&first)).await;
    assert_eq!(gone.status, 404);
    assert!(gone.problem("not-found").contains("zephyr oncall calendar add"));
    assert_eq!(server.send(get(&second)).await.status, 200);
    // Whoever left reads nothing more.
    let mut world = crate::kit::world();
    world.policy.people.retain(|id, _| id.as_str() != "maya");
    server.world.send_replace(std::sync::Arc::new(world));
    assert_eq!(server.send(get(&second)).await.status, 404);
    let listed = server.send(get("/api/v1/calendars").token(LOCAL)).await;
    assert!(!listed.body.contains("zph_"), "no list shows a secret");
    assert_eq!(listed.expect(200)["calendars"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn a_secret_is_good_for_its_calendar_only_and_a_token_for_no_calendar() {
    let server = start().await;
    let (path, _) = make(&server, "maya", json!({})).await;
    let secret = path.trim_start_matches("/calendar/").trim_end_matches(".ics");
    for ask in [get("/api/v1/me"), get("/api/v1/oncall"), post("/api/v1/ack", json!({}))] {
        assert_eq!(server.send(ask.token(secret)).await.status, 401);
    }
    let token = server.send(post("/api/v1/tokens", json!({ "person": "maya" })).token(LOCAL)).await.expect(201);
    let token = token["token"].as_str().unwrap();
    assert_eq!(server.send(get(&format!("/calendar/{token}.ics"))).await.status, 404);
    assert_eq!(server.send(post(&path, json!({}))).await.status, 405);
    for (who, body, status) in [
        ("maya", json!({ "person": "ines" }), 403),
        ("nora", json!({ "person": "ines" }), 201),
        ("maya", json!({ "rotation": "paymants" }), 422),
        ("nora", json!({ "person": "inez" }), 422),
    ] {
        let answer = server.send(post("/api/v1/calendars", body.clone()).of(who)).await;
        assert_eq!(answer.status, status, "{who} {body} {answer:?}");
    }
    let nobody = server.send(post("/api/v1/calendars", json!({})).token(LOCAL)).await;
    assert!(nobody.problem("invalid").contains("--as"));
}

#[tokio::test]
async fn p12_a_key_makes_one_calendar_and_its_address_is_shown_once() {
    let server = start().await;
    let ask = post("/api/v1/calendars", json!({})).of("maya").key("k");
    let first = server.send(ask.clone()).await.expect(201);
    let again = server.send(ask).await;
    assert!(again.is_replayed());
    let again = again.expect(201);
    assert_eq!(again["url"], Value::Null);
    assert_eq!(again["calendar"], first["calendar"]);
}

#[tokio::test]
async fn addresses_that_are_guessed_are_held_up_and_good_ones_are_not() {
    let server = start().await;
    let (path, _) = make(&server, "maya", json!({})).await;
    let mut last = 404;
    for guess in 0..210 {
        last = server.send(get(&format!("/calendar/zph_{guess}.ics"))).await.status;
    }
    assert_eq!(last, 429);
    assert_eq!(server.send(get(&path)).await.status, 200);
}

#[tokio::test]
async fn nothing_of_an_incident_stands_in_a_calendar() {
    let server = start().await;
    let (own, _) = make(&server, "maya", json!({})).await;
    let before = server.send(get(&own)).await.body;
    server.open("sam", json!({ "severity": 2, "summary": "A quiet matter", "private": true })).await;
    server.open("sam", json!({ "severity": 1, "summary": "A loud matter" })).await;
    assert_eq!(server.send(get(&own)).await.body, before);
}

const READER: &str = r#"
import json, sys
from datetime import datetime, timezone
import icalendar
text = sys.stdin.buffer.read()
calendar = icalendar.Calendar.from_ical(text)
zones = {str(part["TZID"]): part.to_tz(lookup_tzid=False) for part in calendar.walk("VTIMEZONE")}
def at(part, name):
    value = part[name]
    zone = value.params.get("TZID")
    wall = value.dt.replace(tzinfo=None)
    # By the rules that stand in the calendar, not by those of this machine.
    if zone:
        here = zones[str(zone)].localize(wall) if hasattr(zones[str(zone)], "localize") else wall.replace(tzinfo=zones[str(zone)])
    else:
        here = value.dt
    return here.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
events = [[at(event, "DTSTART"), at(event, "DTEND"), str(event["SUMMARY"])] for event in calendar.walk("VEVENT")]
json.dump({"zones": sorted(zones), "errors": [str(error) for error in calendar.errors], "events": events}, sys.stdout)
"#;

/// What an independent reader makes of it; `None` where there is none on this machine.
fn read_by_another(text: &str) -> Option<Value> {
    if !Command::new("python3")
        .args(["-c", "import icalendar"])
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|it| it.success())
    {
        return None;
    }
    let mut reader = Command::new("python3")
        .args(["-c", READER])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("it ran a moment ago");
    reader.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    let output = reader.wait_with_output().unwrap();
    assert!(output.status.success());
    Some(serde_json::from_slice(&output.stdout).unwrap())
}

#[tokio::test]
async fn an_independent_reader_finds_every_turn_at_the_same_instant_through_both_changes_of_the_clock() {
    let server = start().await;
    let text = {
        let (path, _) = make(&server, "maya", json!({ "rotation": "payments" })).await;
        server.send(get(&path)).await.body
    };
    let Some(read) = read_by_another(&text) else {
        skipped(
            "an_independent_reader_finds_every_turn_at_the_same_instant_through_both_changes_of_the_clock",
            "no python3 with the package icalendar (pip install icalendar)",
        );
        return;
    };
    assert_eq!(read["errors"], json!([]));
    assert_eq!(read["zones"].as_array().unwrap().len(), 1, "{read}");
    let found: Vec<(String, String)> = read["events"]
        .as_array()
        .unwrap()
        .iter()
        .map(|event| (event[0].as_str().unwrap().to_owned(), event[1].as_str().unwrap().to_owned()))
        .collect();
    let mut seen = 0;
    // Both changes of the clock of 2026 lie in these.
    for from in ["2026-03-15T00:00:00Z", "2026-10-11T00:00:00Z"] {
        let path = format!("/api/v1/oncall/schedule?rotation=payments&from={from}&days=30");
        let schedule = server.send(get(&path).token(LOCAL)).await.expect(200);
        let (first, last) = (schedule["from"].clone(), schedule["until"].clone());
        for turn in schedule["rotations"][0]["turns"].as_array().unwrap() {
            if turn["from"] == first || turn["until"] == last {
                continue;
            }
            let at = |name: &str| turn[name].as_str().unwrap().to_owned();
            assert!(found.contains(&(at("from"), at("until"))), "{turn} is not among {found:?}");
            seen += 1;
        }
    }
    assert!(seen > 20, "{seen}");
}
