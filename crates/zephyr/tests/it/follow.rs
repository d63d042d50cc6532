//! The timeline, and watching it grow.

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};

use crate::harness::{MISSION, Place};

#[test]
fn a_timeline_is_told_whole_and_for_programs() {
    let place = Place::new();
    let _server = place.start();
    assert!(place.run(&MISSION).status.success());
    place.until_told("INC-1", "ines reached by push");
    let told = place.see(&["incident", "timeline"]);
    assert!(told.starts_with("exit 0\n") && told.contains("INC-1 SEV-2 opened by the operator"), "{told}");
    let all = place.json(&["incident", "timeline", "1"]);
    let count = all["entries"].as_array().unwrap().len();
    assert!(count > 3 && all["next_after"] == count, "{all}");
}

#[test]
fn following_tells_what_happens_once_and_ends_with_the_incident() {
    let place = Place::new();
    let _server = place.start();
    assert!(place.run(&MISSION).status.success());
    place.until_told("INC-1", "ines reached by push");
    let watch = |args: &[&str]| place.command(args).stdout(Stdio::piped()).stderr(Stdio::inherit()).spawn().unwrap();
    let mut shown = watch(&["incident", "show", "--follow"]);
    let mut lines = BufReader::new(shown.stdout.take().unwrap()).lines().map(Result::unwrap);
    lines.find(|line| line.contains("opened by the operator")).expect("it begins with what there is");
    let mut json = watch(&["incident", "timeline", "INC-1", "--follow", "--json"]);
    assert!(place.run(&["--as", "maya", "incident", "update", "INC-1", "Rolling back"]).status.success());
    lines.find(|line| line.contains("Rolling back")).expect("news while it is open");
    assert!(place.run(&["--as", "maya", "incident", "resolve", "INC-1"]).status.success());
    let rest: Vec<String> = lines.collect();
    assert_eq!(rest.iter().filter(|line| line.contains("resolved by maya")).count(), 1, "{rest:?}");
    assert!(shown.wait().unwrap().success());
    let entries = BufReader::new(json.stdout.take().unwrap()).lines();
    let seqs = entries.map(|line| serde_json::from_str::<serde_json::Value>(&line.unwrap()).unwrap()["seq"].clone());
    let seqs: Vec<u64> = seqs.map(|seq| seq.as_u64().unwrap()).collect();
    assert_eq!(seqs, (1..).take(seqs.len()).collect::<Vec<u64>>(), "each once, in order, one a line");
    assert!(json.wait().unwrap().success());
}

#[test]
fn whoever_has_seen_enough_leaves_with_ctrl_c() {
    let place = Place::new();
    let _server = place.start();
    assert!(place.run(&MISSION).status.success());
    let mut command = place.command(&["incident", "timeline", "--follow"]);
    let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    lines.next().unwrap().unwrap();
    // What comes next is told only once it follows, and by then it listens for Ctrl-C.
    assert!(place.run(&["--as", "maya", "incident", "update", "INC-1", "Rolling back"]).status.success());
    lines.find(|line| line.as_ref().unwrap().contains("Rolling back")).unwrap().unwrap();
    let killed = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(killed.success());
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn when_no_server_answers_it_names_whom_to_ring() {
    use std::os::unix::fs::PermissionsExt as _;
    let place = Place::new();
    let server = place.start();
    assert!(place.run(&["incident", "list"]).status.success());
    server.kill();
    let kept = place.path(".local/state/zephyr/oncall.json");
    assert_eq!(std::fs::metadata(&kept).unwrap().permissions().mode() & 0o777, 0o600);
    crate::see!(place.see(&MISSION));
    let told = place.json(&["incident", "list"]);
    assert!(told["error"].as_str().unwrap().starts_with("no server answers at "), "{told}");
    let phone = &told["last_known"]["on_call"]["rotations"][2]["on_call"][0]["phone"];
    assert_eq!(phone, "+447700900106", "{told}");
    std::fs::write(&kept, "{ damaged").unwrap();
    let damaged = place.see(&["oncall"]);
    assert!(damaged.starts_with("exit 3\n--- stderr\n"), "{damaged}");
}

#[test]
fn programs_are_told_no_telephones() {
    let place = Place::new();
    let _server = place.start();
    let bot = place.json(&["token", "create", "--bot", "watcher"])["token"].as_str().unwrap().to_owned();
    let phones = |args: &[&str]| place.json(&[args, &["oncall"]].concat()).to_string().matches("+4477").count();
    assert_eq!(phones(&["--token", &bot]), 0);
    assert_eq!(phones(&["--as", "maya"]), 6);
}
