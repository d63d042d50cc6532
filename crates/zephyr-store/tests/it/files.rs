//! What happens to the file: crashes, cuts, damage, a second server, and a file that is taken away.

use std::fs;
use std::future::poll_fn;
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use jiff::SignedDuration;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{Connection, Executor, Row};
use tempfile::TempDir;
use zephyr_core::effect::Lane;
use zephyr_engine::ports::{About, Committed, End, Finish, ObjectKey, Objects, RequestRow, Store, StoreError};
use zephyr_store::{ManualClock, OpenError, Options, SqliteStore};

use crate::kit::{after, commit, must, new_page, options, start, stream};

/// A folder for one database, and its clock.
struct Place {
    folder: TempDir,
    clock: ManualClock,
}

impl Place {
    fn new() -> Self {
        Self { folder: must(tempfile::tempdir()), clock: ManualClock::new(start()) }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("zephyr.db")
    }

    fn wal(&self) -> PathBuf {
        self.folder.path().join("zephyr.db-wal")
    }

    async fn open(&self) -> SqliteStore {
        must(self.try_open().await)
    }

    async fn try_open(&self) -> Result<SqliteStore, OpenError> {
        SqliteStore::open(self.path(), options(&self.clock)).await
    }

    /// A connection of another process, as far as SQLite can tell.
    async fn other(&self) -> SqliteConnection {
        must(SqliteConnection::connect_with(&SqliteConnectOptions::new().filename(self.path())).await)
    }

    /// What a crash at this moment leaves: the database and its log, without the index of the log.
    fn crashed(&self, log_bytes: usize) -> Self {
        let place = Self::new();
        must(fs::copy(self.path(), place.path()));
        let log = must(fs::read(self.wal()));
        must(fs::write(place.wal(), log.get(..log_bytes).unwrap_or(&log)));
        place
    }
}

#[tokio::test]
async fn f2_what_was_answered_is_there_after_a_crash() {
    let place = Place::new();
    let store = place.open().await;
    let mut new = commit(stream(1), 0, start());
    new.effects = vec![new_page(stream(1), 0, start(), true)];
    new.wake_at = Some(start());
    new.request = Some(RequestRow {
        key: "k".into(),
        body_hash: "h".into(),
        about: About::Stream { stream: stream(1), version: Some(1) },
        at: start(),
    });
    assert_eq!(must(store.commit(&[new.clone()]).await), [Committed::Done]);

    let crashed = place.crashed(usize::MAX);
    let reopened = crashed.open().await;
    assert_eq!(must(reopened.due(9).await).streams, [stream(1)]);
    assert_eq!(must(reopened.request("k").await), new.request);
    assert_eq!(must(reopened.commit(&[new]).await), [Committed::Repeated]);
    let claimed = must(reopened.claim(Lane::Page, u8::MAX, 9).await);
    assert!(claimed.len() == 1 && claimed.iter().all(|page| page.abandoned));
}

#[tokio::test]
async fn f8_a_log_cut_anywhere_opens_with_a_prefix_of_the_commits() {
    let place = Place::new();
    place.open().await.close().await;
    let store = place.open().await;
    let mut lengths = Vec::new();
    for version in 0..12 {
        let mut next = commit(stream(1), version, start());
        next.index = vec![("status".to_owned(), version.to_string())];
        next.effects = vec![new_page(stream(1), u32::try_from(version).unwrap_or(0), start(), false)];
        must(store.commit(&[next]).await);
        lengths.push(must(fs::metadata(place.wal())).len());
    }
    let whole = must(usize::try_from(must(fs::metadata(place.wal())).len()));
    // A disk writes sectors: a power cut leaves any number of them, and at worst a part of one.
    let cuts = (0..whole).step_by(512).chain([whole - 1, whole]);
    let mut versions = Vec::new();
    for cut in cuts {
        let cut_place = place.crashed(cut);
        let crashed = cut_place.open().await;
        let loaded = must(crashed.load(&[stream(1)]).await);
        let version = loaded.streams.first().and_then(Option::as_ref).map_or(0, |stream| stream.version);
        let whole_commits = lengths.iter().filter(|length| usize::try_from(**length).is_ok_and(|length| length <= cut));
        assert!(version >= u64::try_from(whole_commits.count()).unwrap_or(0), "cut at {cut}: {version}");
        let events = must(crashed.events(stream(1), 0, 99).await);
        assert_eq!(events.iter().map(|event| event.seq).collect::<Vec<_>>(), (1..=version).collect::<Vec<_>>());
        assert_eq!(must(crashed.backlog().await).pages(), version);
        let newest = version.checked_sub(1).map(|status| status.to_string());
        assert_eq!(must(crashed.greatest("status").await), newest);
        versions.push(version);
    }
    assert!(versions.is_sorted_by(|one, next| one <= next) && versions.last() == Some(&12), "{versions:?}");
}

