//! Two terminals declare the same: what each of them sees, with and without somebody to ask.

use std::io::Write as _;
use std::process::{Command, Stdio};

use crate::harness::{MISSION, Place, seen};
use crate::see;

const AGAIN: [&str; 3] = ["incident", "open", "Nobody can pay at the checkout in frankfurt"];

/// What somebody sees at a terminal who types this when they are asked.
fn at_a_terminal(place: &Place, args: &[&str], typed: &str) -> String {
    let quoted: Vec<String> = args.iter().map(|arg| format!("'{arg}'")).collect();
    let line = format!("timeout --foreground 20 {} {}", env!("CARGO_BIN_EXE_zephyr"), quoted.join(" "));
    let plain = place.command(&[]);
    let settings = plain.get_envs().filter_map(|(name, value)| Some((name, value?)));
    let mut script = Command::new("script");
    script.env_clear().envs(settings).env("NO_COLOR", "1").args(["-qec", &line, "/dev/null"]);
    let mut child = script.current_dir(place.path("")).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut keyboard = child.stdin.take().unwrap();
    keyboard.write_all(typed.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    drop(keyboard);
    seen(&output).replace('\r', "")
}

/// The lines of the question and the first line of the answer.
fn asked(text: &str) -> String {
    let about = |line: &&str| line.contains("INC-") || line.contains("[j]oin") || line.starts_with("exit");
    text.lines().filter(about).take(5).collect::<Vec<_>>().join("\n")
}

fn count(place: &Place) -> usize {
    place.get("/api/v1/incidents?phase=all")["incidents"].as_array().unwrap().len()
}

#[test]
fn p12_without_a_terminal_the_second_declaration_is_added_to_the_first() {
    let place = Place::new();
    let _server = place.start();
    assert!(place.run(&MISSION).status.success());
    place.until_told("INC-1", "ines reached by push");
    place.until("all is shown", || {
        let incident = place.get("/api/v1/incidents/1");
        ["channel", "status_page", "ticket"].iter().all(|link| incident[link]["state"] == "shown").then_some(())
    });
    see!(place.see(&[&["--as", "lena"], &AGAIN[..]].concat()));
    assert_eq!(count(&place), 1);
    place.until_told("INC-1", "declared again as SEV-2 by lena: Nobody can pay at the checkout in frankfurt");
    place.until("the channel shows it", || {
        let rooms = place.get("/api/v1/builtin/rooms").to_string();
        rooms.contains("Declared again by lena: Nobody can pay").then_some(())
    });
    let joined = place.json(&[&AGAIN[..], &["--join"]].concat());
    assert_eq!((&joined["joined"], &joined["incident"]["label"]), (&true.into(), &"INC-1".into()));
    let opened = place.json(&[&AGAIN[..], &["--anyway"]].concat());
    assert_eq!((&opened["joined"], &opened["incident"]["label"]), (&serde_json::Value::Null, &"INC-2".into()));
    let both = place.run(&[&AGAIN[..], &["--anyway", "--join"]].concat());
    assert_eq!(both.status.code(), Some(2));
}

#[test]
fn p12_a_terminal_is_asked_and_enter_joins() {
    let place = Place::new();
    let _server = place.start();
    assert!(place.run(&[&["--as", "maya"], &MISSION[..]].concat()).status.success());
    see!(asked(&at_a_terminal(&place, &AGAIN, "yes\n\n")));
    assert_eq!(count(&place), 1);
    let stopped = at_a_terminal(&place, &AGAIN, "s\n");
    assert!(stopped.starts_with("exit 1\n") && stopped.contains("nothing was opened"), "{stopped}");
    let ended = at_a_terminal(&place, &AGAIN, "\u{4}");
    assert!(ended.starts_with("exit 1\n"), "whoever ends the input has said nothing: {ended}");
    assert_eq!(place.timeline("INC-1").iter().filter(|entry| entry["kind"] == "declared_again").count(), 1);
    let opened = at_a_terminal(&place, &AGAIN, "o\n");
    assert!(opened.contains("INC-2 SEV-2 opened") && opened.contains("see also    INC-1, about the same"), "{opened}");
    let flagged = at_a_terminal(&place, &[&AGAIN[..], &["--join"]].concat(), "");
    assert!(flagged.starts_with("exit 0") && !flagged.contains("[j]oin"), "a flag is asked nothing: {flagged}");
}

#[test]
fn p12_what_is_worse_is_asked_nothing_and_opens() {
    let place = Place::new();
    let _server = place.start();
    assert!(place.run(&["incident", "open", "--sev", "3", "Checkout is slow in frankfurt"]).status.success());
    let opened = at_a_terminal(&place, &AGAIN, "");
    assert!(opened.contains("INC-2 SEV-2 opened") && !opened.contains("[j]oin"), "{opened}");
    place.until_told("INC-1", "INC-2 SEV-2, about the same, opened by the operator");
    let shown = place.see(&["incident", "show", "INC-1"]);
    assert!(shown.contains("see also    INC-2, about the same"), "{shown}");
}

#[test]
fn p12_two_terminals_at_once_make_one_incident() {
    let place = Place::new();
    let _server = place.start();
    let start = |person: &str| {
        let mut command = place.command(&[&["--as", person], &MISSION[..]].concat());
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    };
    let both = [start("nora"), start("lena")].map(|child| child.wait_with_output().unwrap());
    let mut firsts: Vec<String> = both.iter().map(|output| seen(output).lines().nth(1).unwrap().to_owned()).collect();
    firsts.sort();
    let summary = MISSION[5];
    assert_eq!(firsts, [format!("INC-1 SEV-2 joined: {summary}"), format!("INC-1 SEV-2 opened: {summary}")]);
    assert!(both.iter().all(|output| output.status.success()));
    assert_eq!(count(&place), 1);
}

#[test]
fn p12_a_server_started_anew_between_still_knows_the_first() {
    let place = Place::new();
    let server = place.start();
    assert!(place.run(&MISSION).status.success());
    server.kill();
    let _server = place.start();
    let again = place.see(&AGAIN);
    assert!(again.starts_with("exit 0\nINC-1 SEV-2 joined: "), "{again}");
    assert_eq!(count(&place), 1);
}
