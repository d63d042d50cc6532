//! The example company has to be what it says it is: somebody awake, at every instant of the year.

use std::collections::BTreeSet;

use zephyr_core::oncall::Schedule;
use zephyr_core::policy::{Policy, Severity, TargetWho, read, without_contacts};
use zephyr_core::{RotationId, SignedDuration, Timestamp};

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/acme/zephyr.toml");

pub fn acme() -> Policy {
    match read(&acme_text()) {
        Ok(policy) => policy,
        Err(mistakes) => {
            let told: Vec<String> = mistakes.iter().map(|mistake| mistake.render("zephyr.toml")).collect();
            panic!("{}", told.join("\n"))
        }
    }
}

pub fn acme_text() -> String {
    std::fs::read_to_string(FILE).unwrap()
}

/// Every hour of a year, on which all hours of the file begin, and around each instant at which a turn ends.
fn instants(policy: &Policy, rotation: &RotationId) -> BTreeSet<Timestamp> {
    let from: Timestamp = "2026-11-01T00:00:00Z".parse().unwrap();
    let mut all = BTreeSet::new();
    for hour in 0..(366 * 24) {
        let now = from + SignedDuration::from_hours(hour);
        all.insert(now);
        for until in Schedule::of(policy).at(rotation, now).into_iter().map(|turn| turn.until) {
            all.extend([until - SignedDuration::from_nanos(1), until]);
        }
    }
    all
}

fn somebody_of_two_steps_is_awake(policy: &Policy, rotation: &RotationId, now: Timestamp) -> bool {
    let first = Schedule::of(policy).at(rotation, now).into_iter().next().map(|turn| turn.person);
    let second = Schedule::of(policy).succession(rotation, now).into_iter().next();
    first.into_iter().chain(second).any(|person| policy.is_awake(&person, now))
}

#[test]
fn acme_is_a_sound_company() {
    let policy = acme();
    assert!((14..=16).contains(&policy.people.len()));
    let zones: BTreeSet<&str> = policy.people.values().filter_map(|person| person.zone.iana_name()).collect();
    assert_eq!(
        zones.into_iter().collect::<Vec<_>>(),
        ["Africa/Lagos", "America/Denver", "Asia/Singapore", "Europe/Berlin"]
    );
    let email = |person: &zephyr_core::policy::Person| person.email.clone().unwrap();
    assert!(policy.people.values().all(|person| email(person).ends_with("@acme.example") && person.phone.is_some()));
}

#[test]
fn p27_somebody_awake_is_on_one_of_the_first_two_steps_all_year() {
    let policy = acme();
    // Every rotation that some severity pages for some service, so each instant is looked at once for each.
    let mut paged = BTreeSet::new();
    for severity in Severity::ALL {
        for target in &policy.severities[&severity].page {
            match &target.who {
                TargetWho::Service => paged.extend(policy.services.values().map(|service| &service.owner)),
                TargetWho::Rotation(rotation) => drop(paged.insert(rotation)),
            }
        }
    }
    assert_eq!(paged.len(), 6);
    let windows = policy.people.values().map(|person| person.awake);
    let windows = windows.chain(
        policy.rotations.values().flat_map(|r| &r.layers).filter_map(|layer| layer.window.map(|window| window.hours)),
    );
    assert!(
        windows.into_iter().all(|window| window.from.minute() == 0 && window.to.minute() == 0),
        "walk smaller steps"
    );
    for id in paged {
        for now in instants(&policy, id) {
            assert!(!Schedule::of(&policy).at(id, now).is_empty(), "nobody is on call for {id} at {now}");
            assert!(somebody_of_two_steps_is_awake(&policy, id, now), "{id} sleeps at {now}");
        }
    }
}

#[test]
fn what_is_kept_of_acme_has_no_contacts() {
    let kept = without_contacts(&std::fs::read_to_string(FILE).unwrap());
    let policy = acme();
    let contacts = policy.people.values().flat_map(|person| [person.email.clone(), person.phone.clone()]).flatten();
    assert_eq!(contacts.filter(|contact| kept.contains(contact)).count(), 0);
    assert!(kept.contains("name = \"Maya Okafor\""));
}

#[test]
fn paths_of_the_example_exist() {
    for path in ["runbooks/incident.md", "runbooks/post-mortem-template.md", "comms/incident-email-template.md"] {
        let file = format!("{}/../../examples/acme/{path}", env!("CARGO_MANIFEST_DIR"));
        assert!(std::fs::read_to_string(&file).is_ok_and(|text| !text.is_empty()), "{file}");
    }
    assert_eq!(acme().runbook, "runbooks/incident.md");
}
