//! A storm of openings over HTTP at a server whose pager for one person takes everything and never answers.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::cluster;
use crate::support::storm::{Weathered, storm};
use crate::support::{Bench, worlds};

/// More distinct ones than pages may be under way at a time.
const OPENINGS: usize = 1_200;
const CONNECTIONS: usize = 120;

/// Nothing is lost, nothing is doubled, and each that was told of an incident was told of one that there is.
fn assert_nothing_lost(weathered: &Weathered) {
    let distinct = OPENINGS / 3;
    assert_eq!(weathered.told.len(), distinct);
    let mut numbers = BTreeSet::new();
    for (index, told) in &weathered.told {
        assert!(
            told.len() == 2 && told[0] == told[1],
            "job {index}: a repetition is answered with the first: {told:?}"
        );
        assert!(numbers.insert(told[0]), "job {index}: one of its own: {told:?}");
    }
    assert_eq!(weathered.same.len(), 1, "all about the same are one: {:?}", weathered.same);
    numbers.extend(weathered.same.keys());
    numbers.extend(&weathered.urgent_told);
    let all: BTreeSet<u64> = (1..=numbers.len()).map(|number| u64::try_from(number).unwrap()).collect();
    assert_eq!(numbers, all, "every number was told to somebody: nothing is there that nobody opened");
}

async fn weathered(bench: Bench) {
    let weathered = storm(&bench, OPENINGS, CONNECTIONS, 4).await;
    assert_nothing_lost(&weathered);
    // A pager that hangs does so for five seconds: nobody waits for it. What remains is what a build with all its
    // checks takes on a machine that does other things as well; `cargo xtask bench` tells how long it is in truth.
    let longest = weathered.urgent.iter().max().copied().unwrap_or_default();
    assert!(longest < Duration::from_millis(2_500), "a SEV-1 in the middle pages at once: {:?}", weathered.urgent);
    let mut client = bench.client().await;
    let all = OPENINGS / 3 + 1 + weathered.urgent.len();
    for number in 1..=all + 1 {
        let status = client.get(&format!("/api/v1/incidents/{number}")).await.status;
        assert_eq!(status, if number <= all { 200 } else { 404 }, "INC-{number}");
    }
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f66_f67_a_storm_with_a_dead_pager_loses_nothing_and_a_sev_1_in_it_pages_at_once() {
    weathered(Bench::on_a_file(worlds::small(), Some("ines")).await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f66_f67_the_same_storm_on_a_database() {
    let Some(cluster) = cluster::shared("f66_f67_the_same_storm_on_a_database") else { return };
    weathered(Bench::on_database(&cluster.url(&cluster.database()), worlds::small(), Some("ines")).await).await;
}
