//! A store that version 0.1.0 wrote, with two pages ringing: the present version goes on with them.
//!
//! `fixtures/ringing-0.1.0.sql` is what that version left behind when it was killed: INC-1, opened at 15:50:22,
//! maya and ines rung once each, the next step due at 15:55:22.

use std::path::Path;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use sqlx::{AssertSqlSafe, Connection as _};
use zephyr_core::effect::{Effect, Outcome, Receipt};
use zephyr_core::world::Runbook;
use zephyr_core::{World, policy};
use zephyr_engine::Engine;
use zephyr_engine::ports::Entropy;
use zephyr_store::{ManualClock, Options, SqliteStore, TimeSource};

use crate::harness::{Place, seen};

pub const ACME: &str = include_str!("../../../../examples/acme/zephyr.toml");
/// When the step that rings is over.
const DUE: &str = "2026-11-24T15:55:22.873920Z";

/// Makes the database that the older version left behind.
pub fn written_by_0_1_0(path: &Path) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let options = sqlx::sqlite::SqliteConnectOptions::new().filename(path).create_if_missing(true);
        let mut connection = sqlx::SqliteConnection::connect_with(&options).await.unwrap();
        let text = include_str!("../fixtures/ringing-0.1.0.sql");
        sqlx::raw_sql(AssertSqlSafe(text)).execute(&mut connection).await.unwrap();
        connection.close().await.unwrap();
    });
}

struct Zeros;

impl Entropy for Zeros {
    fn fill(&mut self, bytes: &mut [u8]) {
        bytes.fill(0);
    }
}

/// Who is paged by what the engine hands out now; every send is accepted.
async fn paged(engine: &mut Engine<SqliteStore, Zeros>) -> Vec<String> {
    let mut paged = Vec::new();
    for _ in 0..20 {
        let sends = engine.poll().await.unwrap();
        let pages = sends.iter().filter_map(|send| match &send.effect {
            Effect::Page(page) => Some(format!("{} by {}", page.person, page.method)),
            _ => None,
        });
        paged.extend(pages);
        let done = |send| (send, Outcome::Done(Receipt::default()), "test");
        engine.finished(sends.into_iter().map(done).collect()).await.unwrap();
    }
    paged.sort();
    paged
}

#[tokio::test]
async fn f16_upgraded_while_a_page_rings_the_next_step_begins_when_it_is_due() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("zephyr.db");
    let made = path.clone();
    std::thread::spawn(move || written_by_0_1_0(&made)).join().unwrap();
    let due: Timestamp = DUE.parse().unwrap();
    let clock = ManualClock::new(due - SignedDuration::from_secs(290));
    let options = Options { clock: TimeSource::Manual(clock.clone()), ..Options::default() };
    let store = SqliteStore::open(&path, options).await.unwrap();
    let runbook = Runbook::Content { path: "runbooks/incident.md".to_owned(), hash: "0123456789ab".to_owned() };
    let world = World::new(policy::read(ACME).unwrap(), runbook);
    let mut engine = Engine::new(store, Zeros, Arc::new(world));
    let pushed = |paged: Vec<String>| paged.into_iter().filter(|page| page.ends_with("push")).collect::<Vec<_>>();

    assert_eq!(pushed(paged(&mut engine).await), Vec::<String>::new(), "nobody is rung twice for the same step");
    clock.set_now(due - SignedDuration::from_secs(1));
    assert_eq!(pushed(paged(&mut engine).await), Vec::<String>::new(), "nothing is early");
    clock.set_now(due);
    assert_eq!(pushed(paged(&mut engine).await), ["lena by push", "tomas by push"], "the next step, on time");
}

#[test]
fn f16_the_present_binary_goes_on_with_what_rang_under_the_older() {
    let place = Place::with_policy(ACME);
    std::fs::create_dir(place.path("zephyr-data")).unwrap();
    written_by_0_1_0(&place.path("zephyr-data/zephyr.db"));
    let server = place.start();
    // Long overdue by now: one step begins, whoever stands on it today, and the next is due minutes later.
    place.until_told("INC-1", "(step 2)");
    let begun = place.timeline("INC-1").iter().filter(|entry| entry["kind"] == "step_began").count();
    assert!(begun <= 4, "two pages, and one more step of each at most: {begun}");
    for person in ["maya", "ines"] {
        let inbox = place.get(&format!("/api/v1/builtin/inbox/{person}"));
        let first = inbox["entries"].as_array().unwrap().iter().last().unwrap().clone();
        assert_eq!(first["deliveries"], 1, "{person} was rung for the first step by the older version: {inbox}");
    }
    let ended = place.run(&["incident", "resolve", "INC-1"]);
    assert!(ended.status.success(), "{}", seen(&ended));
    server.terminate();
    let checked = place.run(&["store", "check"]);
    assert!(checked.status.success(), "{}", seen(&checked));
}
