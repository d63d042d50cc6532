//! Everyone is reachable in the end: a chain of steps on which nobody can be rung goes on all the same, and says why.

use jiff::SignedDuration;
use zephyr_core::effect::{Effect, Outcome};
use zephyr_core::incident::{Command, Refused};
use zephyr_core::oncall::Leave;
use zephyr_core::page::{self, PageEvent, PageState, Place, Target};
use zephyr_core::policy::{ChainStep, Method, StepWho};

use crate::scene::{Scene, company, done, person, refused};

const CHECKOUT: &str = "Checkout p99 elevated in eu-frankfurt";

fn rings(scene: &Scene, name: &str) -> bool {
    scene.state.paging.rings.get(&person(name)).is_some_and(|ring| ring.over.is_none())
}

/// Everything that a page wanted, in order: the round, and who.
fn wanted(scene: &Scene) -> Vec<(u32, Place, String)> {
    let step = |event: &zephyr_core::incident::Event| match &event.body {
        zephyr_core::incident::Body::Page(PageEvent::StepBegan { round, place, wanted, .. }) => {
            let names: Vec<&str> = wanted.iter().map(|id| id.as_str()).collect();
            Some((*round, *place, names.join(" ")))
        }
        _ => None,
    };
    scene.events.iter().filter_map(step).collect()
}

#[test]
fn p29_f72_all_on_leave_costs_no_time_and_says_why() {
    let mut scene = Scene::open(3, CHECKOUT, None);
    scene.acts("ines", Command::Cancel { public: None }).unwrap();
    let leave = |name: &str| Leave {
        number: 1,
        person: person(name),
        from: "2026-01-01T00:00:00Z".parse().unwrap(),
        until: "2026-02-01T00:00:00Z".parse().unwrap(),
        made_at: "2026-01-01T00:00:00Z".parse().unwrap(),
    };
    scene.world.changes.leave = ["ines", "tomas", "eve"].map(leave).into();
    scene.acts("ines", Command::Reopen { public: None, ring_me: true }).unwrap();
    let told = scene.pages();
    assert!(told.contains("on call: nobody"), "{told}");
    scene.after(11);
    assert!(scene.state.paging.wanted().iter().next().is_some(), "{}", scene.pages());
    assert!(rings(&scene, "fay"), "{}", scene.pages());
}

#[test]
fn p29_f73_a_chain_that_names_its_own_rotation_again_and_again_goes_round_and_never_ends() {
    let mut policy = company();
    let again =
        |name: &str| ChainStep { after: SignedDuration::from_mins(5), who: StepWho::Rotation(name.parse().unwrap()) };
    policy.chain = vec![
        ChainStep { after: SignedDuration::ZERO, who: StepWho::OnCall },
        again("platform"),
        again("payments"),
        again("platform"),
    ];
    let mut scene = Scene::open_in(policy, 3, CHECKOUT, None);
    scene.after(24 * 60);
    let steps = wanted(&scene);
    assert_eq!(
        steps.iter().take(5).map(|(_, _, who)| who.as_str()).collect::<Vec<_>>(),
        ["ines", "pat", "ines", "pat", "ines"]
    );
    assert_eq!(steps.len(), 24 * 60 / 5 + 1, "one every five minutes, for ever");
    assert!(scene.state.paging.pages.values().all(page::Page::is_ringing));
}

#[test]
fn p28_all_decline_and_rounds_are_half_a_minute_apart_at_least() {
    let mut scene = Scene::open(3, CHECKOUT, None);
    for who in ["ines", "tomas", "eve", "fay"] {
        scene.now += SignedDuration::from_secs(1);
        scene.acts(who, Command::Decline { target: None }).unwrap();
    }
    let told = scene.pages();
    assert!(told.contains("rings nobody, the round before began only just now; looks again in 26 s"), "{told}");
    scene.after(1);
    let Some((2, Place::Everybody, who)) = wanted(&scene).pop() else { panic!("{}", scene.pages()) };
    // Whoever of platform has not declined is rung with the last resort.
    assert_eq!(who, "pat quinn rosa");
}

#[test]
fn p28_whoever_declined_is_passed_over_for_a_quarter_of_an_hour() {
    let mut scene = Scene::open(3, CHECKOUT, None);
    scene.acts("ines", Command::Decline { target: None }).unwrap();
    scene.after(14);
    assert!(!rings(&scene, "ines"));
    scene.after(2);
    assert!(rings(&scene, "ines"), "{}", scene.pages());
}

#[test]
fn p29_with_nobody_in_any_rotation_every_admin_is_rung_by_every_means() {
    let mut policy = company();
    let mut zoe = policy.people[&person("ines")].clone();
    zoe.admin = true;
    policy.people.clear();
    policy.people.insert(person("zoe"), zoe);
    let scene = Scene::open_in(policy, 3, CHECKOUT, None);
    assert_eq!(wanted(&scene), [(1, Place::Everybody, "zoe".to_owned())]);
    assert!(scene.sends().len() > 1, "every method at once");
}

