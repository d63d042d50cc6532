//! Stores that cannot be used: read-only, or deleted underneath. Each is told, and nothing that was accepted is lost.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use crate::harness::{MISSION, Place, seen, skipped};
use crate::see;

/// What a server said at its end.
fn last_words(place: &Place) -> String {
    let log = fs::read_to_string(place.path("log")).unwrap();
    let (_, words) = log.rsplit_once("error: ").unwrap_or_else(|| panic!("it says nothing at its end: {log}"));
    format!("error: {words}")
}

#[test]
fn f12_a_store_deleted_underneath_stops_the_server_and_no_other_takes_its_place() {
    let place = Place::new();
    let server = place.start();
    assert!(place.run(&MISSION).status.success());
    let files = ["zephyr.db", "zephyr.db-wal", "zephyr.db-shm"];
    for file in files {
        fs::rename(place.path("zephyr-data").join(file), place.path(file)).unwrap();
    }
    // From now on nothing is accepted, also before it was noticed by itself.
    let refused = seen(&place.run(&MISSION));
    assert!(refused.starts_with("exit 3") && !refused.contains("opened: "), "{refused}");
    assert_eq!(server.ended(), Some(1));
    see!(last_words(&place));
    assert!(!place.path("zephyr-data/zephyr.db").exists(), "no empty database is made in its place");
    assert!(place.local().is_none());

    see!(place.see(&["serve", "--listen", "127.0.0.1:0"]));
    assert!(!place.path("zephyr-data/zephyr.db").exists(), "and none by whoever starts it again");
    let ill = seen(&place.run(&["doctor"]));
    assert!(ill.contains("FAIL store: ") && ill.contains("does not exist"), "{ill}");
    for file in files.into_iter().filter(|file| place.path(file).exists()) {
        fs::rename(place.path(file), place.path("zephyr-data").join(file)).unwrap();
    }
    // Its log has the error that ended it.
    fs::remove_file(place.path("log")).unwrap();
    let _server = place.start();
    assert!(place.see(&["incident", "list"]).contains("INC-1"), "put back, it goes on");
}

#[test]
fn f12_an_idle_server_notices_within_a_second_that_its_store_is_gone() {
    let place = Place::new();
    let server = place.start();
    fs::rename(place.path("zephyr-data"), place.path("moved")).unwrap();
    let begun = Instant::now();
    assert_eq!(server.ended(), Some(1));
    assert!(begun.elapsed() < Duration::from_millis(2_500), "a second on an idle machine: {:?}", begun.elapsed());
}

/// The program as a user who may not write everywhere; `None` where no other user can be had.
fn as_nobody(place: &Place, args: &[&str]) -> Option<Command> {
    let is_root = Command::new("id").arg("-u").output().is_ok_and(|id| id.stdout == b"0\n");
    if !is_root {
        return Some(place.command(args));
    }
    let command = |args: &[&str]| {
        let mut command = Command::new("setpriv");
        command.args(["--reuid", "65534", "--regid", "65534", "--clear-groups", env!("CARGO_BIN_EXE_zephyr")]);
        command.args(args).env_clear().env("LC_ALL", "C.UTF-8").env("TZ", "UTC").current_dir(place.path("."));
        command
    };
    let may_run = command(&["--version"]).output().is_ok_and(|ran| ran.status.success());
    may_run.then(|| command(args))
}

fn allow(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

#[test]
fn f12_a_folder_or_a_file_that_may_only_be_read_is_told() {
    let place = Place::new();
    place.start().terminate();
    let data = place.path("zephyr-data");
    for entry in fs::read_dir(&data).unwrap() {
        allow(&entry.unwrap().path(), 0o666);
    }
    allow(&place.path("."), 0o755);
    allow(&data, 0o555);
    let serve = ["serve", "--listen", "127.0.0.1:0"];
    let Some(mut refused) = as_nobody(&place, &serve) else {
        return skipped("f12_a_folder_or_a_file_that_may_only_be_read_is_told", "there is no user who may not write");
    };
    see!(seen(&refused.output().unwrap()));
    allow(&data, 0o777);
    allow(&data.join("zephyr.db"), 0o444);
    see!(seen(&as_nobody(&place, &serve).unwrap().output().unwrap()));
}
