//! One incident from its opening to its end, with everything a server does on the way: pages, a step that is not
//! answered, a provider that fails, an answer, another policy, a token, an update, a resolution, and an end in order.

use serde_json::{Value, json};

use crate::life::Life;
use crate::stored;

/// Plays it. Whatever dies on the way is started again, and whatever got no answer is asked again.
pub fn play(life: &mut Life) {
    life.start();
    // Where five minutes take five minutes nobody waits for the second step.
    let rung = if life.speed > 1 { "lena" } else { "maya" };
    break_pager(life, rung);
    open(life);
    token(life);
    if rung == "lena" {
        life.until("maya is rung", |life| delivered(life, "maya"));
    }
    mend_pager(life, rung);
    life.until("somebody is rung whose pager failed", |life| delivered(life, rung));
    answer(life, rung, "service");
    answer(life, "ines", "platform");
    another_policy(life);
    for (what, body) in [("update", json!({ "text": "We found it." })), ("resolve", json!({}))] {
        life.post(&format!("/api/v1/incidents/INC-1/{what}"), rung, what, &body).unwrap();
    }
    settle(life);
    life.terminate();
}

fn open(life: &mut Life) {
    let summary = json!({ "severity": 2, "summary": "Checkout p99 elevated in eu-frankfurt" });
    let opened = life.post("/api/v1/incidents", "nora", "open", &summary).unwrap();
    assert_eq!(opened["incident"]["number"], 1, "I1: one failure is one incident: {opened}");
    life.accepted.push(1);
}

/// A token that was shown to somebody is good, also after a crash.
fn token(life: &mut Life) {
    let made = life.post("/api/v1/tokens", "nora", "token", &json!({ "person": "maya" })).unwrap();
    let id = made["id"].as_str().unwrap();
    let listed = life.get("/api/v1/tokens");
    assert!(listed["tokens"].as_array().unwrap().iter().any(|token| token["id"] == id), "{listed}");
}

fn delivered(life: &mut Life, person: &str) -> Option<()> {
    let inbox = life.get(&format!("/api/v1/builtin/inbox/{person}"));
    let rung = inbox["entries"].as_array()?.iter().any(|entry| entry["method"] == "push");
    rung.then_some(())
}

/// The pager of a person answers 500 from now on.
fn break_pager(life: &mut Life, person: &str) {
    stored::write(
        life,
        &format!("INSERT INTO objects (kind, id, body, at, rev) VALUES ('inbox', '{person}', 'broken', 1, 1)"),
    );
}

/// It is mended once it was tried twice at least.
fn mend_pager(life: &mut Life, person: &str) {
    life.until("a page was tried twice", |life| {
        let tried = "SELECT CAST(COUNT(*) AS TEXT) FROM effects WHERE lane = 'page' AND attempt >= 2";
        (stored::read(life, tried)[0][0] != "0").then_some(())
    });
    stored::write(life, &format!("DELETE FROM objects WHERE kind = 'inbox' AND id = '{person}'"));
}

/// Answers; where the chain went on meanwhile and does not want the person, takes the page.
fn answer(life: &mut Life, person: &str, target: &str) {
    let key = format!("ack-{person}");
    if life.post("/api/v1/incidents/INC-1/ack", person, &key, &json!({})).is_err() {
        let taking = format!("/api/v1/incidents/INC-1/pages/{target}/take");
        life.post(&taking, person, &format!("take-{person}"), &json!({})).unwrap();
    }
    // A confirmed answer holds, whatever happens to the server.
    life.ensure();
    let shown = life.get("/api/v1/incidents/INC-1");
    let page = shown["pages"].as_array().unwrap().iter().find(|page| page["target"] == target).unwrap().clone();
    assert_eq!(page["state"], "answered", "{target}: {shown}");
}

/// The file that the server follows changes.
fn another_policy(life: &mut Life) {
    let before = life.get("/api/v1/me")["policy"].clone();
    let file = life.place.path("zephyr.toml");
    let text = std::fs::read_to_string(&file).unwrap().replace("name = \"Testers\"", "name = \"Other testers\"");
    std::fs::write(file, text).unwrap();
    life.until("another policy is in force", |life| (life.get("/api/v1/me")["policy"] != before).then_some(()));
}

/// I8: everything that is due is handed over.
fn settle(life: &mut Life) {
    life.until("everything is handed over", |life| {
        let ready = life.get("/readyz");
        let shown = life.get("/api/v1/incidents/INC-1");
        let pending = |link: &Value| link["state"] == "pending";
        let waits = ready["pages_waiting"] != 0 || ready["tells_waiting"] != 0;
        let links = [&shown["channel"], &shown["status_page"], &shown["ticket"]];
        (!waits && !links.into_iter().any(pending)).then_some(())
    });
}