#[test]
fn p28_a_step_of_somebody_who_answers_already_rings_them_not_and_the_last_resort_rests() {
    let mut scene = Scene::open(1, "Region down", None);
    scene.acknowledges("fay").acknowledges("pat").after(29);
    let told = scene.pages();
    assert!(told.contains("founder on call fay: already answers here"), "{told}");
    assert!(!rings(&scene, "fay"));
    let everybody = wanted(&scene).into_iter().filter(|(_, place, _)| *place == Place::Everybody).count();
    assert_eq!(everybody, 0, "{told}");
}

#[test]
fn p28_f75_methods_that_fail_for_good_are_left_out_and_somebody_without_any_is_an_empty_step() {
    let by = |effect: &Effect, methods: &[Method]| match effect {
        Effect::Page(send) if send.person == person("ines") && methods.contains(&send.method) => Some(refused()),
        _ => Some(done()),
    };
    // One fails: the next goes at once, and a later ring does not try it any more.
    let mut one = Scene::open(3, CHECKOUT, None);
    one.deliver(|effect| by(effect, &[Method::Push]));
    let methods: Vec<Method> = one.state.paging.rings[&person("ines")].rungs.iter().map(|rung| rung.method).collect();
    assert_eq!(methods.first(), Some(&Method::Push));
    let told: Vec<String> = one.events.iter().map(|event| zephyr_core::incident::narrate(event).text).collect();
    assert!(told.iter().any(|line| line == "ines: push failed for good: no such number"), "{told:#?}");
    assert!(told.iter().any(|line| line == "ringing ines by sms"), "{told:#?}");
    one.after(21);
    let methods: Vec<Method> = one.state.paging.rings[&person("ines")].rungs.iter().map(|rung| rung.method).collect();
    assert_eq!(methods, [Method::Sms, Method::Call], "round two: every method but the one that failed");

    // All fail: nobody waits for the five minutes.
    let mut all = Scene::open(3, CHECKOUT, None);
    all.deliver(|effect| by(effect, &[Method::Push, Method::Sms, Method::Call]));
    assert!(rings(&all, "tomas"), "{}", all.pages());
    assert_eq!(all.now, all.began);
}

#[test]
fn p28_f41_a_provider_that_asks_to_wait_holds_up_nobody_the_next_method_goes_at_once() {
    let mut scene = Scene::open(3, CHECKOUT, None);
    let after = Some(SignedDuration::from_mins(3));
    scene.deliver(|effect| match effect {
        Effect::Page(send) if send.method == Method::Push => {
            Some(Outcome::Retry { after, error: "429 Too Many Requests".into() })
        }
        Effect::Page(_) => None,
        _ => Some(done()),
    });
    let methods: Vec<Method> = scene.sends().iter().map(|send| send.method).collect();
    assert_eq!(methods, [Method::Sms], "a minute early, and the push is tried again when the provider says");
}

#[test]
fn p28_f77_an_answer_at_the_instant_of_the_next_step_is_in_time_whichever_comes_first() {
    let mut before = Scene::open(3, CHECKOUT, None);
    before.after(4);
    before.now = before.began + SignedDuration::from_mins(5);
    before.acknowledges("ines").wakes();
    assert!(!rings(&before, "tomas"), "{}", before.pages());

    let mut after = Scene::open(3, CHECKOUT, None);
    after.after(5);
    assert!(rings(&after, "tomas"));
    after.deliver(|_| Some(done()));
    after.acknowledges("ines");
    assert!(matches!(after.state.paging.pages[&Target::named("service")].state, PageState::Answered(_)));
    let told = |effect: &&Effect| matches!(effect, Effect::Hush(hush) if hush.person == person("tomas"));
    let cancels = after.effects.iter().map(|(_, effect)| effect).filter(told).count();
    assert_eq!(cancels, 1, "whose phone rang in vain is told");
}

#[test]
fn p28_f78_of_two_answers_at_once_one_answers_and_the_other_is_told_by_whom() {
    let mut scene = Scene::open(3, CHECKOUT, None);
    scene.after(5).acknowledges("tomas");
    let late = scene.acts("ines", Command::Acknowledge);
    let Err(Refused::Page(page::Refused::AlreadyAnswered { by })) = late else { panic!("{late:?}") };
    assert_eq!(by, [person("tomas")].into());

    // Both on one step: both answer, the first leads.
    let mut both = Scene::open(1, "Region down", None);
    both.acknowledges("rosa").acknowledges("pat");
    assert_eq!(both.state.acting_commander, Some(person("rosa")));
    let page = &both.state.paging.pages[&Target::named("platform")];
    assert_eq!(page.answered_by(), Some(&[person("pat"), person("rosa")].into()));
}

#[test]
fn p28_f80_the_founder_unanswered_begins_again_from_the_top_louder_for_hours() {
    let mut scene = Scene::open(3, CHECKOUT, None);
    scene.after(6 * 60);
    let steps = wanted(&scene);
    let second: Vec<&str> = steps.iter().filter(|(round, ..)| *round == 2).map(|(.., who)| who.as_str()).collect();
    assert_eq!(second, ["ines", "tomas", "eve", "fay"]);
    assert_eq!(steps.len(), 6 * 60 / 5 + 1);
    assert!(scene.state.paging.rings.values().filter(|ring| ring.over.is_none()).all(|ring| ring.loud));
}
