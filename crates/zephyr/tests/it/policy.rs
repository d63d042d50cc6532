//! Which policy is in force: applied by a command or from a file, broken, removed, changed while pages run.

use std::fs;
use std::process::Command;

use serde_json::Value;

use crate::harness::{MISSION, Place, Server};
use crate::see;

const POLICY: &str = include_str!("policy.toml");

/// Another service, another owner, a person and her number gone, and another sentence.
fn other() -> String {
    POLICY
        .replace("owner = \"platform\"", "owner = \"payments\"")
        .replace("[services.search]", "[services.login]\nowner = \"platform\"\n\n[services.search]")
        .replace("phone = \"+447700900103\"", "phone = \"+447700900113\"")
        .replace("this is resolved.", "this is over.")
}

/// A server that has served a file, and is started again without one.
fn without_file(place: &Place) -> Server<'_> {
    place.start().terminate();
    fs::remove_file(place.path("zephyr.toml")).unwrap();
    place.start()
}

fn in_force(place: &Place) -> String {
    place.get("/api/v1/me")["policy"].as_str().unwrap().to_owned()
}

/// Whom a page of the newest incident wants.
fn wanted(place: &Place, label: &str, target: &str) -> Vec<String> {
    let incident = place.get(&format!("/api/v1/incidents/{label}"));
    let page = incident["pages"].as_array().unwrap().iter().find(|page| page["target"] == target).unwrap().clone();
    page["wanted"].as_array().unwrap().iter().map(|wanted| wanted["person"].as_str().unwrap().to_owned()).collect()
}

fn trouble(place: &Place) -> Value {
    place.get("/readyz")["policy_trouble"].clone()
}

#[test]
fn a_policy_is_applied_shown_compared_and_remembered() {
    let place = Place::new();
    let _server = without_file(&place);
    let before = in_force(&place);
    fs::write(place.path("next.toml"), other()).unwrap();
    see!(place.see(&["policy", "apply", "next.toml", "--dry-run"]));
    assert_eq!(in_force(&place), before, "nothing was changed");
    see!(place.see(&["policy", "apply", "next.toml", "--as", "nora"]));
    assert_ne!(in_force(&place), before);
    see!(place.see(&["policy", "apply", "next.toml"]));
    see!(place.see(&["policy", "diff"]));
    assert_eq!(place.see(&["policy", "diff", &before]), place.see(&["policy", "diff"]));
    fs::write(place.path("back.toml"), POLICY).unwrap();
    see!(place.see(&["policy", "diff", "back.toml"]));
    assert!(place.see(&["policy", "diff", "next.toml"]).contains("are the same"));
    assert_eq!(place.json(&["policy", "show"])["text"], other(), "to the byte");
    assert_eq!(place.json(&["policy", "show", &before])["text"], POLICY);
    assert!(place.run(&["policy", "apply", "back.toml"]).status.success());
    see!(place.see(&["policy", "history"]));
    assert_eq!(in_force(&place), before, "one that comes back is in force");
    let opened = place.json(&["incident", "open", "--service", "search", "--summary", "Search is slow"]);
    assert_eq!(opened["incident"]["policy"], before);
}

#[test]
fn addresses_are_shown_to_admins_only_and_only_they_apply() {
    let place = Place::new();
    let _server = without_file(&place);
    let (maya, nora) = (place.token_of("maya"), place.token_of("nora"));
    let shown = place.see(&["policy", "show", "--token", &maya]);
    assert!(!shown.contains("+44") && shown.contains("are left out"), "{shown}");
    assert!(place.see(&["policy", "show", "--token", &nora]).contains("+447700900103"));
    fs::write(place.path("next.toml"), other()).unwrap();
    see!(place.see(&["policy", "apply", "next.toml", "--token", &maya]));
    let compared = place.see(&["policy", "diff", "next.toml", "--token", &maya]);
    assert!(!compared.contains("+44"), "{compared}");
    assert!(compared.contains("+owner = \"payments\""), "{compared}");
    assert!(place.run(&["policy", "apply", "next.toml", "--token", &nora]).status.success());
    assert_eq!(place.json(&["policy", "history"])["policies"][0]["by"], "nora");
}

#[test]
fn a_policy_that_cannot_be_is_not_applied() {
    let place = Place::new();
    let _server = without_file(&place);
    fs::write(place.path("wrong.toml"), other().replace("\"5m em\"", "\"5x em\"")).unwrap();
    see!(place.see(&["policy", "apply", "wrong.toml"]));
    see!(place.see(&["policy", "apply"]));
    see!(place.see(&["policy", "show", "0123456789ab"]));
    see!(place.see(&["policy", "show", "../tokens"]));
    see!(place.see(&["policy", "diff"]));
    assert_eq!(place.json(&["policy", "history"])["policies"].as_array().unwrap().len(), 1);
}

