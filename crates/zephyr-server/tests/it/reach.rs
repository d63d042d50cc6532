//! Drills and contacts over HTTP: what rings, what answers, and what is found.

use serde_json::{Value, json};
use zephyr_engine::ports::Objects as _;
use zephyr_store::ModelStore;

use crate::kit::{Server, get, post, start};

async fn inbox(server: &Server<ModelStore>, person: &str) -> Value {
    let path = format!("/api/v1/builtin/inbox/{person}");
    server.send(get(&path).of(person)).await.expect(200)
}

/// What a person's inbox holds of a kind, once there is something.
async fn came(server: &Server<ModelStore>, person: &str, kind: &str) -> Value {
    loop {
        let found = inbox(server, person).await[kind].clone();
        if found.as_array().is_some_and(|found| !found.is_empty()) {
            return found;
        }
        tokio::task::yield_now().await;
    }
}

async fn rules(server: &Server<ModelStore>, person: &str) -> Vec<String> {
    let found = server.send(get("/api/v1/readiness").of("sam")).await.expect(200);
    let of = |found: &&Value| found["person"] == person;
    let rule = |found: &Value| found["rule"].as_str().unwrap().to_owned();
    found["findings"].as_array().unwrap().iter().filter(of).map(rule).collect()
}

#[tokio::test]
async fn a_drill_rings_its_person_is_answered_like_a_page_and_is_no_incident() {
    let server = start().await;
    assert_eq!(rules(&server, "maya").await, ["no-drill", "unverified-contact"]);
    let begun = server.send(post("/api/v1/drills", json!({ "person": "maya" })).of("sam")).await.expect(201);
    assert_eq!((&begun["drill"]["label"], &begun["drill"]["state"]), (&json!("DRILL-1"), &json!("running")));
    let rung = came(&server, "maya", "entries").await;
    assert_eq!((&rung[0]["drill"], rung[0].get("incident")), (&json!(1), None), "{rung}");

    let other = server.send(post("/api/v1/drills/DRILL-1/ack", json!({})).of("sam")).await;
    assert_eq!(other.status, 409, "{}", other.body);
    let answered = server.send(post("/api/v1/ack", json!({})).of("maya")).await.expect(200);
    assert_eq!(answered["drills"][0]["answered_by"], "maya", "{answered}");
    assert_eq!(rules(&server, "maya").await, ["unverified-contact"]);
    let story = server.send(get("/api/v1/drills/drill-1").of("sam")).await.expect(200);
    assert_eq!(story["drill"]["people"][0]["state"], "answered");
    let told: Vec<&str> = story["entries"].as_array().unwrap().iter().map(|e| e["text"].as_str().unwrap()).collect();
    assert_eq!(told.last(), Some(&"DRILL-1 is over: maya answered"), "{told:#?}");
    assert!(told.contains(&"maya's phone stops ringing: answered"), "{told:#?}");

    let incidents = server.send(get("/api/v1/incidents?phase=all").of("sam")).await.expect(200);
    assert_eq!(incidents["incidents"], json!([]), "a drill is no incident");
    let missed = server.send(get("/api/v1/reports/missed").of("sam")).await.expect(200);
    assert!(!missed.to_string().contains("DRILL"), "{missed}");
    let audit = server.send(get("/api/v1/audit").of("nora")).await.expect(200);
    let kinds: Vec<&str> = audit["entries"].as_array().unwrap().iter().map(|e| e["kind"].as_str().unwrap()).collect();
    assert!(kinds.contains(&"drill.drill_began") && kinds.contains(&"drill.drill_page"), "{kinds:?}");
    server.stop().await.unwrap();
}

#[tokio::test]
async fn a_code_comes_over_the_method_and_verifies_it_once() {
    let server = start().await;
    server.send(post("/api/v1/contacts/push/code", json!({})).of("maya")).await.expect(200);
    let codes = came(&server, "maya", "codes").await;
    assert_eq!(codes[0]["method"], "push");
    let code = codes[0]["code"].as_str().unwrap().to_owned();
    let wrong = if code == "000000" { "000001" } else { "000000" };
    let refused = server.send(post("/api/v1/contacts/push/confirm", json!({ "code": wrong })).of("maya")).await;
    assert_eq!(refused.expect(422)["field"], "code");
    let others = server.send(post("/api/v1/contacts/push/confirm", json!({ "code": code })).of("ines")).await;
    assert_eq!(others.status, 409, "it is the code of somebody else");
    let right =
        server.send(post("/api/v1/contacts/push/confirm", json!({ "code": code })).of("maya")).await.expect(200);
    assert!(right["contact"]["verified_at"].is_string(), "{right}");
    let again = server.send(post("/api/v1/contacts/push/confirm", json!({ "code": code })).of("maya")).await;
    assert_eq!(again.status, 409, "a code is good once");
    let listed = server.send(get("/api/v1/contacts").of("maya")).await.expect(200);
    assert!(listed["contacts"][0]["verified_until"].is_string(), "{listed}");
    let kept = server.store.objects("key", 10).await.unwrap();
    assert!(kept.is_empty() || !kept[0].1.contains(&code));
    server.stop().await.unwrap();
}
