//! Channel, status entry and ticket: in order, one step at a time, each alone.

use insta::assert_snapshot;
use zephyr_core::effect::{ChannelOp, Effect, Outcome, Receipt};
use zephyr_core::incident::Command;
use zephyr_core::mirror::MirrorEvent;

use crate::scene::{Scene, done, refused};

const CHECKOUT: &str = "Checkout p99 elevated in eu-frankfurt";

/// What is in flight, briefly.
fn in_flight(scene: &Scene) -> String {
    let mut lines: Vec<String> = scene
        .effects
        .iter()
        .filter_map(|(_, effect)| match effect {
            Effect::Channel(send) => Some(format!("channel {:?} lookup={}", send.op, send.lookup)),
            Effect::Status(send) => Some(format!("status {:?} lookup={}", send.op, send.lookup)),
            Effect::Ticket(send) => Some(format!("ticket {:?} lookup={}", send.op, send.lookup)),
            Effect::Page(_) | Effect::Hush(_) | Effect::Inform(_) | Effect::Notice(_) => None,
        })
        .collect();
    lines.sort();
    lines.join("\n")
}

fn made(effect: &Effect) -> Option<Outcome> {
    let remote = match effect {
        Effect::Page(_) | Effect::Hush(_) | Effect::Inform(_) | Effect::Notice(_) => return None,
        Effect::Channel(_) => "room",
        Effect::Status(_) => "entry",
        Effect::Ticket(_) => "ticket",
    };
    let link = Some(format!("/{remote}"));
    Some(Outcome::Done(Receipt { remote: Some(remote.into()), link, delivered: false, absent: false }))
}

