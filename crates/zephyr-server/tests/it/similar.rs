//! The same, declared twice: what the API and the console offer.

use serde_json::{Value, json};

use crate::console::{Session as _, form, html, sign_in};
use crate::kit::{LOCAL, anyway, checkout, get, page, post, start, wanted};

const INCIDENTS: &str = "/api/v1/incidents";

fn said(summary: &str, severity: u8) -> Value {
    json!({ "summary": summary, "severity": severity })
}

#[tokio::test]
async fn p12_the_same_is_answered_with_the_incident_that_is_open() {
    let server = start().await;
    server.open("sam", checkout()).await;
    let before = server.store.peek_streams();
    let answer = server.send(post(INCIDENTS, said("Nobody can pay: checkout, frankfurt", 3)).of("omar")).await;
    let problem = answer.problem("similar");
    assert_eq!(
        problem,
        "INC-1 is open and about the same; nothing was opened | INC-1 SEV-2: Checkout p99 elevated in eu-frankfurt | \
         Add this to it: POST /api/v1/incidents/1/join. To open another all the same, send `\"anyway\": true`."
    );
    let other = &answer.expect(409)["similar"];
    assert_eq!((&other["label"], &other["opened_by"]), (&json!("INC-1"), &json!("sam")), "no second request is needed");
    assert_eq!(wanted(page(other, "service")), ["maya"]);
    assert_eq!(server.store.peek_streams().len(), before.len());
    let opened = server.send(post(INCIDENTS, anyway(checkout())).of("omar")).await.expect(201);
    assert_eq!(opened["incident"]["similar"], json!(["INC-1"]));
    server.until(1, |it| it["similar"] == json!(["INC-2"])).await;
    assert!(server.story(1).await.contains("INC-2 SEV-2, about the same, opened by omar: Checkout p99"));
    let rooms = server.send(get("/api/v1/builtin/rooms").token(LOCAL)).await.body;
    assert!(rooms.contains("INC-1 is about the same; opened anyway"), "{rooms}");
}

