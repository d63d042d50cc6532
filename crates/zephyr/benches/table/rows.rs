//! The rows of the table, in groups that can be measured alone.

use std::pin::Pin;
use std::time::{Duration, Instant};

use jiff::SignedDuration;
use zephyr_core::{World, limits};
use zephyr_engine::{Engine, Request};
use zephyr_store::{Options, PostgresOptions, PostgresStore, TimeSource};

use crate::cluster::Cluster;
use crate::support::storm::storm;
use crate::support::{Bench, Chance, Row, armed, worlds};

type Rows<'a> = Pin<Box<dyn Future<Output = Vec<Row>> + 'a>>;

type Measured = for<'a> fn(Option<&'a Cluster>) -> Rows<'a>;

/// Each group with its name.
pub const GROUPS: [(&str, Measured); 8] = [
    ("schedules", |_| Box::pin(async { schedules() })),
    ("opening", |cluster| Box::pin(openings(cluster))),
    ("command line", |_| Box::pin(command_line())),
    ("lateness", |_| Box::pin(lateness())),
    ("restart", |_| Box::pin(restart())),
    ("storm", |cluster| Box::pin(storms(cluster))),
    ("replica", |cluster| Box::pin(replica_lost(cluster))),
    ("status page", |_| Box::pin(status_page())),
];

/// How many incidents are armed where it says many.
fn many() -> u64 {
    std::env::var("ZEPHYR_BENCH_ARMED").ok().and_then(|n| n.parse().ok()).unwrap_or(100_000)
}

async fn openings(cluster: Option<&Cluster>) -> Vec<Row> {
    let mut rows = Vec::new();
    for (rest, how) in [(Duration::from_millis(60), "idle"), (Duration::ZERO, "busy")] {
        let bench = Bench::on_a_file(worlds::acme(), None).await;
        rows.push(opening(bench, rest, &format!("SQLite, {how}")).await);
        if let Some(cluster) = cluster {
            let bench = Bench::on_database(&cluster.url(&cluster.database()), worlds::acme(), None).await;
            rows.push(opening(bench, rest, &format!("PostgreSQL, {how}")).await);
        }
    }
    rows
}

/// From the first byte of the request to the moment the last of its pages is handed to its provider: on a server that
/// has nothing else to do, or on one that still makes the channel, entry and ticket of the incident before.
async fn opening(bench: Bench, rest: Duration, how: &str) -> Row {
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
    bench.stop().await;
    Row::new(&format!("opening received → first byte of every page (SEV-2), {how}"), times, "1.5 / 8 ms")
}

/// `zephyr incident open` as a whole process, from its start until its first line about a page is on the screen.
async fn command_line() -> Vec<Row> {
    let bench = Bench::on_a_file(worlds::acme(), None).await;
    let mut times = Vec::new();
    for round in 0..60 {
        let began = Instant::now();
        if bench.command_line(&format!("Job {round} hangs in eu-frankfurt")).await && round >= 5 {
            times.push(began.elapsed());
        }
    }
    bench.stop().await;
    vec![Row::new("zephyr incident open, whole process → first page confirmed on screen", times, "- / 40 ms")]
}

/// Who is on call, and the proof of a year, in a company of five hundred people and a hundred rotations.
fn schedules() -> Vec<Row> {
    let world: World = worlds::large();
    let from: jiff::Timestamp = "2026-11-26T10:00:00Z".parse().unwrap();
    let mut asked = Vec::new();
    for step in 0..200_i64 {
        let now = from + SignedDuration::from_hours(37 * step);
        let began = Instant::now();
        let on_call = world.policy.rotations.keys().map(|id| world.schedule().at(id, now).len()).sum::<usize>();
        asked.push(began.elapsed() / u32::try_from(world.policy.rotations.len()).unwrap());
        assert!(on_call > 0);
    }
    let proofs = (0..10).map(|_| {
        let began = Instant::now();
        let proof = zephyr_core::proof::prove(&world, from, from + SignedDuration::from_hours(366 * 24));
        assert!(proof.holds());
        began.elapsed()
    });
    vec![
        Row::new("who is on call in a rotation of three layers", asked, "- / 2 µs"),
        Row::new("proof of 366 days, 500 people in 100 rotations", proofs.collect(), "- / 200 ms"),
    ]
}

