//! The proof and the simulation, as they are typed.

use insta::assert_snapshot;
use serde_json::Value;

use crate::harness::{Place, project, seen};

const FROM: &str = "2027-03-01T00:00Z";

fn acme(part: &str, other: &str) -> Place {
    let text = std::fs::read_to_string(project().join("examples/acme/zephyr.toml")).unwrap();
    assert!(text.contains(part), "acme has no {part}");
    Place::with_policy(&text.replacen(part, other, 1))
}

/// A hole of an hour while Europe has not changed its clocks yet.
fn with_a_hole() -> Place {
    let two = r#"[rotations.payments]
layers = [
  { zone = "Europe/Berlin", hours = "07:00-19:00", every = "1 week", handoff = "Monday 09:00", from = 2026-01-05, people = ["ines", "tomas", "maya"] },
  { zone = "America/Denver", hours = "11:00-23:00", every = "1 week", handoff = "Monday 09:00", from = 2026-01-05, people = ["kai", "june"] },
]
[rotations.was]"#;
    acme("[rotations.payments]", two)
}

fn with_a_sleeping_founder() -> Place {
    acme("awake = \"06:00-23:00\"", "awake = \"08:00-23:00\"")
}

/// What is printed from a line on.
fn after(text: &str, line: &str) -> String {
    text.lines().skip_while(|printed| !printed.contains(line)).collect::<Vec<_>>().join("\n")
}

#[test]
fn p27_the_example_company_is_proved_for_a_year_from_now() {
    let place = acme("", "");
    let shown = seen(&place.run(&["check", "--horizon", "366d", "--strict"]));
    assert!(shown.starts_with("exit 0\n") && shown.contains(": 0 errors, 0 warnings"), "{shown}");
}

