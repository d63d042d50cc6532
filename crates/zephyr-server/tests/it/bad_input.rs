//! Everything that is refused says what, why, and what to do.

use serde_json::json;

use crate::kit::{Ask, LOCAL, anyway, checkout, exchange, get, post, start};

fn raw(path: &str, body: &str) -> Ask {
    let mut ask = post(path, json!(null)).token(LOCAL);
    ask.body = body.as_bytes().to_vec();
    ask
}

#[tokio::test]
async fn every_bad_declaration_is_told_what_is_wrong() {
    let server = start().await;
    let long = "x".repeat(301);
    let cases = [
        (r#"{"summary": "x""#, 400, "malformed", "at line 1 column 15"),
        ("", 400, "malformed", "missing field `summary`"),
        ("[]", 400, "malformed", "at line 1"),
        (r#"{"summary": "x", "sev": 1}"#, 400, "malformed", "unknown field `sev`"),
        (r#"{"summary": "x", "severity": "2"}"#, 400, "malformed", "at line 1 column"),
        (r#"{"summary": "x", "severity": 4}"#, 422, "invalid", "1: A region is down"),
        (r#"{"summary": "x", "severity": 0}"#, 422, "invalid", "there is no severity 0"),
        (r#"{"summary": "x", "service": "chekout"}"#, 422, "invalid", "Did you mean checkout? Known are"),
        (r#"{"summary": "x", "service": "../etc"}"#, 422, "invalid", "Known are accounts, api"),
        (r#"{"summary": "x", "region": "mars"}"#, 422, "invalid", "Known are eu-frankfurt, us-ashburn"),
        (r#"{"summary": ""}"#, 422, "invalid", "the summary is empty"),
        (r#"{"summary": "\u0000\u202e \t"}"#, 422, "invalid", "the summary is empty"),
        (r#"{"summary": "x", "public": ""}"#, 422, "invalid", "the public line is empty"),
        (&format!(r#"{{"summary": "{long}"}}"#), 422, "invalid", "has 301 characters; at most 300"),
    ];
    for (body, status, code, words) in cases {
        let answer = server.send(raw("/api/v1/incidents", body)).await;
        assert_eq!(answer.status, status, "{body}: {answer:?}");
        let said = answer.problem(code);
        assert!(said.contains(words), "{body}: {said}");
    }
    let list = server.send(get("/api/v1/incidents?phase=all").token(LOCAL)).await.expect(200);
    assert_eq!(list["incidents"], json!([]), "nothing was opened");
}

#[tokio::test]
async fn control_characters_never_get_in() {
    let server = start().await;
    let hostile = "Check\u{1b}[31mout\r\nis \u{202e}down\u{0}";
    server.open("sam", json!({ "summary": hostile })).await;
    assert_eq!(server.incident(1).await["summary"], "Check[31mout is down");
}

#[tokio::test]
async fn addresses_methods_and_bodies_that_do_not_fit_are_problems_too() {
    let server = start().await;
    server.open("sam", checkout()).await;
    assert!(server.send(get("/api/v2/incidents")).await.problem("not-found").contains("`/api/v2/incidents`"));
    for label in
        ["2", "INC-2", "x", "-1", "99999999999999999999", "%00", "INC-1%20", "%ff", "%ed%a0%80", "1%0d%0aX:%20y"]
    {
        let answer = server.send(get(&format!("/api/v1/incidents/{label}")).token(LOCAL)).await;
        assert_eq!(answer.status, 404, "{label}");
        answer.problem("not-found");
    }
    let mut delete = get("/api/v1/incidents/1").token(LOCAL);
    delete.method = "DELETE".to_owned();
    let answer = server.send(delete).await;
    assert_eq!((answer.status, answer.header("allow")), (405, Some("GET,HEAD")), "{answer:?}");
    answer.problem("method-not-allowed");

    let big = format!(r#"{{"summary": "{}"}}"#, "x".repeat(70_000));
    let answer = server.send(raw("/api/v1/incidents", &big)).await;
    assert_eq!(answer.status, 413);
    answer.problem("too-large");
    let mut form = post("/api/v1/incidents", json!(null)).token(LOCAL);
    form.headers.retain(|(name, _)| name != "content-type");
    form.body = b"summary=x".to_vec();
    let answer = server.send(form.header("content-type", "application/x-www-form-urlencoded")).await;
    assert_eq!(answer.status, 415);
    answer.problem("unsupported-media-type");

    let answer = server.send(get("/api/v1/incidents?phase=opne").token(LOCAL)).await;
    assert!(answer.problem("invalid").contains("Did you mean open?"));
    for query in ["?page=2", "?phase=open&phase=all"] {
        server.send(get(&format!("/api/v1/incidents{query}")).token(LOCAL)).await.problem("malformed");
    }
    server.send(get("/api/v1/incidents/1/timeline?after=-1").token(LOCAL)).await.problem("malformed");
    let nobody = server.send(raw("/api/v1/incidents/1/pages/nope/take", "{}").header("zephyr-as", "maya")).await;
    assert!(nobody.problem("not-found").contains("it has platform, service"), "{nobody:?}");
    for (path, body) in [
        ("/api/v1/incidents/1/pages/service/stop", json!({})),
        ("/api/v1/incidents/1/pages/service/stop", json!({ "reason": " " })),
        ("/api/v1/incidents/1/pages/service/ring-again", json!({ "person": "MAYA" })),
        ("/api/v1/incidents/1/resolve", json!({ "public": "x".repeat(601) })),
        ("/api/v1/incidents/1/resolve", json!({ "why": "x" })),
        ("/api/v1/tokens", json!({})),
        ("/api/v1/tokens", json!({ "person": "mya" })),
        ("/api/v1/tokens", json!({ "person": "maya", "bot": "ci" })),
    ] {
        let answer = server.send(post(path, body.clone()).of("maya")).await;
        assert!([400, 422].contains(&answer.status), "{path} {body}: {answer:?}");
        assert!(answer.status == 400 || !answer.problem("invalid").is_empty());
    }
}

#[tokio::test]
async fn json_that_is_only_nearly_json_is_told_so() {
    let server = start().await;
    let deep = format!("{}{}", "[".repeat(20_000), "]".repeat(20_000));
    let nested = format!(r#"{{"summary": {deep}}}"#);
    for body in [
        r#"{"summary": "x", "summary": "y"}"#,
        r#"{"summary": "\ud800"}"#,
        r#"{"summary": "x"} {"summary": "y"}"#,
        r#"{"summary": "x", "severity": 99999999999999999999999}"#,
        r#"{"summary": "x", "severity": 1.5}"#,
        r#"{"summary": "x", "severity": NaN}"#,
        r#"{"summary": ["x"]}"#,
        "\u{feff}{}",
        &deep,
        &nested,
    ] {
        let answer = server.send(raw("/api/v1/incidents", body)).await;
        assert_eq!(answer.status, 400, "{answer:?}");
        answer.problem("malformed");
    }
    let mut broken = raw("/api/v1/incidents", "");
    broken.body = b"{\"summary\": \"\xff\xfe\"}".to_vec();
    server.send(broken).await.problem("malformed");
    let list = server.send(get("/api/v1/incidents?phase=all").token(LOCAL)).await.expect(200);
    assert_eq!(list["incidents"], json!([]), "nothing was opened");
}

#[tokio::test]
async fn what_is_not_http_at_all_harms_nobody() {
    let server = start().await;
    let answer = exchange(server.at, b"\x16\x03\x01\x02\x00 nonsense\r\n\r\n").await;
    assert_eq!(answer.status, 400);
    server.open("sam", checkout()).await;
}

#[tokio::test]
async fn p12_the_same_key_opens_once_and_another_body_is_refused() {
    let server = start().await;
    let first = server.send(post("/api/v1/incidents", checkout()).of("sam").key("abc")).await;
    assert_eq!((first.status, first.is_replayed()), (201, false));
    let again = server.send(post("/api/v1/incidents", checkout()).of("sam").key("abc")).await;
    assert!(again.replays(&first));
    assert_eq!(again.header("location"), Some("/api/v1/incidents/1"));
    let other = json!({ "summary": "Search is down" });
    let reused = server.send(post("/api/v1/incidents", other).of("sam").key("abc")).await;
    assert_eq!(reused.status, 422);
    reused.problem("key-reused");
    let elsewhere = server.send(post("/api/v1/incidents/1/cancel", checkout()).of("sam").key("abc")).await;
    assert_eq!(elsewhere.status, 400);
    let theirs = server.send(post("/api/v1/incidents", anyway(checkout())).of("omar").key("abc")).await;
    assert_eq!(theirs.expect(201)["incident"]["number"], 2, "keys of another holder are others");
    for key in ["", &"k".repeat(129)] {
        server.send(post("/api/v1/incidents", checkout()).of("sam").key(key)).await.problem("invalid");
    }
    let acked = server.send(post("/api/v1/incidents/1/ack", json!({})).of("maya").key("a")).await;
    assert_eq!((acked.status, acked.is_replayed()), (200, false));
    let again = server.send(post("/api/v1/incidents/1/ack", json!({})).of("maya").key("a")).await;
    assert!(again.replays(&acked));
}

#[tokio::test]
async fn f79_get_changes_nothing() {
    let server = start().await;
    server.open("sam", checkout()).await;
    server.settled(1).await;
    let before = server.store.peek_streams();
    for path in ["/ack", "/resolve", "/cancel", "/decline", "/pages/service/take", "/pages/service/stop"] {
        for method in ["GET", "HEAD"] {
            let mut ask = get(&format!("/api/v1/incidents/1{path}")).of("maya");
            ask.method = method.to_owned();
            assert_eq!(server.send(ask).await.status, 405, "{method} {path}");
        }
    }
    for path in ["", "/timeline"] {
        server.send(get(&format!("/api/v1/incidents/1{path}")).of("maya")).await.expect(200);
    }
    assert_eq!(server.store.peek_streams(), before);
}
