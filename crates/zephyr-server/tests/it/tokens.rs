//! What tokens are for, how long, and until when.

use serde_json::{Value, json};
use zephyr_store::ModelStore;

use crate::kit::{Ask, LOCAL, Server, anyway, checkout, get, post, start};

async fn make(server: &Server<ModelStore>, body: Value) -> (String, String) {
    let made = server.send(post("/api/v1/tokens", body).token(LOCAL)).await.expect(201);
    let text = |name: &str| made[name].as_str().unwrap().to_owned();
    (text("token"), text("id"))
}

async fn status(server: &Server<ModelStore>, ask: Ask, token: &str) -> u16 {
    server.send(ask.token(token)).await.status
}

#[tokio::test]
async fn each_scope_allows_what_it_names_and_a_denial_names_what_lacks() {
    let server = start().await;
    server.open("sam", checkout()).await;
    let asks = [
        ("read", get("/api/v1/incidents/1"), 200),
        ("declare", post("/api/v1/incidents", anyway(checkout())), 201),
        ("declare", post("/api/v1/incidents/1/join", checkout()), 200),
        ("respond", post("/api/v1/incidents/1/update", json!({ "text": "Looking." })), 200),
        ("admin", get("/api/v1/tokens"), 200),
    ];
    for (scope, ..) in &asks {
        let (token, _) = make(&server, json!({ "person": "nora", "scopes": [scope] })).await;
        assert_eq!(status(&server, get("/api/v1/me"), &token).await, 200);
        for (needed, ask, fine) in &asks {
            let answer = server.send(ask.clone().token(&token)).await;
            if needed == scope {
                assert_eq!(answer.status, *fine, "{scope} {answer:?}");
            } else {
                assert_eq!(answer.status, 403, "{scope} {answer:?}");
                assert!(answer.problem("forbidden").contains(&format!("lacks the scope `{needed}`")));
            }
        }
    }
    let (bot, _) = make(&server, json!({ "bot": "ci" })).await;
    let denied = server.send(post("/api/v1/incidents/1/resolve", json!({})).token(&bot)).await;
    assert!(denied.problem("forbidden").contains("`respond`"));
}

#[tokio::test]
async fn a_token_is_never_more_than_its_holder() {
    let server = start().await;
    for body in [
        json!({ "person": "maya", "scopes": ["admin"] }),
        json!({ "bot": "ci", "scopes": ["admin"] }),
        json!({ "bot": "ci", "scopes": ["everything"] }),
        json!({ "bot": "ci", "scopes": [] }),
        json!({ "bot": "ci", "expires_in_secs": 0 }),
        json!({ "bot": "ci", "expires_in_secs": 99_999_999_999_u64 }),
    ] {
        let answer = server.send(post("/api/v1/tokens", body.clone()).token(LOCAL)).await;
        assert_eq!(answer.status, 422, "{body}");
    }
    let (maya, id) = make(&server, json!({ "person": "maya" })).await;
    for ask in [get("/api/v1/tokens"), post(&format!("/api/v1/tokens/{id}/revoke"), json!({}))] {
        assert_eq!(status(&server, ask, &maya).await, 403);
    }
    // An admin's token without the scope sees no private incident of others.
    server.open("sam", json!({ "severity": 2, "summary": "A quiet matter", "private": true })).await;
    let (whole, _) = make(&server, json!({ "person": "nora" })).await;
    let (reader, _) = make(&server, json!({ "person": "nora", "scopes": ["read"] })).await;
    let path = "/api/v1/incidents";
    let seen = server.send(get(path).token(&whole)).await.expect(200)["incidents"].as_array().unwrap().len();
    let less = server.send(get(path).token(&reader)).await.expect(200)["incidents"].as_array().unwrap().len();
    assert_eq!((seen, less), (1, 0));
}

#[tokio::test]
async fn a_token_ends_when_it_was_said_to_and_says_so() {
    let server = start().await;
    let (token, _) = make(&server, json!({ "person": "maya", "expires_in_secs": 3600 })).await;
    server.pass(59);
    assert_eq!(status(&server, get("/api/v1/me"), &token).await, 200);
    server.pass(1);
    let over = server.send(get("/api/v1/me").token(&token)).await;
    assert_eq!(over.status, 401);
    let said = over.problem("unauthorized");
    assert!(said.contains("expired on 2026-02-03 11:30 UTC") && said.contains("zephyr token create"), "{said}");
}

