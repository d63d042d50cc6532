//! Whoever listens is told of an incident as it happens, and takes it up again where they were.

use std::time::Duration;

use serde_json::json;

use crate::kit::{Ask, LOCAL, checkout, get, post, send, start};

fn listen(after: u64) -> Ask {
    get("/api/v1/incidents/1/events").token(LOCAL).header("last-event-id", &after.to_string())
}

fn ids(body: &str) -> Vec<u64> {
    body.lines().filter_map(|line| line.strip_prefix("id: ")).map(|id| id.parse().unwrap()).collect()
}

#[tokio::test]
async fn a_stream_begins_after_the_last_event_seen_tells_news_and_ends_with_the_server() {
    let server = start().await;
    server.open("sam", checkout()).await;
    let version = server.settled(1).await["version"].as_u64().unwrap();
    let whole = tokio::spawn(send(server.at, get("/api/v1/incidents/1/events").token(LOCAL)));
    let resumed = tokio::spawn(send(server.at, listen(version - 1)));
    tokio::time::sleep(Duration::from_millis(100)).await;
    server.send(post("/api/v1/incidents/1/ack", json!({})).of("maya")).await.expect(200);
    let latest = server.settled(1).await["version"].as_u64().unwrap();
    tokio::time::sleep(Duration::from_millis(100)).await;
    tokio::time::timeout(Duration::from_secs(3), server.stop()).await.unwrap().unwrap();
    let (whole, resumed) = (whole.await.unwrap(), resumed.await.unwrap());
    assert_eq!(resumed.header("content-type"), Some("text/event-stream"));
    assert!(latest > version);
    assert_eq!(ids(&whole.body), (1..=latest).collect::<Vec<_>>());
    assert_eq!(ids(&resumed.body), (version..=latest).collect::<Vec<_>>());
    assert!(resumed.body.contains("\"kind\":\"acknowledged\""), "{}", resumed.body);
}

#[tokio::test]
async fn who_left_the_company_is_told_nothing_more() {
    let server = start().await;
    server.open("sam", checkout()).await;
    let token = server.token("maya").await;
    let version = server.settled(1).await["version"].as_u64().unwrap();
    let path = format!("/api/v1/incidents/1/events?after={version}");
    let listening = tokio::spawn(send(server.at, get(&path).token(&token)));
    tokio::time::sleep(Duration::from_millis(100)).await;
    let mut world = crate::kit::world();
    world.policy.people.remove(&"maya".parse().unwrap());
    server.world.send_replace(std::sync::Arc::new(world));
    server.send(post("/api/v1/incidents/1/update", json!({ "text": "Looking." })).of("sam")).await.expect(200);
    let told = tokio::time::timeout(Duration::from_secs(3), listening).await.unwrap().unwrap();
    assert_eq!((told.status, ids(&told.body)), (200, vec![]));
}

#[tokio::test]
async fn a_stream_is_refused_like_any_other_reading() {
    let server = start().await;
    server.open("sam", json!({ "severity": 2, "summary": "A quiet matter", "private": true })).await;
    let of = |person: &str| get("/api/v1/incidents/1/events").of(person);
    let hidden = server.send(of("wei")).await;
    assert_eq!(hidden.status, 404, "{hidden:?}");
    let nobody = server.send(get("/api/v1/incidents/1/events")).await;
    assert_eq!(nobody.status, 401, "{nobody:?}");
    let wrong = server.send(of("sam").header("last-event-id", "x")).await;
    assert!(wrong.problem("invalid").contains("Last-Event-ID"));
}
