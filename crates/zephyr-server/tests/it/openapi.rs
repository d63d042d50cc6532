//! The document that describes the API: it is the one checked in, it names every address, its examples work, and each
//! of its operations refuses who may not. A new operation is one annotation, and one line of [`scene`] where its
//! example needs more than an open incident.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use zephyr_engine::ports::{PolicyRow, Registry as _, Store as _, TokenRow};
use zephyr_store::ModelStore;

use crate::kit::{Ask, LOCAL, Server, checkout, get, page, post, start};

/// One operation of the document.
struct Operation {
    id: String,
    method: String,
    path: String,
    said: Value,
}

async fn document(server: &Server<ModelStore>) -> (String, Value) {
    let answer = server.send(get("/api/v1/openapi.json")).await;
    assert_eq!(answer.header("content-type"), Some("application/json"));
    (answer.body.clone(), answer.expect(200))
}

fn operations(document: &Value) -> Vec<Operation> {
    let mut all = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, said) in item.as_object().unwrap() {
            let id = said["operationId"].as_str().unwrap().to_owned();
            all.push(Operation { id, method: method.to_uppercase(), path: path.clone(), said: said.clone() });
        }
    }
    assert!(!all.is_empty());
    all
}

impl Operation {
    fn is_guarded(&self) -> bool {
        self.said["security"][0]["bearer"].is_array()
    }

    /// Whether its answer comes to an end: the tests of `events` read the one that does not.
    fn ends(&self) -> bool {
        self.id != "follow_incident"
    }

    /// The request of the document's examples.
    fn example(&self, document: &Value) -> Ask {
        let mut path = self.path.clone();
        let mut query = Vec::new();
        for parameter in self.said["parameters"].as_array().into_iter().flatten() {
            let name = parameter["name"].as_str().unwrap();
            let example = || match &parameter["example"] {
                Value::String(text) => text.clone(),
                Value::Null => panic!("{}: no example of {name}", self.id),
                other => other.to_string(),
            };
            match parameter["in"].as_str().unwrap() {
                "path" => path = path.replace(&format!("{{{name}}}"), &example()),
                "query" => query.push(format!("{name}={}", example())),
                _ => {}
            }
        }
        if !query.is_empty() {
            path = format!("{path}?{}", query.join("&"));
        }
        if self.method == "GET" { get(&path) } else { post(&path, self.example_body(document)) }
    }

    fn example_body(&self, document: &Value) -> Value {
        let content = &self.said["requestBody"]["content"]["application/json"];
        let example = match content["schema"]["$ref"].as_str() {
            Some(name) => {
                let schema = document.pointer(name.trim_start_matches('#')).unwrap();
                schema.get("example").unwrap_or(&schema["examples"][0])
            }
            None => &content["example"],
        };
        assert!(example.is_object(), "{} has no example of its body", self.id);
        validate(document, &content["schema"], example, &self.id);
        example.clone()
    }
}

fn validate(document: &Value, schema: &Value, value: &Value, what: &str) {
    let mut schema = schema.clone();
    schema["components"] = document["components"].clone();
    let validator = jsonschema::draft202012::new(&schema).unwrap();
    let wrong: Vec<String> = validator.iter_errors(value).map(|error| error.to_string()).collect();
    assert_eq!(wrong, Vec::<String>::new(), "{what}: {value:#}");
}

/// Keeps the policy in force, as every real server does.
async fn keep_policy(server: &Server<ModelStore>) {
    let (version, text) = (crate::kit::acme().version.0, crate::policies::ACME.to_owned());
    let row =
        PolicyRow { version, text, by: "the operator".to_owned(), source: "zephyr.toml".to_owned(), request: None };
    server.store.put_policy(row, None).await.unwrap();
}

/// Keeps the token that the examples name.
async fn keep_token(server: &Server<ModelStore>) {
    let row = TokenRow {
        id: "tok_0123456789ab".to_owned(),
        hash: "0".repeat(64),
        kind: "bot".to_owned(),
        holder: "watcher".to_owned(),
        scopes: Some("read".to_owned()),
        at: server.store.now().await.unwrap(),
        created_by: None,
        created_request: None,
        expires_at: None,
        revoked: None,
    };
    server.store.put_token(row, None).await.unwrap();
}

