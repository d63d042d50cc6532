//! The table of `cargo xtask bench`: what zephyr promises in milliseconds, beside what this machine can do at best.
//!
//! Each row says what was measured and how often. Floors (fsync, one durable row) are measured in the same run, since
//! they move with the machine's load. Nothing here passes or fails.
#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a bench prints, and times with the machine's clock"
)]

mod support;

use std::fs::File;
use std::io::Write;
use std::time::{Duration, Instant};

use jiff::SignedDuration;
use support::{Bench, Row, armed};
use zephyr_engine::ports::{Registry, TokenRow};
use zephyr_store::{Options, SqliteStore};

fn main() {
    // `cargo test --benches` only wants to see that it starts.
    if std::env::args().any(|arg| arg == "--test") {
        return;
    }
    let armed_count: u64 = std::env::var("ZEPHYR_BENCH_ARMED").ok().and_then(|n| n.parse().ok()).unwrap_or(10_000);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let mut rows = vec![fsync()];
    rows.extend(schedules());
    runtime.block_on(async {
        rows.push(durable_row().await);
        let idle = "incident open received → first byte of every page (SEV-2), idle";
        rows.push(opening(Duration::from_millis(60), idle).await);
        let busy = "incident open received → first byte of every page (SEV-2), busy";
        rows.push(opening(Duration::ZERO, busy).await);
        rows.push(command_line().await);
        rows.extend(restart(armed_count).await);
    });
    println!("{:<66} {:>7} {:>10} {:>10} {:>14}", "what", "times", "p50", "p99", "aim");
    rows.iter().for_each(|row| println!("{row}"));
}

/// The floor of floors: 4 kB appended and synced.
fn fsync() -> Row {
    let folder = tempfile::tempdir().unwrap();
    let mut file = File::create(folder.path().join("floor")).unwrap();
    let times = (0..500).map(|_| {
        let began = Instant::now();
        file.write_all(&[7; 4096]).unwrap();
        file.sync_data().unwrap();
        began.elapsed()
    });
    Row::new("floor: append 4 kB and fdatasync", times.collect(), "")
}

/// The floor of a commit: one row in a transaction of its own, durable.
async fn durable_row() -> Row {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(&folder.path().join("zephyr.db"), Options::default()).await.unwrap();
    let mut times = Vec::new();
    for row in 0..500 {
        let token = TokenRow {
            id: format!("tok_{row:012}"),
            hash: format!("{row:064}"),
            kind: "bot".into(),
            holder: "bench".into(),
            scopes: None,
            at: jiff::Timestamp::UNIX_EPOCH,
            created_by: None,
            created_request: None,
            expires_at: None,
            revoked: None,
        };
        let began = Instant::now();
        store.put_token(token, None).await.unwrap();
        times.push(began.elapsed());
    }
    Row::new("floor: one durable row in SQLite", times, "")
}

/// From the first byte of the request to the moment the last of its pages is handed to its provider: on a server that
/// has nothing else to do, or on one that still makes the channel, entry and ticket of the incident before.
async fn opening(rest: Duration, what: &str) -> Row {
    let bench = Bench::start().await;
    let mut client = bench.client().await;
    let mut times = Vec::new();
    for round in 0..250 {
        tokio::time::sleep(rest).await;
        bench.pages.forget();
        let began = Instant::now();
        client.open(&format!("Checkout p99 elevated in eu-frankfurt {round}")).await;
        let last = bench.pages.wait_for(2).await;
        // The first rounds warm caches and statements.
        if round >= 50 {
            times.push(last.duration_since(began));
        }
    }
    Row::new(what, times, "1.5 / 8 ms")
}

/// `zephyr incident open` as a whole process, from its start until its first line about a page is on the screen.
async fn command_line() -> Row {
    let bench = Bench::start().await;
    let mut times = Vec::new();
    for round in 0..60 {
        let began = Instant::now();
        if bench.command_line(&format!("Checkout p99 elevated in eu-frankfurt {round}")).await && round >= 5 {
            times.push(began.elapsed());
        }
    }
    Row::new("zephyr incident open, whole process → first page confirmed on screen", times, "- / 40 ms")
}

/// Who is on call, and the proof of a year, in a company of five hundred people and a hundred rotations.
fn schedules() -> Vec<Row> {
    let world = support::large();
    let from: jiff::Timestamp = "2026-11-26T10:00:00Z".parse().unwrap();
    let mut asked = Vec::new();
    for step in 0..200_i64 {
        let now = from + SignedDuration::from_hours(37 * step);
        let began = Instant::now();
        let on_call = world.policy.rotations.keys().map(|id| world.schedule().at(id, now).len()).sum::<usize>();
        let each = began.elapsed() / u32::try_from(world.policy.rotations.len()).unwrap();
        asked.push(each);
        assert!(on_call > 0);
    }
    let proofs = (0..10).map(|_| {
        let began = Instant::now();
        let proof = zephyr_core::proof::prove(&world, from, from + SignedDuration::from_hours(366 * 24));
        assert!(proof.holds());
        began.elapsed()
    });
    vec![
        Row::new("who is on call in a rotation of three layers", asked, "2 µs"),
        Row::new("proof of 366 days, 500 people in 100 rotations", proofs.collect(), "200 ms"),
    ]
}

/// From opening the database to the first overdue page at its provider, with many incidents overdue at once.
async fn restart(count: u64) -> Vec<Row> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("zephyr.db");
    let (batched, clock) = armed(&file, count).await;
    let mut times = Vec::new();
    for _ in 0..5 {
        clock.advance(SignedDuration::from_mins(5));
        let began = Instant::now();
        let bench = Bench::on(&file, clock.clone()).await;
        let first = bench.pages.wait_for(1).await;
        times.push(first.duration_since(began));
        bench.stop().await;
    }
    let per_second = f64::from(u32::try_from(count).unwrap_or(u32::MAX)) / batched.as_secs_f64();
    vec![
        Row::new(&format!("open the database → first overdue page out, {count} all overdue"), times, "300 ms"),
        Row::new(
            &format!("{count} openings in batches of 256, durable ({per_second:.0}/s)"),
            vec![batched],
            "1 s for 10 000",
        ),
    ]
}