#[test]
fn p11_channel_entry_and_ticket_are_created_at_the_same_time() {
    let scene = Scene::open(2, CHECKOUT, None);
    assert_snapshot!(in_flight(&scene), @r#"
    channel Create { name: "inc-1-checkout-p99-elevated-in-eu-frankfurt", topic: "INC-1 · SEV-2 · open", private: false } lookup=false
    status Create { title: "checkout (eu-frankfurt)", component: "checkout", text: "checkout in eu-frankfurt: we are investigating. Next update by 03:15 UTC." } lookup=false
    ticket Create { title: "INC-1 SEV-2: Checkout p99 elevated in eu-frankfurt", body: "Opened by probe at 2026-01-06 03:00 UTC.\nCheckout p99 elevated in eu-frankfurt" } lookup=false
    "#);
}

#[test]
fn p2_p9_the_channel_ends_up_with_people_runbook_card_and_links() {
    let mut scene = Scene::open(2, CHECKOUT, None);
    scene.deliver(made);
    assert_eq!(in_flight(&scene), "");
    let shown = &scene.state.channel.shown;
    assert_eq!(*shown, scene.state.channel_wanted());
    assert_snapshot!(format!("{}\n{}\n{:?}\n{}", shown.name, shown.topic, shown.members, shown.card), @r#"
    inc-1-checkout-p99-elevated-in-eu-frankfurt
    INC-1 · SEV-2 · open
    {PersonId("ines"), PersonId("pat")}
    INC-1 SEV-2: Checkout p99 elevated in eu-frankfurt
    Service: checkout · Region: eu-frankfurt · open
    Page platform: ringing @pat
    Page service: ringing @ines
    Status page: /entry
    Ticket: /ticket
    Next update due 03:15 UTC
    "#);
    assert_snapshot!(scene.state.ticket.shown.body, @"
    Opened by probe at 2026-01-06 03:00 UTC.
    Checkout p99 elevated in eu-frankfurt
    Channel: /room
    Status page: /entry
    ");
    assert_snapshot!(scene.state.status.shown.opening, @"checkout in eu-frankfurt: we are investigating. Next update by 03:15 UTC.");
}

#[test]
fn f82_one_failure_stays_one_failure() {
    let mut scene = Scene::open(2, CHECKOUT, None);
    scene.deliver(|effect| match effect {
        Effect::Status(_) => Some(refused()),
        other => made(other),
    });
    assert_eq!(scene.state.ticket.remote.as_deref(), Some("ticket"));
    assert_eq!(scene.state.status.remote, None);
    assert_eq!(scene.state.status.trouble.as_deref(), Some("no such number"));
    assert!(scene.sends().iter().any(|send| send.person.as_str() == "ines"), "pages do not wait");
    // It is tried again by itself.
    let rest = scene.state.status.rest_until.unwrap();
    scene.now = rest;
    let decided = zephyr_core::incident::wake(&scene.state, &scene.world, rest);
    assert!(decided.effects.iter().any(|(_, effect)| matches!(effect, Effect::Status(_))));
}

#[test]
fn f43_a_lost_answer_is_asked_about_before_it_is_tried_again() {
    let mut scene = Scene::open(2, CHECKOUT, None);
    scene.deliver(|effect| match effect {
        Effect::Channel(send) if send.op_is_create() && !send.lookup => {
            Some(Outcome::Ambiguous { error: "timed out".into() })
        }
        Effect::Channel(_) => None,
        other => made(other),
    });
    assert_snapshot!(in_flight(&scene), @r#"channel Create { name: "inc-1-checkout-p99-elevated-in-eu-frankfurt", topic: "INC-1 · SEV-2 · open", private: false } lookup=true"#);
    // It had not been made: now it is, under the same key.
    scene.deliver(|effect| match effect {
        Effect::Channel(send) if send.lookup => Some(Outcome::Done(Receipt { absent: true, ..Receipt::default() })),
        _ => None,
    });
    assert_snapshot!(in_flight(&scene), @r#"channel Create { name: "inc-1-checkout-p99-elevated-in-eu-frankfurt", topic: "INC-1 · SEV-2 · open", private: false } lookup=false"#);
    scene.deliver(made);
    assert_eq!(scene.state.channel.remote.as_deref(), Some("room"));
}

trait IsCreate {
    fn op_is_create(&self) -> bool;
}

impl IsCreate for zephyr_core::effect::MirrorSend<ChannelOp> {
    fn op_is_create(&self) -> bool {
        matches!(self.op, ChannelOp::Create { .. })
    }
}

#[test]
fn p18_resolving_closes_entry_and_ticket_and_posts_a_summary() {
    let mut scene = Scene::open(2, CHECKOUT, None);
    scene.deliver(made).after(12);
    scene.acknowledges("ines");
    scene.acts("ines", Command::Resolve { public: None, reported_by: None }).unwrap();
    scene.deliver(|effect| made(effect).or_else(|| Some(done())));
    assert_snapshot!(format!("{:?}", scene.state.status.shown.updates), @r#"[(Resolved, "checkout in eu-frankfurt: this is resolved.")]"#);
    assert_snapshot!(format!("{:?}", scene.state.ticket.shown.end), @"Some(Done)");
    assert_snapshot!(scene.state.channel.shown.posts.join("\n"), @"
    @ines answered and is acting incident commander.
    Resolved by ines after 12 min.
    ");
    assert!(!scene.state.channel.shown.archived, "people still talk about it");
}

#[test]
fn p3_a_channel_created_after_cancelling_is_archived() {
    let mut scene = Scene::open(2, CHECKOUT, None);
    scene.acts("quinn", Command::Cancel { public: None }).unwrap();
    scene.deliver(made);
    assert!(scene.state.channel.shown.archived);
    assert_snapshot!(format!("{:?}", scene.state.status.shown.updates), @r#"[(Withdrawn, "checkout in eu-frankfurt: a false alarm, nothing was affected.")]"#);
}

#[test]
fn f43_a_question_that_nobody_answers_is_asked_again_and_nothing_is_repeated_before() {
    let mut scene = Scene::open(2, CHECKOUT, None);
    let unclear = || Some(Outcome::Ambiguous { error: "timed out".into() });
    scene.deliver(|effect| match effect {
        Effect::Channel(send) if !send.lookup => unclear(),
        Effect::Channel(_) => Some(refused()),
        other => made(other),
    });
    assert_eq!(in_flight(&scene), "", "it rests");
    let rest = scene.state.channel.rest_until.unwrap();
    scene.now = rest;
    let decided = zephyr_core::incident::wake(&scene.state, &scene.world, rest);
    let asked: Vec<bool> = decided
        .effects
        .iter()
        .filter_map(|(_, effect)| match effect {
            Effect::Channel(send) => Some(send.lookup),
            _ => None,
        })
        .collect();
    assert_eq!(asked, [true], "asked about again, not done again");
}

#[test]
fn a_mirror_that_is_refused_rests_longer_each_time_up_to_half_an_hour() {
    let mut mirror = Scene::open(2, CHECKOUT, None).state.ticket;
    let mut rests = Vec::new();
    for seq in 2..9 {
        rests.push(mirror.rest().as_mins());
        let rest_until = jiff::Timestamp::UNIX_EPOCH;
        mirror.apply(&MirrorEvent::Refused { error: "no".into(), rest_until }, seq);
    }
    assert_eq!(rests, [2, 4, 8, 16, 32, 32, 32]);
    mirror.apply(&MirrorEvent::Done { remote: None, link: None }, 9);
    assert_eq!(mirror.rest().as_mins(), 2, "what goes right is a new beginning");
}

#[test]
fn what_is_pending_is_said_until_it_is_shown() {
    let mut scene = Scene::open(2, CHECKOUT, None);
    let pending = |scene: &Scene| {
        let state = &scene.state;
        (state.channel.is_pending(&state.channel_wanted()), state.ticket.is_pending(&state.ticket_wanted()))
    };
    assert_eq!(pending(&scene), (true, true), "under way");
    scene.deliver(|effect| match effect {
        Effect::Channel(_) => made(effect),
        Effect::Ticket(_) => Some(refused()),
        _ => None,
    });
    assert_eq!(pending(&scene), (false, true), "nothing is under way, and the ticket is not there");
    scene.acknowledges("ines");
    assert_eq!(pending(&scene), (true, true), "the card is another");
}

#[test]
fn an_answer_to_a_step_that_is_not_under_way_any_more_changes_nothing() {
    let mut scene = Scene::open(2, CHECKOUT, None);
    let (id, create) = scene.effects.iter().find(|(_, effect)| matches!(effect, Effect::Ticket(_))).cloned().unwrap();
    scene.deliver(made);
    let late = Outcome::Ambiguous { error: "timed out".into() };
    let decided = zephyr_core::incident::outcome(&scene.state, id, &create, late, "tickets", &scene.world, scene.now);
    assert_eq!((decided.events, decided.effects), (vec![], vec![]));
}
