//! The answer is a lease: who answered and vanishes is asked, and then the chain goes on.

use insta::assert_snapshot;
use jiff::SignedDuration;
use zephyr_core::effect::Effect;
use zephyr_core::incident::{Command, Figures, Incident, review};
use zephyr_core::page::{LeaseState, Target};
use zephyr_core::policy::Severity;
use zephyr_core::text::PublicLine;

use crate::scene::{Scene, company, done, person, refused};

const CHECKOUT: &str = "Checkout p99 elevated in eu-frankfurt";

fn update() -> Command {
    Command::Update { text: PublicLine::new("Still investigating.").unwrap() }
}

fn severity(number: u8) -> Command {
    Command::Reclassify { severity: Severity::try_from(number).unwrap(), correct: false }
}

/// Whether the phone of somebody rings.
fn rings(state: &Incident, name: &str) -> bool {
    state.paging.rings.get(&person(name)).is_some_and(|ring| ring.over.is_none())
}

fn is_held(scene: &Scene) -> bool {
    scene.state.paging.lease.as_ref().is_some_and(|lease| matches!(lease.state, LeaseState::Held { .. }))
}

fn is_asking(scene: &Scene) -> bool {
    scene.state.paging.asked().next().is_some()
}

#[test]
fn p30_f76_who_answered_and_vanishes_is_asked_and_then_each_page_goes_on_with_the_step_after() {
    let mut scene = Scene::open(2, CHECKOUT, None);
    scene.after(1).acknowledges("pat").after(5).acknowledges("tomas").after(42);
    assert_snapshot!(scene.pages(), @"
    +00:00 page platform: paging pat (step 1); next in 5 min unless somebody answers
    +00:00 page service: paging ines (step 1); next in 5 min unless somebody answers
    +01:00 pat answered page platform
    +05:00 page service: paging tomas (step 2); next in 5 min unless somebody answers
    +06:00 tomas answered page service
    +36:00 no sign of life for 30 min from anybody who answers: asking pat; paging goes on in 5 min
    +41:00 no sign of life from pat, tomas: pages platform, service go on
    +41:00 page platform: paging quinn (step 2); next in 5 min unless somebody answers
    +41:00 page service: paging eve (step 3); next in 5 min unless somebody answers
    +46:00 page platform: paging eve (step 3); next in 5 min unless somebody answers
    +46:00 page service: paging fay (step 4); next in 5 min unless somebody answers
    ");
}

#[test]
fn p30_f76_from_the_last_step_it_goes_round_again_louder() {
    let mut scene = Scene::open(2, CHECKOUT, None);
    scene.after(1).acknowledges("pat").after(15).acknowledges("fay").after(36);
    assert_snapshot!(scene.pages().lines().skip(7).collect::<Vec<_>>().join("\n"), @"
    +46:00 no sign of life for 30 min from anybody who answers: asking pat; paging goes on in 5 min
    +51:00 no sign of life from fay, pat: pages platform, service go on
    +51:00 page platform: paging quinn (step 2); next in 5 min unless somebody answers
    +51:00 page service: paging ines (step 1, round 2, every method at once); next in 5 min unless somebody answers
    ");
}

#[test]
fn p30_any_act_of_a_responder_is_a_sign_of_life() {
    let region = || Some("eu-frankfurt".parse().unwrap());
    let acts: [(&str, Command); 4] = [
        ("ines", update()),
        ("ines", Command::Acknowledge),
        ("pat", Command::SetService { service: Some("checkout".parse().unwrap()), region: region() }),
        ("quinn", Command::Take { target: Target::named("platform") }),
    ];
    for (who, act) in acts {
        let mut scene = Scene::open(2, "Checkout p99 elevated", None);
        scene.acknowledges("ines").acknowledges("pat").after(29);
        scene.acts(who, act.clone()).unwrap();
        scene.after(29);
        assert!(is_held(&scene), "{who} {act:?}");
        scene.after(1);
        assert!(is_asking(&scene), "{who} {act:?}");
    }
}

#[test]
fn p30_what_somebody_else_does_is_no_sign_of_life() {
    let mut scene = Scene::open(2, CHECKOUT, None);
    scene.acknowledges("ines").acknowledges("pat").after(29);
    scene.acts("fay", update()).unwrap();
    scene.after(1);
    assert!(is_asking(&scene));
}

#[test]
fn p30_whatever_a_responder_does_answers_the_asking() {
    for (who, act) in [("ines", Command::Acknowledge), ("pat", Command::Acknowledge), ("pat", update())] {
        let mut scene = Scene::open(2, CHECKOUT, None);
        scene.acknowledges("ines").acknowledges("pat").after(33);
        assert!(rings(&scene.state, "ines"), "acting commander, asked first");
        assert!(!rings(&scene.state, "pat"));
        scene.acts(who, act.clone()).unwrap();
        assert!(!rings(&scene.state, "ines"), "{who} {act:?}");
        scene.after(29);
        assert!(is_held(&scene), "{who} {act:?}");
        assert!(scene.pages().contains(&format!("{who} is still on it")));
    }
}

#[test]
fn p30_answering_twice_is_noted_once() {
    let mut scene = Scene::open(2, CHECKOUT, None);
    scene.acknowledges("ines");
    let version = scene.state.version;
    scene.acknowledges("ines");
    assert_eq!(scene.state.version, version);
}

#[test]
fn p30_without_a_commander_who_can_be_rung_all_who_answered_are_asked() {
    let mut scene = Scene::open(2, CHECKOUT, None);
    scene
        .acknowledges("ines")
        .acknowledges("pat")
        .acts("quinn", Command::Take { target: Target::named("service") })
        .unwrap();
    scene.world.policy.people.remove(&person("ines"));
    scene.after(30);
    assert_eq!(scene.state.paging.asked().map(ToString::to_string).collect::<Vec<_>>(), ["pat", "quinn"]);
}

#[test]
fn p30_where_nobody_can_be_asked_or_all_decline_it_goes_on_at_once() {
    let mut gone = Scene::open(3, CHECKOUT, None);
    gone.acknowledges("ines").acts("ines", severity(2)).unwrap();
    gone.acknowledges("pat");
    gone.world.policy.people.remove(&person("ines"));
    gone.world.policy.people.remove(&person("pat"));
    gone.after(30);
    assert!(rings(&gone.state, "tomas") && rings(&gone.state, "quinn"), "{}", gone.pages());

    let mut declined = Scene::open(2, CHECKOUT, None);
    declined.acknowledges("pat").acknowledges("ines").after(31);
    declined.acts("pat", Command::Decline { target: None }).unwrap();
    assert!(rings(&declined.state, "tomas") && rings(&declined.state, "quinn"), "{}", declined.pages());

    let mut failed = Scene::open(2, CHECKOUT, None);
    failed.after(1).acknowledges("pat").acknowledges("ines").after(29);
    let wake = failed.state.next_wake().unwrap();
    failed.now = wake;
    failed.wakes().deliver(|effect| Some(if matches!(effect, Effect::Page(_)) { refused() } else { done() }));
    failed.after(3);
    assert!(rings(&failed.state, "tomas") && rings(&failed.state, "quinn"), "{}", failed.pages());
}

#[test]
fn p30_it_is_for_sev1_and_sev2_it_begins_when_raised_and_ends_when_lowered() {
    let mut scene = Scene::open(3, CHECKOUT, None);
    scene.acknowledges("ines").after(240);
    assert_eq!(scene.state.paging.lease, None);
    scene.acts("ines", severity(2)).unwrap();
    scene.acknowledges("pat").after(29);
    assert!(is_held(&scene));
    scene.after(2);
    assert!(is_asking(&scene) && rings(&scene.state, "ines"));
    scene.acts("fay", severity(3)).unwrap();
    assert_eq!(scene.state.paging.lease, None);
    assert!(!rings(&scene.state, "ines"));
    scene.after(600);
    assert!(!scene.pages().contains("no sign of life from"));
}

#[test]
fn p30_the_length_is_that_of_the_policy_the_pages_began_under() {
    let mut policy = company();
    policy.held_for = SignedDuration::from_mins(10);
    let mut scene = Scene::open_in(policy, 2, CHECKOUT, None);
    scene.world.policy.held_for = SignedDuration::from_mins(90);
    scene.acknowledges("ines").acknowledges("pat").after(9);
    assert!(is_held(&scene));
    scene.after(1);
    assert!(is_asking(&scene));
}

#[test]
fn p30_the_first_answer_after_it_lapsed_makes_another_acting_commander() {
    let mut scene = Scene::open(2, CHECKOUT, None);
    scene.acknowledges("ines").acknowledges("pat").after(36);
    assert_eq!(scene.state.acting_commander, None);
    scene.acknowledges("quinn");
    assert_eq!(scene.state.acting_commander, Some(person("quinn")));
    // Back after all: a late answer counts.
    scene.acknowledges("ines");
    assert!(scene.state.paging.pages.values().all(|page| !page.is_ringing()), "{}", scene.pages());
}

#[test]
fn p30_a_late_look_asks_before_it_goes_on() {
    let mut scene = Scene::open(2, CHECKOUT, None);
    scene.acknowledges("ines").acknowledges("pat");
    scene.now += SignedDuration::from_hours(5);
    scene.wakes();
    assert!(is_asking(&scene), "the server was away for hours: five minutes are five minutes");
}

#[test]
fn p30_an_asking_is_a_call_that_is_counted() {
    let mut scene = Scene::open(2, CHECKOUT, None);
    scene.acknowledges("ines").acknowledges("pat").after(31).acknowledges("ines").after(36);
    scene.acts("fay", Command::Resolve { public: None, reported_by: None }).unwrap();
    let review = review(&scene.events, scene.now).unwrap();
    let mut figures = Figures::default();
    figures.add(&review);
    assert_eq!((figures.pages.begun, figures.pages.answered, figures.pages.lapsed), (2, 2, 2));
    assert_eq!((figures.calls.begun, figures.calls.ended()), (8, 8));
    // Two first calls and one sign of life, counted for each page that asked; then twice without.
    assert_eq!((figures.calls.answered, figures.calls.missed, figures.calls.stopped), (4, 2, 2));
}