#[tokio::test]
async fn f13_a_second_server_is_refused_until_the_first_stops() {
    let place = Place::new();
    let first = place.open().await;
    let refused = place.try_open().await.map(drop);
    let said = refused.as_ref().map_err(ToString::to_string);
    assert!(matches!(refused, Err(OpenError::InUse { .. })), "{said:?}");
    let process = format!("(process {})", std::process::id());
    assert!(said.is_err_and(|said| said.contains(&process) && said.contains("stop that one")));
    first.close().await;
    assert_eq!(place.open().await.epoch(), 2);
}

#[tokio::test]
async fn f13_a_write_waits_for_another_writer_a_while_and_goes_on_when_it_is_gone() {
    let place = Place::new();
    let patient = Options { patience: Duration::from_millis(20), ..options(&place.clock) };
    let store = must(SqliteStore::open(place.path(), patient).await);
    let mut other = place.other().await;
    must(other.execute("BEGIN IMMEDIATE").await);
    let refused = store.commit(&[commit(stream(1), 0, start())]).await;
    assert!(matches!(refused, Err(StoreError::Unavailable(_))), "{refused:?}");
    assert_eq!(must(store.load(&[stream(1)]).await).streams, [None]);
    must(other.execute("ROLLBACK").await);
    assert_eq!(must(store.commit(&[commit(stream(1), 0, start())]).await), [Committed::Done]);
}

#[tokio::test]
async fn f12_a_file_that_is_taken_away_is_noticed_and_no_new_one_is_made() {
    let place = Place::new();
    let store = place.open().await;
    must(store.commit(&[commit(stream(1), 0, start())]).await);
    must(fs::rename(place.path(), place.folder.path().join("moved.db")));
    let refused = store.commit(&[commit(stream(1), 1, start())]).await;
    assert!(matches!(&refused, Err(StoreError::Corrupt(why)) if why.contains("start it again")), "{refused:?}");
    assert!(matches!(store.due(9).await, Err(StoreError::Corrupt(_))));
    assert!(!place.path().exists());
    must(fs::rename(place.folder.path().join("moved.db"), place.path()));
    assert!(matches!(store.commit(&[commit(stream(1), 1, start())]).await, Err(StoreError::Corrupt(_))));
    store.close().await;
    assert_eq!(must(place.open().await.events(stream(1), 0, 9).await).len(), 1);
}

#[tokio::test]
async fn f12_a_store_that_was_there_and_is_gone_is_not_begun_anew_by_itself() {
    let place = Place::new();
    let store = place.open().await;
    must(store.commit(&[commit(stream(1), 0, start())]).await);
    store.close().await;
    place.open().await.close().await;
    let moved = place.folder.path().join("moved.db");
    must(fs::rename(place.path(), &moved));
    for _ in 0..2 {
        let refused = place.try_open().await.map(drop);
        assert!(matches!(refused, Err(OpenError::Gone { .. })), "{refused:?}");
        assert!(!place.path().exists());
    }
    must(fs::rename(&moved, place.path()));
    let store = place.open().await;
    assert_eq!(must(store.events(stream(1), 0, 9).await).len(), 1, "put back, it goes on");
    store.close().await;
    must(fs::remove_file(place.path()));
    must(fs::remove_file(place.path().with_extension("db.lock")));
    assert!(must(place.open().await.events(stream(1), 0, 9).await).is_empty(), "begun anew because somebody said so");
}

