//! The pages, as a browser without scripts gets them.

use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use zephyr_store::ModelStore;

use crate::kit::{Ask, LOCAL, Response, Server, checkout, get, page, post, start, world};

/// A form, posted from a page of this server.
pub fn form(path: &str, fields: &str) -> Ask {
    let ask =
        Ask { method: "POST".to_owned(), path: path.to_owned(), body: fields.as_bytes().to_vec(), ..Ask::default() };
    ask.header("content-type", "application/x-www-form-urlencoded").header("sec-fetch-site", "same-origin")
}

pub trait Session {
    fn session(self, cookie: &str) -> Self;
}

impl Session for Ask {
    fn session(self, cookie: &str) -> Self {
        self.header("cookie", cookie)
    }
}

/// Signs in, in a person's name; the cookie.
pub async fn sign_in(server: &Server<ModelStore>, person: &str) -> String {
    let answer = server.send(form("/login", &format!("token={LOCAL}&as={person}&next=/"))).await;
    assert_eq!((answer.status, answer.header("location")), (303, Some("/")), "{answer:?}");
    let cookie = answer.header("set-cookie").unwrap();
    for attribute in ["HttpOnly", "SameSite=Strict", "Path=/", "Secure"] {
        assert!(cookie.contains(attribute), "{cookie}");
    }
    cookie.split(';').next().unwrap().to_owned()
}

#[track_caller]
pub fn html(answer: &Response, status: u16) -> &str {
    assert_eq!(answer.status, status, "{answer:?}");
    assert_eq!(answer.header("content-type"), Some("text/html; charset=utf-8"));
    assert!(answer.header("content-security-policy").unwrap().starts_with("default-src 'none'"));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    assert!(answer.body.len() < 100_000, "a page has to be small");
    assert!(!answer.body.contains("<script"), "no page has a script");
    &answer.body
}

const PAGES: [&str; 15] = [
    "/",
    "/incidents",
    "/incidents/new",
    "/incidents/1",
    "/incidents/1/change",
    "/incidents/1/end",
    "/rooms",
    "/rooms/x",
    "/tickets",
    "/tickets/x",
    "/inbox",
    "/oncall",
    "/oncall/coverage",
    "/oncall/rotations/platform",
    "/oncall/rotations/platform/slot",
];