#[test]
fn p27_a_hole_is_told_with_what_would_happen_in_it() {
    let place = with_a_hole();
    let shown = seen(&place.run(&["check", "--horizon", "366d", "--from", FROM]));
    assert!(shown.starts_with("exit 1\n"), "{shown}");
    assert_snapshot!(after(&shown, "nobody-on-call"), @"
    zephyr.toml:188:12: nobody-on-call: nobody is on call for payments
      when: 2027-03-15 06:00 to 07:00 Europe/Berlin (05:00 to 06:00 UTC); 20 more times, the last on 2027-11-07
      incidents: SEV-2 on checkout; SEV-3 on checkout
      example: SEV-2 on checkout at 2027-03-15 05:00 UTC wakes nobody until em on call (Aiko Mori) at 05:05
      could fill it: aiko, daniel, nora, priya, wei
      help: let a layer of [rotations.payments] cover that time
    not proved for 366 days from 2027-03-01 00:00 UTC: 1 error, 0 warnings
    --- stderr
    error: zephyr.toml is not proved: 1 error, listed above
      now: `zephyr check --explain nobody-on-call` says more, with an example
    ");
    // Before and after those weeks there is none.
    let shown = seen(&place.run(&["check", "--horizon", "14d", "--from", "2027-02-25T00:00Z"]));
    assert!(shown.starts_with("exit 0\n"), "{shown}");
}

#[test]
fn p27_warnings_end_with_0_unless_they_count() {
    let place = with_a_sleeping_founder();
    let shown = seen(&place.run(&["check", "--horizon", "30d", "--from", FROM]));
    assert!(shown.starts_with("exit 0\n") && shown.contains("warning: asleep-on-call"), "{shown}");
    let strict = seen(&place.run(&["check", "--horizon", "30d", "--from", FROM, "--strict"]));
    assert!(strict.starts_with("exit 1\n") && strict.contains("is not proved: 1 warning"), "{strict}");
}

#[test]
fn p27_programs_are_told_every_gap() {
    let place = with_a_hole();
    let proof = place.json(&["check", "--horizon", "366d", "--from", FROM])["proof"].clone();
    assert_eq!((proof["holds"].clone(), proof["errors"].clone()), (Value::Bool(false), 1.into()));
    let finding = &proof["findings"][0];
    assert_eq!(finding["gaps"].as_array().unwrap().len(), 21);
    assert_eq!(finding["count"], 21);
    assert_eq!(finding["gaps"][0]["from_local"], "2027-03-15T06:00:00+01:00[Europe/Berlin]");
    assert_eq!(finding["incidents"][0]["service"], "checkout");
    let json = place.run(&["check", "--horizon", "366d", "--from", FROM, "--format", "json"]);
    assert_eq!(json.status.code(), Some(1));
    let sarif = place.run(&["check", "--horizon", "366d", "--from", FROM, "--format", "sarif"]);
    assert_eq!(sarif.status.code(), Some(1));
    let sarif: Value = serde_json::from_slice(&sarif.stdout).unwrap();
    let result = &sarif["runs"][0]["results"][0];
    assert_eq!((sarif["version"].clone(), result["ruleId"].clone()), ("2.1.0".into(), "nobody-on-call".into()));
    let line = result["locations"][0]["physicalLocation"]["region"]["startLine"].as_u64().unwrap();
    let text = std::fs::read_to_string(place.path("zephyr.toml")).unwrap();
    assert_eq!(text.lines().nth(usize::try_from(line).unwrap() - 1), Some("[rotations.payments]"));
    let github = seen(&place.run(&["check", "--horizon", "366d", "--from", FROM, "--format", "github"]));
    assert!(github.contains("::error file=zephyr.toml,line="), "{github}");
    assert!(github.contains("wakes nobody until em on call (Aiko Mori) at 05:05%0A"), "{github}");
}

#[test]
fn mistakes_of_the_file_are_annotations_too() {
    let place = acme("[people.maya]", "[people.maya]\ncolour = 1");
    let github = seen(&place.run(&["check", "--format", "github"]));
    assert!(github.starts_with("exit 1\n::error file=zephyr.toml,line="), "{github}");
    assert!(github.contains(",title=unknown-key::[people.maya] has no key `colour`%0A"), "{github}");
}

#[test]
fn horizons_and_times_that_cannot_be_are_refused() {
    let place = Place::new();
    for args in [
        &["check", "--horizon", "0d"][..],
        &["check", "--horizon", "-1d"],
        &["check", "--horizon", "99999d"],
        &["check", "--horizon", "366"],
        &["check", "--from", "2027-01-01"],
        &["check", "--horizon", "1d", "--from", "2027-02-29"],
        &["simulate", "--at", "2027-01-01T12:00[Europe/Brelin]"],
        &["simulate", "--sev", "4"],
    ] {
        assert_eq!(place.run(args).status.code(), Some(2), "{args:?}");
    }
    assert_snapshot!(seen(&place.run(&["simulate", "--service", "chekout"])), @"
    exit 1
    --- stderr
    error: there is no service `chekout`
      now: one of: checkout, search
    ");
    assert_snapshot!(seen(&place.run(&["simulate", "--at", "2027-01-01T12:00[Europe/Brelin]"])), @"
    exit 2
    --- stderr
    error: invalid value '2027-01-01T12:00[Europe/Brelin]' for '--at <WHEN>': there is no time zone `Europe/Brelin`; write a time such as 2027-03-28T02:30[Europe/Berlin], 2027-03-28T02:30 or 2027-03-28T00:30Z

    For more information, try '--help'.
    ");
}

#[test]
fn p28_a_simulation_rings_until_the_chain_comes_round() {
    let place = acme("", "");
    let at = "2027-03-28T02:30[Europe/Berlin]";
    assert_snapshot!(seen(&place.run(&["simulate", "--sev", "3", "--service", "checkout", "--at", at])), @"
    exit 0
    SEV-3 on checkout, opened Sun 28 Mar 2027 03:00 Europe/Berlin (Sun 01:00 UTC); nobody answers
      02:30 does not exist there on that day: the first instant after the gap is meant
    03:00:00  page service, step 1, on call: Wei Tan
    03:00:00    push  Wei Tan
    03:01:00    sms   Wei Tan
    03:02:00    call  Wei Tan
    03:05:00  page service, step 2, next in rotation: Priya Raman
    03:05:00    push  Priya Raman
    03:06:00    sms   Priya Raman
    03:07:00    call  Priya Raman
    03:10:00  page service, step 3, em on call: Aiko Mori
    03:10:00    push  Aiko Mori
    03:11:00    sms   Aiko Mori
    03:12:00    call  Aiko Mori
    03:15:00  page service, step 4, founder on call: Sam Quill
    03:15:00    push  Sam Quill
    03:16:00    sms   Sam Quill
    03:17:00    call  Sam Quill
    03:20:00  page service, step 1, on call, round 2: Wei Tan
    03:20:00    push  Wei Tan
    03:20:00    sms   Wei Tan
    03:20:00    call  Wei Tan
    After 20 min every chain has come round, and goes on so.
    ");
    let json = place.json(&["simulate", "--sev", "2", "--service", "checkout", "--at", at]);
    assert_eq!((json["clock"].clone(), json["at"].clone()), ("skipped".into(), "2027-03-28T01:00:00Z".into()));
    assert_eq!(json["deeds"][0]["kind"], "step");
    let twice = place.json(&["simulate", "--as", "ines", "--at", "2027-10-31T02:30"]);
    assert_eq!((twice["clock"].clone(), twice["at"].clone()), ("twice".into(), "2027-10-31T00:30:00Z".into()));
}

#[test]
fn p27_the_schedule_of_days_ahead_shows_turns_and_gaps() {
    let place = with_a_hole();
    let _server = place.start();
    let week = &["oncall", "schedule", "payments", "--from", "2027-03-14T12:00Z", "--days", "2"];
    assert_snapshot!(seen(&place.run(week)), @"
    exit 0
    payments
      Sun 14 Mar 12:00 to 18:00            Tomas Vesely
      Sun 14 Mar 17:00 to Mon 15 Mar 05:00 June Castellano  layer 2
      Mon 15 Mar 05:00 to 06:00            NOBODY
      Mon 15 Mar 06:00 to 08:00            Tomas Vesely
      Mon 15 Mar 08:00 to 18:00            Maya Okafor
      Mon 15 Mar 17:00 to Tue 16 Mar 05:00 Kai Redfern  layer 2
      Tue 16 Mar 05:00 to 06:00            NOBODY
      Tue 16 Mar 06:00 to 12:00            Maya Okafor
    Not marked as read by june, kai, maya, tomas: `zephyr oncall ready`
    ");
    let json = place.json(week);
    let gaps = json["rotations"][0]["gaps"].as_array().unwrap();
    assert_eq!(gaps[0]["from"], "2027-03-15T05:00:00Z");
    let at = "2027-03-15T05:10:00Z";
    let shown = seen(&place.run(&["oncall", "who", "--at", at]));
    assert!(shown.starts_with("exit 0\nOn call ") && shown.contains("payments   NOBODY"), "{shown}");
    assert_eq!(place.json(&["oncall", "who", "--at", at])["at"], at);
    let skipped = seen(&place.run(&["oncall", "who", "--at", "2027-03-28T02:30[Europe/Berlin]"]));
    assert!(skipped.contains("02:30 does not exist there on that day"), "{skipped}");
    assert!(seen(&place.run(&["oncall", "now"])).starts_with("exit 0\n"));
    let unknown = seen(&place.run(&["oncall", "schedule", "paymants"]));
    assert!(unknown.starts_with("exit 1\n") && unknown.to_lowercase().contains("no such rotation"), "{unknown}");
}
