//! The proof of a year: against a walk minute by minute, over schedules and zones made at random; and each kind of
//! defect, put into a sound company, is found and nothing else is.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use insta::assert_snapshot;
use jiff::tz::{TimeZone, db};
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use zephyr_core::oncall::{Changes, Leave, Override};
use zephyr_core::policy::{DailyWindow, Layer, Person, Policy, Rotation, read};
use zephyr_core::proof::{About, Finding, clock, could_fill, example, prove};
use zephyr_core::world::Runbook;
use zephyr_core::{PersonId, RotationId, World};

use crate::oncall::{any_layer, any_time};
use crate::policy::{SOUND, sound};
use crate::policy_acme::{acme, acme_text};
use crate::scene::person;

fn world(policy: Policy) -> World {
    World::new(policy, Runbook::Missing { path: "runbooks/incident.md".into() })
}

fn rotation(name: &str) -> RotationId {
    name.parse().unwrap()
}

fn year() -> (Timestamp, Timestamp) {
    let from: Timestamp = "2026-11-26T10:20:00Z".parse().unwrap();
    (from, from + SignedDuration::from_hours(366 * 24))
}

/// What is found in a year, as `check` would say it: each finding once, with its first gap.
fn told(world: &World) -> String {
    let (from, until) = year();
    let line = |finding: &Finding| {
        let policy = &world.policy;
        let first = clock(&finding.zone(policy), finding.gaps[0]);
        let fill: Vec<String> = could_fill(world, finding, finding.gaps[0]).iter().map(ToString::to_string).collect();
        let fill = (!fill.is_empty()).then(|| format!("could: {}", fill.join(" ")));
        let head = format!("{}: {}: {}", finding.level().as_str(), finding.rule(), finding.message(policy));
        let times = format!("{} of {first}", finding.gaps.len());
        let rest = [Some(head), Some(times), finding.incidents(), example(world, finding), fill];
        rest.into_iter().flatten().collect::<Vec<_>>().join("\n  ")
    };
    prove(world, from, until).findings.iter().map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn p27_acme_is_proved_for_a_year() {
    assert_snapshot!(told(&world(acme())), @"");
}

fn acme_with(part: &str, other: &str) -> World {
    let text = acme_text();
    assert!(text.contains(part), "acme has no {part}");
    world(read(&text.replacen(part, other, 1)).unwrap())
}

#[test]
fn p27_a_hole_of_two_weeks_in_spring_is_found() {
    // Europe changes its clocks after America in spring, and before it in autumn.
    let two = r#"[rotations.payments]
layers = [
  { zone = "Europe/Berlin", hours = "07:00-19:00", every = "1 week", handoff = "Monday 09:00", from = 2026-01-05, people = ["ines", "tomas", "maya"] },
  { zone = "America/Denver", hours = "11:00-23:00", every = "1 week", handoff = "Monday 09:00", from = 2026-01-05, people = ["kai", "june"] },
]
[rotations.was]"#;
    assert_snapshot!(told(&acme_with("[rotations.payments]", two)), @"
    error: nobody-on-call: nobody is on call for payments
      21 of 2027-03-15 06:00 to 07:00 Europe/Berlin (05:00 to 06:00 UTC)
      SEV-2 on checkout; SEV-3 on checkout
      SEV-2 on checkout at 2027-03-15 05:00 UTC wakes nobody until em on call (Aiko Mori) at 05:05
      could: aiko daniel nora priya wei
    ");
}

#[test]
fn p27_a_layer_that_ends_and_one_that_has_not_begun_are_found() {
    let ended = acme_with(
        r#"from = 2026-01-08, people = ["maya", "ines"]"#,
        r#"from = 2026-01-08, until = 2027-11-25, people = ["maya", "ines"]"#,
    );
    assert_snapshot!(told(&ended), @"
    error: nobody-on-call: nobody is on call for identity
      3 of 2027-11-25 11:00 to 17:00 Europe/Berlin (10:00 to 16:00 UTC)
      SEV-2 on accounts, login; SEV-3 on accounts, login
      SEV-2 on accounts at 2027-11-25 10:00 UTC wakes nobody until em on call (Petra Lindqvist) at 10:05
      could: chidi ines lena maya nora
    ");
    let late =
        acme_with(r#"from = 2026-01-08, people = ["maya", "ines"]"#, r#"from = 2026-12-03, people = ["maya", "ines"]"#);
    assert_snapshot!(told(&late), @"
    error: nobody-on-call: nobody is on call for identity
      7 of 2026-11-26 11:20 to 17:00 Europe/Berlin (10:20 to 16:00 UTC)
      SEV-2 on accounts, login; SEV-3 on accounts, login
      SEV-2 on accounts at 2026-11-26 10:20 UTC finds nobody on call, and rings next in rotation (Maya Okafor) at once
      could: ines maya chidi lena nora
    ");
}

#[test]
fn p27_an_empty_turn_is_found() {
    assert_snapshot!(told(&acme_with(r#"people = ["maya", "ines"]"#, r#"people = ["maya", "ines", "maya", "ines", "maya", "ines", []]"#)), @"
    error: nobody-on-call: nobody is on call for identity
      56 of 2026-12-10 11:00 to 17:00 Europe/Berlin (10:00 to 16:00 UTC)
      SEV-2 on accounts, login; SEV-3 on accounts, login
      SEV-2 on accounts at 2026-12-10 10:00 UTC finds nobody on call, and rings next in rotation (Maya Okafor) at once
      could: ines maya chidi lena nora
    ");
}

#[test]
fn p27_people_who_sleep_at_the_same_time_are_found() {
    let late = acme_with("awake = \"07:00-23:00\"", "awake = \"12:00-23:00\"");
    let found = told(&late);
    assert!(found.contains("nobody on the first two steps of platform is awake"), "{found}");
    let mut policy = acme();
    for late in ["wei", "daniel"] {
        policy.people.get_mut(&person(late)).unwrap().awake = crate::oncall::window("12:00-23:00");
    }
    assert_snapshot!(told(&world(policy)), @"
    error: nobody-awake: nobody on the first two steps of identity is awake
      366 of 2026-11-27 03:00 to 05:00 Europe/Berlin (02:00 to 04:00 UTC)
      SEV-2 on accounts, login; SEV-3 on accounts, login
      SEV-2 on accounts at 2026-11-27 02:00 UTC wakes nobody until em on call (Aiko Mori) at 02:10
      could: elena kai aiko june omar
    error: nobody-awake: nobody on the first two steps of platform is awake
      119 of 2026-12-10 03:00 to 05:00 Europe/Berlin (02:00 to 04:00 UTC)
      SEV-1; SEV-2 on any service; SEV-3 on any service
      SEV-1 at 2026-12-10 02:00 UTC wakes nobody until em on call (Aiko Mori) at 02:10
      could: elena june kai priya aiko
    ");
}

#[test]
fn p27_f72_a_holiday_that_nobody_covers_is_found() {
    assert_snapshot!(told(&acme_with("[people.maya]", "[people.maya]\nholidays = [2027-03-05]")), @"
    error: nobody-on-call: nobody is on call for identity
      1 of 2027-03-05 11:00 to 17:00 Europe/Berlin (10:00 to 16:00 UTC)
      SEV-2 on accounts, login; SEV-3 on accounts, login
      SEV-2 on accounts at 2027-03-05 10:00 UTC finds nobody on call, and rings next in rotation (Ines Albrecht) at once
      could: ines chidi lena nora petra
    ");
}

#[test]
fn p27_f72_leave_that_nobody_covers_is_found_and_an_override_fills_it() {
    let mut world = world(acme());
    let (from, until): (Timestamp, Timestamp) =
        ("2027-03-01T00:00:00Z".parse().unwrap(), "2027-03-15T00:00:00Z".parse().unwrap());
    let made_at = year().0;
    world.changes.leave.push(Leave { number: 1, person: person("petra"), from, until, made_at });
    assert_snapshot!(told(&world), @"
    error: nobody-on-call: nobody is on call for em
      14 of 2027-03-01 11:00 to 17:00 Europe/Berlin (10:00 to 16:00 UTC)
      SEV-1
      SEV-1 at 2027-03-01 10:00 UTC wakes nobody until founder on call (Nora Falk) at 10:05
      could: chidi ines lena maya nora
    ");
    world.changes.overrides.push(Override {
        number: 2,
        rotation: rotation("em"),
        person: person("maya"),
        instead_of: Some(person("petra")),
        from,
        until,
        made_at,
    });
    let (from, until) = year();
    let proof = prove(&world, from, until);
    assert!(proof.holds(), "{:?}", proof.findings);
    assert!(
        proof.findings.iter().all(|finding| finding.person() == Some(&person("maya"))),
        "on two steps, which warns"
    );
}

#[test]
fn p27_a_sleeping_em_and_a_sleeping_founder_warn() {
    let alone = r#"[rotations.em]
layers = [{ zone = "Europe/Berlin", every = "1 week", handoff = "Monday 09:00", from = 2026-01-05, people = ["petra", "omar"] }]
[rotations.was]"#;
    assert_snapshot!(told(&acme_with("[rotations.em]", alone)), @"
    warning: asleep-on-call: whoever is on call for em is asleep
      392 of 2026-11-26 23:00 to 2026-11-27 07:00 Europe/Berlin (22:00 to 2026-11-27 06:00 UTC)
      SEV-1
      SEV-1 at 2026-11-26 22:00 UTC wakes nobody until next in rotation (Omar Haddad) at 22:05
      could: omar elena june kai sam
    ");
    let founder = acme_with(
        r#"{ zone = "Europe/Berlin", hours = "06:00-18:00", every = "1 week", handoff = "Monday 09:00", from = 2026-01-05, people = ["nora"] },"#,
        "",
    );
    assert_snapshot!(told(&founder), @"
    warning: asleep-on-call: whoever is on call for founder is asleep
      367 of 2026-11-26 03:20 to 07:00 America/Denver (10:20 to 14:00 UTC)
      SEV-1
      SEV-1 at 2026-11-26 10:20 UTC wakes nobody until next in rotation (Nora Falk) at 10:25
      could: nora aiko chidi daniel ines
    ");
}

#[test]
fn p27_the_only_owner_of_a_service_warns_while_asleep() {
    let alone = r#"[rotations.identity]
layers = [{ zone = "Europe/Berlin", every = "1 week", handoff = "Thursday 09:30", from = 2026-01-08, people = ["maya"] }]
[rotations.was]"#;
    assert_snapshot!(told(&acme_with("[rotations.identity]", alone)), @"
    warning: asleep-on-call: whoever is on call for identity is asleep
      366 of 2026-11-26 23:00 to 2026-11-27 07:00 Europe/Berlin (22:00 to 2026-11-27 06:00 UTC)
      SEV-2 on accounts, login; SEV-3 on accounts, login
      SEV-2 on accounts at 2026-11-26 22:00 UTC wakes nobody until em on call (Omar Haddad) at 22:05
      could: elena june kai omar sam
    ");
}

#[test]
fn p27_one_person_on_two_steps_warns() {
    assert_snapshot!(told(&acme_with(r#"people = ["omar"]"#, r#"people = ["sam"]"#)), @"
    warning: one-person-two-steps: Sam Quill is on call for em and for founder: two steps of a chain ring one person
      366 of 2026-11-26 19:00 to 2026-11-27 03:00 Europe/Berlin (18:00 to 2026-11-27 02:00 UTC)
      SEV-1; SEV-2 on any service; SEV-3 on any service
    ");
}

#[test]
fn p27_somebody_reached_over_one_network_only_warns() {
    assert_snapshot!(told(&acme_with(r#"pages = ["push", "sms", "2m call"]"#, r#"pages = ["sms", "2m call"]"#)), @"
    warning: one-channel: June Castellano is reached by sms and call only: one failure silences all of it
      1 of 2026-11-26 03:20 to 2027-11-27 03:20 America/Denver (10:20 to 2027-11-27 10:20 UTC)
    ");
    assert_snapshot!(told(&acme_with(r#"pages = ["push", "1m call", "3m call"]"#, r#"pages = ["push", "1m chat", "3m email"]"#)), @"
    warning: one-channel: Tomas Vesely is reached by push, chat and email only: one failure silences all of it
      1 of 2026-11-26 11:20 to 2027-11-27 11:20 Europe/Berlin (10:20 to 2027-11-27 10:20 UTC)
    ");
}

/// Zones that change their clocks in 2027.
static ZONES: LazyLock<Vec<TimeZone>> = LazyLock::new(|| {
    let (from, until): (Timestamp, Timestamp) =
        ("2027-01-01T00:00:00Z".parse().unwrap(), "2028-01-01T00:00:00Z".parse().unwrap());
    let zones = db().available().map(|name| db().get(name.as_str()).unwrap());
    zones.filter(|zone| zone.following(from).next().is_some_and(|change| change.timestamp() < until)).collect()
});

#[derive(Debug, Clone)]
struct Company {
    world: World,
    /// A zone whose change of the clock is looked at.
    zone: TimeZone,
}

fn any_zone() -> impl Strategy<Value = TimeZone> {
    (0..ZONES.len()).prop_map(|index| ZONES[index].clone())
}

prop_compose! {
    fn any_rotation()(
        layers in prop::collection::vec((any_layer(), any_zone(), any::<bool>()), 1..4),
        several in any::<bool>(),
    ) -> Rotation {
        let layers = layers.into_iter().enumerate().map(|(place, (mut layer, zone, own))| {
            if own {
                layer.zone = zone;
            }
            if several {
                layer.slots.extend([vec![person("kai"), person("ben")], vec![]]);
            }
            Layer { place, ..layer }
        });
        Rotation { layers: layers.collect() }
    }
}

prop_compose! {
    fn any_company()(
        rotations in prop::collection::vec(any_rotation(), 4),
        people in prop::collection::vec((any_zone(), any_time(), any_time()), 4),
        zone in any_zone(),
        arranged in prop::collection::vec((0_usize..4, 0_usize..4, 0_usize..4, -1500_i64..4000, 1_i64..3000), 0..4),
        away in prop::collection::vec((0_usize..4, -1500_i64..4000, 1_i64..3000), 0..3),
        spring in any::<bool>(),
    ) -> Company {
        const NAMES: [&str; 4] = ["ana", "ben", "ines", "kai"];
        let mut policy = sound(SOUND);
        for ((id, (zone, from, to)), holiday) in NAMES.into_iter().zip(people).zip([false, true, false, false]) {
            let like = policy.people[&person("ines")].clone();
            let holidays = if holiday { vec![span(&zone, spring, 1000, 1440)] } else { vec![] };
            policy.people.insert(person(id), Person { awake: DailyWindow { from, to }, zone, holidays, ..like });
        }
        for (id, rules) in ["payments", "platform", "em", "founder"].into_iter().zip(rotations) {
            policy.rotations.insert(rotation(id), rules);
        }
        let mut changes = Changes::default();
        for (number, (who, whose, of, from, length)) in (1..).zip(arranged) {
            let (from, until) = span(&zone, spring, from, length);
            let instead_of = (whose != who).then(|| person(NAMES[whose]));
            let rotation = rotation(["payments", "platform", "em", "founder"][of]);
            let made_at = Timestamp::from_second(number).unwrap();
            let number = u64::try_from(number).unwrap();
            changes.overrides.push(Override { number, rotation, person: person(NAMES[who]), instead_of, from, until, made_at });
        }
        for (number, (who, from, length)) in (1..).zip(away) {
            let (from, until) = span(&zone, spring, from, length);
            let made_at = Timestamp::from_second(2 * number).unwrap();
            let number = u64::try_from(number).unwrap();
            changes.leave.push(Leave { number, person: person(NAMES[who]), from, until, made_at });
        }
        Company { world: World { changes, ..world(policy) }, zone }
    }
}

/// A span in minutes after half a day before the clock changes.
fn span(zone: &TimeZone, spring: bool, from: i64, length: i64) -> (Timestamp, Timestamp) {
    let from = near_a_change(zone, spring) + SignedDuration::from_mins(from);
    (from, from + SignedDuration::from_mins(length))
}

fn near_a_change(zone: &TimeZone, spring: bool) -> Timestamp {
    let begin = if spring { "2027-01-01T00:00:00Z" } else { "2027-07-01T00:00:00Z" }.parse().unwrap();
    zone.following(begin).next().map_or(begin, |change| change.timestamp() - SignedDuration::from_hours(12))
}

/// Everything found at one instant, by asking the functions that decide at run time.
fn at_an_instant(world: &World, now: Timestamp) -> Vec<About> {
    let schedule = world.schedule();
    let awake = |person: &PersonId| world.policy.is_awake(person, now);
    let primary = |id: &str| schedule.primary(&rotation(id), now);
    let everyone = |id: &str| schedule.at(&rotation(id), now).into_iter().map(|turn| turn.person).collect::<Vec<_>>();
    let mut found = Vec::new();
    for id in ["payments", "platform", "em", "founder"] {
        if everyone(id).is_empty() {
            found.push(About::NobodyOnCall { rotation: rotation(id) });
        }
    }
    let asleep = |people: &[PersonId]| !people.is_empty() && !people.iter().any(awake);
    if asleep(&primary("em")) {
        found.push(About::AsleepOnCall { rotation: rotation("em") });
    }
    for (id, first) in
        [("payments", primary("payments")), ("platform", primary("platform")), ("platform", everyone("platform"))]
    {
        let layers = &world.policy.rotations[&rotation(id)].layers;
        let one = layers.iter().flat_map(|layer| layer.people()).collect::<std::collections::BTreeSet<_>>().len() == 1;
        let second = schedule.succession(&rotation(id), now).into_iter().find(|person| !first.contains(person));
        if one && asleep(&primary(id)) {
            found.push(About::AsleepOnCall { rotation: rotation(id) });
        }
        if !one && asleep(&first) && !second.iter().any(awake) {
            found.push(About::NobodyAwake { rotation: rotation(id) });
        }
        for person in first.into_iter().filter(|person| primary("em").contains(person)) {
            found.push(About::OnePersonTwoSteps { rotation: rotation(id), other: rotation("em"), person });
        }
    }
    found.sort();
    found.dedup();
    found
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(24) })]
    #[test]
    fn p27_f37_f38_the_proof_is_what_a_walk_minute_by_minute_finds(company in any_company(), spring in any::<bool>()) {
        let Company { world, zone } = company;
        let from = near_a_change(&zone, spring);
        let minutes = 1500;
        let proof = prove(&world, from, from + SignedDuration::from_mins(minutes));
        let mut walked: BTreeMap<About, Vec<Timestamp>> = BTreeMap::new();
        for now in (0..minutes).map(|minute| from + SignedDuration::from_mins(minute)) {
            at_an_instant(&world, now).into_iter().for_each(|about| walked.entry(about).or_default().push(now));
        }
        let timed = proof.findings.iter().filter(|finding| !matches!(finding.about, About::OneChannel { .. }));
        let mut proved: BTreeMap<About, Vec<Timestamp>> = BTreeMap::new();
        for finding in timed {
            prop_assert!(finding.gaps.windows(2).all(|pair| pair[0].1 < pair[1].0), "{:?}", finding);
            for (begin, end) in &finding.gaps {
                prop_assert!(begin < end);
                let mut now = *begin;
                while now < *end {
                    proved.entry(finding.about.clone()).or_default().push(now);
                    now += SignedDuration::from_mins(1);
                }
            }
        }
        prop_assert_eq!(proved, walked, "from {}", from);
    }
}

#[test]
fn f37_f38_one_person_always_on_call_has_no_gap_in_any_zone() {
    for zone in ZONES.iter() {
        let mut policy = sound(SOUND);
        policy.rotations.retain(|id, _| id.as_str() != "founder");
        for rules in policy.rotations.values_mut() {
            for layer in &mut rules.layers {
                layer.zone = zone.clone();
                layer.handoff_at = "02:30".parse().unwrap();
                layer.from = "2026-01-05".parse().unwrap();
            }
        }
        let (from, until) = ("2026-02-01T00:00:00Z".parse().unwrap(), "2028-02-01T00:00:00Z".parse().unwrap());
        let found = prove(&world(policy), from, until).findings;
        let gaps = found.iter().filter(|finding| matches!(finding.about, About::NobodyOnCall { .. }));
        assert_eq!(gaps.count(), 0, "{zone:?}");
    }
}
