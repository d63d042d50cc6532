//! The life of an incident, as the policy tells it.

use serde_json::json;

use crate::kit::{anyway, checkout, get, page, post, start, wanted};

#[tokio::test]
async fn p11_opening_pages_both_rotations_and_makes_channel_status_entry_and_ticket_each_linked() {
    let server = start().await;
    let opened = server.send(post("/api/v1/incidents", checkout()).of("sam")).await;
    assert_eq!(opened.header("location"), Some("/api/v1/incidents/1"));
    let incident = &opened.expect(201)["incident"];
    assert_eq!(incident["label"], "INC-1");
    assert_eq!(incident["service"], "checkout");
    assert_eq!(incident["region"], "eu-frankfurt");
    assert_eq!(incident["opened_by"], "sam");
    assert_eq!(wanted(page(incident, "service")), ["maya"]);
    assert_eq!(page(incident, "service")["rotation"], "payments");
    assert_eq!(wanted(page(incident, "platform")), ["ines"]);
    assert_eq!(page(incident, "service")["next_at"], "2026-02-03T10:35:00Z");

    let incident = server.settled(1).await;
    for (link, path) in [("channel", "/rooms/"), ("status_page", "/status#"), ("ticket", "/tickets/")] {
        let url = incident[link]["url"].as_str().unwrap();
        assert!(url.starts_with(&format!("https://zephyr.acme.example{path}")), "{url}");
        assert_eq!(incident[link]["state"], "shown");
    }
    assert_eq!(page(&incident, "service")["wanted"][0]["methods"][0]["state"], "accepted");
    let inbox = server.send(get("/api/v1/builtin/inbox/maya").of("maya")).await.expect(200);
    assert_eq!(inbox["entries"][0]["summary"], "Checkout p99 elevated in eu-frankfurt");
    let room = &server.send(get("/api/v1/builtin/rooms").of("maya")).await.expect(200)["rooms"][0];
    assert!(room["pinned"].as_str().unwrap().contains("runbooks/incident.md"), "{room}");
    let card = room["card"]["text"].as_str().unwrap();
    assert!(card.contains("/status#") && card.contains("/tickets/"), "{card}");
    let ticket = &server.send(get("/api/v1/builtin/tickets").of("maya")).await.expect(200)["tickets"][0];
    let body = ticket["body"].as_str().unwrap();
    assert!(body.contains("/status#") && body.contains("/rooms/"), "{body}");
    let entry = &server.send(get("/api/v1/builtin/status").of("maya")).await.expect(200)["entries"][0];
    assert!(!entry.to_string().contains("p99"), "the summary is never public: {entry}");
    server.stop().await.unwrap();
}

#[tokio::test]
async fn p28_unanswered_page_moves_to_next_in_rotation_after_5_minutes() {
    let server = start().await;
    server.open("sam", checkout()).await;
    let before = server.settled(1).await;
    let next = page(&before, "service")["next"][0].as_str().unwrap().to_owned();
    server.pass(5);
    let after = server.until(1, |it| page(it, "service")["step"] == "step 2").await;
    assert_eq!(wanted(page(&after, "service")), [next.as_str()]);
    assert_ne!(next, "maya");
    server.pass(5);
    server.until(1, |it| page(it, "service")["step"] == "step 3" && wanted(page(it, "service")) == ["petra"]).await;
}

#[tokio::test]
async fn an_answer_stops_the_chain_and_makes_the_acting_commander() {
    let server = start().await;
    server.open("sam", checkout()).await;
    let answer = server.send(post("/api/v1/incidents/INC-1/ack", json!({})).of("maya")).await.expect(200);
    assert_eq!(page(&answer["incident"], "service")["answered_by"], json!(["maya"]));
    assert_eq!(page(&answer["incident"], "platform")["state"], "ringing");
    assert_eq!(answer["incident"]["acting_commander"], "maya");
    let refused = server.send(post("/api/v1/incidents/1/ack", json!({})).of("lena")).await;
    assert!(refused.problem("refused").contains("nothing is ringing for lena"), "{refused:?}");
    let stop = json!({ "reason": "platform is not needed" });
    server.send(post("/api/v1/incidents/1/pages/platform/stop", stop).of("maya")).await.expect(200);
    let taken = server.send(post("/api/v1/incidents/1/pages/service/take", json!({})).of("lena")).await.expect(200);
    assert_eq!(page(&taken["incident"], "service")["answered_by"], json!(["lena", "maya"]));
    let story = server.story(1).await;
    assert!(story.contains("maya answered page service"), "{story}");
    assert!(story.contains("maya stopped paging page platform: platform is not needed"), "{story}");
}

