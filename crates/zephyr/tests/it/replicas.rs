//! Several servers on one PostgreSQL, as processes: what one begins another goes on with, and nothing happens twice.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use serde_json::Value;

use crate::cluster::{self, Cluster};
use crate::harness::{MISSION, Place, seen};

/// The second step begins after half a minute: the shortest that a policy may say.
fn policy() -> String {
    include_str!("policy.toml").replace("5m next in rotation", "30s next in rotation")
}

fn places<const N: usize>(url: &str) -> [Place; N] {
    std::array::from_fn(|_| Place::with_policy(&policy()).on(url))
}

/// How often anything was delivered to a person, by method.
fn deliveries(place: &Place, person: &str) -> u64 {
    let inbox = place.get(&format!("/api/v1/builtin/inbox/{person}"));
    let entries = inbox["entries"].as_array().unwrap();
    entries.iter().filter(|entry| entry["method"] == "push").map(|entry| entry["deliveries"].as_u64().unwrap()).sum()
}

fn signal(pid: u32, name: &str) {
    assert!(Command::new("kill").args([name, &pid.to_string()]).status().unwrap().success());
}

fn at(entry: &Value) -> Timestamp {
    entry["at"].as_str().unwrap().parse().unwrap()
}

/// The mission's line, for one more of the same.
const ANYWAY: [&str; 7] =
    ["incident", "open", "--sev", "2", "--anyway", "--summary", "Checkout p99 elevated in eu-frankfurt"];

/// The status line and headers of an answer to a declaration.
fn declare(place: &Place, key: &str) -> String {
    let local = place.local().unwrap();
    let host = local["url"].as_str().unwrap().trim_start_matches("http://").to_owned();
    let body = r#"{"summary":"Search is slow","severity":3,"anyway":true}"#;
    let request = format!(
        "POST /api/v1/incidents HTTP/1.0\r\nHost: {host}\r\nAuthorization: Bearer {}\r\nZephyr-As: maya\r\n\
         Idempotency-Key: {key}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        local["token"].as_str().unwrap(),
        body.len()
    );
    String::from_utf8(crate::proxy::talk(&host, request.as_bytes())).unwrap()
}

#[test]
fn f27_f28_three_servers_that_start_at_once_page_everybody_once() {
    let Some(cluster) = cluster::shared("f27_f28_three_servers") else { return };
    let places = places::<3>(&cluster.url(&cluster.database()));
    let servers: Vec<_> = thread::scope(|scope| {
        places.each_ref().map(|place| scope.spawn(|| place.start())).map(|it| it.join().unwrap())
    })
    .into_iter()
    .collect();
    assert!(places[0].run(&MISSION).status.success());
    for place in &places {
        place.until_told("INC-1", "maya reached by push");
        place.until_told("INC-1", "ines reached by push");
    }
    // Whoever answers somewhere has answered everywhere.
    let acked = places[1].run(&["--as", "maya", "ack"]);
    assert!(acked.status.success(), "{}", seen(&acked));
    places[2].until("it is known there as well", || {
        let answered = |entry: &Value| entry["kind"] == "acknowledged";
        places[2].timeline("INC-1").iter().any(answered).then_some(())
    });
    for person in ["maya", "ines"] {
        assert_eq!(deliveries(&places[2], person), 1, "{person}");
    }
    // Two opened at once have two numbers.
    let opened = thread::scope(|scope| {
        let open = |place| scope.spawn(move || seen(&Place::run(place, &ANYWAY)));
        [open(&places[0]), open(&places[2])].map(|opened| opened.join().unwrap())
    });
    assert!(opened.iter().any(|it| it.contains("INC-2")) && opened.iter().any(|it| it.contains("INC-3")), "{opened:?}");
    servers.into_iter().for_each(|server| drop(server.terminate()));
}

#[test]
fn f3_f29_when_one_is_killed_and_another_paused_the_next_step_begins_on_time() {
    let Some(cluster) = cluster::shared("f3_f29_when_one_is_killed") else { return };
    let places = places::<3>(&cluster.url(&cluster.database()));
    let [first, second, third] = places.each_ref().map(Place::start);
    assert!(places[0].run(&MISSION).status.success());
    places[0].until_told("INC-1", "maya reached by push");
    let opened = at(&places[2].timeline("INC-1")[0]);
    first.kill();
    signal(second.pid(), "-STOP");
    let next = places[2].until_told("INC-1", "paging lena (step 2)");
    let late = at(&next).duration_since(opened) - jiff::SignedDuration::from_secs(30);
    assert!((0..2_500).contains(&late.as_millis()), "late by {late:?}");
    places[2].until_told("INC-1", "lena reached by push");
    signal(second.pid(), "-CONT");
    // It finds that its lease was ended, takes another, and works on.
    places[1].until("the one that was paused goes on", || {
        let opened = places[1].run(&ANYWAY);
        opened.status.success().then_some(())
    });
    thread::sleep(Duration::from_secs(1));
    for person in ["maya", "lena"] {
        let wanted = if person == "lena" { 1 } else { 2 };
        assert_eq!(deliveries(&places[2], person), wanted, "{person}: once for each incident");
    }
    drop((second.terminate(), third.terminate()));
}

