//! Policies over HTTP: who may apply one, what is refused, and what is shown to whom.

use serde_json::{Value, json};
use zephyr_engine::ports::{PolicyRow, Registry as _};
use zephyr_store::ModelStore;

use crate::kit::{LOCAL, Server, acme, checkout, get, page, post, start, wanted};

pub const ACME: &str = include_str!("../../../../examples/acme/zephyr.toml");
const POLICIES: &str = "/api/v1/policies";

/// A server whose store knows the policy in force, as every real one does.
async fn acme_in_force() -> Server<ModelStore> {
    let server = start().await;
    let (version, text) = (acme().version.0, ACME.to_owned());
    let row =
        PolicyRow { version, text, by: "the operator".to_owned(), source: "zephyr.toml".to_owned(), request: None };
    server.store.put_policy(row, None).await.unwrap();
    server
}

/// The example with another owner of checkout.
fn other() -> String {
    ACME.replacen("owner = \"payments\"", "owner = \"platform\"", 1)
}

async fn in_force<S>(server: &Server<S>) -> Value {
    server.send(get("/api/v1/me").token(LOCAL)).await.expect(200)["policy"].clone()
}

#[tokio::test]
async fn another_policy_is_in_force_for_the_next_request() {
    let server = acme_in_force().await;
    let before = in_force(&server).await;
    let ask = json!({ "text": other(), "replaces": before });
    let applied = server.send(post(POLICIES, ask.clone()).of("nora")).await.expect(200);
    let changes = json!([{ "what": "service", "name": "checkout", "change": "changed", "parts": ["owner"] }]);
    assert_eq!((&applied["in_force"], &applied["previous"]), (&json!(true), &before));
    assert_eq!(applied["changes"], changes);
    server.open("sam", checkout()).await;
    assert_eq!(page(&server.incident(1).await, "service")["rotation"], "platform");

    // A repetition changes nothing, not even after another came into force.
    let again = server.send(post(POLICIES, ask.clone()).of("nora")).await.expect(200);
    assert_eq!((&again["in_force"], &again["changes"]), (&json!(true), &json!([])));
    server.send(post(POLICIES, json!({ "text": ACME })).token(LOCAL)).await.expect(200);
    let stale = json!({ "text": other(), "replaces": applied["version"] });
    let refused = server.send(post(POLICIES, stale).of("nora")).await;
    assert_eq!(refused.status, 409);
    assert!(refused.problem("refused").contains("nothing was changed"), "{refused:?}");
    assert_eq!(in_force(&server).await, before);

    let history = server.send(get(POLICIES).token(LOCAL)).await.expect(200);
    let by: Vec<_> = history["policies"].as_array().unwrap().iter().map(|row| row["by"].as_str().unwrap()).collect();
    assert_eq!(by, ["the operator", "nora", "the operator"]);
}

#[tokio::test]
async fn p12_a_repetition_does_not_bring_an_old_policy_back() {
    let server = acme_in_force().await;
    let before = in_force(&server).await;
    let ask = post(POLICIES, json!({ "text": other() })).of("nora").key("k");
    let first = server.send(ask.clone()).await;
    assert_eq!(first.expect(200)["in_force"], true);
    server.send(post(POLICIES, json!({ "text": ACME })).of("nora").key("l")).await.expect(200);
    // It is told what it did, although another is in force by now.
    assert!(server.send(ask.clone()).await.replays(&first));
    assert_eq!(in_force(&server).await, before);
    // What was in force already has its answer too.
    let idle = post(POLICIES, json!({ "text": ACME })).of("nora").key("m");
    let nothing = server.send(idle.clone()).await;
    assert_eq!(nothing.expect(200)["changes"], json!([]));
    server.send(post(POLICIES, json!({ "text": other() })).of("nora")).await.expect(200);
    assert!(server.send(idle).await.replays(&nothing));
    assert_ne!(in_force(&server).await, before);
    server
        .send(post(POLICIES, json!({ "text": ACME, "replaces": before })).of("nora").key("k"))
        .await
        .problem("key-reused");
}

