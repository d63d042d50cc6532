//! Schedules as the file writes them: shifts of every length, windows, ends, versions, holidays, and what is arranged
//! outside the file.

use insta::assert_snapshot;
use jiff::{Timestamp, ToSpan};
use zephyr_core::oncall::{Changes, Leave, Override, Schedule};
use zephyr_core::policy::Policy;
use zephyr_core::world::Runbook;
use zephyr_core::{World, proof};

use crate::policy::{instead, sound};

/// The sound policy with these layers for payments, and ana, ben and mei beside ines and kai.
fn payments(layers: &str) -> Policy {
    let people = "[people.ana]\nzone = \"Europe/Berlin\"\nholidays = [\"germany\", 2026-03-04]\n\
                  [people.ben]\nzone = \"Europe/Berlin\"\n[people.mei]\nzone = \"Asia/Singapore\"\n\
                  [holidays]\ngermany = [2026-12-25, \"2026-12-31 to 2027-01-01\"]\n";
    let layer = r#"{ zone = "Europe/Berlin", every = "1 week", handoff = "Monday 09:00", from = 2026-01-05, people = ["ines", "kai"] }"#;
    sound(&instead(layer, layers).replace("[people.kai]", &format!("{people}[people.kai]")))
}

/// Everything that a day or more of the schedule shows: each time at which somebody else is on call.
fn told(policy: &Policy, changes: &Changes, from: &str, until: &str) -> String {
    let schedule = Schedule::new(policy, changes);
    let payments = "payments".parse().unwrap();
    let (mut now, until): (Timestamp, Timestamp) = (from.parse().unwrap(), until.parse().unwrap());
    let mut lines: Vec<String> = Vec::new();
    let mut last = None;
    while now < until {
        let on_call = schedule.at(&payments, now);
        let who: Vec<String> = on_call.iter().map(|turn| format!("{} {}", turn.layer, turn.person)).collect();
        if last.as_ref() != Some(&who) {
            lines.push(format!(
                "{} {}",
                now.strftime("%m-%d %H:%M"),
                if who.is_empty() { "-".into() } else { who.join(", ") }
            ));
            last = Some(who);
        }
        now += 1.minute();
    }
    lines.join("\n")
}

fn shown(layers: &str, from: &str, until: &str) -> String {
    told(&payments(layers), Changes::NONE, from, until)
}

