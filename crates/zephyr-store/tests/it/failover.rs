//! A PostgreSQL that takes no writes any more, as one does that was the primary, and one whose readers are slow.

use std::time::Duration;

use zephyr_core::limits;
use zephyr_engine::ports::{Committed, Objects, Store, StoreError};
use zephyr_store::{ConnectError, PostgresOptions, PostgresStore};

use crate::cluster;
use crate::kit::{commit, must, start, stream};
use crate::postgres::Shared;

/// Makes whoever connects from now on a reader or a writer, and ends the connections that there are.
fn turn(shared: &Shared, read_only: &str) {
    let Some(cluster) = cluster::shared("turn") else { return };
    let database = shared.url.rsplit('/').next().unwrap_or_default();
    cluster.run(
        "postgres",
        &format!(
            "ALTER DATABASE {database} SET default_transaction_read_only = {read_only};
            SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{database}'"
        ),
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f22_what_is_not_the_primary_any_more_is_written_to_by_nobody() {
    let Some(shared) = Shared::new("f22_what_is_not_the_primary_any_more") else { return };
    let replica = shared.replica().await;
    assert_eq!(must(replica.commit(&[commit(stream(1), 0, start())]).await), [Committed::Done]);
    turn(&shared, "on");
    // Whatever hung on the connections of before is gone with the first tries.
    for _ in 0..8 {
        let lease = replica.renew(limits::LEASE).await;
        assert!(matches!(lease, Err(StoreError::Unavailable(_))), "no lease, and nothing is sent: {lease:?}");
    }
    let opened = PostgresStore::open(&shared.url, PostgresOptions::default()).await;
    assert!(matches!(opened, Err(ConnectError::Standby { .. })), "{opened:?}");
    turn(&shared, "off");
    let again = async { while replica.renew(limits::LEASE).await.is_err() {} };
    let again = tokio::time::timeout(Duration::from_secs(10), again).await;
    assert!(again.is_ok(), "it goes on once there is a primary");
    assert_eq!(must(replica.commit(&[commit(stream(2), 0, start())]).await), [Committed::Done]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f24_readers_that_are_all_busy_hold_up_no_commit() {
    let Some(shared) = Shared::new("f24_readers_that_are_all_busy") else { return };
    let replica = shared.replica().await;
    let Some(cluster) = cluster::shared("f24") else { return };
    let database = shared.url.rsplit('/').next().unwrap_or_default().to_owned();
    // Whoever reads documents waits for this.
    let locked = std::thread::spawn(move || {
        cluster.run(&database, "BEGIN; LOCK TABLE objects IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep(3); COMMIT");
    });
    tokio::time::sleep(Duration::from_millis(300)).await;
    let people: Vec<_> = (0..20)
        .map(|_| {
            let aside = replica.aside();
            tokio::spawn(async move { drop(aside.objects("inbox", 9).await) })
        })
        .collect();
    tokio::time::sleep(Duration::from_millis(300)).await;
    let work = async {
        must(replica.renew(limits::LEASE).await);
        must(replica.commit(&[commit(stream(1), 0, start())]).await)
    };
    assert_eq!(must(tokio::time::timeout(Duration::from_secs(1), work).await), [Committed::Done]);
    assert!(people.iter().any(|one| !one.is_finished()), "they wait meanwhile");
    for one in people {
        must(one.await);
    }
    assert!(locked.join().is_ok());
}
