//! Who asks too much waits; who opens, answers or ends an incident never does.

use serde_json::{Value, json};
use zephyr_store::ModelStore;

use crate::kit::{Ask, LOCAL, Response, Server, anyway, checkout, get, page, post, start};

/// Asks until one is told to wait; how many were not.
async fn until_held_up(server: &Server<ModelStore>, ask: &Ask) -> (usize, Response) {
    for count in 0..5_000 {
        let answer = server.send(ask.clone()).await;
        if answer.status == 429 {
            return (count, answer);
        }
    }
    panic!("never held up");
}

#[tokio::test(flavor = "multi_thread")]
async fn f70_a_token_that_asks_too_much_waits_but_opens_answers_and_ends() {
    let server = start().await;
    let (maya, ines) = (server.token("maya").await, server.token("ines").await);
    let (count, held_up) = until_held_up(&server, &get("/api/v1/me").token(&maya)).await;
    assert!(count >= 1_000, "{count}");
    let wait: u32 = held_up.header("retry-after").unwrap().parse().unwrap();
    assert_eq!((wait, &held_up.json()["retry_after_secs"]), (1, &json!(1)));
    assert!(held_up.problem("too-many").contains("This token asks too much"), "{held_up:?}");
    // Nobody else waits, and neither does the machine's own operator in her name.
    server.send(get("/api/v1/me").token(&ines)).await.expect(200);
    server.send(get("/api/v1/me").of("maya")).await.expect(200);

    let mut all = Vec::new();
    for _ in 0..40 {
        all.push(server.send(post("/api/v1/incidents", anyway(checkout())).token(&maya)).await);
    }
    assert!(all.iter().all(|opened| opened.status == 201), "openings are not held up");
    for path in ["1/decline", "2/pages/platform/decline", "2/pages/service/take", "3/ack", "4/cancel", "5/resolve"] {
        let answer = server.send(post(&format!("/api/v1/incidents/{path}"), json!({})).token(&maya)).await;
        assert!([200, 409].contains(&answer.status), "{path}: {answer:?}");
    }
    assert_eq!(page(&server.incident(2).await, "service")["answered_by"], json!(["maya"]));
    assert_ne!(server.send(post("/api/v1/ack", json!({})).token(&maya)).await.status, 429);
    let form = Ask { method: "POST".to_owned(), path: "/incidents/6/cancel".to_owned(), ..Ask::default() };
    let form = form.header("content-type", "application/x-www-form-urlencoded").header("sec-fetch-site", "same-origin");
    assert_eq!(server.send(form.header("cookie", &format!("zephyr_session=~{maya}"))).await.status, 303);

    // It floods: that is written down once, and counted.
    let audit = server.send(get("/api/v1/audit?kind=token.flooded").token(LOCAL)).await.expect(200);
    assert_eq!(audit["entries"].as_array().map(Vec::len), Some(1), "{audit:#}");
    assert_eq!(audit["entries"][0]["actor"], "maya");
    let metrics = server.send(get("/metrics").token(LOCAL)).await.body;
    let count = |what: &str| {
        let name = format!("zephyr_limited_total{{what=\"{what}\"}} ");
        metrics.lines().find_map(|line| line.strip_prefix(&name)).unwrap().parse::<u64>().unwrap()
    };
    assert!(count("token") >= 1 && count("opening") >= 5 && count("guess") == 0, "{metrics}");
}

#[tokio::test]
async fn f70_wrong_tokens_wait_and_good_ones_from_the_same_address_do_not() {
    let server = start().await;
    let maya = server.token("maya").await;
    let (count, held_up) = until_held_up(&server, &get("/api/v1/me").token("zph_wrong")).await;
    assert!((200..220).contains(&count), "{count}");
    assert!(held_up.problem("too-many").contains("wait") || held_up.header("retry-after").is_some());
    server.send(get("/api/v1/me").token(&maya)).await.expect(200);
    // The form to sign in counts with it, and lets a good token in.
    let login = |token: &str| {
        let form = Ask { method: "POST".to_owned(), path: "/login".to_owned(), ..Ask::default() };
        let form = form.header("content-type", "application/x-www-form-urlencoded");
        Ask { body: format!("token={token}").into(), ..form.header("sec-fetch-site", "same-origin") }
    };
    let refused = server.send(login("zph_guess")).await;
    assert_eq!(refused.status, 429);
    assert!(refused.header("retry-after").is_some() && refused.body.contains("Too many tokens"), "{}", refused.body);
    let session = server.send(login(&maya)).await;
    assert_eq!(session.status, 303);
    let cookie = session.header("set-cookie").unwrap();
    for flag in ["HttpOnly", "SameSite=Strict", "Secure", "Path=/"] {
        assert!(cookie.contains(flag), "{cookie}");
    }
    let page = server.send(get("/").header("cookie", "zephyr_session=~zph_stale")).await;
    assert_eq!(page.status, 429);

    let audit = server.send(get("/api/v1/audit?kind=session").token(LOCAL)).await;
    assert!(!audit.body.contains("zph_"), "no secret is in it: {}", audit.body);
    let entries: Vec<Value> = audit.expect(200)["entries"].as_array().unwrap().clone();
    let kinds: Vec<&str> = entries.iter().map(|entry| entry["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["session.signed_in", "session.refused"], "once, however many there were");
    assert_eq!((&entries[0]["actor"], &entries[0]["about"]), (&json!("maya"), &json!("127.0.0.1")));
    assert_eq!((&entries[1]["actor"], &entries[1]["about"]), (&Value::Null, &json!("127.0.0.1")));
}
