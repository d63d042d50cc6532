//! Severity, service and the end itself can change: whoever is newly due is paged, nobody twice.

use insta::assert_snapshot;
use zephyr_core::effect::PublicState;
use zephyr_core::incident::{self, Body, Command, narrate};
use zephyr_core::policy::Severity;
use zephyr_core::text::{PublicLine, Reason};
use zephyr_core::{Actor, Cause};

use crate::scene::{Scene, company, person};

const CHECKOUT: &str = "Checkout p99 elevated in eu-frankfurt";

fn to(severity: u8) -> Command {
    Command::Reclassify { severity: Severity::try_from(severity).unwrap(), correct: false }
}

fn rung(scene: &Scene) -> Vec<String> {
    scene.sends().iter().map(|send| send.person.to_string()).collect()
}

#[test]
fn p8_raising_pages_whoever_is_newly_due_and_nobody_twice() {
    let mut scene = Scene::open(2, CHECKOUT, None);
    assert_eq!(rung(&scene), ["ines", "pat"]);
    scene.after(1).acknowledges("pat");
    scene.acts("pat", to(1)).unwrap();
    // The platform page is widened to its other layer; it is no second page.
    assert_eq!(rung(&scene), ["eve", "fay", "rosa"]);
    assert_eq!(scene.state.highest, Severity::One);
    scene.after(6);
    assert_snapshot!(scene.pages(), @"
    +00:00 page platform: paging pat (step 1); next in 5 min unless somebody answers
    +00:00 page service: paging ines (step 1); next in 5 min unless somebody answers
    +01:00 pat answered page platform
    +01:00 page platform: paging rosa as well
    +01:00 page em: paging eve (step 1); next in 5 min unless somebody answers
    +01:00 page founder: paging fay (step 1); next in 5 min unless somebody answers
    +05:00 page service: paging tomas (step 2); next in 5 min unless somebody answers
    +06:00 page em: paging fay (step 3); next in 5 min unless somebody answers (passed over: next in rotation: nobody)
    +06:00 page founder: paging fay (step 1, round 2, every method at once); next in 5 min unless somebody answers (passed over: next in rotation: nobody)
    +06:00 page platform: rosa not reached; somebody else has answered
    ");
}

#[test]
fn p8_raising_an_unanswered_page_widens_what_rings() {
    let mut scene = Scene::open(2, CHECKOUT, None);
    scene.after(1);
    scene.acts("quinn", to(1)).unwrap();
    let names: Vec<String> = scene.state.paging.wanted().iter().map(ToString::to_string).collect();
    // Payments is no target of a SEV-1; its page goes on all the same.
    assert_eq!(names, ["eve", "fay", "ines", "pat", "rosa"]);
    scene.after(5);
    assert!(scene.pages().contains("page platform: paging quinn (step 2)"), "{}", scene.pages());
}

#[test]
fn p8_lowering_stops_what_rings_and_keeps_what_is_answered() {
    let mut scene = Scene::open(1, CHECKOUT, None);
    scene.after(1).acknowledges("eve");
    scene.acts("eve", to(2)).unwrap();
    scene.after(4);
    assert_snapshot!(scene.pages(), @"
    +00:00 page em: paging eve (step 1); next in 5 min unless somebody answers
    +00:00 page founder: paging fay (step 1); next in 5 min unless somebody answers
    +00:00 page platform: paging pat, rosa (step 1); next in 5 min unless somebody answers
    +01:00 eve answered page em
    +01:00 paging stopped for page founder: no longer due
    +01:00 page service: paging ines (step 1); next in 5 min unless somebody answers
    +05:00 page platform: paging quinn (step 2); next in 5 min unless somebody answers
    ");
    assert_eq!(scene.state.highest, Severity::One, "what is owed follows the worst it was");
    scene.acts("eve", Command::Reclassify { severity: Severity::Two, correct: true }).unwrap();
    assert_eq!(scene.state.highest, Severity::Two, "unless that was a mistake");
}

#[test]
fn p8_lowering_and_raising_again_pages_again() {
    let mut scene = Scene::open(1, "Region down in eu-frankfurt", None);
    scene.acts("quinn", to(2)).unwrap();
    assert!(!scene.state.paging.wanted().contains(&person("fay")));
    scene.acts("quinn", to(1)).unwrap();
    assert!(scene.state.paging.wanted().contains(&person("fay")));
}

#[test]
fn p7_a_raised_sev3_gets_its_public_entry() {
    let mut scene = Scene::open(3, CHECKOUT, None);
    assert!(!scene.state.status_wanted().made);
    scene.acts("quinn", to(2)).unwrap();
    assert!(scene.state.status_wanted().made);
    // Lowered again, it stays until a person ends it.
    scene.acts("quinn", to(3)).unwrap();
    assert!(scene.state.status_wanted().made);
}

#[test]
fn p8_naming_the_service_pages_its_owner() {
    let mut scene = Scene::open(3, "Something is odd", None);
    assert_eq!(rung(&scene), ["pat"]);
    let set = Command::SetService { service: Some("checkout".parse().unwrap()), region: None };
    scene.acts("quinn", set.clone()).unwrap();
    let names: Vec<String> = scene.state.paging.wanted().iter().map(ToString::to_string).collect();
    assert_eq!(names, ["ines"], "a SEV-3 pages the owner only: platform stops");
    let version = scene.state.version;
    scene.acts("quinn", set).unwrap();
    assert_eq!(scene.state.version, version, "saying it twice changes nothing");
}

#[test]
fn p8_another_owner_is_paged_and_who_answered_stays() {
    let mut policy = company();
    let mut search = policy.services.values().next().unwrap().clone();
    search.owner = "em".parse().unwrap();
    search.name = "Search".to_owned();
    policy.services.insert("search".parse().unwrap(), search);
    let set = Command::SetService { service: Some("search".parse().unwrap()), region: None };
    // Unanswered: the former owner's page stops.
    let mut scene = Scene::open_in(policy.clone(), 3, CHECKOUT, None);
    scene.acts("quinn", set.clone()).unwrap();
    assert_snapshot!(scene.pages(), @"
    +00:00 page service: paging ines (step 1); next in 5 min unless somebody answers
    +00:00 paging stopped for page service: no longer due
    +00:00 page service: paging eve (step 1); next in 5 min unless somebody answers
    ");
    // Answered: it stays, under another name, and its responder is not rung for the new one.
    let mut scene = Scene::open_in(policy, 3, CHECKOUT, None);
    scene.acknowledges("ines");
    scene.acts("ines", set).unwrap();
    assert_snapshot!(scene.pages(), @"
    +00:00 page service: paging ines (step 1); next in 5 min unless somebody answers
    +00:00 ines answered page service
    +00:00 page service: answered before, kept as service:payments
    +00:00 page service: paging eve (step 1); next in 5 min unless somebody answers
    ");
    assert!(scene.state.paging.holders().contains(&person("ines")));
}

#[test]
fn p18_reopening_undoes_the_end_and_pages_as_at_opening() {
    for end in [Command::Resolve { public: None, reported_by: None }, Command::Cancel { public: None }] {
        let mut scene = Scene::open(2, CHECKOUT, None);
        scene.after(1).acknowledges("ines");
        scene.acts("ines", end).unwrap();
        scene.after(10);
        scene.acts("pat", Command::Reopen { public: None, ring_me: false }).unwrap();
        assert!(scene.state.is_open());
        // Whoever reopens and is due has answered; the owner rings again.
        assert_eq!(rung(&scene), ["ines"]);
        assert!(!scene.state.channel_wanted().archived);
        assert_eq!(scene.state.ticket_wanted().end, None);
        let last = scene.state.status_wanted().updates.last().cloned().unwrap();
        assert_eq!(last.0, zephyr_core::effect::PublicState::Investigating);
        scene.acts("pat", Command::Reopen { public: None, ring_me: false }).unwrap();
        scene.after(1);
        assert!(scene.state.status.shown == scene.state.status_wanted(), "{:?}", scene.state.status);
    }
}

#[test]
fn p18_what_ended_before_a_reopening_holds_no_page_back_after_it() {
    // Raised, over, open again as SEV-1: the service's page is not among those that begin anew.
    let mut scene = Scene::open(2, CHECKOUT, None);
    scene.acts("pat", to(1)).unwrap();
    scene.acts("pat", Command::Resolve { public: None, reported_by: None }).unwrap();
    scene.acts("pat", Command::Reopen { public: None, ring_me: false }).unwrap();
    let service = zephyr_core::page::Target::named("service");
    assert!(!scene.state.paging.pages.contains_key(&service));
    scene.acts("pat", to(3)).unwrap();
    assert!(scene.state.paging.pages[&service].is_ringing(), "due again, so it rings");
}

#[test]
fn a_person_who_stopped_a_page_is_not_overruled_by_a_change() {
    let mut scene = Scene::open(2, CHECKOUT, None);
    scene.acknowledges("pat");
    let target = zephyr_core::page::Target::named("service");
    let stop = Command::Stop { target: target.clone(), reason: Reason::new("owner is on a plane").unwrap() };
    scene.acts("pat", stop).unwrap();
    scene.acts("pat", to(3)).unwrap();
    assert!(!scene.state.paging.pages[&target].is_ringing());
}

#[test]
fn after_the_end_the_severity_can_only_be_corrected() {
    let mut scene = Scene::open(2, CHECKOUT, None);
    scene.acts("quinn", Command::Resolve { public: None, reported_by: None }).unwrap();
    let refused = scene.acts("quinn", to(1)).unwrap_err();
    assert_snapshot!(refused, @"INC-1 is resolved already");
    scene.acts("quinn", Command::Reclassify { severity: Severity::Three, correct: true }).unwrap();
    assert_eq!((scene.state.highest, scene.state.next_wake()), (Severity::Three, None));
    let told = scene.events.iter().find(|event| matches!(event.body, Body::Reclassified { .. })).unwrap();
    assert_snapshot!(narrate(told).text, @"severity corrected to SEV-3 by quinn");
}

#[test]
fn p16_an_update_goes_to_channel_and_status_page_and_sets_the_next() {
    let mut scene = Scene::open(2, CHECKOUT, None);
    scene.after(12);
    let text = PublicLine::new("Payments are slow in Frankfurt; we have found the cause.").unwrap();
    scene.acts("quinn", Command::Update { text: text.clone() }).unwrap();
    scene.after(1);
    assert_eq!(scene.state.status.shown.updates, [(PublicState::Investigating, text.to_string())]);
    assert!(scene.state.channel.shown.posts.iter().any(|post| post.contains(text.as_str())));
    assert_eq!(scene.state.update_due_at.duration_since(scene.began).as_mins(), 27);
    let by_program = incident_command(&scene, Actor::Bot("probe".into()), Command::Update { text: text.clone() });
    assert_snapshot!(by_program, @"only a person does this: use a token bound to a person, or name yourself");
    // A SEV-3 has its channel only.
    let mut scene = Scene::open(3, CHECKOUT, None);
    scene.acts("quinn", Command::Update { text }).unwrap();
    assert_eq!(scene.state.status_wanted().updates, []);
}

#[test]
fn a_program_ends_only_what_it_opened() {
    let scene = Scene::open(2, CHECKOUT, Some("quinn"));
    for command in [Command::Resolve { public: None, reported_by: None }, Command::Cancel { public: None }, to(3)] {
        let refused = incident_command(&scene, Actor::Bot("watcher".into()), command);
        assert_eq!(refused, "`watcher` is a program: it can end or change only what it opened itself");
    }
    let own = Scene::open(2, CHECKOUT, None);
    let resolve = Command::Resolve { public: None, reported_by: None };
    assert_eq!(incident_command(&own, Actor::Bot("probe".into()), resolve.clone()), "done");
    assert_eq!(incident_command(&own, Actor::Operator, resolve), "done");
}

fn incident_command(scene: &Scene, actor: Actor, command: Command) -> String {
    let cause = Cause::Request("r-3".into());
    let decided = incident::command(&scene.state, command, actor, cause, &scene.world, scene.now);
    decided.map_or_else(|refused| refused.to_string(), |_| "done".to_owned())
}

#[test]
fn p8_who_was_paged_before_the_end_is_paged_again_when_it_is_raised_after_reopening() {
    let mut scene = Scene::open(1, CHECKOUT, None);
    scene.after(1).acknowledges("pat");
    scene.acts("pat", Command::Resolve { public: None, reported_by: None }).unwrap();
    scene.acts("pat", Command::Reclassify { severity: Severity::Two, correct: true }).unwrap();
    scene.acts("pat", Command::Reopen { public: None, ring_me: false }).unwrap();
    scene.after(1);
    scene.acts("pat", to(1)).unwrap();
    // EM and founder were stopped by the end, not by a person.
    assert!(rung(&scene).contains(&"eve".to_owned()) && rung(&scene).contains(&"fay".to_owned()), "{:?}", rung(&scene));
}
