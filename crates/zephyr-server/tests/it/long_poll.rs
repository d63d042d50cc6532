//! Whoever waits for news gets it as soon as it is there.

use std::time::Duration;

use serde_json::json;

use crate::kit::{LOCAL, checkout, get, post, send, start};

#[tokio::test]
async fn news_wakes_whoever_waits() {
    let server = start().await;
    server.open("sam", checkout()).await;
    let version = server.settled(1).await["version"].as_u64().unwrap();
    let path = format!("/api/v1/incidents/1/timeline?after={version}&wait=30");
    let waiting = tokio::spawn(send(server.at, get(&path).token(LOCAL)));
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert!(!waiting.is_finished());
    server.send(post("/api/v1/incidents/1/ack", json!({})).of("maya")).await.expect(200);
    let news = tokio::time::timeout(Duration::from_secs(2), waiting).await.unwrap().unwrap().expect(200);
    assert_eq!(news["entries"][0]["kind"], "acknowledged");
    assert_eq!(news["entries"][0]["seq"], version + 1);
    assert!(news["next_after"].as_u64().unwrap() > version);
}

#[tokio::test]
async fn nothing_new_is_said_when_the_time_is_up() {
    let server = start().await;
    server.open("sam", checkout()).await;
    let version = server.settled(1).await["version"].as_u64().unwrap();
    let path = format!("/api/v1/incidents/1/timeline?after={version}&wait=1");
    let nothing = server.send(get(&path).token(LOCAL)).await.expect(200);
    assert_eq!(nothing, json!({ "entries": [], "next_after": version }));
    let all = server.send(get("/api/v1/incidents/1/timeline").token(LOCAL)).await.expect(200);
    let seqs: Vec<u64> = all["entries"].as_array().unwrap().iter().map(|it| it["seq"].as_u64().unwrap()).collect();
    assert_eq!(seqs, (1..=version).collect::<Vec<_>>());
}

#[tokio::test]
async fn ending_the_server_ends_the_waiting() {
    let server = start().await;
    server.open("sam", checkout()).await;
    server.settled(1).await;
    let waiting = tokio::spawn(send(server.at, get("/api/v1/incidents/1/timeline?after=9999&wait=30").token(LOCAL)));
    tokio::time::sleep(Duration::from_millis(100)).await;
    tokio::time::timeout(Duration::from_secs(3), server.stop()).await.unwrap().unwrap();
    assert_eq!(waiting.await.unwrap().status, 200);
}

#[tokio::test]
async fn a_poll_that_would_wait_longer_than_any_may_is_refused() {
    let server = start().await;
    server.open("sam", checkout()).await;
    let answer = server.send(get("/api/v1/incidents/1/timeline?wait=31").token(LOCAL)).await;
    assert_eq!(answer.status, 422);
    assert!(answer.problem("invalid").contains("30 seconds"));
}