#[tokio::test]
async fn declining_moves_that_page_on_at_once_and_no_other() {
    let server = start().await;
    server.open("sam", checkout()).await;
    let path = "/api/v1/incidents/1/pages/service/decline";
    let answer = server.send(post(path, json!({})).of("maya")).await.expect(200);
    assert_eq!(page(&answer["incident"], "service")["step"], "step 2");
    let again = server.send(post("/api/v1/incidents/1/decline", json!({})).of("maya")).await;
    again.problem("refused");
    let all = server.send(post("/api/v1/incidents/1/decline", json!({})).of("ines")).await.expect(200);
    assert_eq!(page(&all["incident"], "platform")["step"], "step 2");
}

#[tokio::test]
async fn one_answer_covers_everything_that_rings_and_a_repetition_says_so_again() {
    let server = start().await;
    server.open("sam", checkout()).await;
    server.open("sam", json!({ "summary": "Checkout shows no prices", "severity": 3 })).await;
    let answer = server.send(post("/api/v1/ack", json!({})).of("maya").key("k")).await.expect(200);
    let numbers = |answer: &serde_json::Value| {
        answer["incidents"].as_array().unwrap().iter().map(|it| it["number"].as_u64().unwrap()).collect::<Vec<_>>()
    };
    assert_eq!(numbers(&answer), [2, 1]);
    let again = server.send(post("/api/v1/ack", json!({})).of("maya").key("k")).await.expect(200);
    assert_eq!(numbers(&again), [2, 1]);
    let other = server.send(post("/api/v1/ack", json!({})).of("maya").key("other")).await;
    assert!(other.problem("refused").contains("Nothing rings for you"));
}

#[tokio::test]
async fn who_opens_and_is_due_has_answered() {
    let server = start().await;
    let opened = server.send(post("/api/v1/incidents", checkout()).of("maya")).await.expect(201);
    assert_eq!(page(&opened["incident"], "service")["answered_by"], json!(["maya"]));
    let mut ring_me = anyway(checkout());
    ring_me["ring_me"] = json!(true);
    let opened = server.send(post("/api/v1/incidents", ring_me).of("maya")).await.expect(201);
    assert_eq!(wanted(page(&opened["incident"], "service")), ["maya"]);
}

#[tokio::test]
async fn p18_resolving_stops_pages_and_closes_status_entry_and_ticket() {
    let server = start().await;
    server.open("sam", checkout()).await;
    let answer = server.send(post("/api/v1/incidents/1/resolve", json!({})).of("maya")).await.expect(200);
    assert_eq!(answer["incident"]["phase"], "resolved");
    assert_eq!(answer["incident"]["update_due_at"], json!(null));
    server.settled(1).await;
    let entry = &server.send(get("/api/v1/builtin/status").token(crate::kit::LOCAL)).await.expect(200)["entries"][0];
    assert_eq!(entry["state"], "resolved");
    let again = server.send(post("/api/v1/incidents/1/resolve", json!({})).of("maya")).await.expect(200);
    assert!(again["incident"]["version"].as_u64() >= answer["incident"]["version"].as_u64());
    let cancel = server.send(post("/api/v1/incidents/1/cancel", json!({})).of("maya")).await;
    assert!(cancel.problem("refused").contains("INC-1 is resolved already"));
    let open = server.send(get("/api/v1/incidents").of("maya")).await.expect(200);
    assert_eq!(open["incidents"], json!([]));
    for phase in ["resolved", "all"] {
        let list = server.send(get(&format!("/api/v1/incidents?phase={phase}")).of("maya")).await.expect(200);
        assert_eq!(list["incidents"][0]["number"], 1);
    }
}

#[tokio::test]
async fn p3_a_false_alarm_needs_no_reason_and_withdraws_the_entry() {
    let server = start().await;
    server.open("sam", checkout()).await;
    server.settled(1).await;
    let public = json!({ "public": "Nothing was wrong with Checkout." });
    let answer = server.send(post("/api/v1/incidents/1/cancel", public).of("sam")).await.expect(200);
    assert_eq!(answer["incident"]["phase"], "cancelled");
    server.settled(1).await;
    let status = server.send(get("/api/v1/builtin/status").of("sam")).await.expect(200);
    assert_eq!(status["entries"][0]["state"], "withdrawn");
    assert_eq!(status["entries"][0]["lines"][1]["text"], "Nothing was wrong with Checkout.");
}

#[tokio::test]
async fn p7_sev3_pages_the_owner_only_and_stays_off_the_status_page() {
    let server = start().await;
    server.open("sam", json!({ "severity": 3, "summary": "Checkout logs are noisy" })).await;
    let incident = server.settled(1).await;
    assert_eq!(incident["pages"].as_array().unwrap().len(), 1);
    assert_eq!(incident["status_page"]["state"], "none");
    let status = server.send(get("/api/v1/builtin/status").of("sam")).await.expect(200);
    assert_eq!(status["entries"], json!([]));
}

