//! Who did what, and who may know.

use serde_json::{Value, json};
use zephyr_store::ModelStore;

use crate::kit::{Ask, LOCAL, Server, checkout, get, post, start};

/// Actor and kind of each entry, the newest first.
async fn told(server: &Server<ModelStore>, ask: Ask) -> Vec<String> {
    let audit = server.send(ask).await.expect(200);
    let line =
        |entry: &Value| format!("{} {}", entry["actor"].as_str().unwrap_or("-"), entry["kind"].as_str().unwrap());
    audit["entries"].as_array().unwrap().iter().map(line).collect()
}

#[tokio::test]
async fn everything_that_somebody_did_is_told_the_newest_first() {
    let server = start().await;
    let made = server.send(post("/api/v1/tokens", json!({ "bot": "ci" })).of("nora")).await.expect(201);
    let (bot, id) = (made["token"].as_str().unwrap().to_owned(), made["id"].as_str().unwrap().to_owned());
    server.pass(1);
    server.send(post("/api/v1/incidents", checkout()).token(&bot)).await.expect(201);
    server.settled(1).await;
    server.pass(1);
    server.send(post("/api/v1/incidents/1/ack", json!({})).of("maya")).await.expect(200);
    server.pass(1);
    let policy = json!({ "text": format!("{}# end\n", crate::policies::ACME) });
    server.send(post("/api/v1/policies", policy).of("nora")).await.expect(200);
    server.pass(1);
    server.send(post(&format!("/api/v1/tokens/{id}/revoke"), json!({})).of("nora")).await.expect(200);

    let all = server.send(get("/api/v1/audit").of("nora")).await;
    assert!(!all.body.contains(&bot) && !all.body.contains("+44"), "neither secrets nor addresses: {}", all.body);
    let all = all.expect(200);
    let entries = all["entries"].as_array().unwrap();
    assert_eq!(entries[0]["about"], json!(id));
    assert!(entries.iter().all(|entry| entry["request"].is_string() && entry["text"] != ""), "{all:#}");
    let lines = told(&server, get("/api/v1/audit").of("nora")).await;
    assert_eq!(lines.first().unwrap(), "nora token.revoked");
    assert_eq!(lines.last().unwrap(), "nora token.created");
    let done = ["nora policy.applied", "maya incident.acknowledged", "ci incident.opened"];
    assert_eq!(lines[1..lines.len() - 1], done, "and nothing that only followed from it");

    assert_eq!(
        told(&server, get("/api/v1/audit?kind=token").of("nora")).await,
        ["nora token.revoked", "nora token.created"]
    );
    assert_eq!(told(&server, get("/api/v1/audit?kind=token.revoked").of("nora")).await, ["nora token.revoked"]);
    assert!(told(&server, get("/api/v1/audit?kind=tok").of("nora")).await.is_empty());
    assert!(
        told(&server, get("/api/v1/audit?actor=maya").of("nora")).await.iter().all(|line| line.starts_with("maya "))
    );
    let since = "/api/v1/audit?since=2026-02-03T10:34:00Z";
    assert_eq!(told(&server, get(since).of("nora")).await, ["nora token.revoked"]);
    let until = "/api/v1/audit?until=2026-02-03T10:30:00Z";
    assert_eq!(told(&server, get(until).of("nora")).await, ["nora token.created"]);
    for wrong in ["since=yesterday", "before=1", "before=x~y~z~1", "page=2"] {
        let answer = server.send(get(&format!("/api/v1/audit?{wrong}")).of("nora")).await;
        assert!([400, 422].contains(&answer.status), "{wrong}: {answer:?}");
    }
}

#[tokio::test]
async fn it_goes_on_where_it_ended() {
    let server = start().await;
    for number in 0..230 {
        server.send(post("/api/v1/tokens", json!({ "bot": format!("b{number}") })).token(LOCAL)).await.expect(201);
    }
    let first = server.send(get("/api/v1/audit?kind=token").token(LOCAL)).await.expect(200);
    assert_eq!(first["entries"].as_array().map(Vec::len), Some(200));
    let next = first["next"].as_str().unwrap();
    let second = server.send(get(&format!("/api/v1/audit?kind=token&before={next}")).token(LOCAL)).await.expect(200);
    assert_eq!((second["entries"].as_array().map(Vec::len), &second["next"]), (Some(30), &Value::Null));
}

#[tokio::test]
async fn p10_of_a_private_incident_only_those_are_told_who_may_see_it() {
    let server = start().await;
    server.open("sam", json!({ "severity": 2, "summary": "Data breach in checkout", "private": true })).await;
    server.settled(1).await;
    let told_to = |ask: Ask| async { server.send(ask).await.body.contains("Data breach") };
    assert!(told_to(get("/api/v1/audit").of("nora")).await, "an admin");
    assert!(told_to(get("/api/v1/audit").token(LOCAL)).await, "the operator");
    assert!(told_to(get("/api/v1/audit").of("sam")).await, "the operator in the name of the one who opened it");
    assert!(!told_to(get("/api/v1/audit").of("kai")).await, "the operator in the name of somebody else");
    let maya = server.token("maya").await;
    assert_eq!(server.send(get("/api/v1/audit").token(&maya)).await.status, 403, "is no admin");
}
