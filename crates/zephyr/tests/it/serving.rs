//! Starting and ending a server, and everything that keeps it from starting.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;

use crate::harness::{MISSION, PATIENCE, Place, project, seen};
use crate::see;

#[test]
fn it_says_what_it_is_and_ends_cleanly() {
    let place = Place::new();
    let server = place.start();
    let local = fs::metadata(place.path("zephyr-data/local.json")).unwrap();
    assert_eq!(local.permissions().mode() & 0o777, 0o600, "only its own user reads the token");
    let ended = server.terminate();
    see!(seen(&ended));
    assert!(place.local().is_none(), "local.json is gone");
}

#[test]
fn the_command_line_finds_it_from_any_folder() {
    let place = Place::new();
    let _server = place.start();
    let elsewhere = place.path("runbooks");
    let found = place.command(&["oncall"]).current_dir(elsewhere).output().unwrap();
    assert!(found.status.success(), "{}", seen(&found));
}

#[test]
fn a_policy_with_mistakes_is_told_line_by_line() {
    let text = include_str!("policy.toml");
    let place = Place::with_policy(
        &text.replace("owner = \"payments\"", "owner = \"paymnts\"").replace("\"5m em\"", "\"5x em\""),
    );
    see!(place.see(&["serve", "--listen", "127.0.0.1:0"]));
    see!(place.see(&["serve", "--policy", "nowhere.toml"]));
    fs::write(place.path("latin.toml"), b"# \xe9\n").unwrap();
    see!(place.see(&["serve", "--policy", "latin.toml"]));
}

#[test]
fn a_policy_is_checked_without_a_server() {
    let text = include_str!("policy.toml");
    let place = Place::with_policy(text);
    see!(place.see(&["check"]));
    let report = place.json(&["check", "zephyr.toml"]);
    assert_eq!(report["sound"], true);
    assert_eq!(report["severities"][0]["pages"][2]["people"], serde_json::json!(["chidi", "ines"]), "{report}");
    assert_eq!(report["services"][0]["people"], serde_json::json!(["maya"]), "{report}");
    fs::write(place.path("wrong.toml"), text.replace("\"5m em\"", "\"5x em\"")).unwrap();
    see!(place.see(&["check", "wrong.toml"]));
    let report = place.json(&["check", "wrong.toml"]);
    assert_eq!((&report["sound"], &report["mistakes"][0]["line"]), (&false.into(), &78.into()), "{report}");
    see!(place.see(&["check", "nowhere.toml"]));
    see!(place.see(&["check", "runbooks"]));
    assert!(!place.path("zephyr-data").exists(), "nothing was begun");
}

#[test]
fn a_check_says_where_nobody_is_on_call() {
    let text = include_str!("policy.toml");
    let begins = |year: u32| format!("from = {year}-01-07, people = [\"petra\"]");
    let later = text.replace("from = 2026-01-05, people = [\"petra\"]", &begins(2126));
    let place = Place::with_policy(&later);
    let seen = place.see(&["check"]);
    assert!(seen.contains("on call     em: NOBODY now"), "{seen}");
    assert_eq!(place.json(&["check"])["nobody_on_call"], serde_json::json!(["em"]));
}

#[test]
fn a_program_that_starts_it_is_told_where_it_is() {
    let place = Place::new();
    let mut serve = place.command(&["serve", "--listen", "127.0.0.1:0", "--json", "--while-stdin"]);
    let told = serve.output().unwrap();
    let told: serde_json::Value = serde_json::from_slice(&told.stdout).unwrap();
    assert_eq!(told["url"], format!("http://{}", told["listens_on"].as_str().unwrap()));
}

#[test]
fn a_port_in_use_or_an_impossible_address_is_told() {
    let place = Place::new();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = listener.local_addr().unwrap().to_string();
    see!(place.see(&["serve", "--listen", &taken]));
    see!(place.see(&["serve", "--listen", "nonsense"]));
    see!(place.see(&["serve", "--listen", "192.0.2.1:7878"]));
}