#[tokio::test]
async fn p12_what_is_worse_opens_and_both_say_so() {
    let server = start().await;
    server.open("sam", said("Checkout is slow in frankfurt", 3)).await;
    let opened = server.send(post(INCIDENTS, checkout()).of("omar")).await.expect(201);
    assert_eq!(opened["incident"]["similar"], json!(["INC-1"]));
    assert_eq!(wanted(page(&opened["incident"], "platform")), ["ines"], "nobody's page waited for it");
    server.until(1, |it| it["similar"] == json!(["INC-2"])).await;
    assert!(server.story(2).await.contains("INC-1 is about the same and less bad"));
    let mut shown = String::new();
    for _ in 0..200 {
        shown = server.send(get("/api/v1/builtin/rooms").token(LOCAL)).await.body;
        if shown.contains("INC-2 SEV-2, about the same, was opened by omar") {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    assert!(shown.contains("INC-2 SEV-2, about the same, was opened by omar"), "{shown}");
}

#[tokio::test]
async fn p12_joining_adds_what_was_declared_and_is_repeated_without_harm() {
    let server = start().await;
    server.open("sam", checkout()).await;
    let join = || post("/api/v1/incidents/INC-1/join", said("Nobody can pay", 2)).of("omar").key("j");
    let first = server.send(join()).await;
    assert_eq!((&first.expect(200)["joined"], first.is_replayed()), (&json!(true), false));
    assert!(server.send(join()).await.replays(&first));
    let story = server.story(1).await;
    assert_eq!(story.matches("declared again as SEV-2 by omar: Nobody can pay").count(), 1, "{story}");
    let worse = server.send(post("/api/v1/incidents/1/join", said("All is down", 1)).of("omar")).await;
    assert!(worse.problem("refused").contains("what is worse opens an incident of its own"));
    server.send(post("/api/v1/incidents/1/resolve", json!({})).of("maya")).await.expect(200);
    let late = server.send(post("/api/v1/incidents/1/join", said("It is slow", 3)).of("omar")).await;
    assert!(late.problem("refused").contains("INC-1 is resolved already"));
    let empty = server.send(post("/api/v1/incidents/1/join", said(" ", 3)).of("omar")).await;
    assert!(empty.problem("invalid").contains("summary"));
}

#[tokio::test]
async fn p10_a_private_incident_is_offered_and_hinted_at_to_nobody_else() {
    let server = start().await;
    let private = || json!({ "summary": "Checkout in frankfurt leaks cards", "severity": 2, "private": true });
    server.open("sam", private()).await;
    // Nora is an admin: she could see it, and is not told of what she takes no part in.
    for (person, declared) in [("omar", checkout()), ("nora", private()), ("sam", anyway(checkout()))] {
        let opened = server.send(post(INCIDENTS, declared).of(person)).await.expect(201);
        assert!(opened["incident"].get("similar").is_none_or(|similar| !similar.to_string().contains("INC-1")));
    }
    let theirs = server.send(post(INCIDENTS, private()).of("sam")).await;
    assert!(theirs.problem("similar").starts_with("INC-1 "), "{theirs:?}");
    server.settled(1).await;
    assert!(!server.story(1).await.contains("about the same"));
    let denied = server.send(post("/api/v1/incidents/1/join", said("x", 3)).of("omar")).await;
    denied.problem("not-found");
}

#[tokio::test]
async fn p12_the_console_offers_it_with_two_buttons() {
    let server = start().await;
    server.open("sam", checkout()).await;
    let omar = sign_in(&server, "omar").await;
    let fields = "summary=Nobody+%3Ccan%3E+pay+at+the+checkout+in+frankfurt&severity=2&reported_by=customer";
    let offered = server.send(form("/incidents", fields).session(&omar)).await;
    let text = html(&offered, 409);
    assert!(text.contains("<h1>INC-1 is open and about the same</h1>"), "{text}");
    assert!(
        text.contains("Checkout p99 elevated in eu-frankfurt") && text.contains("Nobody &#60;can&#62; pay"),
        "{text}"
    );
    assert!(text.contains("It is the same: join INC-1") && text.contains("It is another: open it and page people"));
    let keys: Vec<&str> = text.split("name=\"key\" value=\"").skip(1).map(|rest| &rest[..32]).collect();
    let [join_key, open_key] = keys[..] else { panic!("{text}") };

    for _ in 0..2 {
        let joined = format!("key={join_key}&{fields}&service=&region=&private=&public=");
        let joined = server.send(form("/incidents/1/join", &joined).session(&omar)).await;
        assert_eq!((joined.status, joined.header("location")), (303, Some("/incidents/1")), "{joined:?}");
    }
    let story = server.story(1).await;
    assert_eq!(story.matches("declared again as SEV-2 by omar").count(), 1, "a double click: {story}");
    assert_eq!(server.incident(1).await["reported_by"], "customer");

    let another = format!("key={open_key}&anyway=yes&{fields}&service=&region=&private=&public=");
    for _ in 0..2 {
        let opened = server.send(form("/incidents", &another).session(&omar)).await;
        assert_eq!((opened.status, opened.header("location")), (303, Some("/incidents/2")), "{opened:?}");
    }
    let shown = server.send(get("/incidents/2").session(&omar)).await;
    assert!(
        html(&shown, 200).contains("<dt>About the same</dt><dd><a href=\"/incidents/INC-1\">INC-1</a>"),
        "{shown:?}"
    );

    // Over meanwhile: what was typed is not lost.
    server.send(post("/api/v1/incidents/1/cancel", json!({})).of("maya")).await.expect(200);
    let late = server.send(form("/incidents/1/join", fields).session(&omar)).await;
    let text = html(&late, 409);
    assert!(text.contains("INC-1 is cancelled already") && text.contains("value=\"Nobody &#60;can&#62; pay"), "{text}");
}

#[tokio::test]
async fn p8_two_services_in_a_summary_are_named_until_somebody_says_which() {
    let server = start().await;
    server.open("sam", said("Checkout and search are slow in frankfurt", 2)).await;
    let incident = server.settled(1).await;
    assert_eq!(incident["unclear"], json!({ "services": ["checkout", "search"], "regions": [] }));
    assert_eq!(wanted(page(&incident, "platform")), ["ines"]);
    let rooms = server.send(get("/api/v1/builtin/rooms").token(LOCAL)).await.body;
    let asked = "The summary names checkout and search. Which service is it, and who owns it? \
                 `zephyr incident service INC-1 checkout`";
    assert!(rooms.contains(asked), "{rooms}");
    let sam = sign_in(&server, "sam").await;
    let page = server.send(get("/incidents/1").session(&sam)).await;
    let text = html(&page, 200);
    assert!(text.contains("not known: the summary names checkout, search. <a href=\"/incidents/1/change\">"), "{text}");
    let set = post("/api/v1/incidents/1/service", json!({ "service": "search" })).of("sam");
    assert!(server.send(set).await.expect(200)["incident"].get("unclear").is_none());
}