/// From the instant at which a step is due to the hand-over of its page, with many other incidents armed.
async fn lateness() -> Vec<Row> {
    let mut rows = Vec::new();
    for (count, aim) in [(1_000, "- / 10 ms"), (many(), "- / 50 ms")] {
        let (due, apart) = (400, SignedDuration::from_millis(20));
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("zephyr.db");
        let begins = armed::one_after_another(&file, worlds::plain(), count, due, apart).await;
        let bench = Bench::on_file(&file, Options::default(), worlds::plain(), None).await;
        let (said, at) = bench.clock;
        // Who stands on the second step; whose ring is over then is told so, and that is no page.
        bench.pages.wait_for_person("chidi", usize::try_from(due).unwrap()).await;
        let since = |instant: Instant| SignedDuration::try_from(instant.duration_since(at)).unwrap();
        let times = bench.pages.times_of("chidi").into_iter().zip(0..).map(|(handed, number)| {
            let due = begins + SignedDuration::from_secs(1) + apart * number;
            let late = (said + since(handed)).duration_since(due);
            Duration::try_from(late).unwrap_or_default()
        });
        rows.push(Row::new(
            &format!("lateness of a step, due → its page handed over, {count} armed"),
            times.collect(),
            aim,
        ));
        bench.stop().await;
    }
    rows
}

/// From opening the database to the first overdue page at its provider, with many incidents overdue at once.
async fn restart() -> Vec<Row> {
    let count = many();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("zephyr.db");
    let (batched, clock) = armed::in_file(&file, worlds::small(), count).await;
    let mut times = Vec::new();
    for _ in 0..5 {
        clock.advance(SignedDuration::from_mins(5));
        let began = Instant::now();
        let options = Options { clock: TimeSource::Manual(clock.clone()), ..Options::default() };
        let bench = Bench::on_file(&file, options, worlds::small(), None).await;
        let first = bench.pages.wait_for(1).await;
        times.push(first.duration_since(began));
        bench.stop().await;
    }
    let per_second = f64::from(u32::try_from(count).unwrap_or(u32::MAX)) / batched.as_secs_f64();
    vec![
        Row::new(&format!("open the database → first overdue page out, {count} all overdue"), times, "- / 300 ms"),
        Row::new(&format!("{count} openings in batches, durable ({per_second:.0}/s)"), vec![batched], "1 s for 10 000"),
    ]
}

/// Ten thousand openings at a server one of whose providers is dead, and SEV-1 in the middle of them.
async fn storms(cluster: Option<&Cluster>) -> Vec<Row> {
    let mut rows = Vec::new();
    let mut benches = vec![("SQLite", Bench::on_a_file(worlds::small(), Some("ines")).await)];
    if let Some(cluster) = cluster {
        let url = cluster.url(&cluster.database());
        benches.push(("PostgreSQL", Bench::on_database(&url, worlds::small(), Some("ines")).await));
    }
    for (store, bench) in benches {
        let weathered = storm(&bench, 10_000, 400, 20).await;
        let refused = weathered.refused;
        let what = format!("10 000 openings over HTTP, a pager dead, {store} ({refused} told to come back)");
        rows.push(Row::new(&what, vec![weathered.took], "3 s"));
        let what = format!("a SEV-1 in the middle of it: connect → every page handed over, {store}");
        rows.push(Row::new(&what, weathered.urgent, "- / 100 ms"));
        bench.stop().await;
    }
    rows
}

/// A replica dies with pages in its hand; until the other has handed them over.
async fn replica_lost(cluster: Option<&Cluster>) -> Vec<Row> {
    let Some(cluster) = cluster else { return Vec::new() };
    let mut times = Vec::new();
    for _ in 0..8 {
        let url = cluster.url(&cluster.database());
        let bench = Bench::on_database(&url, worlds::small(), None).await;
        let store = PostgresStore::open(&url, PostgresOptions::default()).await.unwrap();
        let mut other = Engine::new(store, Chance::new(), worlds::small());
        other.renew(limits::LEASE).await.unwrap();
        let request: Request = armed::declare(1);
        other.execute(vec![request]).await.unwrap();
        let died = Instant::now();
        drop(other);
        times.push(bench.pages.wait_for(1).await.duration_since(died));
        bench.stop().await;
    }
    vec![Row::new("a replica dies with a page in its hand → another hands it over, PostgreSQL", times, "- / 2500 ms")]
}

/// The public status page under a crowd on the same two cores.
async fn status_page() -> Vec<Row> {
    const CROWD: usize = 64;
    let bench = Bench::on_a_file(worlds::acme(), None).await;
    bench.client().await.open("Checkout p99 elevated in eu-frankfurt").await;
    let (began, mut crowd) = (Instant::now(), Vec::new());
    for _ in 0..CROWD {
        let mut client = bench.client().await;
        crowd.push(tokio::spawn(async move {
            let mut times = Vec::new();
            while began.elapsed() < Duration::from_secs(4) {
                let asked = Instant::now();
                assert_eq!(client.get("/status").await.status, 200);
                times.push(asked.elapsed());
            }
            times
        }));
    }
    let mut times = Vec::new();
    for one in crowd {
        times.extend(one.await.unwrap());
    }
    let per_second = f64::from(u32::try_from(times.len()).unwrap()) / began.elapsed().as_secs_f64();
    bench.stop().await;
    vec![Row::new(
        &format!("status page, a crowd of {CROWD} on the same machine ({per_second:.0}/s)"),
        times,
        "30 000/s",
    )]
}
