//! Several addresses of one zephyr, some of which do not answer; and a server whose clock is another.

use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::harness::{MISSION, Place, seen};
use crate::proxy::{Canned, Mood, Proxy};

/// Nothing listens there.
const DEAD: &str = "http://127.0.0.1:1";

/// A server that takes connections and never says a word.
struct Hanging {
    url: String,
    taken: Arc<Mutex<Vec<TcpStream>>>,
}

impl Hanging {
    fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let taken = Arc::new(Mutex::new(Vec::new()));
        let shared = taken.clone();
        thread::spawn(move || listener.incoming().flatten().for_each(|stream| shared.lock().unwrap().push(stream)));
        Self { url, taken }
    }

    fn asked(&self) -> usize {
        self.taken.lock().unwrap().len()
    }
}

fn url(place: &Place) -> String {
    place.local().unwrap()["url"].as_str().unwrap().to_owned()
}

#[test]
fn the_first_of_several_servers_that_answers_is_asked_and_remembered() {
    let place = Place::new();
    let _server = place.start();
    let (hanging, real) = (Hanging::new(), url(&place));
    let begun = Instant::now();
    let opened = place.command(&MISSION).env("ZEPHYR_SERVER", format!("{DEAD}, {}/,{real}", hanging.url)).output();
    let opened = opened.unwrap();
    assert!(opened.status.success() && seen(&opened).contains("INC-1 SEV-2 opened"), "{}", seen(&opened));
    assert!(begun.elapsed() < Duration::from_secs(8), "{:?}", begun.elapsed());
    assert_eq!(hanging.asked(), 1, "once it is known who answers, nobody else is asked");
    let listed = place.see(&["--server", DEAD, "--server", &real, "incident", "list"]);
    assert!(listed.starts_with("exit 0\nINC-1 "), "{listed}");
}

#[test]
fn p12_an_opening_whose_answer_was_lost_is_asked_for_at_the_next_under_the_same_key() {
    let place = Place::new();
    let _server = place.start();
    let (real, token) = (url(&place), place.token_of("nora"));
    let losing = Proxy::new(Mood::LoseAnswer(real.trim_start_matches("http://").to_owned()));
    let servers = format!("{},{real}", losing.url());
    let opened = place
        .command(&[&MISSION[..], &["--anyway"]].concat())
        .env("ZEPHYR_SERVER", &servers)
        .env("ZEPHYR_TOKEN", &token)
        .output()
        .unwrap();
    assert!(seen(&opened).contains("INC-1 SEV-2 was opened already by this very request"), "{}", seen(&opened));
    assert_eq!(losing.lost(), 1);
    assert_eq!(place.json(&["incident", "list", "--all"])["incidents"].as_array().unwrap().len(), 1);
    let again = place
        .command(&[&MISSION[..], &["--anyway"]].concat())
        .env("ZEPHYR_SERVER", &servers)
        .env("ZEPHYR_TOKEN", &token)
        .output()
        .unwrap();
    assert!(seen(&again).contains("INC-2"), "an answer that was seen ends it: {}", seen(&again));
}

#[test]
fn whoever_did_not_answer_is_named_in_one_line() {
    let place = Place::new();
    let hanging = Hanging::new();
    let servers = format!("{},{DEAD}", hanging.url);
    crate::see!(place.see(&["--server", &servers, "incident", "list"]));
    // Two questions at a time, each of which goes round by itself.
    let both = place.see(&["--server", "http://127.0.0.1:1,http://127.0.0.1:2", "oncall"]);
    let (one, two) = ("http://127.0.0.1:1 (connection refused)", "http://127.0.0.1:2 (connection refused)");
    assert!(both.starts_with(&format!("exit 3\n--- stderr\nerror: no server answers: {one}, {two}\n")), "{both}");
    let wrong = place.see(&["--server", "http://127.0.0.1:1,localhost", "oncall"]);
    assert!(wrong.starts_with("exit 2") && wrong.contains("`localhost` is not the address"), "{wrong}");
}

/// A server that answers what a real one did, with its clock moved.
fn elsewhen(place: &Place, ahead: SignedDuration, speed: u32) -> Canned {
    let now = Timestamp::now() + ahead;
    let mut me: Value = place.get("/api/v1/me");
    me["now"] = json!(now);
    me["speed"] = json!(speed);
    let mut incidents = place.get("/api/v1/incidents");
    incidents["incidents"][0]["opened_at"] = json!(now - SignedDuration::from_mins(5));
    let on_call = place.get("/api/v1/oncall");
    Canned::new(move |path| match path {
        "/api/v1/me" => (200, me.to_string()),
        "/api/v1/oncall" => (200, on_call.to_string()),
        _ => (200, incidents.to_string()),
    })
}

#[test]
fn clocks_that_differ_are_told_and_ages_are_the_servers() {
    let place = Place::new();
    let _server = place.start();
    assert!(place.run(&MISSION).status.success());
    let ahead = elsewhen(&place, SignedDuration::from_hours(1), 1);
    let listed = place.see(&["--server", &ahead.url, "incident", "list"]);
    assert!(listed.contains(" 5 min  "), "{listed}");
    crate::see!(listed);
    let behind = elsewhen(&place, -SignedDuration::from_hours(1), 1);
    let told = "The server's clock is 60 min behind this machine's";
    for command in [&["incident", "list"][..], &["oncall"], &["page", "list"], &[]] {
        let seen = place.see(&[&["--server", &behind.url], command].concat());
        assert_eq!(seen.matches(told).count(), 1, "{seen}");
    }
    let fast = elsewhen(&place, SignedDuration::from_hours(1), 60);
    assert!(!place.see(&["--server", &fast.url, "incident", "list"]).contains("clock"));
    assert!(!place.see(&["incident", "list"]).contains("clock"));
}
