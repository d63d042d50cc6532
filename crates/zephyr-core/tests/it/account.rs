//! What the log says of pages and calls: every one is counted, under one end.

use std::collections::BTreeSet;

use insta::assert_snapshot;
use jiff::SignedDuration;
use proptest::prelude::*;
use zephyr_core::effect::{Effect, Outcome, Receipt};
use zephyr_core::incident::{Command, Figures, Reporter, Review, review};
use zephyr_core::oncall::Override;
use zephyr_core::page::account::{Call, How, Reach};
use zephyr_core::page::{Page, Target};
use zephyr_core::text::{PublicLine, Reason};

use crate::scene::{Scene, company, done, person, refused};

const CHECKOUT: &str = "Checkout p99 elevated in eu-frankfurt";

fn reviewed(scene: &Scene) -> Review {
    review(&scene.events, scene.now).unwrap()
}

fn table(review: &Review) -> String {
    let row = |call: &Call| {
        let page = &review.paging.pages[call.page].target;
        let reach = match call.reach {
            Reach::Begun => "begun",
            Reach::Sent => "sent",
            Reach::Accepted => "accepted",
            Reach::Delivered => "delivered",
        };
        let end = match call.end.as_ref().map(|end| &end.how) {
            None => "ringing".to_owned(),
            Some(How::Spared(by)) => format!("spared by {by}"),
            Some(How::Stopped(_)) => "stopped".to_owned(),
            Some(how) => format!("{how:?}").to_lowercase(),
        };
        format!("{page} {}: {reach}, {end}", call.person)
    };
    review.paging.calls.iter().map(row).collect::<Vec<_>>().join("\n")
}