#[test]
fn f13_a_second_server_on_the_same_data_is_refused() {
    let place = Place::new();
    let _server = place.start();
    see!(place.see(&["serve", "--listen", "127.0.0.1:0"]));
    assert!(place.run(&MISSION).status.success(), "the first goes on");
}

#[test]
fn f12_a_data_folder_that_cannot_be_used_is_told() {
    let place = Place::new();
    fs::write(place.path("file"), "").unwrap();
    see!(place.see(&["serve", "--data", "file", "--listen", "127.0.0.1:0"]));
    see!(place.see(&["serve", "--data", "/proc/zephyr", "--listen", "127.0.0.1:0"]));
}

#[test]
fn f12_a_file_that_is_no_database_is_left_alone() {
    let place = Place::new();
    fs::create_dir(place.path("zephyr-data")).unwrap();
    let junk = "dear diary\n".repeat(1000);
    fs::write(place.path("zephyr-data/zephyr.db"), &junk).unwrap();
    see!(place.see(&["serve", "--listen", "127.0.0.1:0"]));
    assert_eq!(fs::read_to_string(place.path("zephyr-data/zephyr.db")).unwrap(), junk);
}

#[test]
fn f16_a_database_of_a_newer_version_is_left_alone() {
    let place = Place::new();
    place.start().terminate();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        use sqlx::Connection as _;
        let file = place.path("zephyr-data/zephyr.db");
        let mut database = sqlx::SqliteConnection::connect(&format!("sqlite://{}", file.display())).await.unwrap();
        let newer = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) VALUES (99, 'later', 1, x'00', 0)";
        sqlx::query(newer).execute(&mut database).await.unwrap();
        database.close().await.unwrap();
    });
    see!(place.see(&["serve", "--listen", "127.0.0.1:0"]));
}

#[test]
fn p2_the_runbook_is_the_commit_that_last_changed_it() {
    let place = Place::new();
    let git = |args: &[&str]| {
        let mut git = Command::new("git");
        git.args(["-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "init.defaultBranch=main"]).args(args);
        let output = git.current_dir(place.path(".")).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    };
    git(&["init", "--quiet"]);
    git(&["add", "runbooks", "zephyr.toml"]);
    git(&["commit", "--quiet", "--message", "runbook"]);
    let commit = git(&["rev-parse", "HEAD"]);
    fs::write(place.path("notes"), "later").unwrap();
    git(&["add", "notes"]);
    git(&["commit", "--quiet", "--message", "something else"]);
    let server = place.start();
    let runbook = &place.json(&MISSION)["incident"]["runbook"];
    assert_eq!(runbook["version"], commit);
    assert_eq!(runbook["path"], "runbooks/incident.md");
    drop(server);
    fs::write(place.path("runbooks/incident.md"), "# Changed and not committed\n").unwrap();
    let _server = place.start();
    let version = place.json(&["incident", "open", "Search is slow"])["incident"]["runbook"]["version"].clone();
    assert_eq!(version.as_str().unwrap().len(), 12, "the hash of what stands there");
}

#[test]
fn a_log_that_nobody_reads_stops_nothing() {
    let place = Place::new();
    let mut command = place.command(&["serve", "--listen", "127.0.0.1:0"]);
    command.env("ZEPHYR_LOG", "trace").stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped());
    let mut child = command.spawn().unwrap();
    // One pipe is closed, the other is full before long.
    drop(child.stdout.take());
    place.until("it is up", || place.local());
    for _ in 0..3 {
        assert!(place.run(&["incident", "open", "Search is slow"]).status.success());
    }
    drop(child.stderr.take());
    assert!(place.run(&MISSION).status.success());
    assert!(matches!(child.try_wait(), Ok(None)), "it still runs");
    let killed = Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap();
    assert!(killed.success());
    let begun = std::time::Instant::now();
    while matches!(child.try_wait(), Ok(None)) {
        assert!(begun.elapsed() < PATIENCE);
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
}

#[test]
fn the_example_company_is_served_as_it_is() {
    let place = Place::with_policy(&fs::read_to_string(project().join("examples/acme/zephyr.toml")).unwrap());
    let _server = place.start();
    assert_eq!(place.json(&MISSION)["incident"]["service"], "checkout");
}