#[tokio::test]
async fn an_unsound_policy_is_refused_with_every_mistake() {
    let server = acme_in_force().await;
    let before = in_force(&server).await;
    let text = ACME.replacen("owner = \"payments\"", "owner = \"paymnts\"", 1).replacen("07:00-23:00", "7", 1);
    let refused = server.send(post(POLICIES, json!({ "text": text })).token(LOCAL)).await;
    assert_eq!(refused.status, 422);
    assert!(refused.problem("invalid").contains("The policy has 2 mistakes."), "{refused:?}");
    let mistakes = refused.json()["mistakes"].clone();
    assert_eq!(mistakes.as_array().unwrap().len(), 2, "{mistakes:#}");
    assert_eq!(mistakes[1]["text"], "\"paymnts\"", "{mistakes:#}");
    assert!(mistakes[1]["help"].as_str().unwrap().contains("payments"), "{mistakes:#}");
    for body in [json!({}), json!({ "text": 7 }), json!({ "text": ACME, "force": true })] {
        server.send(post(POLICIES, body).token(LOCAL)).await.problem("malformed");
    }
    let long = format!("{ACME}\n#{}", "x".repeat(1_000_000));
    assert!(server.send(post(POLICIES, json!({ "text": long })).token(LOCAL)).await.body.contains("too-large"));
    let longer = json!({ "text": "x".repeat(2_000_000) });
    server.send(post(POLICIES, longer).token(LOCAL)).await.problem("too-large");
    assert_eq!(in_force(&server).await, before);
}

#[tokio::test]
async fn only_admins_and_the_operator_apply_and_see_addresses() {
    let server = acme_in_force().await;
    let (maya, nora) = (server.token("maya").await, server.token("nora").await);
    let made = server.send(post("/api/v1/tokens", json!({ "bot": "watcher" })).token(LOCAL)).await.expect(201);
    let watcher = made["token"].as_str().unwrap().to_owned();
    let before = in_force(&server).await;
    for dry_run in [false, true] {
        let ask = json!({ "text": other(), "dry_run": dry_run });
        for token in [&maya, &watcher] {
            assert_eq!(server.send(post(POLICIES, ask.clone()).token(token)).await.status, 403);
        }
        assert_eq!(server.send(post(POLICIES, ask)).await.status, 401);
    }
    assert_eq!(in_force(&server).await, before);
    let current = "/api/v1/policies/current";
    for token in [&maya, &watcher] {
        let shown = server.send(get(current).token(token)).await.expect(200);
        assert!(!shown.to_string().contains("+4477009001"), "an address is shown");
        assert_eq!(shown["contacts"], false);
    }
    for address in [POLICIES, current] {
        assert_eq!(server.send(get(address)).await.status, 401);
    }
    let shown = server.send(get(current).token(&nora)).await.expect(200);
    assert_eq!((&shown["text"], &shown["contacts"], &shown["version"]), (&json!(ACME), &json!(true), &before));
    server.send(get("/api/v1/policies/0123456789ab").token(&nora)).await.problem("not-found");
    let dry = server.send(post(POLICIES, json!({ "text": other(), "dry_run": true })).token(&nora)).await.expect(200);
    assert_eq!(dry["in_force"], false);
    assert_eq!(in_force(&server).await, before);
}

#[tokio::test]
async fn p29_f74_a_page_keeps_the_chain_that_it_began_with() {
    let server = acme_in_force().await;
    server.open("sam", checkout()).await;
    let first = page(&server.incident(1).await, "platform").clone();
    let before = in_force(&server).await;
    let lonely = ACME.replacen("\"5m next in rotation\"", "\"90m next in rotation\"", 1);
    assert_ne!(lonely, ACME);
    server.send(post(POLICIES, json!({ "text": lonely })).token(LOCAL)).await.expect(200);
    assert_ne!(in_force(&server).await, before);
    server.pass(5);
    let second = server.until(1, |it| page(it, "platform")["step"] == "step 2").await;
    assert_ne!(wanted(page(&second, "platform")), wanted(&first));
}