/// Keeps the calendar that the examples name.
async fn keep_calendar(server: &Server<ModelStore>) {
    let row = TokenRow {
        id: "tok_0123456789ac".to_owned(),
        hash: crate::calendars::sha256(&format!("zph_{}", "0123456789abcdef".repeat(4))),
        kind: "calendar".to_owned(),
        holder: "maya".to_owned(),
        scopes: Some("calendar".to_owned()),
        at: server.store.now().await.unwrap(),
        created_by: Some("maya".to_owned()),
        created_request: None,
        expires_at: None,
        revoked: None,
    };
    server.store.put_token(row, None).await.unwrap();
}

/// Brings about what the example of an operation needs; who then asks.
async fn scene(server: &Server<ModelStore>, id: &str) -> &'static str {
    if id == "open_incident" {
        return "sam";
    }
    let severity = if id == "ring_again" { 1 } else { 2 };
    server.open("sam", json!({ "severity": severity, "summary": "Checkout p99 elevated in eu-frankfurt" })).await;
    server.settled(1).await;
    let at = |path: &str| format!("/api/v1/incidents/1{path}");
    match id {
        "reopen_incident" => {
            server.send(post(&at("/resolve"), json!({})).of("maya")).await.expect(200);
            "maya"
        }
        "decline_page" => "ines",
        "stop_page" => {
            server.send(post(&at("/ack"), json!({})).of("ines")).await.expect(200);
            "ines"
        }
        "ring_again" => {
            server.send(post(&at("/ack"), json!({})).of("ines")).await.expect(200);
            server.pass(6);
            server.until(1, |it| page(it, "platform")["not_reached"] != json!([])).await;
            "ines"
        }
        "list_drills" | "show_drill" | "acknowledge_drill" | "decline_drill" | "stop_drill" => {
            server.send(post("/api/v1/drills", json!({ "person": "maya" })).of("sam")).await.expect(201);
            "maya"
        }
        "confirm_contact" => {
            server.send(post("/api/v1/contacts/sms/code", json!({})).of("maya")).await.expect(200);
            "maya"
        }
        "show_policy" => {
            keep_policy(server).await;
            "maya"
        }
        "read_calendar" | "list_calendars" | "revoke_calendar" => {
            keep_calendar(server).await;
            "maya"
        }
        "revoke_token" => {
            keep_token(server).await;
            "nora"
        }
        "create_token" | "list_tokens" | "apply_policy" | "read_audit" => "nora",
        _ => "maya",
    }
}

/// Who may not, where nothing but who it is stands in the way. Operations that are not here are for every token, or
/// about one incident: those are refused to whoever may not see it.
const DENIED: &[(&str, &str, u16)] = &[
    ("create_token", "person", 403),
    ("create_token", "program", 403),
    ("list_tokens", "person", 403),
    ("list_tokens", "program", 403),
    ("revoke_token", "person", 403),
    ("revoke_token", "program", 403),
    ("mark_policy_as_read", "program", 403),
    ("create_calendar", "program", 403),
    ("revoke_calendar", "person", 404),
    ("revoke_calendar", "program", 403),
    ("metrics", "program", 403),
    ("read_audit", "person", 403),
    ("read_audit", "program", 403),
    // The usual scopes of a program are `read` and `declare`.
    ("acknowledge_incident", "program", 403),
    ("cancel_incident", "program", 403),
    ("decline_incident", "program", 403),
    ("decline_page", "program", 403),
    ("reopen_incident", "program", 403),
    ("resolve_incident", "program", 403),
    ("ring_again", "program", 403),
    ("set_service", "program", 403),
    ("set_severity", "program", 403),
    ("stop_page", "program", 403),
    ("take_page", "program", 403),
    ("update_incident", "program", 403),
    ("apply_policy", "person", 403),
    ("apply_policy", "program", 403),
    ("builtin_inbox", "person", 403),
    ("builtin_inbox", "program", 403),
    ("acknowledge_everything", "program", 403),
    ("acknowledge_drill", "program", 403),
    ("decline_drill", "program", 403),
    ("stop_drill", "program", 403),
    ("list_contacts", "program", 403),
    ("send_code", "program", 403),
    ("confirm_contact", "program", 403),
];

async fn program(server: &Server<ModelStore>) -> String {
    let made = server.send(post("/api/v1/tokens", json!({ "bot": "outsider" })).token(LOCAL)).await;
    made.expect(201)["token"].as_str().unwrap().to_owned()
}

