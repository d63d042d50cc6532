//! P12: the same key and body get the same answer, whatever has happened in between.

use serde_json::json;
use zephyr_store::{Options, SqliteStore};

use crate::kit::{Ask, LOCAL, anyway, checkout, get, post, start, start_on};

const INCIDENTS: &str = "/api/v1/incidents";

#[tokio::test]
async fn p12_a_repetition_is_answered_as_the_first_was_after_everything_has_changed() {
    let server = start().await;
    let acme = include_str!("../../../../examples/acme/zephyr.toml");
    server.send(post("/api/v1/policies", json!({ "text": acme })).token(LOCAL).key("acme")).await.expect(200);
    let opening = || post(INCIDENTS, checkout()).of("sam").key("open");
    let opened = server.send(opening()).await;
    opened.expect(201);
    let of = |verb: &str, body, who: &str| post(&format!("{INCIDENTS}/1/{verb}"), body).of(who).key(verb);
    let acts: Vec<Ask> = vec![
        of("service", json!({ "region": "us-ashburn" }), "sam"),
        of("severity", json!({ "severity": 1 }), "sam"),
        of("ack", json!({}), "maya"),
        of("update", json!({ "text": "A slow query is found" }), "maya"),
        of("join", json!({ "summary": "Nobody can pay" }), "omar"),
        of("resolve", json!({}), "maya"),
        of("reopen", json!({}), "maya"),
        of("cancel", json!({}), "maya"),
    ];
    let mut firsts = Vec::new();
    for act in &acts {
        let first = server.send(act.clone()).await;
        first.expect(200);
        assert!(!first.is_replayed());
        firsts.push(first);
        // The world goes on: the chain, the channel, the status page.
        server.pass(2);
        server.settled(1).await;
    }
    // What the answer says of the next step and of people's names is the policy's; another is in force by now.
    let other = acme.replace("\"Maya ", "\"Maja ");
    server.send(post("/api/v1/policies", json!({ "text": other })).token(LOCAL)).await.expect(200);
    assert!(server.send(opening()).await.replays(&opened));
    for (act, first) in acts.iter().zip(&firsts) {
        assert!(server.send(act.clone()).await.replays(first), "{}", act.path);
    }
    assert_eq!(server.incident(1).await["phase"], "cancelled", "a repetition changes nothing");
}

#[tokio::test]
async fn p12_answering_everything_is_answered_again_with_what_it_answered() {
    let server = start().await;
    server.open("sam", checkout()).await;
    server.open("sam", anyway(checkout())).await;
    let everything = || post("/api/v1/ack", json!({})).of("maya").key("all");
    let first = server.send(everything()).await;
    assert_eq!(first.expect(200)["incidents"].as_array().map(Vec::len), Some(2));
    server.send(post(&format!("{INCIDENTS}/2/resolve"), json!({})).of("maya")).await.expect(200);
    server.open("sam", anyway(checkout())).await;
    assert!(server.send(everything()).await.replays(&first));
    let third = server.incident(3).await;
    assert!(third["pages"].as_array().unwrap().iter().any(|page| page["state"] == "ringing"), "{third:#}");
}

#[tokio::test]
async fn p12_a_refusal_is_not_kept() {
    let server = start().await;
    server.open("sam", checkout()).await;
    let ack = || post(&format!("{INCIDENTS}/1/ack"), json!({})).of("ines").key("late");
    server.send(post(&format!("{INCIDENTS}/1/resolve"), json!({})).of("maya")).await.expect(200);
    server.send(ack()).await.problem("refused");
    server.send(post(&format!("{INCIDENTS}/1/reopen"), json!({})).of("sam")).await.expect(200);
    let done = server.send(ack()).await;
    assert_eq!((done.status, done.is_replayed()), (200, false), "what is possible by now is done");
}

#[tokio::test]
async fn p12_a_repetition_is_answered_as_before_by_a_server_that_was_started_anew() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("zephyr.db");
    let opening = || post(INCIDENTS, checkout()).of("sam").key("k");
    let server = start_on(SqliteStore::open(&path, Options::default()).await.unwrap()).await;
    let first = server.send(opening()).await;
    server.send(post(&format!("{INCIDENTS}/1/ack"), json!({})).of("maya")).await.expect(200);
    server.stop().await.unwrap();
    let server = start_on(SqliteStore::open(&path, Options::default()).await.unwrap()).await;
    assert!(server.send(opening()).await.replays(&first));
    assert_eq!(server.send(get(&format!("{INCIDENTS}/2")).token(LOCAL)).await.status, 404);
    server.stop().await.unwrap();
}
