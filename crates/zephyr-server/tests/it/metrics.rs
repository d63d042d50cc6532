//! `GET /metrics`: what moves while a server is used, and who may look.

use serde_json::json;

use crate::kit::{LOCAL, checkout, get, post, start};

fn value(text: &str, name: &str) -> f64 {
    let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    line.unwrap_or_else(|| panic!("no {name}: {text}")).parse().unwrap()
}

#[tokio::test]
async fn values_move_and_nothing_private_is_said() {
    let server = start().await;
    let look = async || server.send(get("/metrics").token(LOCAL)).await.body;
    let before = look().await;
    assert_eq!(value(&before, "zephyr_open_incidents{severity=\"2\"}"), 0.0);
    assert_eq!(value(&before, "zephyr_page_lateness_seconds_count"), 0.0);
    let secret = json!({ "severity": 1, "summary": "Leak at the vault of checkout", "private": true });
    server.open("sam", secret).await;
    let number = server.open("sam", checkout()).await;
    server.settled(number).await;
    let open = look().await;
    assert_eq!(value(&open, "zephyr_open_incidents{severity=\"1\"}"), 1.0);
    assert_eq!(value(&open, "zephyr_open_incidents{severity=\"2\"}"), 1.0);
    assert!(value(&open, "zephyr_page_lateness_seconds_count") >= 2.0, "{open}");
    assert!(value(&open, "zephyr_commit_seconds_count") >= 2.0, "{open}");
    assert!(value(&open, "zephyr_http_requests_total{status=\"2xx\"}") >= 3.0, "{open}");
    assert_eq!(value(&open, "zephyr_build_info{version=\"1.2.3\"}"), 1.0);
    for word in ["Leak", "vault", "maya", "ines", "checkout", LOCAL] {
        assert!(!open.contains(word), "{word}: {open}");
    }
    server.send(post(&format!("/api/v1/incidents/{number}/resolve"), json!({})).of("sam")).await.expect(200);
    assert_eq!(value(&look().await, "zephyr_open_incidents{severity=\"2\"}"), 0.0);
    server.stop().await.unwrap();
}

#[tokio::test]
async fn a_token_is_needed() {
    let server = start().await;
    server.send(get("/metrics")).await.problem("unauthorized");
    let refused = server.send(get("/metrics").token(LOCAL)).await.body;
    assert!(value(&refused, "zephyr_http_requests_total{status=\"4xx\"}") >= 1.0, "{refused}");
    server.stop().await.unwrap();
}
