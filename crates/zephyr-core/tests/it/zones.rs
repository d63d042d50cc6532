//! Clocks and zones that change under a schedule: leap seconds, other rules for a zone, another name for it.

use insta::assert_snapshot;
use jiff::tz::{Offset, TimeZone};
use jiff::{Timestamp, ToSpan};
use zephyr_core::oncall::Schedule;
use zephyr_core::policy::Policy;

use crate::policy::{SOUND, instead, sound};

const TURNS: &str = r#"{ zone = "Europe/Berlin", every = "1 week", handoff = "Monday 09:00", from = 2026-01-05, people = ["ines", "kai"] }"#;

/// Who is on call for payments at each hour, and the hours at which somebody else takes over.
fn changes(policy: &Policy, from: &str, until: &str) -> String {
    let schedule = Schedule::of(policy);
    let (mut now, until): (Timestamp, Timestamp) = (from.parse().unwrap(), until.parse().unwrap());
    let (mut lines, mut last) = (Vec::new(), None);
    while now < until {
        let [one] = &schedule.at(&"payments".parse().unwrap(), now)[..] else { panic!("a gap or two people at {now}") };
        if last.as_ref() != Some(&one.person) {
            lines.push(format!("{} {}", now.strftime("%Y-%m-%d %H:%M"), one.person));
            last = Some(one.person.clone());
        }
        now += 1.hour();
    }
    lines.join("\n")
}

#[test]
fn f36_a_leap_second_moves_no_hand_off_and_is_no_instant_of_its_own() {
    let written: Timestamp = "2016-12-31T23:59:60Z".parse().unwrap();
    assert_eq!(written, "2016-12-31T23:59:59Z".parse().unwrap());
    let daily = r#"{ zone = "UTC", every = "1 day", handoff = "00:00", from = 2016-12-25, people = ["ines", "kai"] }"#;
    let policy = sound(&instead(TURNS, daily));
    let schedule = Schedule::of(&policy);
    let who = |at: &str| schedule.primary(&"payments".parse().unwrap(), at.parse().unwrap())[0].to_string();
    assert_eq!(who("2016-12-31T23:59:59.999999Z"), "ines");
    assert_eq!(who("2017-01-01T00:00:00Z"), "kai");
    let shift = &schedule.at(&"payments".parse().unwrap(), written)[0];
    assert_eq!(shift.until, "2017-01-01T00:00:00Z".parse().unwrap());
}

#[test]
fn f39_other_rules_for_a_zone_move_what_comes_and_leave_what_was() {
    let before = sound(SOUND);
    let mut after = before.clone();
    // The zone gives up summer time: its clock stays an hour ahead of UTC for ever.
    for layer in &mut after.rotations.get_mut(&"payments".parse().unwrap()).unwrap().layers {
        layer.zone = TimeZone::fixed(Offset::constant(1));
    }
    let (winter, summer) =
        (("2026-03-02T00:00:00Z", "2026-03-29T01:00:00Z"), ("2026-03-29T01:00:00Z", "2026-04-20T00:00:00Z"));
    assert_eq!(changes(&before, winter.0, winter.1), changes(&after, winter.0, winter.1));
    assert_snapshot!(changes(&before, summer.0, summer.1), @"
    2026-03-29 01:00 kai
    2026-03-30 07:00 ines
    2026-04-06 07:00 kai
    2026-04-13 07:00 ines
    ");
    // The same turns at the same wall-clock time, and cover without a gap.
    assert_snapshot!(changes(&after, summer.0, summer.1), @"
    2026-03-29 01:00 kai
    2026-03-30 08:00 ines
    2026-04-06 08:00 kai
    2026-04-13 08:00 ines
    ");
}

#[test]
fn f40_a_zone_under_its_former_name_is_the_same_zone() {
    let indeed = |zone: &str| {
        let turns = TURNS.replace("Europe/Berlin", zone);
        changes(&sound(&instead(TURNS, &turns)), "2026-03-02T00:00:00Z", "2026-11-30T00:00:00Z")
    };
    for (former, name) in [
        ("Asia/Calcutta", "Asia/Kolkata"),
        ("Europe/Kiev", "Europe/Kyiv"),
        ("US/Mountain", "America/Denver"),
        ("Asia/Rangoon", "Asia/Yangon"),
        ("America/Buenos_Aires", "America/Argentina/Buenos_Aires"),
    ] {
        assert_eq!(indeed(former), indeed(name), "{former}");
    }
}
