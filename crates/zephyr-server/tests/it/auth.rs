//! Who may do and see what.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::kit::{Ask, LOCAL, checkout, get, page, post, start, world};

/// Every address that needs a token.
fn guarded() -> Vec<Ask> {
    let at = |path: &str| format!("/api/v1/incidents/1{path}");
    vec![
        get("/api/v1/incidents"),
        get(&at("")),
        get(&at("/timeline")),
        get("/api/v1/oncall"),
        get("/api/v1/me"),
        get("/api/v1/builtin/rooms"),
        get("/api/v1/builtin/status"),
        get("/api/v1/builtin/tickets"),
        get("/api/v1/builtin/inbox/maya"),
        post("/api/v1/incidents", checkout()),
        post(&at("/resolve"), json!({})),
        post(&at("/cancel"), json!({})),
        post(&at("/reopen"), json!({})),
        post(&at("/update"), json!({ "text": "Still investigating." })),
        post(&at("/severity"), json!({ "severity": 1 })),
        post(&at("/service"), json!({ "region": "eu-frankfurt" })),
        post(&at("/ack"), json!({})),
        post(&at("/decline"), json!({})),
        post(&at("/pages/service/take"), json!({})),
        post(&at("/pages/service/stop"), json!({ "reason": "x" })),
        post(&at("/pages/service/decline"), json!({})),
        post(&at("/pages/service/ring-again"), json!({ "person": "maya" })),
        post("/api/v1/ack", json!({})),
        get("/api/v1/tokens"),
        post("/api/v1/tokens/tok_0/revoke", json!({})),
        post("/api/v1/tokens", json!({ "bot": "ci" })),
    ]
}

#[tokio::test]
async fn nothing_is_answered_without_a_token_that_is_known() {
    let server = start().await;
    server.open("sam", checkout()).await;
    server.settled(1).await;
    let before = server.store.peek_streams();
    for ask in guarded() {
        let none = server.send(ask.clone()).await;
        assert_eq!(none.status, 401, "{ask:?}");
        assert!(none.problem("unauthorized").contains("Authorization: Bearer"));
        assert!(none.header("www-authenticate").is_some());
        for bad in ["wrong", "zph_00", "the-operators-ow", "the-operators-own "] {
            let wrong = server.send(ask.clone().header("authorization", &format!("Bearer {bad}x"))).await;
            assert_eq!(wrong.status, 401, "{ask:?}");
            wrong.problem("unauthorized");
        }
        let scheme = server.send(ask.clone().header("authorization", &format!("Basic {LOCAL}"))).await;
        assert_eq!(scheme.status, 401, "{ask:?}");
    }
    assert_eq!(server.store.peek_streams(), before);
    for open in ["/healthz", "/readyz"] {
        assert_eq!(server.send(get(open)).await.expect(200)["status"], "ok");
    }
}

#[tokio::test]
async fn programs_declare_but_never_answer_and_only_admins_make_tokens() {
    let server = start().await;
    let made = server.send(post("/api/v1/tokens", json!({ "bot": "ci" })).of("nora")).await.expect(201);
    let bot = made["token"].as_str().unwrap().to_owned();
    assert!(bot.starts_with("zph_") && bot.len() == 68, "{bot}");
    let opened = server.send(post("/api/v1/incidents", checkout()).token(&bot)).await.expect(201);
    assert_eq!(opened["incident"]["opened_by"], "ci");
    for path in ["/ack", "/decline", "/pages/service/take"] {
        let answer = server.send(post(&format!("/api/v1/incidents/1{path}"), json!({})).token(&bot)).await;
        assert_eq!(answer.status, 403, "{path}");
        answer.problem("forbidden");
        let local = server.send(post(&format!("/api/v1/incidents/1{path}"), json!({})).token(LOCAL)).await;
        assert!(local.problem("forbidden").contains("Zephyr-As"), "{path}");
    }
    assert_eq!(server.send(post("/api/v1/ack", json!({})).token(&bot)).await.status, 403);
    let me = server.send(get("/api/v1/me").token(&bot)).await.expect(200);
    assert_eq!((&me["kind"], &me["admin"]), (&json!("bot"), &json!(false)));
    for token in [bot, server.token("maya").await] {
        let answer = server.send(post("/api/v1/tokens", json!({ "person": "nora" })).token(&token)).await;
        assert_eq!(answer.status, 403);
        answer.problem("forbidden");
        let impersonated = server.send(get("/api/v1/me").token(&token).header("zephyr-as", "nora")).await;
        assert_eq!(impersonated.status, 403);
    }
    assert_eq!(server.send(post("/api/v1/tokens", json!({ "person": "nora" })).token(LOCAL)).await.status, 201);
}

