//! Tests of who is on call: named instants, and a walk minute by minute that knows nothing but the wall clock.

use jiff::civil::{Date, DateTime, Time, Weekday};
use jiff::tz::{TimeZone, db};
use jiff::{SignedDuration, Span, Timestamp, ToSpan};
use proptest::prelude::*;
use zephyr_core::oncall::{OnCall, Schedule};
use zephyr_core::policy::{DailyWindow, Every, Layer, Policy, Rotation, Weekdays, Window};

use crate::policy::{SOUND, sound};

pub fn layer(zone: &str, hours: Option<&str>, handoff: &str, from: &str, people: &[&str]) -> Layer {
    Layer {
        place: 0,
        tier: 1,
        zone: db().get(zone).unwrap(),
        window: hours.map(|hours| Window::daily(window(hours))),
        every: Every::weeks(1),
        handoff_at: handoff.parse().unwrap(),
        from: from.parse().unwrap(),
        ends: None,
        slots: people.iter().map(|name| vec![name.parse().unwrap()]).collect(),
    }
}

pub fn window(text: &str) -> DailyWindow {
    let (from, to) = text.split_once('-').unwrap();
    DailyWindow { from: from.parse().unwrap(), to: to.parse().unwrap() }
}

/// The sound policy whose payments are these layers.
pub fn rotation(layers: Vec<Layer>) -> Policy {
    let mut policy = sound(SOUND);
    let layers = layers.into_iter().enumerate().map(|(place, layer)| Layer { place, ..layer }).collect();
    policy.rotations.insert("payments".parse().unwrap(), Rotation { layers });
    policy
}

fn layers(policy: &mut Policy) -> &mut Vec<Layer> {
    &mut policy.rotations.get_mut(&"payments".parse().unwrap()).unwrap().layers
}

fn at(policy: &Policy, now: Timestamp) -> Vec<OnCall> {
    Schedule::of(policy).at(&"payments".parse().unwrap(), now)
}