#[test]
fn p4_each_call_is_told_from_its_beginning_to_its_end() {
    let mut scene = Scene::open(2, CHECKOUT, None);
    scene.after(6);
    scene.acts("quinn", Command::Decline { target: None }).unwrap();
    scene.acknowledges("eve").after(1);
    assert_snapshot!(table(&reviewed(&scene)), @"
    platform pat: delivered, missed
    service ines: delivered, missed
    platform quinn: delivered, declined
    service tomas: delivered, ringing
    platform eve: sent, answered
    ");
}

#[test]
fn p28_a_step_says_by_which_layer_or_override_somebody_is_on_call() {
    let mut scene = Scene::open(2, CHECKOUT, None);
    let put = |rotation: &str, who: &str| Override {
        number: 7,
        rotation: rotation.parse().unwrap(),
        person: person(who),
        instead_of: None,
        from: scene.now,
        until: scene.now + SignedDuration::from_hours(2),
        made_at: scene.now,
    };
    scene.world.changes.overrides = vec![put("em", "quinn")];
    scene.after(11);
    let review = reviewed(&scene);
    let platform = review.paging.pages.iter().find(|page| page.target.as_str() == "platform").unwrap();
    let told = |step: usize| {
        let standing = platform.steps[step].standing.iter();
        standing.map(|it| format!("{} {} {} {:?}", it.person, it.rotation, it.layer, it.by)).collect::<Vec<_>>()
    };
    assert_eq!(told(0), ["pat platform 0 None"]);
    assert_eq!(told(1), Vec::<String>::new(), "the next in order, on call nowhere");
    assert_eq!(told(2), ["quinn em 0 Some(7)"]);
}

#[test]
fn p4_a_provider_that_accepts_and_one_that_refuses_are_told_apart() {
    let mut scene = Scene::open(3, CHECKOUT, None);
    scene.deliver(|_| Some(Outcome::Done(Receipt::default())));
    assert_snapshot!(table(&reviewed(&scene)), @"service ines: accepted, ringing");
    let mut scene = Scene::open(3, CHECKOUT, None);
    scene.deliver(|effect| matches!(effect, Effect::Page(send) if send.person.as_str() == "ines").then(refused));
    scene.after(1);
    scene.deliver(|effect| matches!(effect, Effect::Page(send) if send.person.as_str() == "ines").then(refused));
    assert_snapshot!(table(&reviewed(&scene)), @"
    service ines: sent, unreachable
    service tomas: delivered, ringing
    ");
}

#[test]
fn p4_others_of_an_answered_step_are_not_reached_and_those_outside_are_spared() {
    let mut scene = Scene::open(1, "Region down", None);
    scene.acknowledges("rosa").after(6);
    scene.acts("rosa", Command::RingAgain { target: Target::named("platform"), person: person("pat") }).unwrap();
    scene.acts("ines", Command::Take { target: Target::named("em") }).unwrap();
    scene.acts("rosa", Command::Resolve { public: None, reported_by: Some(Reporter::Customer) }).unwrap();
    let review = reviewed(&scene);
    assert_snapshot!(table(&review), @"
    em eve: delivered, missed
    founder fay: delivered, missed
    platform pat: delivered, notreached
    platform rosa: sent, answered
    em fay: delivered, spared by ines
    founder fay: delivered, stopped
    platform pat: sent, stopped
    ");
    let mut figures = Figures::default();
    figures.add(&review);
    assert_eq!((figures.customer_reported, figures.pages.answered, figures.pages.answered_late), (1, 1, 1));
}

#[test]
fn p16_an_update_that_came_late_is_counted_and_one_still_owed() {
    let mut scene = Scene::open(2, CHECKOUT, Some("ines"));
    scene.after(16);
    let owed = reviewed(&scene).late_updates;
    assert_eq!(owed.iter().map(|late| late.came_at).collect::<Vec<_>>(), [None]);
    let text = PublicLine::new("Still investigating.").unwrap();
    scene.acts("ines", Command::Update { text: text.clone() }).unwrap();
    scene.after(14);
    scene.acts("ines", Command::Update { text }).unwrap();
    scene.after(14);
    let late = reviewed(&scene).late_updates;
    assert_eq!(late.len(), 1, "the second came in time, the third is not due");
    assert_eq!(late[0].came_at.map(|came| came.duration_since(late[0].due_at)), Some(SignedDuration::from_mins(1)));
}

/// What may happen to an incident, drawn at random.
fn act(scene: &mut Scene, what: u8, who: &str) {
    let target = Target::named(if what.is_multiple_of(2) { "platform" } else { "service" });
    // A refusal changes nothing, which is fine here.
    let _ = match what % 10 {
        0 => scene.acts(who, Command::Acknowledge),
        1 => scene.acts(who, Command::Decline { target: None }),
        2 | 3 => scene.acts(who, Command::Take { target }),
        4 => scene.acts(who, Command::Stop { target, reason: Reason::new("known").unwrap() }),
        5 => scene.acts(who, Command::Reclassify { severity: 1.try_into().unwrap(), correct: false }),
        6 => scene.acts(who, Command::Reclassify { severity: 3.try_into().unwrap(), correct: false }),
        7 => scene.acts(who, Command::Resolve { public: None, reported_by: None }),
        8 => scene.acts(who, Command::Reopen { public: None, ring_me: true }),
        _ => scene.acts(who, Command::RingAgain { target, person: person("pat") }),
    };
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn p4_whatever_happens_the_sums_balance(
        severity in 1_u8..=3,
        steps in prop::collection::vec((0_u8..20, 0_usize..7, 0_i64..9, 0_u8..4), 1..25),
    ) {
        let people = ["ines", "tomas", "pat", "quinn", "rosa", "eve", "fay"];
        let mut policy = company();
        policy.held_for = SignedDuration::from_mins(8);
        let mut scene = Scene::open_in(policy, severity, CHECKOUT, None);
        for (what, who, minutes, luck) in steps {
            scene.deliver(|effect| match (effect, luck) {
                (Effect::Page(_), 0) => Some(refused()),
                (Effect::Page(_), 1) => Some(Outcome::Done(Receipt::default())),
                (Effect::Page(_), 2) => Some(Outcome::Ambiguous { error: "lost".into() }),
                _ => Some(done()),
            });
            act(&mut scene, what, people[who]);
            scene.after(minutes);
        }
        let review = reviewed(&scene);
        let mut figures = Figures::default();
        figures.add(&review);
        prop_assert_eq!(figures.pages.ended(), figures.pages.begun);
        prop_assert_eq!(figures.calls.ended(), figures.calls.begun);
        let calls = &figures.calls;
        prop_assert!(calls.begun >= calls.sent && calls.sent >= calls.accepted && calls.accepted >= calls.delivered);
        // What the log says of the present is what the state says.
        let paging = &review.incident.paging;
        let whom = |page: &Page| {
            let asked = paging.asked().filter(|_| page.answered_by().is_some());
            page.wanted().into_iter().flatten().chain(asked).collect::<BTreeSet<_>>().len()
        };
        let wanted: usize = paging.pages.values().map(whom).sum();
        prop_assert_eq!(u64::try_from(wanted).unwrap(), calls.ringing);
        let ringing = review.incident.paging.pages.values().filter(|page| page.is_ringing()).count();
        let told = review.paging.pages.iter().filter(|page| page.is_ringing()).count();
        prop_assert_eq!(ringing, told);
    }
}
