//! The demonstration: from nothing to a resolved incident with one command.

use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Command, Stdio};

use crate::harness::{Place, seen};

/// The demonstration's folder of temporary files.
fn folder(place: &Place) -> PathBuf {
    let folder = place.path("tmp");
    std::fs::create_dir(&folder).unwrap();
    folder
}

#[test]
fn the_demonstration_tells_a_whole_incident_and_leaves_nothing_behind() {
    let place = Place::new();
    let folder = folder(&place);
    let output = place.command(&["demo", "--exit"]).env("TMPDIR", &folder).output().unwrap();
    let text = seen(&output);
    assert!(text.starts_with("exit 0\n"), "{text}");
    let mut rest = text.as_str();
    for told in [
        "$ zephyr incident open --sev 2 --summary \"Checkout p99 elevated in eu-frankfurt\"",
        "INC-1 SEV-2 opened: Checkout p99 elevated in eu-frankfurt",
        "service     checkout, region eu-frankfurt",
        "reached by push",
        "Its timeline",
        "(step 1)",
        "+5:0",
        " answered page",
        "channel     #inc-1-",
        "pinned    Runbook: runbooks/incident.md",
        "status page Checkout (eu-frankfurt): Checkout in eu-frankfurt: we are investigating.",
        "ticket ",
        "$ zephyr incident resolve INC-1",
        "INC-1 SEV-2 resolved",
        "resolved by ",
        "status page Checkout (eu-frankfurt): Checkout in eu-frankfurt: this is resolved.",
        "(closed)",
    ] {
        let at = rest.find(told).unwrap_or_else(|| panic!("`{told}` is missing, or too early, in\n{text}"));
        rest = &rest[at + told.len()..];
    }
    assert!(text.contains("No telephone rings"), "{text}");
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 0, "its folder is gone");
}

#[test]
fn it_stays_up_to_be_looked_at_until_it_is_interrupted() {
    let place = Place::new();
    let folder = folder(&place);
    let mut command = place.command(&["demo"]);
    let mut child = command.env("TMPDIR", &folder).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(|line| line.unwrap());
    let console = lines.find_map(|line| line.strip_prefix("  console     ").map(str::to_owned)).unwrap();
    let login = lines.next().unwrap();
    assert!(login.contains("/login as ") && console.starts_with("http://127.0.0.1:"), "{console} {login}");
    let token = lines.next().unwrap().trim().to_owned();
    let server = console.trim_end_matches('/');
    let host = server.trim_start_matches("http://");
    let form = format!("token={token}");
    let login = format!(
        "POST /login HTTP/1.1\r\nHost: {host}\r\nOrigin: {server}\r\nConnection: close\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{form}",
        form.len()
    );
    let answer = String::from_utf8(crate::proxy::talk(host, login.as_bytes())).unwrap();
    assert!(answer.starts_with("HTTP/1.1 303") && answer.contains("set-cookie: "), "{answer}");
    let known = place.command(&["--server", server, "--token", &token, "incident", "show", "INC-1"]).output().unwrap();
    assert!(known.status.success(), "{}", seen(&known));
    let killed = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(killed.success());
    assert!(child.wait().unwrap().success());
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 0, "its folder is gone");
}

#[test]
fn its_server_ends_with_it_even_if_it_is_killed() {
    let place = Place::new();
    let folder = folder(&place);
    let mut command = place.command(&["demo"]);
    let mut child = command.env("TMPDIR", &folder).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let local = place.until("its server is up", || {
        let demo = std::fs::read_dir(&folder).unwrap().flatten().next()?;
        let text = std::fs::read_to_string(demo.path().join("data/local.json")).ok()?;
        serde_json::from_str::<serde_json::Value>(&text).ok()
    });
    child.kill().unwrap();
    child.wait().unwrap();
    let process = PathBuf::from(format!("/proc/{}/fd", local["pid"]));
    place.until("its server has ended", || std::fs::read_dir(&process).is_err().then_some(()));
}