/// A drill that has rung and waits for its answer.
async fn keep_drill(server: &Server<ModelStore>) {
    server.send(post("/api/v1/drills", json!({ "person": "maya" })).of("sam")).await.expect(201);
    loop {
        let story = server.send(get("/api/v1/drills/DRILL-1").of("sam")).await.expect(200);
        if story["entries"].to_string().contains("maya reached by push") {
            return;
        }
        tokio::task::yield_now().await;
    }
}

/// To write it anew: `ZEPHYR_UPDATE=1 cargo test -p zephyr-server --test it openapi`.
#[tokio::test]
async fn the_document_checked_in_is_the_one_served() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/reference/openapi.json");
    let (served, _) = document(&start().await).await;
    if updating() {
        std::fs::write(path, &served).unwrap();
    }
    let kept = std::fs::read_to_string(path).unwrap_or_default();
    assert!(kept == served, "docs/reference/openapi.json is not what is served; run this test with ZEPHYR_UPDATE=1");
}

#[tokio::test]
async fn the_document_names_every_address_and_no_other() {
    let (_, document) = document(&start().await).await;
    assert_eq!(document["openapi"], "3.1.0");
    let said: BTreeSet<String> = operations(&document).iter().map(|it| format!("{} {}", it.method, it.path)).collect();
    let mut routed = BTreeSet::new();
    for line in include_str!("../../src/api/mod.rs").lines().filter_map(|line| line.trim().strip_prefix(".route(\"")) {
        let (path, methods) = line.split_once('"').unwrap();
        for (word, method) in [("get(", "GET"), ("post(", "POST"), ("put(", "PUT"), ("delete(", "DELETE")] {
            if methods.contains(word) {
                routed.insert(format!("{method} {path}"));
            }
        }
    }
    assert_eq!(said, routed);
    let ids: BTreeSet<String> = operations(&document).into_iter().map(|it| it.id).collect();
    assert_eq!(ids.len(), said.len(), "two operations have one name");
}

#[tokio::test]
async fn every_example_works_and_is_answered_as_the_document_says() {
    let (_, document) = document(&start().await).await;
    let kept = std::fs::read_to_string(EXAMPLES).unwrap();
    let mut examples: serde_json::Map<String, Value> = serde_json::from_str(&kept).unwrap();
    examples.retain(|id, _| BY_HAND.contains(&id.as_str()));
    for operation in operations(&document).into_iter().filter(Operation::ends) {
        let server = start().await;
        let caller = scene(&server, &operation.id).await;
        let ask = operation.example(&document);
        let ask = if operation.is_guarded() { ask.token(&server.token(caller).await) } else { ask };
        let answer = server.send(ask).await;
        assert!((200..300).contains(&answer.status), "{}: {answer:?}", operation.id);
        let said = &operation.said["responses"][answer.status.to_string()];
        let schema = &said["content"]["application/json"]["schema"];
        assert!(said["content"].is_object(), "{}: {} is not in the document", operation.id, answer.status);
        let body = if schema.is_object() { answer.json() } else { json!(answer.body) };
        let schema = if schema.is_object() { schema } else { &json!({ "type": "string", "minLength": 1 }) };
        validate(&document, schema, &body, &operation.id);
        if BY_HAND.contains(&operation.id.as_str()) {
            continue;
        }
        // What the document shows is what a server answered, field by field.
        let shown = &said["content"]["application/json"]["example"];
        if updating() {
            examples.insert(operation.id.clone(), short(body));
        } else {
            assert_eq!(fields(shown), fields(&body), "{}: run this test with ZEPHYR_UPDATE=1, twice", operation.id);
        }
    }
    if updating() {
        let mut text = serde_json::to_string_pretty(&examples).unwrap();
        text.push('\n');
        std::fs::write(EXAMPLES, text).unwrap();
    }
}

/// Examples that nobody would read whole.
const BY_HAND: [&str; 3] = ["describe_api", "follow_incident", "metrics"];
const EXAMPLES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/api/document/examples.json");

#[expect(clippy::disallowed_methods, reason = "a test that writes its own snapshot is told so by the environment")]
fn updating() -> bool {
    std::env::var_os("ZEPHYR_UPDATE").is_some()
}

