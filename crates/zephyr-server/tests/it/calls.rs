//! Why somebody was rung, and what was missed.

use serde_json::json;

use crate::kit::{LOCAL, checkout, get, page, post, start};

#[tokio::test]
async fn p4_p28_a_step_without_an_answer_is_told_and_counted() {
    let server = start().await;
    let number = server.open("sam", checkout()).await;
    server.settled(number).await;
    server.pass(6);
    server.until(number, |it| page(it, "platform")["step"] == "step 2").await;
    server.settled(number).await;
    server.send(post(&format!("/api/v1/incidents/{number}/ack"), json!({})).of("nora")).await;
    let calls = server.send(get(&format!("/api/v1/incidents/{number}/calls")).of("sam")).await.expect(200);
    let platform = calls["pages"].as_array().unwrap().iter().find(|page| page["target"] == "platform").unwrap();
    let step = &platform["steps"][0];
    assert_eq!(platform["chain"][1], "5 min: next in rotation");
    assert_eq!(
        (&step["what"], &step["calls"][0]["end"]),
        (&json!("step 1, on call"), &json!("missed")),
        "{platform:#}"
    );
    assert_eq!(step["calls"][0]["person"], "ines");
    assert_eq!(step["calls"][0]["because"], "on call in platform, layer 1");
    assert_eq!(platform["steps"][1]["calls"][0]["because"], "on call in platform, layer 4");
    assert_eq!(step["policy"], calls["pages"][0]["policy"]);
    assert_eq!(platform["steps"][1]["calls"][0]["end"], "ringing");

    let report = server.send(get("/api/v1/reports/missed").of("sam")).await.expect(200);
    assert_eq!(report["pages"]["went_on"], 2);
    assert_eq!(report["missed"][0]["missed_steps"], 2);
    let sum = |fields: &[&str], of: &str| fields.iter().map(|field| report[of][field].as_u64().unwrap()).sum::<u64>();
    assert_eq!(sum(&["answered", "answered_late", "stopped", "ringing"], "pages"), sum(&["begun"], "pages"));
    let ends = ["answered", "declined", "missed", "not_reached", "unreachable", "spared", "stopped", "ringing"];
    assert_eq!(sum(&ends, "calls"), sum(&["begun"], "calls"));
    server.stop().await.unwrap();
}

#[tokio::test]
async fn p10_a_private_incident_is_in_no_report_of_others() {
    let server = start().await;
    server.open("sam", json!({ "severity": 2, "summary": "Data breach in checkout", "private": true })).await;
    for (viewer, seen) in [("sam", 1), ("kai", 0)] {
        let report = server.send(get("/api/v1/reports/missed?days=1").of(viewer)).await.expect(200);
        assert_eq!(report["incidents"], seen, "{viewer}");
    }
    let denied = server.send(get("/api/v1/incidents/1/calls").of("kai")).await;
    assert_eq!(denied.status, 404);
    server.stop().await.unwrap();
}

#[tokio::test]
async fn p3_a_false_alarm_is_counted_as_nothing_missed() {
    let server = start().await;
    let number = server.open("sam", checkout()).await;
    server.send(post(&format!("/api/v1/incidents/{number}/cancel"), json!({})).of("sam")).await.expect(200);
    let answer = server.send(get("/api/v1/reports/missed").token(LOCAL)).await;
    assert_eq!(answer.expect(200)["missed"], json!([]));
    assert!(!answer.body.contains("sam"), "nobody is named: {}", answer.body);
    for days in ["0", "3661", "-1", "soon"] {
        let refused = server.send(get(&format!("/api/v1/reports/missed?days={days}")).token(LOCAL)).await;
        assert!((400..=422).contains(&refused.status), "{days}: {refused:?}");
    }
    server.stop().await.unwrap();
}