#[tokio::test]
async fn a_person_acts_under_their_own_name_until_they_leave_the_policy() {
    let server = start().await;
    let maya = server.token("maya").await;
    let me = server.send(get("/api/v1/me").token(&maya)).await.expect(200);
    assert_eq!((&me["person"], &me["name"]), (&json!("maya"), &json!("Maya Okafor")));
    assert_eq!((&me["kind"], &me["version"], &me["speed"]), (&json!("person"), &json!("1.2.3"), &json!(1)));
    assert_eq!((&me["organisation"], &me["now"]), (&json!("Acme"), &json!("2026-02-03T10:30:00Z")));
    server.open("sam", checkout()).await;
    let answer = server.send(post("/api/v1/incidents/1/ack", json!({})).token(&maya)).await.expect(200);
    assert_eq!(page(&answer["incident"], "service")["answered_by"], json!(["maya"]));

    let mut without = world();
    without.policy.people.retain(|id, _| id.as_str() != "maya");
    server.world.send_replace(Arc::new(without));
    let gone = server.send(get("/api/v1/me").token(&maya)).await;
    assert_eq!(gone.status, 401);
    assert!(gone.problem("unauthorized").contains("maya's, who is not in the policy any more"));
    let unknown = server.send(get("/api/v1/me").of("ghost")).await;
    assert_eq!(unknown.status, 422);
    assert!(unknown.problem("invalid").contains("no person `ghost`"));
}

#[tokio::test]
async fn p10_a_private_incident_is_not_there_for_others() {
    let server = start().await;
    let body = json!({ "severity": 2, "summary": "Data breach in checkout", "private": true });
    server.open("sam", body).await;
    server.settled(1).await;
    let bot = server
        .send(post("/api/v1/tokens", json!({ "bot": "ci", "scopes": ["read", "declare", "respond"] })).token(LOCAL))
        .await
        .expect(201);
    let bot = bot["token"].as_str().unwrap().to_owned();
    let outsiders = [get("").of("kai"), get("").token(&bot)];
    for outsider in &outsiders {
        let of = |mut ask: Ask| {
            ask.headers.extend(outsider.headers.clone());
            ask
        };
        for path in ["/api/v1/incidents/1", "/api/v1/incidents/INC-1/timeline"] {
            let hidden = server.send(of(get(path))).await;
            let missing = server.send(of(get(&path.replace('1', "9").replace("v9", "v1")))).await;
            assert_eq!(hidden.status, 404, "{path}");
            assert_eq!(
                hidden.body.replace("1", "9"),
                missing.body.replace("1", "9"),
                "the same as one that is missing"
            );
        }
        for path in ["/ack", "/resolve", "/cancel", "/decline", "/pages/service/take"] {
            let answer = server.send(of(post(&format!("/api/v1/incidents/1{path}"), json!({})))).await;
            assert_eq!(answer.status, 404, "{path}");
        }
        for (path, list) in [
            ("incidents", "incidents"),
            ("incidents?phase=all", "incidents"),
            ("builtin/rooms", "rooms"),
            ("builtin/tickets", "tickets"),
            ("builtin/status", "entries"),
        ] {
            let answer = server.send(of(get(&format!("/api/v1/{path}")))).await.expect(200);
            assert_eq!(answer[list], json!([]), "{path}");
        }
    }
    // The opener, whoever is paged, admins, and the operator.
    for insider in ["sam", "maya", "ines", "nora"] {
        let list = server.send(get("/api/v1/incidents").of(insider)).await.expect(200);
        assert_eq!(list["incidents"].as_array().map(Vec::len), Some(1), "{insider}");
        let rooms = server.send(get("/api/v1/builtin/rooms").of(insider)).await.expect(200);
        assert_eq!(rooms["rooms"].as_array().map(Vec::len), Some(1), "{insider}");
    }
    let page = server.send(get("/api/v1/builtin/inbox/maya").of("maya")).await.expect(200);
    assert_eq!(page["entries"][0]["summary"], Value::Null, "a page of a private incident says nothing of it");
}

#[tokio::test]
async fn an_inbox_is_for_its_person_admins_and_the_operator() {
    let server = start().await;
    for (person, whose, status) in [
        ("maya", "maya", 200),
        ("kai", "maya", 403),
        ("nora", "maya", 200),
        ("nora", "ghost", 404),
        ("kai", "ghost", 403),
    ] {
        let answer = server.send(get(&format!("/api/v1/builtin/inbox/{whose}")).of(person)).await;
        assert_eq!(answer.status, status, "{person} reads {whose}");
    }
    assert_eq!(server.send(get("/api/v1/builtin/inbox/maya").token(LOCAL)).await.status, 200);
}
