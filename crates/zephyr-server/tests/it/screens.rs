//! The console in a real browser, without scripts: on a telephone, a tablet and a desk, light and dark, by keyboard.

use serde_json::json;
use zephyr_store::ModelStore;

use crate::browser::Browser;
use crate::kit::{Server, checkout, start};
use crate::oncall_pages::{arrange, coverage};

const WIDTHS: [u32; 3] = [360, 768, 1280];

async fn signed_in(browser: &mut Browser, server: &Server<ModelStore>, person: &str) -> String {
    let (at, token) = (format!("http://{}", server.at), server.token(person).await);
    browser.sign_in(&at, &token);
    assert!(browser.text("document.title").contains("open"), "{}", browser.text("document.body.innerText"));
    at
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_fits_a_telephone_and_can_be_read_in_the_dark() {
    let Some(mut browser) = Browser::start("every_page_fits_a_telephone_and_can_be_read_in_the_dark") else { return };
    let server = start().await;
    arrange(&server);
    server.open("sam", checkout()).await;
    let long = "Checkout_".repeat(20) + " answers with 502 in eu-frankfurt since the deploy of the payment gateway";
    server.open("sam", json!({ "severity": 1, "summary": long, "anyway": true })).await;
    server.open("sam", json!({ "severity": 3, "summary": "Search shows old prices", "private": true })).await;
    for number in [1, 2, 3] {
        server.settled(number).await;
    }
    browser.looks(360, true);
    let at = signed_in(&mut browser, &server, "maya").await;
    coverage(&server, "/oncall/coverage").await;
    let room = server.incident(1).await["channel"]["url"].as_str().unwrap().rsplit_once('/').unwrap().1.to_owned();
    let ticket = server.incident(1).await["ticket"]["url"].as_str().unwrap().rsplit_once('/').unwrap().1.to_owned();
    let pages = [
        ("home", "/?still=1".to_owned()),
        ("list", "/incidents".to_owned()),
        ("new", "/incidents/new".to_owned()),
        ("incident", "/incidents/2?still=1".to_owned()),
        ("change", "/incidents/1/change".to_owned()),
        ("end", "/incidents/1/end".to_owned()),
        ("rooms", "/rooms".to_owned()),
        ("room", format!("/rooms/{room}")),
        ("tickets", "/tickets".to_owned()),
        ("ticket", format!("/tickets/{ticket}")),
        ("inbox", "/inbox".to_owned()),
        ("status", "/status".to_owned()),
        ("problem", "/incidents/999".to_owned()),
        ("oncall", "/oncall".to_owned()),
        ("week", "/oncall/rotations/payments".to_owned()),
        ("month", "/oncall/rotations/payments?view=month".to_owned()),
        ("coverage", "/oncall/coverage".to_owned()),
        ("platform", "/oncall/rotations/platform".to_owned()),
        ("slot", "/oncall/rotations/platform/slot?layer=1&at=2026-02-03T12:00:00Z".to_owned()),
        ("gap", "/oncall/rotations/payments/slot?layer=1&at=2026-02-05T21:00:00Z".to_owned()),
    ];
    for (width, dark) in WIDTHS.into_iter().flat_map(|width| [(width, false), (width, true)]) {
        browser.looks(width, dark);
        for (name, path) in &pages {
            browser.go(&format!("{at}{path}"));
            browser.is_sound(&format!("{name}-{width}-{}", if dark { "dark" } else { "light" }));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_incident_is_opened_answered_and_ended_by_keyboard_alone() {
    let Some(mut browser) = Browser::start("an_incident_is_opened_answered_and_ended_by_keyboard_alone") else {
        return;
    };
    let server = start().await;
    browser.looks(360, true);
    signed_in(&mut browser, &server, "maya").await;
    // A page that looks again by itself would take the place away.
    browser.follow("Keep this page still");
    browser.follow("Open an incident");
    browser.tab_to("What is wrong");
    browser.write("Checkout p99 elevated in eu-frankfurt");
    browser.follow("Open it and page people");
    assert_eq!(browser.text("location.pathname"), "/incidents/1");
    browser.follow("Keep this page still");
    browser.follow("Still investigating");
    browser.follow("Keep this page still");
    browser.follow("Resolve or cancel");
    browser.tab_to("Last public line");
    browser.write("Checkout works again.");
    browser.follow("It is over: resolve");
    assert_eq!(server.incident(1).await["phase"], "resolved");
    assert!(browser.text("document.body.innerText").contains("It is not over"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_calendar_is_read_by_keyboard_alone() {
    let Some(mut browser) = Browser::start("the_calendar_is_read_by_keyboard_alone") else { return };
    let server = start().await;
    arrange(&server);
    browser.looks(360, false);
    let at = signed_in(&mut browser, &server, "maya").await;
    browser.follow("Keep this page still");
    browser.follow("payments");
    assert_eq!(browser.text("document.querySelector('h1').textContent"), "payments: 2 to 8 Feb 2026");
    browser.follow("Later");
    browser.follow("Month");
    assert_eq!(browser.text("document.querySelector('h1').textContent"), "payments: February 2026");
    browser.follow("Today");
    browser.follow("Week");
    browser.tab_to("Nobody is on call, Thu 5 Feb 21:00 to 23:00 WAT");
    assert_ne!(browser.text("getComputedStyle(document.activeElement).outlineStyle"), "none", "where one is, is seen");
    browser.follow("Maya Okafor, Tue 3 Feb 10:00 to 19:00 WAT");
    assert_eq!(browser.text("document.querySelector('h1').textContent"), "payments: Maya Okafor");
    assert_eq!(browser.text("location.origin"), at);
}
