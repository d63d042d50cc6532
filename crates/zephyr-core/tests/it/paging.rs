//! The chain and the ladder of severities: who is rung when, and what stops it.

use insta::assert_snapshot;
use zephyr_core::effect::{Effect, Outcome};
use zephyr_core::incident::Command;
use zephyr_core::page::{PageState, Target};
use zephyr_core::text::Reason;

use crate::scene::{Scene, company, done, person, refused};

const CHECKOUT: &str = "Checkout p99 elevated in eu-frankfurt";

fn to(name: &'static str) -> impl Fn(&Effect) -> Option<Outcome> {
    move |effect| match effect {
        Effect::Page(send) if send.person.as_str() == name => Some(refused()),
        _ => Some(done()),
    }
}

#[test]
fn p6_sev2_pages_service_owner_and_platform_at_once() {
    let scene = Scene::open(2, CHECKOUT, None);
    assert_snapshot!(scene.pages(), @"
    +00:00 page platform: paging pat (step 1); next in 5 min unless somebody answers
    +00:00 page service: paging ines (step 1); next in 5 min unless somebody answers
    ");
    let people: Vec<&str> = scene.sends().iter().map(|send| send.person.as_str()).collect();
    assert_eq!(people, ["ines", "pat"]);
}

#[test]
fn p5_sev1_pages_all_of_platform_and_em_and_founder_at_once() {
    let scene = Scene::open(1, "Region down in eu-frankfurt", None);
    assert_snapshot!(scene.pages(), @"
    +00:00 page em: paging eve (step 1); next in 5 min unless somebody answers
    +00:00 page founder: paging fay (step 1); next in 5 min unless somebody answers
    +00:00 page platform: paging pat, rosa (step 1); next in 5 min unless somebody answers
    ");
}

#[test]
fn p7_sev3_pages_the_owner_only_and_has_no_public_entry() {
    let scene = Scene::open(3, "Checkout build is slow", None);
    assert_snapshot!(scene.pages(), @"+00:00 page service: paging ines (step 1); next in 5 min unless somebody answers");
    assert!(!scene.state.status_wanted().made);
    assert!(!scene.effects.iter().any(|(_, effect)| matches!(effect, Effect::Status(_))));
}

#[test]
fn p8_without_a_service_platform_is_paged_and_the_channel_asks() {
    for severity in [2, 3] {
        let scene = Scene::open(severity, "Something is odd", None);
        assert_eq!(scene.sends().iter().map(|send| send.person.as_str()).collect::<Vec<_>>(), ["pat"]);
        assert!(scene.state.posts[0].contains("Who owns it?"), "{:?}", scene.state.posts);
    }
}

#[test]
fn p28_unanswered_page_goes_next_em_founder_and_round_again_louder() {
    let mut scene = Scene::open(3, CHECKOUT, None);
    scene.after(26);
    assert_snapshot!(scene.pages(), @"
    +00:00 page service: paging ines (step 1); next in 5 min unless somebody answers
    +05:00 page service: paging tomas (step 2); next in 5 min unless somebody answers
    +10:00 page service: paging eve (step 3); next in 5 min unless somebody answers
    +15:00 page service: paging fay (step 4); next in 5 min unless somebody answers
    +20:00 page service: paging ines (step 1, round 2, every method at once); next in 5 min unless somebody answers
    +25:00 page service: paging tomas (step 2, round 2, every method at once); next in 5 min unless somebody answers
    ");
    let ring = &scene.state.paging.rings[&person("tomas")];
    assert!(ring.loud, "the second round rings every method at once");
}

#[test]
fn p28_the_chain_of_em_goes_to_founder_and_again() {
    let mut scene = Scene::open(1, "Region down in eu-frankfurt", None);
    scene.after(16);
    let em: Vec<String> =
        scene.pages().lines().filter(|line| line.contains("page em:")).map(ToOwned::to_owned).collect();
    assert_snapshot!(em.join("\n"), @"
    +00:00 page em: paging eve (step 1); next in 5 min unless somebody answers
    +05:00 page em: paging fay (step 3); next in 5 min unless somebody answers (passed over: next in rotation: nobody)
    +10:00 page em: paging eve (step 1, round 2, every method at once); next in 5 min unless somebody answers
    +15:00 page em: paging fay (step 3, round 2, every method at once); next in 5 min unless somebody answers (passed over: next in rotation: nobody)
    ");
}

#[test]
fn p28_an_answer_ends_the_chain_of_every_page_that_wants_the_person_and_of_no_other() {
    let mut scene = Scene::open(2, CHECKOUT, None);
    scene.after(1).acknowledges("ines");
    assert_eq!(scene.state.acting_commander, Some(person("ines")));
    scene.after(5);
    assert_snapshot!(scene.pages(), @"
    +00:00 page platform: paging pat (step 1); next in 5 min unless somebody answers
    +00:00 page service: paging ines (step 1); next in 5 min unless somebody answers
    +01:00 ines answered page service
    +05:00 page platform: paging quinn (step 2); next in 5 min unless somebody answers
    ");
    let hushed: Vec<_> = scene.state.paging.rings[&person("ines")].over.iter().collect();
    assert_eq!(hushed.len(), 1);
}

#[test]
fn p28_a_second_answer_of_the_same_person_changes_nothing() {
    let mut scene = Scene::open(3, CHECKOUT, None);
    scene.acknowledges("ines");
    let version = scene.state.version;
    scene.acknowledges("ines");
    assert_eq!(scene.state.version, version);
}

#[test]
fn p28_a_late_answer_of_somebody_rung_before_still_counts() {
    let mut scene = Scene::open(3, CHECKOUT, None);
    scene.after(6).acknowledges("ines").after(30);
    assert_snapshot!(scene.pages(), @"
    +00:00 page service: paging ines (step 1); next in 5 min unless somebody answers
    +05:00 page service: paging tomas (step 2); next in 5 min unless somebody answers
    +06:00 ines answered page service
    ");
}

#[test]
fn p28_an_answer_after_another_is_told_who_answered() {
    let mut scene = Scene::open(3, CHECKOUT, None);
    scene.after(6).acknowledges("tomas");
    let refused = scene.acts("ines", Command::Acknowledge).unwrap_err();
    assert_snapshot!(refused, @"tomas already answered: `page take` makes you a responder as well");
    let refused = scene.acts("pat", Command::Acknowledge).unwrap_err();
    assert_snapshot!(refused, @"nothing is ringing for pat");
}

#[test]
fn p28_undeliverable_moves_on_at_once() {
    let mut scene = Scene::open(3, CHECKOUT, None);
    // Every method of ines fails for good: push at once, then text and call without waiting for their time.
    scene.deliver(to("ines"));
    assert_snapshot!(scene.pages(), @"
    +00:00 page service: paging ines (step 1); next in 5 min unless somebody answers
    +00:00 page service: paging tomas (step 2); next in 5 min unless somebody answers
    ");
    assert_eq!(scene.now, scene.began);
}

#[test]
fn p28_one_failed_method_hastens_the_next() {
    let mut scene = Scene::open(3, CHECKOUT, None);
    let push = |effect: &Effect| match effect {
        Effect::Page(send) if send.method.as_str() == "push" => {
            Some(Outcome::Retry { after: None, error: "503".into() })
        }
        Effect::Page(_) => None,
        _ => Some(done()),
    };
    scene.deliver(push);
    let methods: Vec<&str> = scene.sends().iter().map(|send| send.method.as_str()).collect();
    assert_eq!(methods, ["sms"], "the text goes at once while the push is tried again");
}

#[test]
fn p28_declining_moves_on_at_once_and_passes_the_person_over() {
    let mut scene = Scene::open(3, CHECKOUT, None);
    scene.acts("ines", Command::Decline { target: None }).unwrap();
    scene.acts("tomas", Command::Decline { target: None }).unwrap();
    scene.acts("eve", Command::Decline { target: None }).unwrap();
    scene.acts("fay", Command::Decline { target: None }).unwrap();
    scene.after(1);
    assert_snapshot!(scene.pages(), @"
    +00:00 page service: paging ines (step 1); next in 5 min unless somebody answers
    +00:00 ines declined page service; it goes on at once
    +00:00 page service: paging tomas (step 2); next in 5 min unless somebody answers
    +00:00 tomas declined page service; it goes on at once
    +00:00 page service: paging eve (step 3); next in 5 min unless somebody answers
    +00:00 eve declined page service; it goes on at once
    +00:00 page service: paging fay (step 4); next in 5 min unless somebody answers
    +00:00 fay declined page service; it goes on at once
    +00:00 page service: rings nobody, the round before began only just now; looks again in 30 s
    +00:30 page service: paging pat, quinn, rosa (everybody who can be reached, round 2, every method at once); next in 5 min unless somebody answers (passed over: on call ines: declined; next in rotation ines: declined; next in rotation tomas: declined; em on call eve: declined; founder on call fay: declined)
    ");
}

#[test]
fn p29_f72_a_round_of_nobody_rings_everybody_who_can_be_reached() {
    let mut policy = company();
    for rotation in policy.rotations.values_mut() {
        for layer in &mut rotation.layers {
            layer.from = "2030-01-07".parse().unwrap();
        }
    }
    let mut scene = Scene::open_in(policy, 3, CHECKOUT, None);
    scene.after(6);
    assert_snapshot!(scene.pages(), @"
    +00:00 page service: paging ines (step 2); next in 5 min unless somebody answers (passed over: on call: nobody)
    +05:00 page service: paging ines (step 2, round 2, every method at once); next in 5 min unless somebody answers (passed over: em on call: nobody; founder on call: nobody; on call: nobody)
    ");
}

#[test]
fn p29_nobody_at_all_is_said_and_looked_at_again() {
    let mut policy = company();
    policy.people.clear();
    let mut scene = Scene::open_in(policy, 3, CHECKOUT, None);
    scene.after(6);
    assert_snapshot!(scene.pages(), @"
    +00:00 page service: rings nobody, NOBODY CAN BE REACHED; looks again in 5 min (passed over: on call ines: cannot be reached; next in rotation ines: cannot be reached; next in rotation tomas: cannot be reached; em on call eve: cannot be reached; founder on call fay: cannot be reached)
    +05:00 page service: rings nobody, NOBODY CAN BE REACHED; looks again in 5 min (passed over: on call ines: cannot be reached; next in rotation ines: cannot be reached; next in rotation tomas: cannot be reached; em on call eve: cannot be reached; founder on call fay: cannot be reached)
    ");
}

#[test]
fn p29_f71_a_person_removed_while_paged_is_passed_over_in_the_next_step() {
    let mut scene = Scene::open(3, CHECKOUT, None);
    scene.world.policy.people.remove(&person("tomas"));
    scene.after(5);
    assert_snapshot!(scene.pages(), @"
    +00:00 page service: paging ines (step 1); next in 5 min unless somebody answers
    +05:00 page service: paging eve (step 3); next in 5 min unless somebody answers (passed over: next in rotation tomas: cannot be reached)
    ");
}

#[test]
fn p29_f74_a_running_page_keeps_its_chain_and_looks_up_who_stands_on_it() {
    let mut scene = Scene::open(3, CHECKOUT, None);
    scene.world.policy.chain.truncate(1);
    let em = scene.world.policy.rotations.get_mut(&"em".parse().unwrap()).unwrap();
    em.layers[0].slots = vec![vec![person("rosa")]];
    scene.after(11);
    assert!(scene.pages().contains("page service: paging rosa (step 3)"), "{}", scene.pages());
}

#[test]
fn an_outage_delays_the_chain_and_never_compresses_it() {
    let mut scene = Scene::open(3, CHECKOUT, None);
    scene.now = scene.began + jiff::SignedDuration::from_hours(2);
    scene.after(6);
    assert_snapshot!(scene.pages(), @"
    +00:00 page service: paging ines (step 1); next in 5 min unless somebody answers
    +120:00 page service: paging tomas (step 2); next in 5 min unless somebody answers
    +125:00 page service: paging eve (step 3); next in 5 min unless somebody answers
    ");
}

#[test]
fn who_opens_and_is_due_has_answered() {
    let scene = Scene::open(2, CHECKOUT, Some("ines"));
    assert_snapshot!(scene.pages(), @"
    +00:00 page platform: paging pat (step 1); next in 5 min unless somebody answers
    +00:00 page service: paging ines (step 1); next in 5 min unless somebody answers
    +00:00 ines answered page service
    ");
    assert_eq!(scene.sends().iter().map(|send| send.person.as_str()).collect::<Vec<_>>(), ["pat"]);
}

#[test]
fn several_on_one_step_the_first_answer_counts_and_the_rest_are_shown_as_not_reached() {
    let mut scene = Scene::open(1, "Region down in eu-frankfurt", None);
    scene.after(1).acknowledges("rosa").after(5);
    let lines: Vec<String> =
        scene.pages().lines().filter(|line| line.contains("platform")).map(ToOwned::to_owned).collect();
    assert_snapshot!(lines.join("\n"), @"
    +00:00 page platform: paging pat, rosa (step 1); next in 5 min unless somebody answers
    +01:00 rosa answered page platform
    +05:00 page platform: pat not reached; somebody else has answered
    ");
    let again = Command::RingAgain { target: Target::named("platform"), person: person("pat") };
    scene.acts("rosa", again).unwrap();
    assert!(scene.sends().iter().any(|send| send.person.as_str() == "pat" && send.ring == 2));
}

#[test]
fn take_makes_anyone_responder_and_only_a_responder_may_stop() {
    let mut scene = Scene::open(2, CHECKOUT, None);
    let target = Target::named("platform");
    let stop = Command::Stop { target: target.clone(), reason: Reason::new("known, harmless").unwrap() };
    let refused = scene.acts("quinn", stop.clone()).unwrap_err();
    assert_snapshot!(refused, @"quinn has not answered here: only a responder may stop a page; `page take` makes you one");
    scene.acts("quinn", Command::Take { target: target.clone() }).unwrap();
    scene.acts("quinn", stop).unwrap();
    assert!(matches!(scene.state.paging.pages[&target].state, PageState::Stopped { .. }));
    let wrong = scene.acts("quinn", Command::Take { target: Target::named("dba") }).unwrap_err();
    assert_snapshot!(wrong, @"there is no page `dba` here: it has platform, service");
    assert!(scene.state.paging.pages[&Target::named("service")].is_ringing(), "the other page rings on");
}

#[test]
fn p3_cancelling_stops_everything_in_one_decision_and_asks_nothing() {
    let mut scene = Scene::open(2, CHECKOUT, None);
    scene.acts("quinn", Command::Cancel { public: None }).unwrap();
    assert_eq!(scene.state.next_wake(), None);
    assert!(scene.state.paging.wanted().is_empty());
    // What had not left yet is not due any more, and nothing new is created.
    scene.effects.retain(|(_, effect)| zephyr_core::incident::still_due(&scene.state, effect));
    assert!(scene.effects.iter().all(|(_, effect)| matches!(effect, Effect::Hush(_))), "{:?}", scene.effects);
    scene.acts("quinn", Command::Cancel { public: None }).unwrap();
    let refused = scene.acts("quinn", Command::Resolve { public: None, reported_by: None }).unwrap_err();
    assert_snapshot!(refused, @"INC-1 is cancelled already");
}

#[test]
fn one_person_wanted_by_two_pages_has_one_ring() {
    let mut policy = company();
    policy.services.get_mut(&"checkout".parse().unwrap()).unwrap().owner = "platform".parse().unwrap();
    let mut scene = Scene::open_in(policy, 2, CHECKOUT, None);
    assert_eq!(scene.sends().len(), 1);
    scene.acknowledges("pat");
    assert!(scene.state.paging.pages.values().all(|page| !page.is_ringing()), "one answer answers both");
}

#[test]
fn no_receipt_in_time_hastens_the_next_method() {
    let mut scene = Scene::open(3, CHECKOUT, None);
    let accepted = |effect: &Effect| match effect {
        Effect::Page(_) => Some(Outcome::Done(zephyr_core::effect::Receipt::default())),
        _ => Some(done()),
    };
    scene.deliver(accepted);
    scene.now += jiff::SignedDuration::from_secs(30);
    scene.state = zephyr_core::incident::wake(&scene.state, &scene.world, scene.now).state;
    let sms = &scene.state.paging.rings[&person("ines")].rungs[1];
    assert!(matches!(sms.state, zephyr_core::page::RungState::Sent { .. }), "{sms:?}");
}
