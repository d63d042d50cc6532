//! `zephyr store` and `zephyr doctor`, with a page ringing and with stores that are broken.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use crate::harness::{MISSION, Place, seen};

#[test]
fn f15_backed_up_while_it_rings_destroyed_and_restored_the_chain_goes_on() {
    let place = Place::new();
    let server = place.start_at(60);
    assert!(place.run(&MISSION).status.success());
    place.until_told("INC-1", "maya reached by push");
    let made = place.run(&["store", "backup", "backup.db"]);
    assert!(made.status.success(), "{}", seen(&made));
    assert_eq!(fs::metadata(place.path("backup.db")).unwrap().permissions().mode() & 0o777, 0o600);
    let bytes = fs::read(place.path("backup.db")).unwrap();
    let again = seen(&place.run(&["store", "backup", "backup.db"]));
    assert!(again.starts_with("exit 1") && again.contains("overwrites nothing"), "{again}");
    assert_eq!(fs::read(place.path("backup.db")).unwrap(), bytes, "and it did not");

    let busy = seen(&place.run(&["store", "restore", "backup.db"]));
    assert!(busy.starts_with("exit 1") && busy.contains("stop the server first"), "{busy}");
    let known = place.timeline("INC-1");
    server.kill();
    fs::write(place.path("zephyr-data/zephyr.db"), b"gone").unwrap();
    let damaged = seen(&place.run(&["store", "check"]));
    assert!(damaged.starts_with("exit 1") && damaged.contains("is not a SQLite database"), "{damaged}");

    let restored = place.json(&["store", "restore", "backup.db"]);
    let aside = restored["kept_aside"].as_str().unwrap();
    assert_eq!(fs::read(place.path(aside)).unwrap(), b"gone", "what was there is kept");
    let _server = place.start_at(60);
    let first: Vec<_> = place.timeline("INC-1").into_iter().take(5).collect();
    assert_eq!(first[..], known[..5]);
    place.until_told("INC-1", "paging lena (step 2)");
    place.until_told("INC-1", "lena reached by push");
}

#[test]
fn f9_a_backup_that_is_damaged_is_not_restored() {
    let place = Place::new();
    let server = place.start();
    assert!(place.run(&MISSION).status.success());
    assert!(place.run(&["store", "backup", "backup.db"]).status.success());
    server.terminate();
    let before = fs::read(place.path("zephyr-data/zephyr.db")).unwrap();
    let mut bytes = fs::read(place.path("backup.db")).unwrap();
    bytes[4_096 * 3..4_096 * 3 + 2_000].fill(0xff);
    fs::write(place.path("backup.db"), bytes).unwrap();
    let refused = seen(&place.run(&["store", "restore", "backup.db"]));
    assert!(refused.starts_with("exit 1"), "{refused}");
    assert_eq!(fs::read(place.path("zephyr-data/zephyr.db")).unwrap(), before, "nothing was changed");
}

#[test]
fn the_doctor_says_what_is_well_with_a_server_and_without() {
    let place = Place::new();
    let server = place.start();
    assert!(place.run(&MISSION).status.success());
    let state = |report: &serde_json::Value, check: &str| {
        let checks = report["checks"].as_array().unwrap();
        let found = checks.iter().find(|found| found["check"] == check);
        found.unwrap_or_else(|| panic!("no {check}: {report:#}"))["state"].as_str().unwrap().to_owned()
    };
    let report = place.json(&["doctor"]);
    assert_eq!(report["healthy"], true, "{report:#}");
    assert_eq!((&report["failed"], &report["warnings"]), (&0.into(), &1.into()), "{report:#}");
    for check in [
        "version",
        "zones",
        "newest event",
        "server",
        "store",
        "schema",
        "incidents",
        "pages",
        "permissions",
        "policy",
        "clock",
    ] {
        assert_eq!(state(&report, check), "ok", "{check}: {report:#}");
    }
    assert_eq!(state(&report, "outside"), "warn", "nothing rings outside");
    let policy = fs::read_to_string(place.path("zephyr.toml")).unwrap();
    fs::write(place.path("zephyr.toml"), policy.replace("Testers", "Others")).unwrap();
    assert_eq!(state(&place.json(&["doctor"]), "policy"), "warn", "another policy is in force");
    server.terminate();
    let report = place.json(&["doctor"]);
    assert_eq!((state(&report, "server"), state(&report, "store")), ("warn".to_owned(), "ok".to_owned()));

    fs::write(place.path("zephyr-data/zephyr.db"), b"gone").unwrap();
    let ill = place.run(&["doctor"]);
    let text = seen(&ill);
    assert!(text.starts_with("exit 1\n1 failed, ") && text.contains("FAIL store"), "{text}");
}

#[test]
fn f35_a_clock_behind_the_newest_event_is_found() {
    let place = Place::new();
    // Its clock runs an hour in a second, and with it the times of what happens.
    let server = place.start_at(3600);
    assert!(place.run(&MISSION).status.success());
    place.until_told("INC-1", "paging lena (step 2)");
    server.terminate();
    let ill = place.run(&["doctor"]);
    let text = seen(&ill);
    assert!(text.starts_with("exit 1") && text.contains("FAIL newest event: this machine's clock is "), "{text}");
}

#[test]
fn f9_an_incident_that_nothing_wakes_is_found() {
    let place = Place::new();
    let server = place.start();
    assert!(place.run(&MISSION).status.success());
    server.terminate();
    let path = place.path("zephyr-data/zephyr.db");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        use sqlx::Connection as _;
        let options = sqlx::sqlite::SqliteConnectOptions::new().filename(path);
        let mut connection = sqlx::SqliteConnection::connect_with(&options).await.unwrap();
        sqlx::query("UPDATE streams SET wake_at = NULL").execute(&mut connection).await.unwrap();
        connection.close().await.unwrap();
    });
    let broken = seen(&place.run(&["store", "check"]));
    assert!(broken.starts_with("exit 1") && broken.contains("nothing wakes it"), "{broken}");
    let ill = seen(&place.run(&["doctor"]));
    assert!(ill.starts_with("exit 1") && ill.contains("FAIL incidents: INC-1"), "{ill}");
    let refused = seen(&place.run(&["store", "backup", "backup.db"]));
    assert!(refused.starts_with("exit 1") && !place.path("backup.db").exists(), "{refused}");
}
