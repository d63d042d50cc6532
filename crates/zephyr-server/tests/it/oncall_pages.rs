//! Who is on call, and the calendar, as pages.

use std::sync::Arc;

use zephyr_core::oncall::{Changes, Leave, Override};
use zephyr_store::ModelStore;

use crate::console::{Session, html, sign_in};
use crate::kit::{Server, get, start, world};

/// maya is on leave for a week of her turn in payments; kai stands in for lena on the 11th from 12 to 16 UTC; and for
/// two hours in the night to the 6th nobody of platform is there.
pub fn arranged() -> Changes {
    let at = |text: &str| text.parse().unwrap();
    let over = |number, rotation: &str, person: &str, instead_of: &str, from, until| Override {
        number,
        rotation: rotation.parse().unwrap(),
        person: person.parse().unwrap(),
        instead_of: Some(instead_of.parse().unwrap()),
        from: at(from),
        until: at(until),
        made_at: at("2026-02-01T00:00:00Z"),
    };
    let away = |number, person: &str, from, until| Leave {
        number,
        person: person.parse().unwrap(),
        from: at(from),
        until: at(until),
        made_at: at("2026-02-01T00:00:01Z"),
    };
    Changes {
        overrides: vec![over(1, "payments", "kai", "lena", "2026-02-11T12:00:00Z", "2026-02-11T16:00:00Z")],
        leave: vec![
            away(2, "maya", "2026-02-05T00:00:00Z", "2026-02-07T00:00:00Z"),
            away(3, "june", "2026-02-05T20:00:00Z", "2026-02-05T22:00:00Z"),
            away(4, "kai", "2026-02-05T20:00:00Z", "2026-02-05T22:00:00Z"),
        ],
    }
}

pub fn arrange(server: &Server<ModelStore>) {
    let mut world = world();
    world.changes = arranged();
    server.world.send_replace(Arc::new(world));
}

async fn page(server: &Server<ModelStore>, person: &str, path: &str) -> String {
    let cookie = sign_in(server, person).await;
    html(&server.send(get(path).session(&cookie)).await, 200).to_owned()
}