/// Who is on call at an instant and until when, `0 ines until 2026-01-12T08:00:00Z`, a line a person.
fn told(policy: &Policy, now: &str) -> String {
    let line = |turn: OnCall| format!("{} {} until {}", turn.layer, turn.person, turn.until);
    at(policy, now.parse().unwrap()).into_iter().map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_instant_of_a_handoff_belongs_to_the_incoming_person() {
    let weekly = rotation(vec![layer("Europe/Berlin", None, "09:00", "2026-01-05", &["ines", "kai"])]);
    assert_eq!(told(&weekly, "2026-01-05T07:59:59.999999999Z"), "");
    assert_eq!(told(&weekly, "2026-01-05T08:00:00Z"), "0 ines until 2026-01-12T08:00:00Z");
    assert_eq!(told(&weekly, "2026-01-12T07:59:59.999999999Z"), "0 ines until 2026-01-12T08:00:00Z");
    assert_eq!(told(&weekly, "2026-01-12T08:00:00Z"), "0 kai until 2026-01-19T08:00:00Z");
    assert_eq!(told(&weekly, "2026-01-19T08:00:00Z"), "0 ines until 2026-01-26T08:00:00Z");
}

#[test]
fn nobody_is_on_call_before_the_first_handoff() {
    let weekly = rotation(vec![layer("Asia/Singapore", None, "09:00", "2026-01-05", &["ines"])]);
    for before in ["-009999-01-02T01:59:59Z", "1969-07-20T20:17:00Z", "2025-12-31T00:00:00Z", "2026-01-05T00:59:59Z"] {
        assert_eq!(told(&weekly, before), "", "{before}");
    }
}

#[test]
fn the_ends_of_time_do_not_panic() {
    let weekly = rotation(vec![layer("Europe/Berlin", Some("22:00-06:00"), "09:00", "2026-01-05", &["ines"])]);
    assert_eq!(at(&weekly, Timestamp::MIN), []);
    let _ = at(&weekly, Timestamp::MAX);
    let mut long = weekly;
    layers(&mut long)[0].every = Every::weeks(u32::MAX);
    let _ = at(&long, "2026-07-01T00:00:00Z".parse().unwrap());
    layers(&mut long)[0].slots.clear();
    assert_eq!(at(&long, "2026-07-01T00:00:00Z".parse().unwrap()), []);
}

#[test]
fn a_handoff_in_the_hour_that_is_skipped_is_the_first_instant_after_it() {
    let weekly = rotation(vec![layer("Europe/Berlin", None, "02:30", "2026-03-22", &["ines", "kai"])]);
    assert_eq!(told(&weekly, "2026-03-29T00:59:59Z"), "0 ines until 2026-03-29T01:00:00Z");
    assert_eq!(told(&weekly, "2026-03-29T01:00:00Z"), "0 kai until 2026-04-05T00:30:00Z");
}

#[test]
fn a_handoff_in_the_hour_that_comes_twice_is_the_first() {
    let weekly = rotation(vec![layer("Europe/Berlin", None, "02:30", "2026-10-18", &["ines", "kai"])]);
    assert_eq!(told(&weekly, "2026-10-25T00:29:59Z"), "0 ines until 2026-10-25T00:30:00Z");
    assert_eq!(told(&weekly, "2026-10-25T00:30:00Z"), "0 kai until 2026-11-01T01:30:00Z");
    assert_eq!(told(&weekly, "2026-10-25T01:15:00Z"), "0 kai until 2026-11-01T01:30:00Z");
}

#[test]
fn a_handoff_at_midnight_holds_when_the_clock_goes_back_to_the_day_before() {
    // Until 2011 the clocks of St. John's went from 00:01 back to 23:01.
    let weekly =
        rotation(vec![layer("America/St_Johns", Some("00:00-12:00"), "00:00", "2010-10-31", &["ines", "kai"])]);
    assert_eq!(told(&weekly, "2010-11-07T02:30:00Z"), "0 kai until 2010-11-07T15:30:00Z");
    assert_eq!(told(&weekly, "2010-11-07T03:00:00Z"), "0 kai until 2010-11-07T15:30:00Z");
}

#[test]
fn a_weekly_shift_lasts_167_hours_in_spring_and_169_in_autumn() {
    let weekly = rotation(vec![layer("Europe/Berlin", None, "09:00", "2026-01-05", &["ines", "kai"])]);
    let hours = |begin: &str| {
        let begin: Timestamp = begin.parse().unwrap();
        at(&weekly, begin)[0].until.duration_since(begin).as_hours()
    };
    assert_eq!(hours("2026-03-16T08:00:00Z"), 168);
    assert_eq!(hours("2026-03-23T08:00:00Z"), 167);
    assert_eq!(hours("2026-10-19T07:00:00Z"), 169);
}

#[test]
fn hours_over_midnight_belong_to_the_shift_at_that_instant() {
    let night = rotation(vec![layer("Europe/Berlin", Some("22:00-06:00"), "00:00", "2026-01-05", &["ines", "kai"])]);
    assert_eq!(told(&night, "2026-01-11T20:59:59Z"), "");
    assert_eq!(told(&night, "2026-01-11T21:00:00Z"), "0 ines until 2026-01-11T23:00:00Z");
    assert_eq!(told(&night, "2026-01-11T23:00:00Z"), "0 kai until 2026-01-12T05:00:00Z");
    assert_eq!(told(&night, "2026-01-12T05:00:00Z"), "");
}

#[test]
fn hours_skipped_whole_are_no_hours() {
    let short = rotation(vec![layer("Europe/Berlin", Some("02:10-02:50"), "00:00", "2026-01-05", &["ines"])]);
    assert_eq!(told(&short, "2026-03-28T01:20:00Z"), "0 ines until 2026-03-28T01:50:00Z");
    assert_eq!(told(&short, "2026-03-29T01:00:00Z"), "");
    assert_eq!(told(&short, "2026-10-25T00:20:00Z"), "0 ines until 2026-10-25T00:50:00Z");
    assert_eq!(told(&short, "2026-10-25T01:20:00Z"), "");
}

#[test]
fn layers_are_told_in_order_and_the_first_that_has_somebody_is_primary() {
    let two = rotation(vec![
        layer("Europe/Berlin", Some("07:00-19:00"), "09:00", "2026-01-05", &["ines"]),
        layer("America/Denver", None, "09:00", "2026-01-05", &["kai"]),
    ]);
    assert_eq!(
        told(&two, "2026-01-06T12:00:00Z"),
        "0 ines until 2026-01-06T18:00:00Z\n1 kai until 2026-01-12T16:00:00Z"
    );
    assert_eq!(told(&two, "2026-01-06T18:00:00Z"), "1 kai until 2026-01-12T16:00:00Z");
}

#[test]
fn succession_is_who_is_awake_on_call_then_the_following_then_everybody() {
    let mut text = SOUND.to_owned();
    for (name, zone) in [("ana", "Europe/Berlin"), ("ben", "Europe/Berlin"), ("mei", "Asia/Singapore")] {
        text.push_str(&format!("[people.{name}]\nzone = \"{zone}\"\n"));
    }
    let mut policy = sound(&text);
    let layered = vec![
        layer("Europe/Berlin", None, "00:00", "2026-01-05", &["ana", "ines", "ben"]),
        layer("Asia/Singapore", None, "00:00", "2026-01-05", &["mei"]),
        layer("America/Denver", None, "00:00", "2026-01-05", &["kai", "ana"]),
    ];
    *layers(&mut policy) = layered.into_iter().enumerate().map(|(place, layer)| Layer { place, ..layer }).collect();
    let names = |now: &str| {
        let order = Schedule::of(&policy).succession(&"payments".parse().unwrap(), now.parse().unwrap());
        order.iter().map(|person| person.as_str().to_owned()).collect::<Vec<_>>().join(" ")
    };
    // 21:00 in Singapore, 06:00 in Denver: mei is awake and kai is not.
    assert_eq!(names("2026-01-07T13:00:00Z"), "mei ines ben kai");
    // 01:00 in Singapore, 10:00 in Denver.
    assert_eq!(names("2026-01-07T17:00:00Z"), "kai ines ben mei");
    // The second week ines is primary; after the last of the layer comes its first.
    assert_eq!(names("2026-01-14T02:00:00Z"), "mei ben ana kai");
    // Nobody on call: everybody in order.
    assert_eq!(names("2025-01-14T02:00:00Z"), "ana ines ben mei kai");
}

#[test]
fn being_awake_follows_the_same_wall_clock() {
    let policy = sound(
        &SOUND
            .replace("[people.kai]", "[people.kai]\nawake = \"02:30-23:00\"")
            .replace("America/Denver", "Europe/Berlin"),
    );
    let awake = |now: &str| policy.is_awake(&"kai".parse().unwrap(), now.parse().unwrap());
    assert!(!awake("2026-10-25T00:29:59Z") && awake("2026-10-25T00:30:00Z"));
    // 02:15 for the second time.
    assert!(awake("2026-10-25T01:15:00Z"));
    assert!(!awake("2026-03-29T00:59:59Z") && awake("2026-03-29T01:00:00Z"));
    assert!(!policy.is_awake(&"nobody".parse().unwrap(), "2026-03-29T12:00:00Z".parse().unwrap()));
}

const ZONES: [&str; 12] = [
    "Europe/Berlin",
    "America/Denver",
    "Asia/Singapore",
    "Africa/Lagos",
    "Australia/Lord_Howe", // half an hour of summer time
    "Africa/Cairo",        // clocks change at midnight
    "America/Santiago",
    "Asia/Kathmandu",
    "Pacific/Chatham",
    "Antarctica/Troll", // two hours of summer time
    "Africa/Casablanca",
    "UTC",
];

/// Which shift and which occurrence of the hours it is when the furthest the wall clock has come is `wall`. A skipped
/// time has come when the clock is past it, and one that comes twice has come at the first: both rules in one.
fn by_the_wall(layer: &Layer, begins: &[DateTime], wall: DateTime) -> Option<(usize, Date)> {
    let shift = begins.partition_point(|begin| *begin <= wall).checked_sub(1)?;
    let Some(Window { hours, days }) = layer.window else { return Some((shift, layer.from)) };
    if !hours.contains(wall.time()) {
        return None;
    }
    let began_yesterday = hours.from >= hours.to && wall.time() < hours.from;
    let began = if began_yesterday { wall.date() - 1.day() } else { wall.date() };
    days.contains(began.weekday()).then_some((shift, began))
}

/// When each shift begins by the wall clock, one added to the other.
fn handoffs(layer: &Layer, until: DateTime) -> Vec<DateTime> {
    let first = layer.from.to_datetime(layer.handoff_at);
    let mut all = vec![first];
    while all.last().unwrap() <= &until {
        let n = all.len();
        all.push(match &layer.every {
            Every::Hours(lengths) => {
                *all.last().unwrap() + SignedDuration::from_hours(lengths[(n - 1) % lengths.len()].into())
            }
            Every::Months(months) => first + Span::new().months(i64::from(*months) * i64::try_from(n).unwrap()),
        });
    }
    all
}

pub fn any_time() -> impl Strategy<Value = Time> {
    // Often in the small hours, where clocks change.
    (prop_oneof![0_i8..4, 0_i8..24], 0_i8..60).prop_map(|(hour, minute)| jiff::civil::time(hour, minute, 0, 0))
}

fn any_pattern() -> impl Strategy<Value = Every> {
    let length =
        prop_oneof![1_u32..40, (1_u32..10).prop_map(|days| days * 24), (1_u32..4).prop_map(|weeks| weeks * 168)];
    prop_oneof![
        3 => prop::collection::vec(length, 1..4).prop_map(Every::Hours),
        1 => (1_u32..4).prop_map(Every::Months),
    ]
}

fn any_window() -> impl Strategy<Value = Window> {
    let days = prop::collection::vec(0_i8..7, 1..7).prop_map(|days| {
        days.into_iter().map(|day| Weekday::from_monday_zero_offset(day).unwrap()).collect::<Weekdays>()
    });
    let hours = (any_time(), any_time()).prop_map(|(from, to)| DailyWindow { from, to });
    (prop_oneof![2 => Just(Weekdays::ALL), 1 => days], prop_oneof![4 => hours, 1 => Just(DailyWindow::DAY)])
        .prop_map(|(days, hours)| Window { hours, days })
}

prop_compose! {
    pub fn any_layer()(
        zone in prop::sample::select(&ZONES[..]),
        window in prop::option::of(any_window()),
        handoff_at in any_time(),
        every in any_pattern(),
        days in 0_i64..1000,
        people in 1_usize..4,
    ) -> Layer {
        let names = ["ana", "ben", "ines"].map(|name| vec![name.parse().unwrap()]);
        Layer {
            place: 0,
            tier: 1,
            zone: db().get(zone).unwrap(),
            // A whole day every day is written as no window.
            window: window.filter(|window| !window.hours.is_whole_day() || window.days != Weekdays::ALL),
            every,
            handoff_at,
            from: jiff::civil::date(2023, 1, 1) + days.days(),
            ends: None,
            slots: names.into_iter().take(people).collect(),
        }
    }
}

/// An instant a day before the clock of the zone changes, or anywhere in a zone that has no summer time.
fn near_a_change(zone: &TimeZone, from: Timestamp) -> Timestamp {
    let change = zone.following(from).next().map_or(from, |change| change.timestamp());
    let change = if change > "2030-01-01T00:00:00Z".parse().unwrap() { from } else { change };
    change - SignedDuration::from_hours(24)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(64) })]
    #[test]
    fn on_call_is_what_a_walk_by_the_wall_clock_finds(layer in any_layer(), day in 0_i64..1200) {
        let anywhere: Timestamp = "2023-01-01T00:00:00Z".parse().unwrap();
        let begin = near_a_change(&layer.zone, anywhere + SignedDuration::from_hours(24 * day));
        let minute = |n: i64| begin + SignedDuration::from_mins(n);
        let begins = handoffs(&layer, layer.zone.to_datetime(minute(4320)));
        // A day of lead, so that the furthest the clock has come is known.
        let mut furthest = DateTime::MIN;
        let walked: Vec<_> = (-1440..2880)
            .map(|n| {
                furthest = furthest.max(layer.zone.to_datetime(minute(n)));
                by_the_wall(&layer, &begins, furthest)
            })
            .collect();
        let rotation = rotation(vec![layer.clone()]);
        for n in 0..2879_usize {
            let (now, state) = (minute(i64::try_from(n).unwrap()), walked[n + 1440]);
            let found = at(&rotation, now);
            let person = state.map(|(shift, _)| &layer.slots[shift % layer.slots.len()][0]);
            prop_assert_eq!(found.first().map(|turn| &turn.person), person, "at {}", now);
            let Some(until) = found.first().map(|turn| turn.until) else { continue };
            prop_assert!(now < until);
            // The end is the next minute at which the walk finds something else.
            let ends = walked[n + 1441] != state;
            prop_assert_eq!(ends, until == now + SignedDuration::from_mins(1), "at {} until {}", now, until);
        }
    }
}