#[tokio::test]
async fn p8_severity_and_service_change_and_page_whoever_is_newly_due() {
    let server = start().await;
    server.open("sam", json!({ "summary": "Something is odd", "severity": 3 })).await;
    let at = |verb: &str| format!("/api/v1/incidents/1/{verb}");
    let set = server.send(post(&at("service"), json!({ "service": "checkout" })).of("sam")).await.expect(200);
    assert_eq!(wanted(page(&set["incident"], "service")), ["maya"]);
    assert_eq!(page(&set["incident"], "platform")["why"], "no longer due");
    let raised = server.send(post(&at("severity"), json!({ "severity": 1 })).of("sam")).await.expect(200);
    assert_eq!(raised["incident"]["severity"], 1);
    for target in ["platform", "em", "founder", "service"] {
        assert_eq!(page(&raised["incident"], target)["state"], "ringing", "{target}");
    }
    let nothing = server.send(post(&at("service"), json!({})).of("sam")).await;
    assert!(nothing.problem("invalid").contains("nothing is said"));
    let unknown = server.send(post(&at("service"), json!({ "service": "chekout" })).of("sam")).await;
    assert!(unknown.problem("invalid").contains("checkout"));
    let unknown = server.send(post(&at("severity"), json!({ "severity": 9 })).of("sam")).await;
    assert!(unknown.problem("invalid").contains("there is no severity 9"));
}

#[tokio::test]
async fn p18_reopening_pages_as_at_opening_and_the_entry_goes_on() {
    let server = start().await;
    server.open("sam", checkout()).await;
    server.settled(1).await;
    server.send(post("/api/v1/incidents/1/resolve", json!({})).of("maya")).await.expect(200);
    server.settled(1).await;
    let reopened = server.send(post("/api/v1/incidents/1/reopen", json!({})).of("maya")).await.expect(200);
    assert_eq!(reopened["incident"]["phase"], "open");
    assert_eq!(page(&reopened["incident"], "service")["answered_by"], json!(["maya"]));
    assert_eq!(page(&reopened["incident"], "platform")["state"], "ringing");
    server.settled(1).await;
    let entry = &server.send(get("/api/v1/builtin/status").token(crate::kit::LOCAL)).await.expect(200)["entries"][0];
    assert_eq!(entry["state"], "investigating");
    assert_eq!(entry["lines"].as_array().map(Vec::len), Some(3));
}

#[tokio::test]
async fn p8_a_service_and_a_region_go_by_their_other_names_too() {
    let server = start().await;
    let mut by_other_names = checkout();
    by_other_names["summary"] = json!("x");
    by_other_names["service"] = json!("Basket");
    by_other_names["region"] = json!("Frankfurt");
    let opened = server.send(post("/api/v1/incidents", by_other_names).of("sam")).await.expect(201);
    assert_eq!(opened["incident"]["service"], "checkout");
    assert_eq!(opened["incident"]["region"], "eu-frankfurt");
}

#[tokio::test]
async fn p16_an_update_is_public_and_sets_when_the_next_is_due() {
    let server = start().await;
    server.open("sam", checkout()).await;
    let before = server.incident(1).await["update_due_at"].clone();
    server.settled(1).await;
    server.store.advance(jiff::SignedDuration::from_mins(4));
    let text = "Payments are slow; we have found the cause.";
    let told = server.send(post("/api/v1/incidents/1/update", json!({ "text": text })).of("maya")).await.expect(200);
    assert_ne!(told["incident"]["update_due_at"], before);
    server.settled(1).await;
    let entry = &server.send(get("/api/v1/builtin/status").token(crate::kit::LOCAL)).await.expect(200)["entries"][0];
    assert_eq!(entry["lines"][1]["text"], text);
    let nameless = server.send(post("/api/v1/incidents/1/update", json!({ "text": text })).token(crate::kit::LOCAL));
    assert!(nameless.await.problem("forbidden").contains("only a person"));
}

#[tokio::test]
async fn a_program_neither_answers_nor_ends_what_others_opened() {
    let server = start().await;
    server.open("sam", checkout()).await;
    let made = post("/api/v1/tokens", json!({ "bot": "watcher", "scopes": ["read", "declare", "respond"] }))
        .token(crate::kit::LOCAL);
    let bot = server.send(made).await.expect(201)["token"].as_str().map(ToOwned::to_owned).unwrap_or_default();
    for verb in ["resolve", "cancel", "ack"] {
        let answer = server.send(post(&format!("/api/v1/incidents/1/{verb}"), json!({})).token(&bot)).await;
        assert!(answer.problem("forbidden").contains("may not do that"), "{verb}");
    }
    let person = server
        .send(
            post("/api/v1/tokens", json!({ "bot": "maya", "scopes": ["read", "declare", "respond"] }))
                .token(crate::kit::LOCAL),
        )
        .await;
    assert!(person.problem("invalid").contains("is a person"));
}