#[tokio::test]
async fn f12_a_log_that_is_taken_away_is_noticed() {
    let place = Place::new();
    let store = place.open().await;
    must(fs::remove_file(place.wal()));
    let refused = store.commit(&[commit(stream(1), 0, start())]).await;
    assert!(matches!(refused, Err(StoreError::Corrupt(_))), "{refused:?}");
}

#[tokio::test]
async fn f16_a_store_of_a_newer_version_is_refused_and_left_as_it_is() {
    let place = Place::new();
    place.open().await.close().await;
    let mut other = place.other().await;
    must(other.execute("INSERT INTO _sqlx_migrations VALUES (99, 'later', CURRENT_TIMESTAMP, TRUE, x'00', 0)").await);
    must(other.close().await);
    let before = must(fs::read(place.path()));
    let refused = place.try_open().await.map(drop);
    assert!(matches!(refused, Err(OpenError::Newer { schema: 99, known: 4, .. })), "{refused:?}");
    assert!(before == must(fs::read(place.path())));
}

#[tokio::test]
async fn files_that_are_no_store_are_refused_and_left_as_they_are() {
    let place = Place::new();
    let other_program = place.folder.path().join("other.db");
    let mut other = must(SqliteConnection::connect(&format!("sqlite:{}?mode=rwc", other_program.display())).await);
    must(other.execute("CREATE TABLE bookmarks (url TEXT)").await);
    must(other.close().await);
    let sqlite = must(fs::read(other_program));
    for (content, expected) in
        [(&b"a letter to my landlord"[..], "not a SQLite database"), (&sqlite, "another program")]
    {
        must(fs::write(place.path(), content));
        let said = place.try_open().await.map(drop).map_err(|error| error.to_string());
        assert!(said.as_ref().is_err_and(|said| said.contains(expected)), "{said:?}");
        assert!(must(fs::read(place.path())) == content);
    }
}

#[tokio::test]
async fn paths_that_hold_no_file_are_refused_in_their_own_words() {
    let place = Place::new();
    let refused = |path: PathBuf, create: bool| {
        let options = Options { create, ..options(&place.clock) };
        async move { SqliteStore::open(path, options).await.map(drop).map_err(|error| error.to_string()) }
    };
    let said = |answer: Result<(), String>| answer.err().unwrap_or_default();
    assert!(said(refused(place.folder.path().to_owned(), true).await).contains("is a folder"));
    assert!(said(refused(place.folder.path().join("no/z.db"), true).await).contains("does not exist: make it"));
    assert!(said(refused(place.path(), false).await).contains("does not exist: check the path"));
    assert!(!place.path().exists());
    must(fs::write(place.wal(), b"the log of something"));
    assert!(said(refused(place.path(), true).await).contains("is gone but"));
}

#[tokio::test]
async fn f9_a_damaged_file_is_refused() {
    let place = Place::new();
    let store = place.open().await;
    for number in 0..40 {
        must(store.commit(&[commit(stream(number), 0, start())]).await);
    }
    store.close().await;
    let mut bytes = must(fs::read(place.path()));
    let pages = bytes.len() / 4096;
    for page in 2..pages {
        if let Some(header) = bytes.get_mut(page * 4096..page * 4096 + 8) {
            header.fill(0xff);
        }
    }
    must(fs::write(place.path(), &bytes));
    let refused = place.try_open().await.map(drop);
    assert!(matches!(refused, Err(OpenError::Damaged { .. })), "{refused:?}");
}

#[tokio::test]
async fn f27_of_many_commits_on_one_version_one_wins() {
    let place = Place::new();
    let store = place.open().await;
    let tasks: Vec<_> = (0..16)
        .map(|_| {
            let store = store.clone();
            tokio::spawn(async move { must(store.commit(&[commit(stream(1), 0, start())]).await) })
        })
        .collect();
    let mut won = 0;
    for task in tasks {
        won += must(task.await).iter().filter(|answer| **answer == Committed::Done).count();
    }
    assert_eq!(won, 1);
}

#[tokio::test]
async fn f21_a_server_whose_epoch_is_over_writes_nothing() {
    let place = Place::new();
    let store = place.open().await;
    must(place.other().await.execute("INSERT INTO replicas (epoch, opened_at) VALUES (2, 0)").await);
    let refused = store.commit(&[commit(stream(1), 0, start())]).await;
    assert!(matches!(&refused, Err(StoreError::Corrupt(why)) if why.contains("epoch 2")), "{refused:?}");
    assert_eq!(must(store.load(&[stream(1)]).await).streams, [None]);
}

