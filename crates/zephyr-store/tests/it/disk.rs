//! A disk that fails while it is told to keep what was written, or is full for a while: system calls are made to
//! return errors in a process of its own. Where there is no strace there is nothing to inject with, and nothing is
//! tested.

use std::io::{Write, stdout};
use std::path::PathBuf;
use std::process::Command;

use zephyr_engine::ports::{Committed, Store, StoreError};
use zephyr_store::{Options, SqliteStore};

use crate::kit::{commit, must, start, stream};

/// Says to the process under test where its store is.
const PLACE: &str = "ZEPHYR_STORE_TEST_PLACE";

#[tokio::test]
async fn f11_an_fsync_that_fails_ends_all_writing_until_a_restart() {
    let folder = must(tempfile::tempdir());
    let path = folder.path().join("zephyr.db");
    let mut ends = Vec::new();
    for call in 1..=8 {
        must(SqliteStore::open(&path, Options::default()).await).close().await;
        let inject = format!("inject=fsync,fdatasync:error=EIO:when={call}+");
        let Some(said) = injected("disk::writes_until_it_is_refused", &inject, &format!("{call}:{}", path.display()))
        else {
            return;
        };
        let store = must(SqliteStore::open(&path, Options::default()).await);
        let kept = must(store.events(stream(call), 0, 99).await).len();
        let numbers = said.lines().filter_map(|line| line.strip_prefix("acknowledged ")?.parse::<usize>().ok());
        let acknowledged = numbers.max().unwrap_or(0);
        // The commit whose answer was lost may be there or not; nothing after it.
        assert!((acknowledged..=acknowledged + 1).contains(&kept), "call {call}: {kept} kept\n{said}");
        ends.push(said.contains("condemned"));
        store.close().await;
    }
    assert!(ends.contains(&true), "no commit ever met the failing disk");
}

#[tokio::test]
async fn f10_a_full_disk_refuses_and_goes_on_when_there_is_space_again() {
    let folder = must(tempfile::tempdir());
    let path = folder.path().join("zephyr.db");
    must(SqliteStore::open(&path, Options::default()).await).close().await;
    // Each connection has a thread of its own, in which the calls are counted anew.
    let inject = "inject=pwrite64:error=ENOSPC:when=60..62";
    let Some(said) = injected("disk::writes_until_it_is_done", inject, &path.display().to_string()) else { return };
    assert!(said.contains("refused") && said.contains("done"), "{said}");
    let store = must(SqliteStore::open(&path, Options::default()).await);
    assert_eq!(must(store.events(stream(1), 0, 99).await).len(), 40);
}

/// What the process that started this one wants written to; `None` in a run of all tests.
#[expect(clippy::disallowed_methods, reason = "how a test tells its child what to do")]
fn place() -> Option<String> {
    std::env::var(PLACE).ok()
}

/// Says that a test could not run: here, and in the summary of `cargo xtask ci`.
#[expect(clippy::disallowed_methods, reason = "how the task that runs all tests passes the file's name")]
fn skipped(name: &str, why: &str) {
    let line = format!("{name} — {why}");
    must(writeln!(stdout(), "SKIPPED: {line}"));
    if let Some(path) = std::env::var_os("ZEPHYR_SKIPPED") {
        let file = std::fs::OpenOptions::new().append(true).create(true).open(path);
        must(writeln!(must(file), "{line}"));
    }
}

/// Answers the process that started this one; the line before may be the test runner's.
fn say(word: &str) {
    must(writeln!(stdout(), "\n{word}"));
}

/// What a test says that runs in a process of its own with errors injected.
fn injected(test: &str, inject: &str, place: &str) -> Option<String> {
    let mut strace = Command::new("strace");
    strace.args(["-f", "-qq", "-o", "/dev/null", "-e", inject]).arg(must(std::env::current_exe()));
    match strace.args(["--exact", test, "--ignored", "--nocapture"]).env(PLACE, place).output() {
        Ok(output) => Some(String::from_utf8_lossy(&output.stdout).into_owned()),
        Err(error) => {
            skipped(test, &format!("it injects errors with strace, which cannot be run: {error}"));
            None
        }
    }
}

#[tokio::test]
#[ignore = "run by f11 in a process of its own"]
async fn writes_until_it_is_refused() {
    let Some(place) = place() else { return };
    let Some((call, path)) = place.split_once(':') else { return };
    let id = stream(must(call.parse()));
    let Ok(store) = SqliteStore::open(PathBuf::from(path), Options::default()).await else { return };
    for version in 0..6 {
        match store.commit(&[commit(id, version, start())]).await {
            Ok(answers) => {
                assert_eq!(answers, [Committed::Done]);
                say(&format!("acknowledged {}", version + 1));
            }
            Err(error) => {
                assert!(matches!(error, StoreError::Unknown(_)), "{error}");
                break;
            }
        }
    }
    let late = store.commit(&[commit(stream(999), 0, start())]).await;
    if matches!(&late, Err(StoreError::Corrupt(why)) if why.contains("restart the server")) {
        say("condemned");
    }
    assert!(!matches!(late, Ok(answers) if answers == [Committed::Done]));
}

#[tokio::test]
#[ignore = "run by f10 in a process of its own"]
async fn writes_until_it_is_done() {
    let Some(path) = place() else { return };
    let store = must(SqliteStore::open(PathBuf::from(path), Options::default()).await);
    let (mut version, mut tries) = (0, 0);
    while version < 40 {
        tries += 1;
        assert!(tries < 120, "no way forward");
        match store.commit(&[commit(stream(1), version, start())]).await {
            Ok(answers) => {
                assert_eq!(answers, [Committed::Done]);
                version += 1;
            }
            Err(error) => {
                assert!(matches!(error, StoreError::Unavailable(_)), "{error:?}");
                say("refused");
            }
        }
    }
    say("done");
}
