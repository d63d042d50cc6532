//! Stores with many incidents that nobody answers, as a storm leaves them.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use sqlx::Connection as _;
use zephyr_core::incident::Declaration;
use zephyr_core::policy::Severity;
use zephyr_core::text::Summary;
use zephyr_core::{Actor, SignedDuration, Timestamp, World, limits};
use zephyr_engine::ports::Store;
use zephyr_engine::{Ask, Engine, Request};
use zephyr_store::{ManualClock, Options, SqliteStore, TimeSource};

use super::Chance;

/// Opens many incidents in batches as a storm is, on a clock that stands; how long it took.
pub async fn fill<S: Store>(store: &S, world: Arc<World>, count: u64) -> Duration {
    let mut engine = Engine::new(store.clone(), Chance::new(), world);
    engine.renew(limits::LEASE).await.unwrap();
    let began = Instant::now();
    let numbers: Vec<u64> = (0..count).collect();
    for batch in numbers.chunks(limits::COMMANDS_A_TURN) {
        engine.execute(batch.iter().map(|number| declare(*number)).collect()).await.unwrap();
    }
    began.elapsed()
}

/// The same in a file, by a clock of its own, which is handed over. All that they send was sent.
pub async fn in_file(file: &Path, world: Arc<World>, count: u64) -> (Duration, ManualClock) {
    let (store, clock) = begin(file).await;
    let took = fill(&store, world, count).await;
    store.close().await;
    all_sent(file).await;
    (took, clock)
}

/// `count` open incidents in a file, of which `due` have a step due one after the other, `apart`; the first a second
/// after the instant that is handed over, at which the store's clock will begin. All that they send was sent.
pub async fn one_after_another(
    file: &Path,
    world: Arc<World>,
    count: u64,
    due: u32,
    apart: SignedDuration,
) -> Timestamp {
    let (store, clock) = begin(file).await;
    // In the future, so that the store's clock begins right after what is written last.
    let begins = Timestamp::now() + SignedDuration::from_hours(24);
    let first = begins + SignedDuration::from_secs(1) - SignedDuration::from_mins(5);
    let mut engine = Engine::new(store.clone(), Chance::new(), world.clone());
    engine.renew(limits::LEASE).await.unwrap();
    for number in 0..due {
        clock.set_now(first + apart * i32::try_from(number).unwrap());
        engine.execute(vec![declare(u64::from(number))]).await.unwrap();
    }
    clock.set_now(begins);
    fill(&store, world, count - u64::from(due)).await;
    store.close().await;
    all_sent(file).await;
    begins
}

async fn begin(file: &Path) -> (SqliteStore, ManualClock) {
    let clock = ManualClock::new(Timestamp::from_second(1_790_000_000).unwrap());
    let options = Options { clock: TimeSource::Manual(clock.clone()), ..Options::default() };
    (SqliteStore::open(file, options).await.unwrap(), clock)
}

/// Nothing is left to send: what is measured is not how it is caught up.
async fn all_sent(file: &Path) {
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(file);
    let mut connection = sqlx::SqliteConnection::connect_with(&options).await.unwrap();
    sqlx::raw_sql("DELETE FROM effects").execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
}

/// A SEV-3 about the same as all others of its kind.
pub fn declare(number: u64) -> Request {
    Request {
        id: format!("bench-{number}"),
        actor: Actor::Bot("bench".into()),
        key: None,
        ask: Ask::Open(Declaration {
            summary: Summary::new(&format!("Checkout slow {number}")).unwrap(),
            severity: Severity::Three,
            service: None,
            region: None,
            private: false,
            reported_by: None,
            public: None,
            ring_me: false,
            // They are all about the same: a storm that nobody joins.
            anyway: true,
        }),
    }
}