#[tokio::test]
async fn a_commit_that_nobody_waits_for_is_whole_or_not_there() {
    let place = Place::new();
    let store = place.open().await;
    for number in 0..20 {
        let slice = [commit(stream(number), 0, start()), commit(stream(number + 100), 0, start())];
        {
            let mut abandoned = pin!(store.commit(&slice));
            for _ in 0..number % 5 {
                poll_fn(|context| {
                    let _ = abandoned.as_mut().poll(context);
                    Poll::Ready(())
                })
                .await;
                tokio::task::yield_now().await;
            }
        }
        let loaded = must(store.load(&[stream(number), stream(number + 100)]).await);
        let written = loaded.streams.iter().flatten().count();
        assert!(written != 1, "half of it was written");
        let object = ObjectKey { kind: "channel".to_owned(), id: number.to_string() };
        must(store.exchange(vec![object.clone()], move |_, _| ((), vec![(object, "{}".to_owned())])).await);
    }
}

#[tokio::test]
async fn f34_the_clock_begins_after_the_newest_event_whatever_the_wall_says() {
    let place = Place::new();
    let later = after(start(), SignedDuration::from_hours(1));
    place.clock.set_now(later);
    let store = place.open().await;
    must(store.commit(&[commit(stream(1), 0, later)]).await);
    store.close().await;
    let back = ManualClock::new(start());
    let store = must(SqliteStore::open(place.path(), options(&back)).await);
    assert_eq!(must(store.now().await), after(later, SignedDuration::from_micros(1)));
}

#[tokio::test]
async fn finished_effects_lose_their_body_at_once_and_their_row_after_a_day() {
    let place = Place::new();
    let store = place.open().await;
    let page = new_page(stream(1), 0, start(), true);
    let mut new = commit(stream(1), 0, start());
    new.request = Some(RequestRow {
        key: "k".into(),
        body_hash: "h".into(),
        about: About::Stream { stream: stream(1), version: Some(1) },
        at: start(),
    });
    let mut over = commit(stream(1), 1, start());
    over.finish = Some(Finish { effect: page.id, end: End::Over });
    new.effects = vec![page];
    must(store.commit(&[new]).await);
    assert_eq!(count(&place, "SELECT COUNT(*) FROM effects WHERE body LIKE '%checkout%'").await, 1);
    must(store.commit(&[over]).await);
    assert_eq!(count(&place, "SELECT COUNT(*) FROM effects WHERE body = '' AND done_at IS NOT NULL").await, 1);
    place.clock.advance(SignedDuration::from_hours(23));
    must(store.due(9).await);
    assert_eq!(count(&place, "SELECT COUNT(*) FROM effects").await, 1);
    place.clock.advance(SignedDuration::from_hours(2));
    must(store.due(9).await);
    assert_eq!(count(&place, "SELECT COUNT(*) FROM effects").await, 0);
    assert_eq!(count(&place, "SELECT COUNT(*) FROM requests").await, 0);
}

async fn count(place: &Place, query: &'static str) -> i64 {
    let row = must(sqlx::query(query).fetch_one(&mut place.other().await).await);
    must(row.try_get(0))
}

#[tokio::test]
async fn the_ambient_clock_runs_as_fast_as_it_was_told() {
    let place = Place::new();
    let store = must(SqliteStore::open(place.path(), Options { speed: 1_000, ..Options::default() }).await);
    let first = must(store.now().await);
    must(store.commit(&[commit(stream(1), 0, first)]).await);
    let second = must(store.now().await);
    // A durable commit takes a tenth of a millisecond at the very least.
    assert!(first.duration_until(second) > SignedDuration::from_millis(50), "{first} {second}");
    assert_eq!(second.subsec_nanosecond() % 1_000, 0);
}

#[test]
fn a_store_can_be_sent_to_other_threads() {
    fn sendable(_: impl Send) {}
    fn futures(store: &SqliteStore, path: &Path) {
        sendable(store.commit(&[]));
        sendable(store.due(1));
        sendable(SqliteStore::open(path, Options::default()));
    }
    let _ = futures;
}