#[test]
fn a_server_that_follows_a_file_takes_no_other_text() {
    let place = Place::new();
    let _server = place.start();
    fs::write(place.path("next.toml"), other()).unwrap();
    see!(place.see(&["policy", "apply", "next.toml"]));
    fs::write(place.path("zephyr.toml"), other()).unwrap();
    assert!(place.run(&["policy", "apply"]).status.success(), "the text of the file is in force at once");
    let history = place.json(&["policy", "history"]);
    assert_eq!(history["policies"].as_array().unwrap().len(), 2, "{history}");
    assert_eq!(history["policies"][0]["version"], in_force(&place));
}

#[test]
fn p29_f74_a_file_that_changes_comes_into_force_and_what_rings_keeps_its_chain() {
    let place = Place::new();
    let _server = place.start_at(60);
    place.run(&MISSION);
    let before = in_force(&place);
    assert_eq!(wanted(&place, "INC-1", "service"), ["maya"]);
    // Nobody after the first; and another EM.
    let changed = POLICY.replace("\"5m next in rotation\", \"5m em\", ", "\"30m em\", ");
    fs::write(place.path("zephyr.toml"), &changed).unwrap();
    place.until("it is in force", || (in_force(&place) != before).then_some(()));
    place.run(&["incident", "open", "--sev", "3", "--service", "checkout", "--summary", "Checkout again"]);
    place.until_told("INC-1", "page service: paging lena (step 2)");
    let next = place.get("/api/v1/incidents/INC-2")["pages"][0]["next"].clone();
    assert_eq!(next, serde_json::json!(["petra"]), "a new page takes the new chain");
    let history = place.json(&["policy", "history"]);
    assert_eq!(history["policies"][0]["source"], "zephyr.toml", "{history}");
}

#[test]
fn p29_f71_a_person_who_leaves_the_file_while_they_are_paged_does_not_end_the_chain() {
    let place = Place::new();
    let _server = place.start_at(60);
    place.run(&MISSION);
    let before = in_force(&place);
    assert_eq!(wanted(&place, "INC-1", "service"), ["maya"]);
    let layers = "people = [\"maya\"]";
    let left = POLICY.replace(layers, "people = [\"lena\"]");
    let (head, rest) = left.split_once("[people.maya]").unwrap();
    let left = format!("{head}[people.lena]{}", rest.split_once("[people.lena]").unwrap().1);
    fs::write(place.path("zephyr.toml"), left).unwrap();
    place.until("it is in force", || (in_force(&place) != before).then_some(()));
    place.until_told("INC-1", "page service: paging lena");
    see!(place.see(&["policy", "diff"]));
}

#[test]
fn p29_a_policy_file_broken_or_removed_while_pages_run_changes_nothing() {
    let place = Place::new();
    let server = place.start_at(60);
    place.run(&MISSION);
    let before = in_force(&place);
    fs::write(place.path("zephyr.toml"), POLICY.replace("\"5m em\"", "\"5x em\"")).unwrap();
    let told = place.until("it is told", || trouble(&place).as_str().map(str::to_owned));
    assert_eq!(told, format!("zephyr.toml has a mistake; policy {before} stays in force"));
    assert!(place.see(&[]).contains(&told));
    fs::remove_file(place.path("zephyr.toml")).unwrap();
    let told = format!("zephyr.toml cannot be used; policy {before} stays in force");
    place.until("it is told", || (trouble(&place) == told.as_str()).then_some(()));
    place.until_told("INC-1", "page service: paging lena (step 2)");
    assert_eq!(in_force(&place), before);

    // Started anew, it goes on with what was in force.
    server.kill();
    let server = place.start_at(60);
    assert_eq!(in_force(&place), before);
    place.until_told("INC-1", "page service: paging petra (step 3)");
    server.terminate();

    fs::write(place.path("zephyr.toml"), "[organisation").unwrap();
    let _server = place.start_at(60);
    assert_eq!(trouble(&place), told.as_str());
    let log = fs::read_to_string(place.path("log")).unwrap();
    assert!(log.contains(&format!("zephyr.toml has a mistake, listed above; policy {before} stays in force")), "{log}");
    fs::write(place.path("zephyr.toml"), POLICY).unwrap();
    place.until("all is well again", || trouble(&place).is_null().then_some(()));
    assert_eq!(in_force(&place), before);
}

#[test]
fn a_server_without_a_file_starts_with_the_policy_applied_last() {
    let place = Place::new();
    let server = without_file(&place);
    fs::write(place.path("next.toml"), other()).unwrap();
    assert!(place.run(&["policy", "apply", "next.toml", "--as", "nora"]).status.success());
    let applied = in_force(&place);
    server.terminate();
    let server = place.start();
    assert_eq!(in_force(&place), applied);
    see!(crate::harness::seen(&server.terminate()));
    let empty = Place::new();
    fs::remove_file(empty.path("zephyr.toml")).unwrap();
    see!(empty.see(&["serve", "--listen", "127.0.0.1:0"]));
    assert!(!empty.path("zephyr-data").exists(), "nothing was begun");
}