#[test]
fn p27_shifts_are_hours_by_the_wall_clock() {
    // The clock goes forward in the night to the 29th, and back in the night to the 25th.
    let twelve = r#"{ zone = "Europe/Berlin", every = "12 hours", handoff = "09:00", from = 2026-03-28, people = ["ana", "ben", "ines"] }"#;
    assert_snapshot!(shown(twelve, "2026-03-28T07:00:00Z", "2026-03-30T00:00:00Z"), @"
    03-28 07:00 -
    03-28 08:00 0 ana
    03-28 20:00 0 ben
    03-29 07:00 0 ines
    03-29 19:00 0 ana
    ");
    let one = r#"{ zone = "Europe/Berlin", every = "1 hour", handoff = "00:00", from = 2026-03-29, people = ["ana", "ben", "ines", "kai", "mei"] }"#;
    assert_snapshot!(shown(one, "2026-03-28T23:00:00Z", "2026-03-29T03:00:00Z"), @"
    03-28 23:00 0 ana
    03-29 00:00 0 ben
    03-29 01:00 0 kai
    03-29 02:00 0 mei
    ");
}

#[test]
fn p27_shifts_are_days_months_and_uneven_lists() {
    let days = r#"{ zone = "UTC", every = "3 days", handoff = "09:00", from = 2026-02-27, people = ["ana", "ben"] }"#;
    assert_snapshot!(shown(days, "2026-02-26T00:00:00Z", "2026-03-06T00:00:00Z"), @"
    02-26 00:00 -
    02-27 09:00 0 ana
    03-02 09:00 0 ben
    03-05 09:00 0 ana
    ");
    // The last day of a shorter month, and the 31st again where there is one.
    let months =
        r#"{ zone = "UTC", every = "1 month", handoff = "09:00", from = 2028-01-31, people = ["ana", "ben", "ines"] }"#;
    assert_snapshot!(shown(months, "2028-01-31T00:00:00Z", "2028-05-01T00:00:00Z"), @"
    01-31 00:00 -
    01-31 09:00 0 ana
    02-29 09:00 0 ben
    03-31 09:00 0 ines
    04-30 09:00 0 ana
    ");
    let uneven = r#"{ zone = "UTC", every = ["4 days", "3 days"], handoff = "Monday 09:00", from = 2026-01-05, people = ["ben", "ines", "kai"] }"#;
    assert_snapshot!(shown(uneven, "2026-01-05T00:00:00Z", "2026-01-20T00:00:00Z"), @"
    01-05 00:00 -
    01-05 09:00 0 ben
    01-09 09:00 0 ines
    01-12 09:00 0 kai
    01-16 09:00 0 ben
    01-19 09:00 0 ines
    ");
}

#[test]
fn p27_hours_of_some_days_may_go_over_midnight() {
    let night = r#"{ zone = "Europe/Berlin", hours = "22:00-06:00", days = "Friday-Saturday", every = "1 week", handoff = "Monday 09:00", from = 2026-01-05, people = ["ben"] }"#;
    assert_snapshot!(shown(night, "2026-01-08T00:00:00Z", "2026-01-13T00:00:00Z"), @"
    01-08 00:00 -
    01-09 21:00 0 ben
    01-10 05:00 -
    01-10 21:00 0 ben
    01-11 05:00 -
    ");
    let weekend = r#"{ zone = "Europe/Berlin", days = ["Sunday", "Saturday"], every = "1 week", handoff = "Monday 09:00", from = 2026-01-05, people = ["ben"] }"#;
    assert_snapshot!(shown(weekend, "2026-01-08T00:00:00Z", "2026-01-13T00:00:00Z"), @"
    01-08 00:00 -
    01-09 23:00 0 ben
    01-11 23:00 -
    ");
}

#[test]
fn p27_several_have_a_turn_together_and_an_empty_turn_is_nobodys() {
    let slots = r#"{ zone = "UTC", every = "1 day", handoff = "00:00", from = 2026-01-05, people = [["ben", "ines"], [], "kai"] }"#;
    assert_snapshot!(shown(slots, "2026-01-04T12:00:00Z", "2026-01-09T00:00:00Z"), @"
    01-04 12:00 -
    01-05 00:00 0 ben, 0 ines
    01-06 00:00 -
    01-07 00:00 0 kai
    01-08 00:00 0 ben, 0 ines
    ");
}

#[test]
fn p27_a_layer_begins_ends_and_changes_at_a_date() {
    let dated = r#"{ zone = "UTC", every = "1 week", handoff = "Monday 09:00", from = 2026-01-05, until = 2026-02-04, people = ["ben"], later = [
        { from = 2026-01-19, people = ["ines", "kai"] },
        { from = 2026-01-26, hours = "08:00-20:00", every = "2 days" },
    ] }, { tier = 1, zone = "UTC", every = "1 week", handoff = "Thursday 09:00", from = 2026-01-29, people = ["mei"] }"#;
    assert_snapshot!(shown(dated, "2026-01-05T00:00:00Z", "2026-02-06T00:00:00Z"), @"
    01-05 00:00 -
    01-05 09:00 0 ben
    01-19 09:00 0 ines
    01-26 20:00 -
    01-27 08:00 0 ines
    01-27 20:00 -
    01-28 08:00 0 ines
    01-28 09:00 0 kai
    01-28 20:00 -
    01-29 08:00 0 kai
    01-29 09:00 0 kai, 1 mei
    01-29 20:00 1 mei
    01-30 08:00 0 kai, 1 mei
    01-30 09:00 0 ines, 1 mei
    01-30 20:00 1 mei
    01-31 08:00 0 ines, 1 mei
    01-31 20:00 1 mei
    02-01 08:00 0 ines, 1 mei
    02-01 09:00 0 kai, 1 mei
    02-01 20:00 1 mei
    02-02 08:00 0 kai, 1 mei
    02-02 20:00 1 mei
    02-03 08:00 0 kai, 1 mei
    02-03 09:00 0 ines, 1 mei
    02-03 20:00 1 mei
    02-04 08:00 0 ines, 1 mei
    02-04 09:00 1 mei
    ");
}

#[test]
fn p27_a_lower_tier_is_rung_first_wherever_it_stands_in_the_file() {
    let tiers = r#"{ tier = 2, zone = "UTC", every = "1 week", handoff = "Monday 09:00", from = 2026-01-05, people = ["mei"] },
      { zone = "UTC", hours = "08:00-18:00", every = "1 week", handoff = "Monday 09:00", from = 2026-01-05, people = ["ben"] }"#;
    assert_snapshot!(shown(tiers, "2026-01-06T00:00:00Z", "2026-01-07T00:00:00Z"), @"
    01-06 00:00 1 mei
    01-06 08:00 0 ben, 1 mei
    01-06 18:00 1 mei
    ");
}

const WEEKLY: &str =
    r#"{ zone = "Europe/Berlin", every = "1 day", handoff = "09:00", from = 2026-01-05, people = ["ana"] }"#;

#[test]
fn f72_a_holiday_passes_over_the_person_for_whole_days_where_they_live() {
    assert_snapshot!(shown(WEEKLY, "2026-12-24T00:00:00Z", "2027-01-03T00:00:00Z"), @"
    12-24 00:00 0 ana
    12-24 23:00 -
    12-25 23:00 0 ana
    12-30 23:00 -
    01-01 23:00 0 ana
    ");
    assert_snapshot!(shown(WEEKLY, "2026-03-03T12:00:00Z", "2026-03-06T00:00:00Z"), @"
    03-03 12:00 0 ana
    03-03 23:00 -
    03-04 23:00 0 ana
    ");
    let until = |policy: &Policy| {
        Schedule::of(policy).at(&"payments".parse().unwrap(), "2026-12-24T12:00:00Z".parse().unwrap())[0].until
    };
    assert_eq!(until(&payments(WEEKLY)).to_string(), "2026-12-24T23:00:00Z");
}

fn arranged(number: u64, person: &str, instead_of: Option<&str>, from: &str, until: &str) -> Override {
    Override {
        number,
        rotation: "payments".parse().unwrap(),
        person: person.parse().unwrap(),
        instead_of: instead_of.map(|person| person.parse().unwrap()),
        from: from.parse().unwrap(),
        until: until.parse().unwrap(),
        made_at: Timestamp::from_second(1_700_000_000 + i64::try_from(number).unwrap()).unwrap(),
    }
}

fn away(number: u64, person: &str, from: &str, until: &str) -> Leave {
    let Override { number, person, from, until, made_at, .. } = arranged(number, person, None, from, until);
    Leave { number, person, from, until, made_at }
}

const TWO: &str = r#"{ zone = "UTC", hours = "08:00-18:00", every = "1 week", handoff = "Monday 08:00", from = 2026-01-05, people = ["ben", "ines"] },
      { zone = "UTC", every = "1 week", handoff = "Monday 08:00", from = 2026-01-05, people = ["mei"] }"#;

#[test]
fn p27_an_override_beats_the_layers_and_the_newest_beats_it() {
    let changes = Changes {
        overrides: vec![
            arranged(2, "kai", None, "2026-01-06T12:00:00Z", "2026-01-06T14:00:00Z"),
            arranged(1, "ana", None, "2026-01-06T06:00:00Z", "2026-01-06T20:00:00Z"),
        ],
        leave: vec![],
    };
    assert_snapshot!(told(&payments(TWO), &changes, "2026-01-06T00:00:00Z", "2026-01-07T00:00:00Z"), @"
    01-06 00:00 1 mei
    01-06 06:00 1 ana
    01-06 08:00 0 ana, 1 mei
    01-06 12:00 0 kai, 1 mei
    01-06 14:00 0 ana, 1 mei
    01-06 18:00 1 ana
    01-06 20:00 1 mei
    ");
}

#[test]
fn p27_an_override_may_be_in_one_persons_place_wherever_they_stand() {
    let changes = Changes {
        overrides: vec![
            arranged(1, "ana", Some("mei"), "2026-01-06T06:00:00Z", "2026-01-06T20:00:00Z"),
            // Two who have changed places.
            arranged(2, "mei", Some("ben"), "2026-01-06T09:00:00Z", "2026-01-06T10:00:00Z"),
            arranged(3, "ben", Some("mei"), "2026-01-06T09:00:00Z", "2026-01-06T10:00:00Z"),
            // Not there at the time, so nothing changes.
            arranged(4, "kai", Some("ines"), "2026-01-06T06:00:00Z", "2026-01-06T20:00:00Z"),
        ],
        leave: vec![],
    };
    assert_snapshot!(told(&payments(TWO), &changes, "2026-01-06T00:00:00Z", "2026-01-07T00:00:00Z"), @"
    01-06 00:00 1 mei
    01-06 06:00 1 ana
    01-06 08:00 0 ben, 1 ana
    01-06 09:00 0 mei, 1 ben
    01-06 10:00 0 ben, 1 ana
    01-06 18:00 1 ana
    01-06 20:00 1 mei
    ");
}

#[test]
fn f72_leave_passes_over_the_person_and_the_newer_word_holds() {
    let changes = Changes {
        overrides: vec![
            // Told before the leave of kai, and so not meant any more; ana was asked after hers.
            arranged(1, "kai", None, "2026-01-06T09:00:00Z", "2026-01-06T11:00:00Z"),
            arranged(4, "ana", None, "2026-01-06T14:00:00Z", "2026-01-06T15:00:00Z"),
        ],
        leave: vec![
            away(2, "kai", "2026-01-06T10:00:00Z", "2026-01-07T00:00:00Z"),
            away(3, "ana", "2026-01-06T00:00:00Z", "2026-01-07T00:00:00Z"),
            away(5, "ben", "2026-01-06T12:00:00Z", "2026-01-07T00:00:00Z"),
            away(6, "mei", "2026-01-06T20:00:00Z", "2026-01-07T00:00:00Z"),
        ],
    };
    let policy = payments(TWO);
    assert_snapshot!(told(&policy, &changes, "2026-01-06T00:00:00Z", "2026-01-07T00:00:00Z"), @"
    01-06 00:00 1 mei
    01-06 08:00 0 ben, 1 mei
    01-06 09:00 0 kai, 1 mei
    01-06 10:00 0 ben, 1 mei
    01-06 12:00 1 mei
    01-06 14:00 1 ana
    01-06 15:00 1 mei
    01-06 20:00 -
    ");
    let schedule = Schedule::new(&policy, &changes);
    let next = |now: &str| schedule.succession(&"payments".parse().unwrap(), now.parse().unwrap());
    assert_eq!(next("2026-01-06T11:30:00Z"), ["mei".parse().unwrap(), "ines".parse().unwrap()]);
    assert_eq!(next("2026-01-06T13:00:00Z"), ["ines".parse().unwrap()]);
}

#[test]
fn f71_an_override_of_somebody_who_left_the_policy_changes_nothing() {
    let mut policy = payments(TWO);
    let overrides = vec![arranged(1, "kai", None, "2026-01-06T09:00:00Z", "2026-01-06T11:00:00Z")];
    policy.people.remove(&"kai".parse().unwrap());
    let changes = Changes { overrides, leave: vec![] };
    assert_snapshot!(told(&policy, &changes, "2026-01-06T09:00:00Z", "2026-01-06T12:00:00Z"), @"01-06 09:00 0 ben, 1 mei");
}

/// Turns as somebody draws them: layer, whom the policy plans, who stands there, who is away.
fn drawn(policy: &Policy, changes: &Changes, from: &str, until: &str) -> String {
    let mut world = world_of(policy);
    world.changes = changes.clone();
    let slots = proof::slots(&world, &"payments".parse().unwrap(), from.parse().unwrap(), until.parse().unwrap());
    let line = |slot: &proof::Slot| {
        let names = |people: Vec<String>| if people.is_empty() { "nobody".to_owned() } else { people.join("+") };
        let planned = names(slot.planned.iter().map(ToString::to_string).collect());
        let standing = slot.standing.iter();
        let standing = names(standing.map(|s| format!("{}{}", s.person, s.by.map_or("", |_| "!"))).collect());
        let away: String = slot.away.iter().map(|(person, why)| format!(" {person} {why:?}")).collect();
        let time = |at: &Timestamp| at.strftime("%m-%d %H:%M").to_string();
        format!("{} {} to {}: {standing} of {planned}{away}", slot.layer, time(&slot.from), time(&slot.until))
    };
    slots.iter().map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn p27_turns_are_drawn_with_who_is_planned_who_stands_there_and_who_is_away() {
    let layers = r#"{ zone = "Europe/Berlin", hours = "08:00-18:00", every = "1 day", handoff = "08:00", from = 2026-03-01, people = ["ana", "ben", []] },
      { zone = "UTC", every = "1 month", handoff = "00:00", from = 2026-01-01, people = ["mei"] }"#;
    let changes = Changes {
        overrides: vec![
            arranged(1, "kai", Some("ben"), "2026-03-05T09:00:00Z", "2026-03-05T12:00:00Z"),
            arranged(2, "ines", None, "2026-03-06T09:00:00Z", "2026-03-06T10:00:00Z"),
        ],
        leave: vec![away(3, "mei", "2026-03-06T00:00:00Z", "2026-03-07T00:00:00Z")],
    };
    let policy = payments(layers);
    assert_snapshot!(drawn(&policy, &changes, "2026-03-04T00:00:00Z", "2026-03-07T00:00:00Z"), @"
    1 03-04 00:00 to 03-06 00:00: mei of mei
    0 03-04 07:00 to 03-04 17:00: nobody of ana ana Holiday
    0 03-05 07:00 to 03-05 09:00: ben of ben
    0 03-05 09:00 to 03-05 12:00: kai! of ben
    0 03-05 12:00 to 03-05 17:00: ben of ben
    1 03-06 00:00 to 03-07 00:00: nobody of mei mei Leave
    0 03-06 07:00 to 03-06 09:00: nobody of nobody
    0 03-06 09:00 to 03-06 10:00: ines! of nobody
    0 03-06 10:00 to 03-06 17:00: nobody of nobody
    ");
    // The night in which the clock goes forward: the hours are an hour earlier afterwards.
    assert_snapshot!(drawn(&policy, Changes::NONE, "2026-03-28T00:00:00Z", "2026-03-30T00:00:00Z"), @"
    1 03-28 00:00 to 03-30 00:00: mei of mei
    0 03-28 07:00 to 03-28 17:00: ana of ana
    0 03-29 06:00 to 03-29 16:00: ben of ben
    ");
    assert_eq!(proof::slots(&world_of(&policy), &"nosuch".parse().unwrap(), Timestamp::MIN, Timestamp::MIN), []);
}

fn world_of(policy: &Policy) -> World {
    World::new(policy.clone(), Runbook::Missing { path: "runbook.md".to_owned() })
}

#[test]
fn a_rotation_of_five_hundred_and_of_one() {
    let names: Vec<String> = (0..500).map(|n| format!("p{n}")).collect();
    let people: String = names.iter().map(|name| format!("[people.{name}]\nzone = \"UTC\"\n")).collect();
    let layers =
        format!("{{ zone = \"UTC\", every = \"1 day\", handoff = \"00:00\", from = 2026-01-05, people = {names:?} }}");
    let many = instead(
        r#"{ zone = "Europe/Berlin", every = "1 week", handoff = "Monday 09:00", from = 2026-01-05, people = ["ines", "kai"] }"#,
        &layers,
    );
    let policy = sound(&many.replace("[people.kai]", &format!("{people}[people.kai]")));
    let now = "2026-01-05T12:00:00Z".parse::<Timestamp>().unwrap() + (24 * 499).hours();
    let schedule = Schedule::of(&policy);
    assert_eq!(schedule.at(&"payments".parse().unwrap(), now)[0].person.as_str(), "p499");
    assert_eq!(schedule.succession(&"payments".parse().unwrap(), now).len(), 499);
    assert_eq!(schedule.succession(&"em".parse().unwrap(), now), []);
}