#[tokio::test]
async fn revoking_ends_a_token_and_the_session_made_from_it() {
    let server = start().await;
    let (token, id) = make(&server, json!({ "person": "maya" })).await;
    let page = get("/").header("cookie", &format!("zephyr_session=~{token}"));
    assert_eq!(server.send(page.clone()).await.status, 200);
    let revoke = post(&format!("/api/v1/tokens/{id}/revoke"), json!({})).of("nora");
    let first = server.send(revoke.clone()).await.expect(200);
    assert_eq!((&first["id"], &first["revoked_by"]), (&json!(id), &json!("nora")));
    server.pass(5);
    assert_eq!(server.send(revoke).await.expect(200), first, "again, it changes nothing");
    let over = server.send(get("/api/v1/me").token(&token)).await;
    assert!(over.problem("unauthorized").contains("was revoked on"));
    assert_eq!(server.send(page).await.status, 401);
    let unknown = server.send(post("/api/v1/tokens/tok_none/revoke", json!({})).token(LOCAL)).await;
    assert_eq!(unknown.status, 404);
    let list = server.send(get("/api/v1/tokens").token(LOCAL)).await;
    assert!(!list.body.contains(&token), "no list shows a secret");
    assert_eq!(list.expect(200)["tokens"][0], first);
}

#[tokio::test]
async fn p12_a_key_makes_one_token_and_its_secret_is_shown_once() {
    let server = start().await;
    let ask = post("/api/v1/tokens", json!({ "bot": "ci" })).token(LOCAL).key("k");
    let first = server.send(ask.clone()).await;
    assert!(!first.is_replayed());
    let first = first.expect(201);
    assert!(first["token"].is_string());
    let again = server.send(ask).await;
    assert!(again.is_replayed());
    assert_eq!(again.expect(201), json!({ "token": null, "holder": "ci", "id": first["id"] }));
    let other = server.send(post("/api/v1/tokens", json!({ "bot": "cd" })).token(LOCAL).key("k")).await;
    assert_eq!(other.status, 422);
    other.problem("key-reused");
    let revoke = |id: &Value| post(&format!("/api/v1/tokens/{}/revoke", id.as_str().unwrap()), json!({})).token(LOCAL);
    server.send(revoke(&first["id"]).key("k")).await.problem("key-reused");
    let (_, second) = make(&server, json!({ "bot": "cd" })).await;
    let revoked = server.send(revoke(&first["id"]).key("r")).await;
    server.pass(1);
    assert!(server.send(revoke(&first["id"]).key("r")).await.replays(&revoked));
    server.send(revoke(&json!(second)).key("r")).await.problem("key-reused");
    // A day later the key is anybody's again.
    server.pass(24 * 60 + 1);
    let later = server.send(post("/api/v1/tokens", json!({ "bot": "cd" })).token(LOCAL).key("k")).await;
    assert_eq!((later.status, later.is_replayed()), (201, false));
    let list = server.send(get("/api/v1/tokens").token(LOCAL)).await.expect(200);
    assert_eq!(list["tokens"].as_array().map(Vec::len), Some(3));
}

#[tokio::test]
async fn a_session_does_what_its_token_is_for() {
    let server = start().await;
    server.open("sam", checkout()).await;
    let (reader, _) = make(&server, json!({ "person": "maya", "scopes": ["read"] })).await;
    let cookie = format!("zephyr_session=~{reader}");
    assert_eq!(server.send(get("/incidents/1").header("cookie", &cookie)).await.status, 200);
    let ack = Ask { method: "POST".to_owned(), path: "/incidents/1/ack".to_owned(), ..Ask::default() };
    let ack = ack.header("content-type", "application/x-www-form-urlencoded").header("sec-fetch-site", "same-origin");
    let denied = server.send(ack.header("cookie", &cookie)).await;
    assert_eq!(denied.status, 403);
    assert!(denied.body.contains("respond"), "{}", denied.body);
}