#[test]
fn f16_a_store_that_kept_no_addresses_needs_the_file_once() {
    let place = Place::new();
    place.start().terminate();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        use sqlx::Connection as _;
        let file = place.path("zephyr-data/zephyr.db");
        let mut database = sqlx::SqliteConnection::connect(&format!("sqlite://{}", file.display())).await.unwrap();
        for back in [
            "DROP TABLE notices",
            "ALTER TABLE tokens DROP COLUMN created_request",
            "ALTER TABLE tokens DROP COLUMN revoked_request",
            "ALTER TABLE requests RENAME COLUMN about TO stream",
            "DROP TABLE policy_history",
            "DELETE FROM _sqlx_migrations WHERE version >= 3",
            "UPDATE policies SET text = replace(text, '+447700900103', '')",
        ] {
            sqlx::query(back).execute(&mut database).await.unwrap();
        }
        database.close().await.unwrap();
    });
    fs::rename(place.path("zephyr.toml"), place.path("away.toml")).unwrap();
    see!(place.see(&["serve", "--listen", "127.0.0.1:0"]));
    fs::rename(place.path("away.toml"), place.path("zephyr.toml")).unwrap();
    let server = place.start();
    assert_eq!(place.json(&["policy", "history"])["policies"].as_array().unwrap().len(), 1);
    assert_eq!(place.json(&["policy", "show"])["text"], POLICY);
    server.terminate();
    fs::remove_file(place.path("zephyr.toml")).unwrap();
    let _server = place.start();
    assert_eq!(trouble(&place), Value::Null);
}

#[test]
fn p11_the_first_public_line_is_a_sentence_that_somebody_approved() {
    let place = Place::new();
    let _server = without_file(&place);
    fs::write(place.path("next.toml"), other()).unwrap();
    assert!(place.run(&["policy", "apply", "next.toml", "--as", "nora"]).status.success());
    let public = place.json(&MISSION)["incident"]["public"].clone();
    assert_eq!(public["approved_by"], "nora", "{public}");
    assert_eq!(public["policy"], in_force(&place));
    let text = public["text"].as_str().unwrap();
    assert!(text.starts_with("Checkout in eu-frankfurt: we are investigating."), "{text}");
    let shown = place.see(&["incident", "show"]);
    assert!(shown.contains(&format!("(policy {}, approved by nora)", in_force(&place))), "{shown}");
    let own = ["incident", "open", "--sev", "2", "--public", "We look at search.", "--summary", "Search is slow"];
    let public = place.json(&own)["incident"]["public"].clone();
    assert_eq!(public, serde_json::json!({"text": "We look at search.", "policy": null, "approved_by": null}));
}

#[test]
fn p2_the_runbook_of_an_opening_follows_the_repository_and_the_policy() {
    let place = Place::new();
    let git = |args: &[&str]| {
        let mut git = Command::new("git");
        git.args(["-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "init.defaultBranch=main"]).args(args);
        let output = git.current_dir(place.path(".")).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    };
    git(&["init", "--quiet"]);
    git(&["add", "runbooks"]);
    git(&["commit", "--quiet", "--message", "runbook"]);
    let first = git(&["rev-parse", "HEAD"]);
    let _server = place.start();
    assert_eq!(place.json(&MISSION)["incident"]["runbook"]["version"], first);
    fs::write(place.path("runbooks/incident.md"), "# Other steps\n").unwrap();
    git(&["commit", "--quiet", "--all", "--message", "runbook again"]);
    let second = git(&["rev-parse", "HEAD"]);
    let log = || fs::read_to_string(place.path("log")).unwrap();
    place.until("the server has seen it", || log().contains(&second).then_some(()));
    assert_eq!(place.json(&["incident", "open", "Search is slow"])["incident"]["runbook"]["version"], second);
    let pinned = place.json(&["incident", "show", "INC-1"])["runbook"]["version"].clone();
    assert_eq!(pinned, first, "what is open keeps its own");

    fs::write(place.path("zephyr.toml"), POLICY.replace("runbooks/incident.md", "runbooks/gone.md")).unwrap();
    place.until("the server has seen it", || log().contains("runbooks/gone.md").then_some(()));
    place.run(&["incident", "open", "Login is slow"]);
    let rooms = place.until("the channel says so", || {
        let rooms = place.get("/api/v1/builtin/rooms").to_string();
        rooms.contains("There is no runbook at runbooks/gone.md.").then_some(rooms)
    });
    assert!(rooms.contains(&first), "{rooms}");
}
