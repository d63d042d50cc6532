//! Quiet hours: a SEV-3 makes no noise in them. What is worse always does.

use jiff::SignedDuration;
use zephyr_core::incident::Command;
use zephyr_core::policy::{self, Policy, Severity};

use crate::scene::{COMPANY, Scene, person};

const CHECKOUT: &str = "Checkout p99 elevated in eu-frankfurt";

/// The company, where it is quiet for ines in these hours of her zone. It is opened at 03:00 UTC.
fn quiet(hours: &str, zone: &str) -> Policy {
    let own = format!("phone = \"+447700900001\"\nquiet = \"{hours}\"\nzone = \"{zone}\"");
    let text = COMPANY.replace("phone = \"+447700900001\"\nzone = \"Etc/UTC\"", &own);
    assert_ne!(text, COMPANY);
    policy::read(&text).unwrap_or_else(|mistakes| panic!("{mistakes:#?}"))
}

/// By what ines is rung, in the ring that goes on.
fn methods(scene: &Scene) -> String {
    let ring = &scene.state.paging.rings[&person("ines")];
    assert_eq!(ring.over, None);
    ring.rungs.iter().map(|rung| rung.method.as_str()).collect::<Vec<_>>().join(" ")
}

#[test]
fn p28_quiet_hours_leave_out_what_makes_noise_for_a_sev3_and_for_nothing_worse() {
    for (severity, expected) in [(3, "push"), (2, "push sms call")] {
        let scene = Scene::open_in(quiet("22:00-07:00", "Etc/UTC"), severity, CHECKOUT, None);
        assert_eq!(methods(&scene), expected, "SEV-{severity}");
    }
}

#[test]
fn p28_quiet_hours_are_of_the_wall_clock_where_the_person_is() {
    for (hours, zone, expected) in [
        ("22:00-03:00", "Etc/UTC", "push sms call"),
        ("03:00-03:01", "Etc/UTC", "push"),
        ("22:00-07:00", "Asia/Singapore", "push sms call"),
        ("10:30-11:30", "Asia/Singapore", "push"),
    ] {
        let scene = Scene::open_in(quiet(hours, zone), 3, CHECKOUT, None);
        assert_eq!(methods(&scene), expected, "{hours} in {zone}");
    }
}

#[test]
fn p28_quiet_hours_follow_the_clock_when_it_changes() {
    let policy = quiet("01:30-03:30", "Europe/Berlin");
    let is_quiet = |at: &str| policy.is_quiet(&person("ines"), at.parse().unwrap());
    // 2026-03-29: 02:00 becomes 03:00 at 01:00 UTC. 2026-10-25: 03:00 becomes 02:00 at 01:00 UTC.
    for (at, expected) in [
        ("2026-03-29T00:29:59Z", false),
        ("2026-03-29T00:30:00Z", true),
        ("2026-03-29T01:29:59Z", true),
        ("2026-03-29T01:30:00Z", false),
        ("2026-10-24T23:29:59Z", false),
        ("2026-10-24T23:30:00Z", true),
        ("2026-10-25T02:29:59Z", true),
        ("2026-10-25T02:30:00Z", false),
    ] {
        assert_eq!(is_quiet(at), expected, "{at}");
    }
}

#[test]
fn p28_raised_a_quiet_ring_begins_anew_with_the_whole_ladder() {
    let mut scene = Scene::open_in(quiet("22:00-07:00", "Etc/UTC"), 3, CHECKOUT, None);
    scene.after(1);
    assert_eq!(methods(&scene), "push");
    let severity = Severity::try_from(2).unwrap();
    scene.acts("fay", Command::Reclassify { severity, correct: false }).unwrap();
    assert_eq!(methods(&scene), "push sms call");
}

#[test]
fn p28_from_the_second_round_on_nothing_is_quiet() {
    let mut scene = Scene::open_in(quiet("22:00-07:00", "Etc/UTC"), 3, CHECKOUT, None);
    scene.after(21);
    assert_eq!(methods(&scene), "push sms call");
}

#[test]
fn p28_whoever_has_nothing_but_noise_is_rung_by_it() {
    let mut policy = quiet("22:00-07:00", "Etc/UTC");
    let ines = policy.people.get_mut(&person("ines")).unwrap();
    ines.ladder.retain(|entry| entry.method != zephyr_core::policy::Method::Push);
    ines.ladder.iter_mut().for_each(|entry| entry.after -= SignedDuration::from_mins(1));
    let scene = Scene::open_in(policy, 3, CHECKOUT, None);
    assert_eq!(methods(&scene), "sms call");
}
