//! The same on a real file.

use std::time::Duration;

use serde_json::json;
use zephyr_store::{Options, SqliteStore};

use crate::kit::{checkout, page, post, start_on};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn p11_an_incident_on_sqlite_survives_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("zephyr.db");
    let store = SqliteStore::open(&path, Options::default()).await.unwrap();
    let server = start_on(store.clone()).await;
    server.send(post("/api/v1/incidents", checkout()).of("sam").key("k")).await.expect(201);
    let before = server.settled(1).await;
    server.stop().await.unwrap();
    store.close().await;

    let server = start_on(SqliteStore::open(&path, Options::default()).await.unwrap()).await;
    assert_eq!(server.incident(1).await["label"], before["label"]);
    let again = server.send(post("/api/v1/incidents", checkout()).of("sam").key("k")).await;
    assert_eq!((again.status, again.is_replayed()), (201, true));
    let resolved = server.send(post("/api/v1/incidents/1/resolve", json!({})).of("sam")).await.expect(200);
    assert_eq!(resolved["incident"]["phase"], "resolved");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn p28_at_speed_the_chain_goes_on_by_itself() {
    let folder = tempfile::tempdir().unwrap();
    let options = Options { speed: 600, ..Options::default() };
    let store = SqliteStore::open(folder.path().join("zephyr.db"), options).await.unwrap();
    let server = crate::kit::start_at_speed(store, 600).await;
    server.open("sam", checkout()).await;
    let first = page(&server.incident(1).await, "platform")["wanted"][0]["person"].clone();
    // Five minutes are half a second here.
    let second = server.until(1, |it| page(it, "platform")["step"] == "step 2").await;
    assert_ne!(page(&second, "platform")["wanted"][0]["person"], first);
    tokio::time::sleep(Duration::from_millis(50)).await;
    server.stop().await.unwrap();
}