/// The names of its fields.
fn fields(value: &Value) -> Vec<&String> {
    value.as_object().into_iter().flatten().map(|(name, _)| name).collect()
}

/// With long texts cut.
fn short(value: Value) -> Value {
    match value {
        Value::String(text) if text.chars().count() > 300 => Value::String(text.chars().take(300).collect()),
        Value::Array(items) => items.into_iter().map(short).collect(),
        Value::Object(fields) => fields.into_iter().map(|(name, value)| (name, short(value))).collect(),
        other => other,
    }
}

#[tokio::test]
async fn every_answer_has_an_example_and_every_failure_is_described() {
    let (_, document) = document(&start().await).await;
    for operation in operations(&document) {
        let responses = operation.said["responses"].as_object().unwrap();
        assert!(!operation.said["summary"].as_str().unwrap_or_default().is_empty(), "{} says nothing", operation.id);
        assert!(responses.keys().any(|status| status.starts_with('2')), "{}", operation.id);
        if operation.is_guarded() {
            let missing =
                ["401", "403", "422", "429", "500", "503"].map(|status| (status, responses.contains_key(status)));
            assert!(missing.iter().all(|(_, there)| *there), "{}: {missing:?}", operation.id);
        }
        for (status, said) in responses {
            for (kind, content) in said["content"].as_object().unwrap() {
                let what = format!("{} {status} {kind}", operation.id);
                let is_ready = operation.id.starts_with("is_it_") && status == "503";
                assert!(is_ready || !content["example"].is_null(), "{what} has no example");
                if kind.ends_with("json") && !is_ready {
                    validate(&document, &content["schema"], &content["example"], &what);
                }
                if kind == "application/problem+json" {
                    assert_eq!(content["example"]["status"].to_string(), *status, "{what}");
                    let waits = ["429", "503"].contains(&status.as_str());
                    assert_eq!(said["headers"]["Retry-After"].is_object(), waits, "{what}");
                }
            }
        }
    }
}

#[tokio::test]
async fn every_operation_wants_a_token_and_a_get_changes_nothing() {
    let server = start().await;
    keep_policy(&server).await;
    keep_calendar(&server).await;
    keep_drill(&server).await;
    server.open("sam", checkout()).await;
    server.settled(1).await;
    let (_, document) = document(&server).await;
    let before = server.store.peek_streams();
    for operation in operations(&document) {
        let ask = operation.example(&document);
        if operation.is_guarded() {
            let answer = server.send(ask.clone()).await;
            assert_eq!(answer.status, 401, "{}", operation.id);
            answer.problem("unauthorized");
            let problem = &operation.said["responses"]["401"]["content"]["application/problem+json"]["schema"];
            validate(&document, problem, &answer.json(), &operation.id);
        }
        if operation.method == "GET" && operation.ends() {
            // Only a person has contacts of their own.
            let ask = if operation.id == "list_contacts" { ask.of("maya") } else { ask.token(LOCAL) };
            assert_eq!(server.send(ask).await.status, 200, "{}", operation.id);
        }
        assert_eq!(server.store.peek_streams(), before, "{}", operation.id);
    }
}

#[tokio::test]
async fn every_operation_is_refused_to_whoever_has_no_right_to_it() {
    let server = start().await;
    server.open("sam", json!({ "severity": 2, "summary": "Data breach in checkout", "private": true })).await;
    server.settled(1).await;
    let (_, document) = document(&server).await;
    let before = server.store.peek_streams();
    let tokens = [("person", server.token("kai").await), ("program", program(&server).await)];
    let mut met = 0;
    for operation in operations(&document).iter().filter(|it| it.is_guarded()) {
        for (kind, token) in &tokens {
            let denied = DENIED.iter().find(|(id, who, _)| *id == operation.id && who == kind);
            let about_one = operation.path.contains("{incident}").then_some(404);
            let Some(status) = denied.map(|(.., status)| *status).or(about_one) else { continue };
            met += usize::from(denied.is_some());
            let answer = server.send(operation.example(&document).token(token)).await;
            assert_eq!(answer.status, status, "{} by a {kind}: {answer:?}", operation.id);
            assert!(operation.said["responses"][status.to_string()].is_object(), "{}: {status}", operation.id);
        }
    }
    assert_eq!(met, DENIED.len(), "a row of DENIED names no operation");
    assert_eq!(server.store.peek_streams(), before);
}
