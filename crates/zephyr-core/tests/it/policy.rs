//! Tests of reading a policy file.

use zephyr_core::SignedDuration;
use zephyr_core::policy::{
    DailyWindow, Every, LadderEntry, Method, Mistake, Person, Policy, Severity, StepWho, TargetRule, TargetWho, read,
    without_contacts,
};

/// The smallest policy that has a bit of everything and nothing wrong with it.
pub const SOUND: &str = r#"[organisation]
name = "Acme"
regions = ["eu-frankfurt", { name = "us-ashburn", also_called = ["ashburn"] }]

[people.ines]
name = "Ines Albrecht"
email = "ines@acme.example"
phone = "+447700900101"
zone = "Europe/Berlin"
pages = ["push", "1m sms"]

[people.kai]
zone = "America/Denver"

[services.checkout]
owner = "payments"
also_called = ["cart"]

[rotations.payments]
layers = [
  { zone = "Europe/Berlin", every = "1 week", handoff = "Monday 09:00", from = 2026-01-05, people = ["ines", "kai"] },
]
[rotations.platform]
layers = [{ zone = "Europe/Berlin", every = "2 weeks", handoff = "Tuesday 18:30", from = 2026-01-06, people = ["kai"] }]
[rotations.em]
layers = [{ zone = "UTC", every = "1 week", handoff = "Monday 00:00", from = 2026-01-05, people = ["ines"] }]
[rotations.founder]
layers = [{ zone = "UTC", every = "1 week", handoff = "Monday 00:00", from = 2026-01-05, people = ["ines"] }]

[severity.1]
when = ["A region is down"]
page = ["platform:everyone", "em"]
[severity.2]
when = ["Customers notice"]
page = ["service", "platform"]
[severity.3]
when = ["Internal"]
page = ["service"]
status_page = false

[escalation]
chain = ["on call", "5m next in rotation", "5m em"]
then = "again"
"#;

/// The policy of a text that has nothing wrong with it.
pub fn sound(text: &str) -> Policy {
    read(text).unwrap_or_else(|mistakes| panic!("{}", rendered(&mistakes)))
}

fn rendered(mistakes: &[Mistake]) -> String {
    mistakes.iter().map(|mistake| mistake.render("zephyr.toml")).collect::<Vec<_>>().join("\n")
}

/// What is told about a text.
pub fn told(text: &str) -> String {
    rendered(&read(text).expect_err("there is something wrong with it"))
}

/// The sound policy with one part of it written in another way.
pub fn instead(part: &str, other: &str) -> String {
    assert!(SOUND.contains(part), "the sound policy has no {part}");
    SOUND.replacen(part, other, 1)
}

/// What is told about the sound policy with one part of it written in another way.
pub fn told_instead(part: &str, other: &str) -> String {
    told(&instead(part, other))
}

fn person(policy: &Policy, id: &str) -> Person {
    policy.people[&id.parse().unwrap()].clone()
}

fn ladder(entries: &[(i64, Method)]) -> Vec<LadderEntry> {
    let entry = |&(secs, method)| LadderEntry { after: SignedDuration::from_secs(secs), method };
    entries.iter().map(entry).collect()
}

#[test]
fn a_sound_policy_is_read_whole() {
    let policy = sound(SOUND);
    assert_eq!(policy.organisation, "Acme");
    assert_eq!(policy.regions[1].also_called, ["ashburn"]);
    let checkout = &policy.services[&"checkout".parse().unwrap()];
    assert_eq!((checkout.name.as_str(), checkout.component.as_str()), ("checkout", "checkout"));
    let layer = &policy.rotations[&"platform".parse().unwrap()].layers[0];
    assert_eq!((&layer.every, layer.handoff_at.to_string()), (&Every::weeks(2), "18:30:00".to_owned()));
    let worst = &policy.severities[&Severity::One];
    let platform = TargetWho::Rotation("platform".parse().unwrap());
    assert_eq!(worst.page[0], TargetRule { who: platform, everyone: true });
    assert!(worst.status_page && !policy.severities[&Severity::Three].status_page);
    let steps: Vec<&StepWho> = policy.chain.iter().map(|step| &step.who).collect();
    assert_eq!(steps, [&StepWho::OnCall, &StepWho::NextInRotation, &StepWho::Rotation("em".parse().unwrap())]);
    assert_eq!(policy.chain[1].after, SignedDuration::from_mins(5));
    assert_eq!(policy.round_wait, SignedDuration::from_mins(5));
    assert_eq!(policy.update_every, SignedDuration::from_mins(15));
    assert_eq!(policy.runbook, "runbooks/incident.md");
}

#[test]
fn the_version_is_the_beginning_of_the_hash_of_the_text() {
    assert_eq!(sound(SOUND).version, sound(SOUND).version);
    assert_ne!(sound(SOUND).version, sound(&format!("{SOUND}\n")).version);
    let version = sound(SOUND).version.to_string();
    assert!(version.len() == 12 && version.chars().all(|c| matches!(c, '0'..='9' | 'a'..='f')));
}

