//! Servers that are killed, and answers that are lost: nothing accepted is lost, nothing happens twice.

use std::collections::BTreeMap;
use std::thread;

use serde_json::Value;

use crate::harness::{MISSION, Place, seen};
use crate::proxy::{Mood, Proxy};

/// The timeline is whole, and no step began twice.
fn check(entries: &[Value]) {
    let mut steps: BTreeMap<String, u32> = BTreeMap::new();
    for (index, entry) in entries.iter().enumerate() {
        assert_eq!(entry["seq"], index + 1, "no holes");
        if entry["kind"] == "step_began" || entry["kind"] == "opened" {
            let text = entry["text"].as_str().unwrap();
            *steps.entry(text.split(';').next().unwrap().to_owned()).or_default() += 1;
        }
    }
    assert!(steps.values().all(|count| *count == 1), "{steps:#?}");
}

fn address(place: &Place) -> String {
    place.local().unwrap()["url"].as_str().unwrap().trim_start_matches("http://").to_owned()
}

#[test]
fn p29_the_chain_goes_on_after_kill_9() {
    let place = Place::new();
    let server = place.start_at(60);
    assert!(place.run(&MISSION).status.success());
    place.until_told("INC-1", "maya reached by push");
    let before = place.timeline("INC-1");
    server.kill();

    let _server = place.start_at(60);
    let after = place.timeline("INC-1");
    assert_eq!(after[..before.len()], before[..], "nothing is lost, nothing is another");
    let next = place.until_told("INC-1", "paging lena (step 2)");
    let begun: jiff::Timestamp =
        before.iter().find(|entry| entry["kind"] == "step_began").unwrap()["at"].as_str().unwrap().parse().unwrap();
    let went_on: jiff::Timestamp = next["at"].as_str().unwrap().parse().unwrap();
    let waited = went_on.duration_since(begun).as_secs();
    assert!((300..360).contains(&waited), "five minutes and at most a real second: {waited} s");
    place.until_told("INC-1", "lena reached by push");
    assert!(place.run(&["--as", "lena", "ack"]).status.success());
    check(&place.timeline("INC-1"));
    let inbox = place.get("/api/v1/builtin/inbox/maya");
    let pushes = inbox["entries"].as_array().unwrap().iter().filter(|entry| entry["method"] == "push");
    assert_eq!(pushes.map(|entry| entry["deliveries"].as_u64().unwrap()).sum::<u64>(), 1, "{inbox}");
}

#[test]
fn p29_killed_again_and_again_it_still_goes_on() {
    let place = Place::new();
    let server = place.start_at(600);
    assert!(place.run(&MISSION).status.success());
    server.kill();
    for _ in 0..5 {
        let server = place.start_at(600);
        let known = place.timeline("INC-1").len();
        place.until("something new has happened", || (place.timeline("INC-1").len() > known).then_some(()));
        server.kill();
    }
    let _server = place.start_at(600);
    place.until_told("INC-1", "paging petra");
    check(&place.timeline("INC-1"));
}

#[test]
fn f3_a_step_that_fell_due_while_it_was_down_begins_at_once() {
    // Half a minute is the shortest step there is, and at the speed of life it has to be waited for.
    let place = Place::with_policy(&include_str!("policy.toml").replace("5m next", "30s next"));
    let server = place.start();
    assert!(place.run(&MISSION).status.success());
    let shown = place.json(&["incident", "show"]);
    let due: jiff::Timestamp = shown["pages"][1]["next_at"].as_str().unwrap().parse().unwrap();
    server.kill();
    while jiff::Timestamp::now() < due {
        thread::sleep(std::time::Duration::from_millis(100));
    }
    let begun = std::time::Instant::now();
    let _server = place.start();
    place.until_told("INC-1", "lena reached by push");
    assert!(begun.elapsed().as_secs() < 3, "{:?} after the start", begun.elapsed());
    check(&place.timeline("INC-1"));
}

#[test]
fn f2_killed_after_the_commit_before_the_answer_it_is_one_incident() {
    let place = Place::new();
    let server = place.start();
    let token = place.token_of("nora");
    let proxy = Proxy::new(Mood::LoseAnswer(address(&place)));
    let opening = thread::scope(|scope| {
        let opening = scope.spawn(|| {
            place.command(&MISSION).env("ZEPHYR_SERVER", proxy.url()).env("ZEPHYR_TOKEN", &token).output().unwrap()
        });
        place.until("the answer is lost", || (proxy.lost() > 0).then_some(()));
        server.kill();
        proxy.set(Mood::Cut);
        let server = place.start();
        proxy.set(Mood::Pass(address(&place)));
        let opening = opening.join().unwrap();
        drop(server);
        opening
    });
    let _server = place.start();
    assert!(opening.status.success(), "{}", seen(&opening));
    let text = seen(&opening);
    assert!(text.contains("INC-1 SEV-2 was opened already by this very request"), "{text}");
    assert_eq!(place.json(&["incident", "list", "--all"])["incidents"].as_array().unwrap().len(), 1);
    check(&place.timeline("INC-1"));
}

#[test]
fn f2_typed_again_after_its_answer_was_lost_it_is_one_incident() {
    let place = Place::new();
    let _server = place.start();
    let token = place.token_of("nora");
    let proxy = Proxy::new(Mood::LoseAnswer(address(&place)));
    let type_it =
        || place.command(&MISSION).env("ZEPHYR_SERVER", proxy.url()).env("ZEPHYR_TOKEN", &token).output().unwrap();
    let lost = type_it();
    crate::see!(seen(&lost));
    assert!(proxy.lost() > 3, "it was tried several times");
    proxy.set(Mood::Pass(address(&place)));
    let seen_again = seen(&type_it());
    assert!(seen_again.contains("INC-1 SEV-2 was opened already by this very request"), "{seen_again}");
    let third = seen(&type_it());
    assert!(third.contains("INC-1 SEV-2 joined"), "an answer that was seen ends it: {third}");
}

#[test]
fn f2_a_server_that_was_started_anew_is_found_with_its_new_token() {
    let place = Place::new();
    let server = place.start();
    let proxy = Proxy::new(Mood::LoseAnswer(address(&place)));
    let mut local = place.local().unwrap();
    local["url"] = proxy.url().into();
    std::fs::write(place.path("zephyr-data/local.json"), local.to_string()).unwrap();
    let opening = thread::scope(|scope| {
        let opening = scope.spawn(|| seen(&place.command(&MISSION).env_remove("USER").output().unwrap()));
        place.until("the answer is lost", || (proxy.lost() > 0).then_some(()));
        server.kill();
        let server = place.start();
        let opening = opening.join().unwrap();
        drop(server);
        opening
    });
    assert!(opening.contains("INC-1 SEV-2 was opened already by this very request"), "{opening}");
}

#[test]
fn f1_cut_before_anything_arrived_it_is_one_incident() {
    let place = Place::new();
    let _server = place.start();
    let token = place.token_of("nora");
    let proxy = Proxy::new(Mood::Cut);
    let opening = thread::scope(|scope| {
        let opening = scope.spawn(|| {
            place.command(&MISSION).env("ZEPHYR_SERVER", proxy.url()).env("ZEPHYR_TOKEN", &token).output().unwrap()
        });
        thread::sleep(std::time::Duration::from_millis(50));
        proxy.set(Mood::Pass(address(&place)));
        opening.join().unwrap()
    });
    assert!(opening.status.success(), "{}", seen(&opening));
    assert_eq!(place.json(&["incident", "list", "--all"])["incidents"].as_array().unwrap().len(), 1);
}