#[tokio::test]
async fn p28_the_first_page_says_who_is_on_call_and_who_is_next() {
    let server = start().await;
    let home = page(&server, "maya", "/").await;
    let payments =
        r#">payments</a> <strong>Maya Okafor</strong> until <time title="2026-02-03 18:00:00 UTC">19:00 WAT"#;
    assert!(home.contains(payments) && home.contains("then June Castellano"), "{home}");
    let mut nobody = world();
    nobody.policy.rotations.values_mut().for_each(|rotation| rotation.layers.clear());
    server.world.send_replace(Arc::new(nobody));
    let home = page(&server, "maya", "/").await;
    assert_eq!(home.matches("Nobody is on call").count(), 6, "{home}");
    assert!(page(&server, "maya", "/oncall").await.contains(r#"<div class="bar">Nobody is on call.</div>"#));
}

#[tokio::test]
async fn everybody_on_call_is_shown_with_layers_telephones_and_who_sleeps() {
    let server = start().await;
    arrange(&server);
    let oncall = page(&server, "maya", "/oncall").await;
    for said in [
        "Rung first: <strong>Maya Okafor</strong>",
        "Maya Okafor (you)",
        r#"href="tel:+447700900106""#,
        "asleep, 03:30 there",
        "layer 2: America/Denver 09:00 to 19:00: nobody now; Kai Redfern, ",
    ] {
        assert!(oncall.contains(said), "{said}: {oncall}");
    }
    let one = page(&server, "maya", "/oncall?name=FOUND").await;
    assert!(one.contains("/oncall/rotations/founder") && !one.contains("/oncall/rotations/platform"), "{one}");
    assert!(page(&server, "maya", "/oncall?name=%3Cb%3E").await.contains("No rotation is called that."));
}

#[tokio::test]
async fn p27_a_week_shows_hand_offs_overrides_leave_and_where_nobody_is() {
    let server = start().await;
    arrange(&server);
    // In Lagos, where maya is: 20:00 to 22:00 UTC is 21:00 to 23:00.
    let week = page(&server, "maya", "/oncall/rotations/payments?day=2026-02-05").await;
    assert!(
        week.contains("<h1>payments: 2 to 8 Feb 2026</h1>") && week.contains("Times are of Africa/Lagos."),
        "{week}"
    );
    assert!(week.contains("Tomas Vesely, Tue 3 Feb 08:00 to 10:00 WAT"), "{week}");
    assert!(week.contains("Maya Okafor, Tue 3 Feb 10:00 to 19:00 WAT"), "{week}");
    assert!(week.contains("nobody (Maya Okafor is on leave), Thu 5 Feb 08:00 to 19:00 WAT"), "{week}");
    assert!(week.contains("Nobody is on call, Thu 5 Feb 08:00 to 17:00 WAT") || week.contains("Nobody is on call:"));
    let gap = "Nobody is on call, Thu 5 Feb 21:00 to 23:00 WAT";
    assert!(week.contains(gap), "{week}");
    // 21:00 of 24 hours.
    assert!(week.contains(r#"<li style="left:87.50%;width:8.33%"><a class="gap""#), "{week}");
    let next = page(&server, "lena", "/oncall/rotations/payments?day=2026-02-11").await;
    let over = "Kai Redfern (override, instead of Lena Brandt), Wed 11 Feb 13:00 to 17:00 CET";
    assert!(next.contains(over) && next.contains("⇄ Kai Redfern"), "{next}");
    assert!(next.contains(r#" mine" href"#), "lena sees her own: {next}");
    assert!(next.contains("day=2026-02-02") && next.contains("day=2026-02-16"), "before and after: {next}");
}

#[tokio::test]
async fn p27_the_night_in_which_the_clock_changes_is_as_long_as_it_is() {
    let server = start().await;
    let week = page(&server, "ines", "/oncall/rotations/platform?day=2026-03-29").await;
    let (_, sunday) = week.split_once("<h2>Sun 29 Mar").unwrap();
    assert!(sunday.contains("23 hours long: the clock goes forward"), "{sunday}");
    // From 8 to 19 by the clock are seven hours after midnight, and eleven long, of 23.
    assert!(sunday.contains(r#"<li style="left:30.43%;width:47.83%">"#), "{sunday}");
    assert!(sunday.contains("Sun 29 Mar 08:00 to 19:00 CEST"), "{sunday}");
    let month = page(&server, "ines", "/oncall/rotations/platform?view=month&day=2026-10-25").await;
    assert!(month.contains("<h1>platform: October 2026</h1>"), "{month}");
    assert!(month.contains("Sun 25 Oct is 25 hours long: the clock goes back"), "{month}");
    assert!(
        month.contains("view=month&#38;day=2026-09-01") && month.contains("view=month&#38;day=2026-11-01"),
        "{month}"
    );
    assert!(month.contains("Chidi Eze, Mon 19 Oct 09:00 CEST to Mon 26 Oct 09:00 CET"), "{month}");
}

#[tokio::test]
async fn a_turn_is_shown_in_the_readers_time_and_in_utc() {
    let server = start().await;
    arrange(&server);
    let slot = "/oncall/rotations/payments/slot?layer=1&at=";
    let turn = page(&server, "lena", &format!("{slot}2026-02-11T13:00:00Z")).await;
    for said in ["<h1>payments: Kai Redfern</h1>", "13:00 to 17:00 CET", "2026-02-11 12:00 to 2026-02-11 16:00"] {
        assert!(turn.contains(said), "{said}: {turn}");
    }
    assert!(turn.contains("override, instead of Lena Brandt") && turn.contains("+13035550111"), "{turn}");
    let gap = page(&server, "lena", &format!("{slot}2026-02-05T21:00:00Z")).await;
    assert!(gap.contains("Nobody is on call for payments in this time.") && gap.contains("Awake then"), "{gap}");
    let lena = sign_in(&server, "lena").await;
    for (path, status) in [
        ("/oncall/rotations/nosuch", 404),
        ("/oncall/rotations/%3Cimg%20src=x%3E", 404),
        ("/oncall/rotations/platfrom", 404),
        ("/oncall/rotations/platform?day=2026-02-30", 400),
        ("/oncall/rotations/platform?day=-009999-01-01", 400),
        ("/oncall/rotations/platform/slot?layer=1", 404),
        ("/oncall/rotations/platform/slot?layer=0&at=2026-02-05T21:00:00Z", 404),
        ("/oncall/rotations/platform/slot?layer=18446744073709551615&at=2026-02-05T12:00:00Z", 404),
        ("/oncall/rotations/platform/slot?layer=1&at=9999-12-30T22:00:00Z", 404),
    ] {
        let answer = server.send(get(path).session(&lena)).await;
        assert!(!html(&answer, status).contains("<img"), "{path}");
        assert_eq!(answer.body.contains("Did you mean platform?"), path.ends_with("platfrom"), "{path}");
    }
}

/// The year's coverage, as soon as it is there.
pub async fn coverage(server: &Server<ModelStore>, path: &str) -> String {
    for _ in 0..30 {
        let text = page(server, "maya", path).await;
        if !text.contains("is being looked at") {
            assert!(!text.contains("http-equiv"), "what is there keeps still");
            return text;
        }
        assert!(text.contains(r#"<meta http-equiv="refresh" content="2">"#), "{text}");
    }
    panic!("no coverage within a minute");
}

#[tokio::test]
async fn p27_the_year_is_drawn_with_its_gaps_and_each_is_explained() {
    let server = start().await;
    let sound = coverage(&server, "/oncall/coverage").await;
    assert!(sound.contains("At every instant somebody awake is reached in time."), "{sound}");
    assert!(!sound.contains(r#"class="gap""#), "{sound}");
    // What is arranged changes what is proved.
    arrange(&server);
    let text = coverage(&server, "/oncall/coverage").await;
    assert!(text.contains("<h2>payments</h2>") && text.contains(r#"class="gap" href="#), "{text}");
    let (_, first) = text.split_once(r#"id="f1""#).unwrap();
    for said in [
        "! error</span> nobody is on call for payments",
        "Thu 5 Feb 21:00 to 23:00 WAT",
        "2026-02-05 20:00 to 22:00 UTC",
        r#"href="/oncall/rotations/payments?day=2026-02-05""#,
        "Could fill it",
        "SEV-2 on checkout at 2026-02-05 10:00 UTC",
    ] {
        assert!(first.contains(said), "{said}: {first}");
    }
    assert!(text.contains("Nothing is found for"), "{text}");
    let one = coverage(&server, "/oncall/coverage?rotation=platform").await;
    assert!(!one.contains("payments"), "{one}");
    let lena = sign_in(&server, "lena").await;
    html(&server.send(get("/oncall/coverage?rotation=nosuch").session(&lena)).await, 404);
}