#[test]
fn f23_while_the_database_is_away_openings_are_refused_and_soon_after_they_are_not() {
    // A cluster of its own: this one is stopped.
    let Some(cluster) = Cluster::start() else {
        return cluster::skipped("f23_while_the_database_is_away");
    };
    let [place] = places::<1>(&cluster.url(&cluster.database()));
    let server = place.start();
    assert!(place.run(&MISSION).status.success());
    place.until_told("INC-1", "maya reached by push");
    let host = place.local().unwrap()["url"].as_str().unwrap().trim_start_matches("http://").to_owned();
    let status = || String::from_utf8(crate::proxy::talk(&host, b"GET /status HTTP/1.0\r\n\r\n")).unwrap();
    place.until("the status page shows it", || status().contains("investigating").then_some(()));
    cluster.stop();
    let refused = declare(&place, "away");
    assert!(refused.starts_with("HTTP/1.0 503") && refused.to_lowercase().contains("retry-after: 1"), "{refused}");
    let shown = status();
    assert!(shown.contains(" 200 ") && shown.contains("investigating"), "the last known: {shown}");
    thread::sleep(Duration::from_secs(2));
    cluster.start_again();
    cluster.wait();
    let back = Instant::now();
    let taken =
        place.until("openings are taken again", || Some(declare(&place, "back")).filter(|it| it.contains(" 201 ")));
    assert!(back.elapsed() < Duration::from_secs(3), "{:?}", back.elapsed());
    assert!(taken.contains("INC-2"), "nothing was made of the one that was refused: {taken}");
    place.until_told("INC-2", "reached by push");
    drop(server.terminate());
}

#[test]
fn f18_a_connection_that_is_cut_while_it_commits_loses_nothing_and_doubles_nothing() {
    let Some(cluster) = cluster::shared("f18_a_connection_that_is_cut") else { return };
    let database = cluster.database();
    let wire = Wire::new(cluster.port);
    let [place] = places::<1>(&cluster.url_at(wire.port, &database));
    let server = place.start();
    for round in 1..=6 {
        wire.cut_next_commit();
        let first = declare(&place, &format!("round {round}"));
        let again = place.until("it is taken", || {
            Some(declare(&place, &format!("round {round}"))).filter(|it| it.contains(" 201 ") || it.contains(" 200 "))
        });
        assert!(again.contains(&format!("INC-{round}")), "{first}\n{again}");
    }
    assert!(wire.cuts.load(Ordering::SeqCst) >= 6, "the wire was cut");
    let open = place.json(&["incident", "list"]);
    assert_eq!(open["incidents"].as_array().map(Vec::len), Some(6), "{open}");
    drop(server.terminate());
}

#[test]
fn f74_a_policy_applied_at_one_is_in_force_at_all_and_a_token_counts_everywhere() {
    let Some(cluster) = cluster::shared("f74_a_policy_applied_at_one") else { return };
    let places = places::<2>(&cluster.url(&cluster.database()));
    let servers = places.each_ref().map(Place::start);
    let token = places[0].token_of("maya");
    let me = places[1].command(&["--token", &token, "oncall"]).output().unwrap();
    assert!(me.status.success(), "{}", seen(&me));
    let version = |place: &Place| place.get("/api/v1/me")["policy"].as_str().unwrap().to_owned();
    let before = version(&places[1]);
    std::fs::write(places[0].path("zephyr.toml"), policy().replace("5m em", "6m em")).unwrap();
    let new = places[0].until("the file is followed", || Some(version(&places[0])).filter(|it| *it != before));
    places[1].until("the other follows", || (version(&places[1]) == new).then_some(()));
    // The other one's file is older, and stays so: it does not go back.
    thread::sleep(Duration::from_secs(3));
    assert_eq!((version(&places[0]), version(&places[1])), (new.clone(), new.clone()));
    let [first, second] = servers;
    drop(second.terminate());
    let second = places[1].start();
    assert_eq!(version(&places[1]), new, "not at its next start either");
    drop((first.terminate(), second.terminate()));
}

/// A wire to the database that can be cut when a COMMIT has passed and before its answer has.
struct Wire {
    port: u16,
    cut: Arc<AtomicBool>,
    cuts: Arc<AtomicU32>,
}

impl Wire {
    fn new(database: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let (cut, cuts) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU32::new(0)));
        let (armed, counted) = (cut.clone(), cuts.clone());
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let Ok(server) = TcpStream::connect(("127.0.0.1", database)) else { continue };
                let (armed, counted) = (armed.clone(), counted.clone());
                thread::spawn(move || carry(client, server, &armed, &counted));
            }
        });
        Self { port, cut, cuts }
    }

    fn cut_next_commit(&self) {
        self.cut.store(true, Ordering::SeqCst);
    }
}

fn carry(mut client: TcpStream, mut server: TcpStream, armed: &AtomicBool, counted: &AtomicU32) {
    let (mut from_server, mut to_client) = (server.try_clone().unwrap(), client.try_clone().unwrap());
    thread::spawn(move || {
        let _ = std::io::copy(&mut from_server, &mut to_client);
        let _ = to_client.shutdown(Shutdown::Both);
    });
    let mut bytes = [0; 65_536];
    let mut inserted = false;
    while let Ok(count @ 1..) = client.read(&mut bytes) {
        let said = &bytes[..count];
        let says = |word: &[u8]| said.windows(word.len()).any(|window| window == word);
        inserted |= says(b"INSERT INTO events") || count > 400;
        if says(b"COMMIT\0") && inserted && armed.swap(false, Ordering::SeqCst) {
            // The client never hears what became of it; the database does it.
            let _ = client.shutdown(Shutdown::Both);
            counted.fetch_add(1, Ordering::SeqCst);
            let _ = server.write_all(said);
            return;
        }
        if server.write_all(said).is_err() {
            break;
        }
    }
    let _ = server.shutdown(Shutdown::Both);
}
