//! `GET /metrics`: what moves while a server is used, and who may look.

use std::time::Duration;

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
    for name in [
        "zephyr_sends_total{kind=\"page\",outcome=\"accepted\"}",
        "zephyr_commits_total{result=\"done\"}",
        "zephyr_store_seconds_count{call=\"exchange\"}",
        "zephyr_epoch",
        "process_open_fds",
    ] {
        assert!(value(&open, name) >= 1.0, "{name}: {open}");
    }
    assert!(value(&open, "process_resident_memory_bytes") > 1_000_000.0, "{open}");
    assert_eq!(value(&open, "zephyr_commits_total{result=\"fenced\"}"), 0.0);
    assert_eq!(value(&open, "zephyr_effects{kind=\"page\",state=\"retrying\"}"), 0.0);
    assert_eq!(value(&open, "zephyr_policy_file_unusable"), 0.0);
    assert!(open.contains("zephyr_policy_info{version=\""), "{open}");
    let ringing = value(&open, "zephyr_lately_pages{end=\"ringing\"}");
    assert!(ringing >= 4.0 && value(&open, "zephyr_lately_pages{end=\"answered\"}") == 0.0, "{open}");
    assert!(value(&open, "zephyr_lately_calls_reached{reach=\"accepted\"}") >= 4.0, "{open}");
    for word in ["Leak", "vault", "maya", "ines", "checkout", LOCAL] {
        assert!(!open.contains(word), "{word}: {open}");
    }
    server.send(post(&format!("/api/v1/incidents/{number}/resolve"), json!({})).of("sam")).await.expect(200);
    assert_eq!(value(&look().await, "zephyr_open_incidents{severity=\"2\"}"), 0.0);
    server.stop().await.unwrap();
}

#[tokio::test]
async fn a_log_that_has_not_grown_is_not_read_again() {
    let server = start().await;
    let look = async || server.send(get("/metrics").token(LOCAL)).await.body;
    for summary in ["Search is slow", "Logins fail"] {
        let number = server.open("sam", json!({ "severity": 2, "summary": summary })).await;
        server.settled(number).await;
    }
    look().await;
    let reads = "zephyr_store_seconds_count{call=\"events\"}";
    let before = look().await;
    assert_eq!(value(&look().await, reads), value(&before, reads), "nothing has happened");
    let pages = "zephyr_lately_pages{end=\"answered\"}";
    assert_eq!(value(&before, pages), 0.0);
    server.send(post("/api/v1/incidents/1/ack", json!({})).of("ines")).await.expect(200);
    server.settled(1).await;
    let after = look().await;
    assert!(value(&after, pages) >= 1.0, "{after}");
    assert!(value(&after, reads) > value(&before, reads), "{after}");
    // An update that is owed is counted as time passes, without an event.
    server.pass(20);
    assert_eq!(value(&look().await, "zephyr_lately_missed{what=\"late_updates\"}"), 2.0);
    server.stop().await.unwrap();
}

#[tokio::test]
async fn how_late_a_step_begins_and_how_a_page_stands_is_measured() {
    let server = start().await;
    let number = server.open("sam", checkout()).await;
    server.settled(number).await;
    let look = async || server.send(get("/metrics").token(LOCAL)).await.body;
    let count = "zephyr_escalation_lateness_seconds_count";
    assert_eq!(value(&look().await, count), 0.0, "an opening is no wake-up");
    // Seven minutes: the second step is due since two.
    server.pass(7);
    while !server.story(number).await.contains("(step 2)") {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let late = look().await;
    assert!(value(&late, count) >= 1.0, "{late}");
    assert!(value(&late, "zephyr_escalation_lateness_seconds_sum") >= 120.0, "{late}");
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