#[test]
fn a_person_without_a_ladder_gets_what_they_have_an_address_for() {
    let policy = sound(&instead("pages = [\"push\", \"1m sms\"]\n", ""));
    let all = ladder(&[(0, Method::Push), (60, Method::Sms), (120, Method::Call)]);
    assert_eq!(person(&policy, "ines").ladder, all);
    assert_eq!(person(&policy, "kai").ladder, ladder(&[(0, Method::Push)]));
    assert_eq!(person(&policy, "kai").name, "kai");
}

#[test]
fn the_built_in_ladder_ends_inside_a_short_step() {
    let text = instead("pages = [\"push\", \"1m sms\"]\n", "").replace("5m next", "40s next");
    let short = ladder(&[(0, Method::Push), (10, Method::Sms), (20, Method::Call)]);
    assert_eq!(person(&sound(&text), "ines").ladder, short);
}

#[test]
fn the_organisations_ladder_and_hours_are_defaults() {
    let text = instead("pages = [\"push\", \"1m sms\"]\n", "").replace(
        "name = \"Acme\"",
        "name = \"Acme\"\nadmins = [\"kai\"]\nawake = \"22:00-24:00\"\npages = [\"sms\", \"3m call\"]",
    );
    let policy = sound(&text);
    assert_eq!(person(&policy, "ines").ladder, ladder(&[(0, Method::Sms), (180, Method::Call)]));
    assert_eq!(person(&policy, "kai").ladder, ladder(&[(0, Method::Push)]));
    let midnight = jiff::civil::Time::midnight();
    assert_eq!(person(&policy, "kai").awake, DailyWindow { from: jiff::civil::time(22, 0, 0, 0), to: midnight });
    assert!(person(&policy, "kai").admin && !person(&policy, "ines").admin);
}

#[test]
fn a_chain_says_how_long_its_last_step_waits() {
    let wait = |then: &str| sound(&instead("then = \"again\"", then)).round_wait.as_secs();
    assert_eq!(wait("then = \"7m again\""), 420);
    assert_eq!(wait("then = \"again\""), 300);
    assert_eq!(wait(""), 300);
    let alone = instead(", \"5m next in rotation\", \"5m em\"]", "]");
    assert_eq!(sound(&alone).round_wait.as_secs(), 300);
    let last = instead("\"5m em\"", "\"9m em\"");
    assert_eq!(sound(&last).round_wait.as_secs(), 540);
}

#[test]
fn severities_and_chain_have_defaults() {
    let (start, end) = (SOUND.find("[severity.1]").unwrap(), SOUND.find("[escalation]").unwrap());
    let policy = sound(&SOUND[..start]);
    assert_eq!(policy.severities.keys().copied().collect::<Vec<_>>(), Severity::ALL);
    assert_eq!(policy.severities[&Severity::One].page.len(), 3);
    assert!(!policy.severities[&Severity::Three].status_page);
    assert_eq!(policy.chain.len(), 4);
    assert_eq!(sound(&format!("{}{}", &SOUND[..start], &SOUND[end..])).chain.len(), 3);
}

#[test]
fn a_severity_may_have_a_chain_of_its_own_and_ladders_end_inside_it() {
    let own = "page = [\"platform:everyone\", \"em\"]\nchain = [\"on call\", \"50s em\"]";
    let text = instead("page = [\"platform:everyone\", \"em\"]", own);
    insta::assert_snapshot!(told(&text), @r#"
    zephyr.toml:10:18: ladder-too-long: a step lasts 50s, so this entry would never be reached
      here: "1m sms"
      help: use less than 50s
    "#);
    let policy = sound(&text.replace("1m sms", "30s sms"));
    assert_eq!(policy.severities[&Severity::One].chain.as_ref().unwrap().len(), 2);
}

#[test]
fn contacts_are_blanked_and_nothing_else() {
    let kept = without_contacts(SOUND);
    assert_eq!(kept, SOUND.replace("\"ines@acme.example\"", "\"\"").replace("\"+447700900101\"", "\"\""));
    // In any way of writing it.
    let inline = "people = { ines = { phone = '+447700900101', email = \"\"\"a@b.example\"\"\" } } # ö\n";
    assert_eq!(without_contacts(inline), "people = { ines = { phone = \"\", email = \"\" } } # ö\n");
    let dotted = "[people]\nines.phone = '+44'\nines.email = [1]\n";
    assert_eq!(without_contacts(dotted), "[people]\nines.phone = \"\"\nines.email = \"\"\n");
}

#[test]
fn a_text_that_is_not_toml_keeps_nothing() {
    assert_eq!(without_contacts("[people.ines]\nphone = +44 7700\n"), "");
}

proptest::proptest! {
    #[test]
    fn no_text_makes_it_fall_over(text in "\\PC{0,60}", at in 0..SOUND.len(), end in 0..SOUND.len()) {
        let _ = read(&text);
        let cut = SOUND.get(..at).unwrap_or_default();
        let rest = SOUND.get(end..).unwrap_or_default();
        if let Err(mistakes) = read(&format!("{cut}{text}{rest}")) {
            proptest::prop_assert!(!mistakes.is_empty() && mistakes.len() <= 50);
            proptest::prop_assert!(mistakes.iter().all(|m| !m.help.is_empty() && !m.message.is_empty()));
        }
        let _ = without_contacts(&text);
    }
}