#[tokio::test]
async fn without_a_session_there_is_only_the_way_to_sign_in() {
    let server = start().await;
    server.open("sam", checkout()).await;
    for path in PAGES {
        let answer = server.send(get(path)).await;
        let text = html(&answer, 401);
        assert!(text.contains("Your token") && !text.contains("Checkout"), "{path}");
        assert!(text.contains(&format!(r#"name="next" value="{path}""#)), "{path}");
        let wrong = server.send(get(path).session("zephyr_session=~zph_wrong")).await;
        assert!(html(&wrong, 401).contains("This token is not known here"), "{path}");
        let other = server.send(get(path).session("zephyr_session=maya~zph_wrong")).await;
        assert_eq!(other.status, 401, "{path}");
    }
    let acts = ["ack", "decline", "resolve", "cancel", "update", "severity", "service", "reopen"];
    for path in acts.map(|act| format!("/incidents/1/{act}")).iter().map(String::as_str).chain(["/ack", "/incidents"]) {
        assert_eq!(server.send(form(path, "")).await.status, 401, "{path}");
    }
    assert_eq!(server.incident(1).await["phase"], "open");
    let wrong = server.send(form("/login", "token=zph_wrong")).await;
    assert!(html(&wrong, 401).contains("This token is not known here"));
    assert!(wrong.header("set-cookie").is_none());
    for bad in ["token=", "token=a%3Bb", "token=a%0D%0Ab", "token=the-operators-own&as=ghost"] {
        let answer = server.send(form("/login", bad)).await;
        assert!(html(&answer, 401).contains("role=\"alert\""), "{bad}");
        assert!(!answer.body.contains("Zephyr-As"), "a header is nothing for people: {bad}");
    }
}

#[tokio::test]
async fn a_link_from_elsewhere_gets_its_cookie_by_asking_again() {
    let server = start().await;
    let answer = server.send(get("/incidents/1").header("sec-fetch-site", "cross-site")).await;
    assert!(html(&answer, 200).contains(r#"<meta http-equiv="refresh" content="0">"#));
}

#[tokio::test]
async fn one_big_button_answers_what_rings() {
    let server = start().await;
    server.open("sam", checkout()).await;
    let maya = sign_in(&server, "maya").await;
    let front = server.send(get("/").session(&maya)).await;
    let text = html(&front, 200);
    assert!(text.contains("ACKNOWLEDGE INC-1") && text.contains("Maya Okafor") && text.contains("Ines Albrecht"));
    assert!(text.contains("11:35 WAT, in 5 min"), "the next step and when: {text}");
    assert!(text.contains(r#"<meta http-equiv="refresh" content="5">"#));
    assert!(text.contains("<h1>1 open, 1 rings you</h1>"), "{text}");
    let standing = "Nobody has it yet. It rings you and Ines Albrecht. Next: ";
    assert!(text.contains(standing), "{text}");
    assert!(text.contains(r#"<a class="skip" href="?still=1">"#), "{text}");
    let still = server.send(get("/?still=1").session(&maya)).await.body;
    assert!(!still.contains("http-equiv") && !still.contains("skip\"") && still.contains(r#"<a href="?">"#));

    let lena = sign_in(&server, "lena").await;
    assert!(!server.send(get("/").session(&lena)).await.body.contains("ACKNOWLEDGE"));

    let answer = server.send(form("/incidents/1/ack", "").session(&maya)).await;
    assert_eq!((answer.status, answer.header("location")), (303, Some("/incidents/1")));
    let story = server.send(get("/incidents/1").session(&maya)).await;
    let text = html(&story, 200);
    assert!(text.contains("answered by Maya Okafor") && text.contains("maya answered page service"), "{text}");
    assert!(!text.contains("ACKNOWLEDGE") && text.contains("You have it. It rings Ines Albrecht."), "{text}");
    let again = server.send(form("/incidents/1/ack", "").session(&lena)).await;
    assert!(html(&again, 409).contains("nothing is ringing for lena"));
    assert!(again.body.contains("take one of its pages.</p>"), "no request for programs: {again:?}");
    let taken = server.send(form("/incidents/1/pages/service/take", "").session(&lena)).await;
    assert_eq!(taken.status, 303);
    assert_eq!(page(&server.incident(1).await, "service")["answered_by"], json!(["lena", "maya"]));
}

#[tokio::test]
async fn everything_that_rings_is_answered_at_once_declined_or_ended() {
    let server = start().await;
    server.open("sam", checkout()).await;
    server.open("sam", json!({ "summary": "Checkout shows no prices", "severity": 3 })).await;
    let maya = sign_in(&server, "maya").await;
    assert!(server.send(get("/").session(&maya)).await.body.contains("ACKNOWLEDGE ALL 2"));
    assert_eq!(server.send(form("/ack", "").session(&maya)).await.status, 303);
    assert_eq!(page(&server.incident(2).await, "service")["state"], "answered");
    let ines = sign_in(&server, "ines").await;
    assert_eq!(server.send(form("/incidents/1/decline", "").session(&ines)).await.status, 303);
    assert_eq!(page(&server.incident(1).await, "platform")["step"], "step 2");
    assert!(html(&server.send(get("/incidents/1/end").session(&maya)).await, 200).contains("Last public line"));
    let ended = server.send(form("/incidents/1/resolve", "public=All+is+%3Cwell%3E").session(&maya)).await;
    assert_eq!(ended.status, 303, "{ended:?}");
    assert_eq!(server.incident(1).await["phase"], "resolved");
    assert_eq!(server.send(form("/incidents/2/cancel", "").session(&maya)).await.status, 303);
    server.settled(1).await;
    assert!(server.send(get("/status")).await.body.contains("All is &#60;well&#62;"));
    assert!(server.send(get("/").session(&maya)).await.body.contains("<h1>Nothing is open</h1>"));
    let over = server.send(get("/incidents/1/end").session(&maya)).await;
    assert!(html(&over, 200).contains("It is over: resolved.") && !over.body.contains("/1/resolve"));
}

#[tokio::test]
async fn links_of_the_built_in_providers_lead_somewhere() {
    let server = start().await;
    server.open("sam", checkout()).await;
    let incident = server.settled(1).await;
    let maya = sign_in(&server, "maya").await;
    assert!(server.send(get("/incidents/1").session(&maya)).await.body.contains(r#"<a href="/rooms/inc-1-"#));
    let path = |link: &str| {
        let url = incident[link]["url"].as_str().unwrap();
        url.strip_prefix("https://zephyr.acme.example").unwrap().to_owned()
    };
    let room = server.send(get(&path("channel")).session(&maya)).await;
    let text = html(&room, 200);
    assert!(text.contains("Pinned") && text.contains("runbooks/incident.md, version 0123456789ab"), "{text}");
    assert!(text.contains(&format!(r#"<a href="{}">"#, path("ticket"))), "{text}");
    assert!(text.contains("Maya Okafor") && text.contains("Sam Quill"));
    let back = r#"href="/incidents/1">Go to INC-1</a>"#;
    assert!(text.contains(back), "{text}");
    let ticket = server.send(get(&path("ticket")).session(&maya)).await;
    assert!(html(&ticket, 200).contains("Checkout p99 elevated") && ticket.body.contains(back), "{ticket:?}");
    let (status, anchor) = path("status_page").split_once('#').map(|(a, b)| (a.to_owned(), b.to_owned())).unwrap();
    assert!(html(&server.send(get(&status)).await, 200).contains(&format!(r#"id="{anchor}""#)));
    for path in ["/rooms", "/tickets", "/inbox", "/status"] {
        html(&server.send(get(path).session(&maya)).await, 200);
    }
    server.pass(1);
    let twice = |inbox: &str| inbox.matches("<li class=").count() > 1;
    let mut inbox = server.send(get("/inbox").session(&maya)).await.body;
    for _ in 0..400 {
        if twice(&inbox) {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
        inbox = server.send(get("/inbox").session(&maya)).await.body;
    }
    assert!(twice(&inbox), "a push and a text: {inbox}");
    assert_eq!(inbox.matches("ACKNOWLEDGE INC-1").count(), 1, "one button for one incident: {inbox}");
    html(&server.send(get("/rooms/none").session(&maya)).await, 404);
    html(&server.send(get("/nowhere").header("accept", "text/html")).await, 404);
}

#[tokio::test]
async fn the_public_page_says_nothing_that_is_not_public() {
    let server = start().await;
    let secret = json!({ "severity": 1, "summary": "Customer data of Initech leaked by checkout", "private": true });
    server.open("sam", checkout()).await;
    server.open("sam", secret).await;
    server.settled(1).await;
    server.settled(2).await;
    let answer = server.send(get("/status")).await;
    let text = html(&answer, 200);
    assert!(text.contains("Checkout (eu-frankfurt)") && text.contains("we are investigating"), "{text}");
    for word in ["p99", "INC-", "Initech", "maya", "Maya", "sam", "payments"] {
        assert!(!text.contains(word), "{word}");
    }
    assert!(answer.header("set-cookie").is_none());
}

#[tokio::test]
async fn p10_private_incidents_are_on_no_page_of_others() {
    let server = start().await;
    server.open("sam", json!({ "summary": "Data breach in checkout", "private": true })).await;
    let incident = server.settled(1).await;
    let (kai, maya) = (sign_in(&server, "kai").await, sign_in(&server, "maya").await);
    for link in ["channel", "ticket"] {
        let path =
            incident[link]["url"].as_str().unwrap().strip_prefix("https://zephyr.acme.example").unwrap().to_owned();
        html(&server.send(get(&path).session(&kai)).await, 404);
        html(&server.send(get(&path).session(&maya)).await, 200);
    }
    for path in ["/", "/rooms", "/tickets", "/inbox"] {
        let text = server.send(get(path).session(&kai)).await.body;
        assert!(!text.contains("breach") && !text.to_lowercase().contains("inc-1"), "{path}: {text}");
    }
    html(&server.send(get("/incidents/1").session(&kai)).await, 404);
    assert_eq!(server.send(form("/incidents/1/cancel", "").session(&kai)).await.status, 404);
    assert!(server.send(get("/inbox").session(&maya)).await.body.contains("A private incident."));
}

#[tokio::test]
async fn hostile_text_is_only_text() {
    let server = start().await;
    let hostile = r#"<script>alert(1)</script>"><img src=x onerror=alert(2)> javascript:alert(3) & 'q' checkout"#;
    server.open("sam", json!({ "summary": hostile, "public": hostile })).await;
    let incident = server.settled(1).await;
    let maya = sign_in(&server, "maya").await;
    let at = |link: &str| {
        incident[link]["url"].as_str().unwrap().strip_prefix("https://zephyr.acme.example").unwrap().to_owned()
    };
    let paths = [at("channel"), at("ticket"), "/status".to_owned(), "/".to_owned()];
    let more = ["/incidents/1", "/incidents/1/end", "/incidents/1/change", "/incidents", "/inbox", "/tickets"]
        .map(str::to_owned);
    for path in paths.into_iter().chain(more) {
        let answer = server.send(get(&path).session(&maya)).await;
        let text = html(&answer, 200);
        assert!(text.contains("&#60;script&#62;alert(1)"), "{path}: {text}");
        assert!(!text.contains("<img") && !text.contains("href=\"javascript"), "{path}");
    }
    let odd = server.send(get("/incidents/%3Cimg%20src=x%3E").session(&maya)).await;
    assert!(!html(&odd, 404).contains("<img"));
    let next = server.send(get("/login?next=%22%3E%3Cimg%20src=x%3E")).await;
    assert!(!html(&next, 200).contains("<img"));
}

#[tokio::test]
async fn f79_forms_of_other_sites_and_plain_gets_change_nothing() {
    let server = start().await;
    server.open("sam", checkout()).await;
    server.settled(1).await;
    let maya = sign_in(&server, "maya").await;
    let before = server.store.peek_streams();
    for path in
        ["/ack", "/incidents/1/ack", "/incidents/1/cancel", "/incidents/1/pages/service/take", "/logout", "/login"]
    {
        for from in [vec![("sec-fetch-site", "cross-site")], vec![("origin", "https://evil.example")], vec![]] {
            let mut ask = form(path, &format!("token={LOCAL}")).session(&maya);
            ask.headers.retain(|(name, _)| name != "sec-fetch-site");
            let ask = from.iter().fold(ask, |ask, (name, value)| ask.header(name, value));
            let answer = server.send(ask).await;
            assert_eq!(answer.status, 403, "{path} {from:?}");
            assert!(answer.header("set-cookie").is_none());
        }
        if path != "/login" {
            assert_eq!(server.send(get(path).session(&maya)).await.status, 405, "{path}");
        }
    }
    for path in PAGES.into_iter().chain(["/status"]) {
        for method in ["GET", "HEAD"] {
            let mut ask = get(path).session(&maya);
            ask.method = method.to_owned();
            server.send(ask).await;
        }
    }
    assert_eq!(server.store.peek_streams(), before);
}

#[tokio::test]
async fn a_page_that_rings_nobody_is_shown_in_red() {
    let server = start().await;
    server.open("sam", json!({ "summary": "Search is down" })).await;
    server.settled(1).await;
    let mut nobody = world();
    nobody.policy.people.values_mut().for_each(|person| person.ladder.clear());
    server.world.send_replace(Arc::new(nobody));
    tokio::time::sleep(Duration::from_millis(50)).await;
    server.open("sam", checkout()).await;
    let sam = sign_in(&server, "sam").await;
    let text = server.send(get("/").session(&sam)).await.body;
    assert!(text.contains(r#"role="alert">INC-2: page service has NOBODY to ring"#), "{text}");
}

#[tokio::test]
async fn signing_out_takes_the_cookie_away() {
    let server = start().await;
    let maya = sign_in(&server, "maya").await;
    let answer = server.send(form("/logout", "").session(&maya)).await;
    assert_eq!((answer.status, answer.header("location")), (303, Some("/login")));
    assert!(answer.header("set-cookie").unwrap().contains("Max-Age=0"));
}

#[tokio::test]
async fn that_the_policy_file_cannot_be_used_is_said_to_those_who_are_signed_in() {
    let server = start().await;
    let cookie = sign_in(&server, "nora").await;
    let told = "zephyr.toml has a mistake; policy 0123456789ab stays in force";
    for trouble in [Some(told), None] {
        server.policies.set_trouble(trouble.map(str::to_owned));
        let home = server.send(get("/").session(&cookie)).await;
        assert_eq!(html(&home, 200).contains(told), trouble.is_some());
        assert!(!server.send(get("/status")).await.body.contains("zephyr.toml"), "not for the public");
        for path in ["/readyz", "/api/v1/me"] {
            let answer = server.send(get(path).token(LOCAL)).await.expect(200);
            assert_eq!(answer["policy_trouble"].as_str(), trouble, "{path}");
        }
    }
}

/// What a form of a page holds in a hidden field.
fn hidden(page: &str, name: &str) -> String {
    let after = page.split_once(&format!(r#"name="{name}" value=""#)).unwrap_or_else(|| panic!("{name}: {page}")).1;
    after.split_once('"').unwrap().0.to_owned()
}

#[tokio::test]
async fn p12_a_second_click_opens_nothing_twice() {
    let server = start().await;
    let sam = sign_in(&server, "sam").await;
    let empty = server.send(get("/incidents/new").session(&sam)).await;
    let text = html(&empty, 200);
    assert!(text.contains("One service unhealthy") && text.contains("<option>checkout</option>"), "{text}");
    let key = hidden(text, "key");
    let fields = format!("key={key}&summary=Checkout+p99+elevated&severity=2&service=&region=eu-frankfurt&public=");
    let clicks = [form("/incidents", &fields).session(&sam), form("/incidents", &fields).session(&sam)];
    let [first, second] = clicks;
    let (first, second) = tokio::join!(server.send(first), server.send(second));
    for answer in [first, second, server.send(form("/incidents", &fields).session(&sam)).await] {
        assert_eq!((answer.status, answer.header("location")), (303, Some("/incidents/1")), "{answer:?}");
    }
    let incident = server.incident(1).await;
    assert_eq!((&incident["service"], &incident["region"]), (&json!("checkout"), &json!("eu-frankfurt")));
    assert_eq!(incident["opened_by"], "sam");
    let list = server.send(get("/incidents").session(&sam)).await;
    assert_eq!(html(&list, 200).matches(r#"href="/incidents/1""#).count(), 1);
    assert!(!list.body.contains("INC-2"));
}

#[tokio::test]
async fn what_cannot_be_opened_comes_back_as_it_was_typed() {
    let server = start().await;
    let sam = sign_in(&server, "sam").await;
    let fields = "key=k&summary=%3Cb%3Eslow&severity=3&service=nosuch&private=yes";
    let answer = server.send(form("/incidents", fields).session(&sam)).await;
    let text = html(&answer, 422);
    assert!(text.contains("role=\"alert\"") && text.contains("no service `nosuch`"), "{text}");
    assert!(text.contains(r#"value="&#60;b&#62;slow""#) && text.contains(r#"value="3" checked"#), "{text}");
    assert!(text.contains(r#"name="private" value="yes" checked"#), "{text}");
    assert!(hidden(text, "key") != "k", "another try is another request");
    assert!(html(&server.send(get("/incidents").session(&sam)).await, 200).contains("There has been none."));
}

#[tokio::test]
async fn incidents_are_found_by_number_service_and_words() {
    let server = start().await;
    server.open("sam", checkout()).await;
    server.open("sam", json!({ "severity": 3, "summary": "Search shows no prices" })).await;
    server.open("sam", json!({ "severity": 2, "summary": "Customer data of checkout leaked", "private": true })).await;
    assert_eq!(server.send(post("/api/v1/incidents/2/cancel", json!({})).of("sam")).await.status, 200);
    let kai = sign_in(&server, "kai").await;
    for (asked, found) in [
        ("", [true, true]),
        ("inc-2", [false, true]),
        ("1", [true, false]),
        ("checkout", [true, false]),
        ("CHECKOUT+p99", [true, false]),
        ("cancelled", [false, true]),
        ("prices", [false, true]),
        ("login", [false, false]),
        ("3", [false, false]),
        ("%3Cimg+src%3Dx%3E", [false, false]),
    ] {
        let answer = server.send(get(&format!("/incidents?q={asked}")).session(&kai)).await;
        let text = html(&answer, 200);
        let has = ["/incidents/1", "/incidents/2"].map(|path| text.contains(&format!(r#"href="{path}""#)));
        assert_eq!(has, found, "{asked}");
        assert!(!text.contains("/incidents/3") && !text.contains("<img"), "{asked}");
    }
}

#[tokio::test]
async fn an_incident_is_told_of_changed_and_opened_again_by_forms() {
    let server = start().await;
    server.open("sam", json!({ "severity": 3, "summary": "Checkout p99 elevated" })).await;
    let maya = sign_in(&server, "maya").await;
    let change = server.send(get("/incidents/1/change").session(&maya)).await;
    let text = html(&change, 200);
    assert!(text.contains(r#"value="3" checked"#) && !text.contains("http-equiv"), "{text}");
    let key = hidden(text, "key");
    let post = async |act: &str, fields: &str| {
        let answer = server.send(form(&format!("/incidents/1/{act}"), fields).session(&maya)).await;
        (answer.status, answer.body)
    };
    let update = format!("key={key}&text=A+slow+query+is+found");
    assert_eq!(post("update", &update).await.0, 303);
    assert_eq!(post("update", &update).await.0, 303, "a second click is the same update");
    assert_eq!(post("severity", "key=a&severity=2").await.0, 303);
    assert_eq!(post("service", "key=b&service=search&region=").await.0, 303);
    let (status, body) = post("service", "key=c&service=&region=").await;
    assert!(status == 422 && body.contains("Choose a service, a region, or both."), "{body}");
    assert_eq!(post("severity", "key=d&severity=7").await.0, 422);
    assert_eq!(post("update", "key=e&text=").await.0, 422);
    let incident = server.incident(1).await;
    assert_eq!((&incident["severity"], &incident["service"]), (&json!(2), &json!("search")));
    assert_eq!(page(&incident, "platform")["state"], "ringing");
    let story = server.send(get("/incidents/1").session(&maya)).await.body;
    assert_eq!(story.matches("A slow query is found").count(), 1, "{story}");
    assert_eq!(post("resolve", "key=f&reported_by=nobody").await.0, 422);
    assert_eq!(post("resolve", "key=f2&reported_by=customer").await.0, 303);
    assert_eq!(server.incident(1).await["reported_by"], "customer");
    assert!(server.send(get("/incidents/1/change").session(&maya)).await.body.contains("reopen and page again"));
    assert_eq!(post("reopen", "key=g&public=").await.0, 303);
    assert_eq!(server.incident(1).await["phase"], "open");
}
