//! Servers of two versions on one PostgreSQL, one after the other and beside each other, while pages ring.
//!
//! What an older version has written is there as it wrote it. What a newer one will write nobody has yet: its marks are
//! made by hand, a later schema, a column and a table more, states of a later format.

use std::thread;
use std::time::Duration;

use crate::cluster;
use crate::harness::{MISSION, Place, seen};
use crate::upgrade::{ACME, written_by_0_1_0};

/// The second step begins after half a minute: the shortest that a policy may say.
fn policy() -> String {
    include_str!("policy.toml").replace("5m next in rotation", "30s next in rotation")
}

#[test]
fn f16_what_rang_under_the_first_version_goes_on_under_two_servers_on_a_database() {
    let Some(cluster) = cluster::shared("f16_what_rang_under_the_first_version") else { return };
    let url = cluster.url(&cluster.database());
    let old = Place::with_policy(ACME);
    std::fs::create_dir(old.path("zephyr-data")).unwrap();
    written_by_0_1_0(&old.path("zephyr-data/zephyr.db"));
    // Brought up to date by a server that lives for a moment; what rings is carried over as it stands.
    drop(old.start().terminate());
    let copied = old.see(&["store", "copy", "--to", &url]);
    assert!(copied.starts_with("exit 0"), "{copied}");

    let places = [Place::with_policy(ACME).on(&url), Place::with_policy(ACME).on(&url)];
    let servers = places.each_ref().map(Place::start);
    places[1].until_told("INC-1", "(step 2)");
    // Beside it one of this version, opened at one server and seen by the other.
    let opened = places[0].run(&["incident", "open", "--sev", "3", "--summary", "Search is slow"]);
    assert!(opened.status.success(), "{}", seen(&opened));
    places[1].until_told("INC-2", "reached by");
    let begun = places[0].timeline("INC-1").iter().filter(|entry| entry["kind"] == "step_began").count();
    assert!(begun <= 6, "two pages, whose steps nobody begins twice: {begun}");
    let ended = places[1].run(&["incident", "resolve", "INC-1"]);
    assert!(ended.status.success(), "{}", seen(&ended));
    servers.into_iter().for_each(|server| drop(server.terminate()));
    let checked = places[0].see(&["store", "check"]);
    assert!(checked.starts_with("exit 0"), "{checked}");
}

#[test]
fn f16_f17_the_older_goes_on_while_a_newer_version_migrates_and_writes_until_it_says_that_it_cannot() {
    let Some(cluster) = cluster::shared("f16_f17_the_older_goes_on") else { return };
    let database = cluster.database();
    let url = cluster.url(&database);
    let places: [Place; 2] = std::array::from_fn(|_| Place::with_policy(&policy()).on(&url));
    let [first, second] = places.each_ref().map(Place::start);
    assert!(places[0].run(&MISSION).status.success());
    places[0].until_told("INC-1", "maya reached by push");

    // The newer one comes: a step of the schema that the older can work with, and states in a format of its own.
    cluster.run(
        &database,
        "BEGIN; INSERT INTO zephyr_schema (version, name, needs) VALUES (99, 'later', 1);
        ALTER TABLE streams ADD COLUMN later TEXT; CREATE TABLE later (id TEXT PRIMARY KEY);
        UPDATE streams SET format = format + 1, state = '{\"of\":\"a later version\"}'; COMMIT",
    );
    // The older one goes on, also after a restart.
    drop(first.terminate());
    let first = places[0].start();
    places[0].until_told("INC-1", "paging lena (step 2)");
    places[1].until_told("INC-1", "lena reached by push");
    let acked = places[0].run(&["--as", "lena", "ack"]);
    assert!(acked.status.success(), "{}", seen(&acked));
    let said = places[1].timeline("INC-1");
    let steps = said.iter().filter(|entry| entry["text"].as_str().unwrap().contains("paging lena (step 2)")).count();
    assert_eq!(steps, 1, "{said:?}");

    // Then one that the older cannot work with: what runs goes on, what is started is told so.
    cluster.run(&database, "UPDATE zephyr_schema SET needs = 99 WHERE version = 99");
    let opened = places[1].run(&["incident", "open", "--sev", "3", "--summary", "Search is slow"]);
    assert!(opened.status.success(), "{}", seen(&opened));
    drop(first.terminate());
    let refused = places[0].see(&["serve", "--listen", "127.0.0.1:0"]);
    assert!(refused.contains("was made by a newer version of zephyr (schema 99"), "{refused}");

    // And an event of a kind that the older does not know: it stops rather than guess what rings.
    cluster.run(
        &database,
        "BEGIN; INSERT INTO events (stream, seq, at, kind, body)
        SELECT id, version + 1, (SELECT MAX(at) FROM events), 'later', '{\"event\":{\"kind\":\"later\"}}' FROM streams;
        UPDATE streams SET version = version + 1, format = format + 1, wake_at = 0; COMMIT",
    );
    thread::sleep(Duration::from_millis(100));
    assert_eq!(second.ended(), Some(1));
    let log = std::fs::read_to_string(places[1].path("log")).unwrap();
    assert!(log.contains("it was written by a newer zephyr"), "{log}");
}
