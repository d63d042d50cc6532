//! Who is told of which hand-off when: a day before, an hour before, and when it is there, each once.

use jiff::{SignedDuration, Timestamp};
use zephyr_core::World;
use zephyr_core::handoff::{self, Handoff};
use zephyr_core::oncall::Override;
use zephyr_core::world::Runbook;

use crate::oncall::{layer, rotation};

/// One week each, by day only; ines begins on Monday 2026-01-05.
fn world() -> World {
    let mut policy =
        rotation(vec![layer("Europe/Berlin", Some("08:00-18:00"), "09:00", "2026-01-05", &["ines", "kai"])]);
    policy.rotations.retain(|id, _| id.as_str() == "payments");
    World::new(policy, Runbook::Missing { path: "runbook.md".to_owned() })
}

fn instant(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn told(handoff: &Handoff) -> String {
    let Handoff { incoming, outgoing, from, lead, .. } = handoff;
    let outgoing: Vec<&str> = outgoing.iter().map(|person| person.as_str()).collect();
    format!("{incoming} after {} at {from}, {} h before", outgoing.join("+"), lead.as_hours())
}

/// What is told by somebody who wakes whenever there is something to tell, and not otherwise.
fn walk(world: &World, from: &str, until: &str) -> Vec<(Timestamp, String)> {
    let (mut since, until) = (instant(from), instant(until));
    let mut all = Vec::new();
    while let Some(now) = handoff::next(world, since).filter(|next| *next < until) {
        assert!(since < now, "it goes on: {since}");
        all.extend(handoff::due(world, since, now).iter().map(|handoff| (now, told(handoff))));
        since = now;
    }
    all
}

#[test]
fn each_handoff_is_told_a_day_before_an_hour_before_and_when_it_is_there() {
    let at = |text: &str, line: &str| (instant(text), line.to_owned());
    assert_eq!(
        walk(&world(), "2026-01-08T00:00:00Z", "2026-01-24T00:00:00Z"),
        [
            at("2026-01-11T08:00:00Z", "kai after ines at 2026-01-12T08:00:00Z, 24 h before"),
            at("2026-01-12T07:00:00Z", "kai after ines at 2026-01-12T08:00:00Z, 1 h before"),
            at("2026-01-12T08:00:00Z", "kai after ines at 2026-01-12T08:00:00Z, 0 h before"),
            at("2026-01-18T08:00:00Z", "ines after kai at 2026-01-19T08:00:00Z, 24 h before"),
            at("2026-01-19T07:00:00Z", "ines after kai at 2026-01-19T08:00:00Z, 1 h before"),
            at("2026-01-19T08:00:00Z", "ines after kai at 2026-01-19T08:00:00Z, 0 h before"),
        ],
        "and no night between two shifts of one person"
    );
}

#[test]
fn what_an_outage_delayed_is_told_once_and_not_at_all_where_it_is_over() {
    let world = world();
    let due = |since: &str, now: &str| -> Vec<String> {
        handoff::due(&world, instant(since), instant(now)).iter().map(told).collect()
    };
    let before = "2026-01-10T00:00:00Z";
    assert_eq!(due(before, "2026-01-12T07:30:00Z"), ["kai after ines at 2026-01-12T08:00:00Z, 1 h before"]);
    assert_eq!(due(before, "2026-01-13T12:00:00Z"), ["kai after ines at 2026-01-12T08:00:00Z, 0 h before"]);
    // Two weeks later kai's turn is long over, and ines has the pager.
    assert_eq!(due(before, "2026-01-21T12:00:00Z"), ["ines after kai at 2026-01-19T08:00:00Z, 0 h before"]);
    assert_eq!(due("2026-01-12T08:00:00Z", "2026-01-13T12:00:00Z"), Vec::<String>::new(), "told already");
}

#[test]
fn whoever_takes_a_part_of_a_turn_is_told_and_so_is_whoever_comes_back() {
    let mut world = world();
    world.changes.overrides.push(Override {
        number: 1,
        rotation: "payments".parse().unwrap(),
        person: "ines".parse().unwrap(),
        instead_of: None,
        from: instant("2026-01-14T08:00:00Z"),
        until: instant("2026-01-14T12:00:00Z"),
        made_at: instant("2026-01-10T00:00:00Z"),
    });
    let told: Vec<String> =
        walk(&world, "2026-01-13T12:00:00Z", "2026-01-15T00:00:00Z").into_iter().map(|(_, line)| line).collect();
    let begun: Vec<&String> = told.iter().filter(|line| line.ends_with(" 0 h before")).collect();
    assert_eq!(
        begun,
        ["ines after kai at 2026-01-14T08:00:00Z, 0 h before", "kai after ines at 2026-01-14T12:00:00Z, 0 h before"]
    );
}

#[test]
fn nothing_is_looked_for_where_nobody_is_ever_on_call() {
    let mut world = world();
    world.policy.rotations.clear();
    assert_eq!(handoff::next(&world, instant("2026-01-08T00:00:00Z")), None);
}

#[test]
fn a_rotation_of_one_has_no_handoff_and_is_looked_at_again_in_a_week() {
    let mut alone = world();
    alone.policy = rotation(vec![layer("Europe/Berlin", None, "09:00", "2026-01-05", &["ines"])]);
    alone.policy.rotations.retain(|id, _| id.as_str() == "payments");
    let since = instant("2026-02-08T00:00:00Z");
    assert_eq!(handoff::next(&alone, since), Some(since + SignedDuration::from_hours(7 * 24)));
    assert_eq!(handoff::due(&alone, since, instant("2026-03-08T00:00:00Z")), []);
}
