//! Bits that flip in a store at rest: what is found, and what cannot be.

use std::fs;
use std::path::Path;

use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{Connection as _, Row as _};

use crate::harness::Place;

/// How many bits, spread over the whole file.
const FLIPS: usize = 160;

/// Id, version, state and wake-up.
type Row = (String, i64, String, Option<i64>);

/// The streams of open incidents, row by row; `None` where they cannot be read.
fn streams(path: &Path) -> Option<Vec<Row>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let options = SqliteConnectOptions::new().filename(path).read_only(true).immutable(true);
        let mut connection = SqliteConnection::connect_with(&options).await.ok()?;
        let query = "SELECT id, version, state, wake_at FROM streams ORDER BY id";
        let rows = sqlx::query(query).fetch_all(&mut connection).await.ok()?;
        rows.iter()
            .map(|row| Some((row.try_get(0).ok()?, row.try_get(1).ok()?, row.try_get(2).ok()?, row.try_get(3).ok()?)))
            .collect()
    })
}

#[test]
fn f9_a_flipped_bit_is_found_before_an_open_incident_is_read_wrongly() {
    let place = Place::new();
    let server = place.start();
    for summary in ["Checkout p99 elevated in eu-frankfurt", "Search is slow"] {
        assert!(place.run(&["incident", "open", "--sev", "2", "--summary", summary]).status.success());
    }
    server.terminate();
    let path = place.path("zephyr-data/zephyr.db");
    let (whole, before) = (fs::read(&path).unwrap(), streams(&path).unwrap());
    let (mut found, mut harmless) = (0, 0);
    for flip in 0..FLIPS {
        let at = whole.len() * flip / FLIPS + flip % 97;
        let mut bytes = whole.clone();
        bytes[at] ^= 1 << (flip % 8);
        fs::write(&path, bytes).unwrap();
        if !place.run(&["store", "check"]).status.success() {
            found += 1;
            continue;
        }
        harmless += 1;
        assert_eq!(streams(&path).as_ref(), Some(&before), "byte {at}: not found, and an open incident reads wrongly");
    }
    assert!(found >= FLIPS / 8, "{found} of {FLIPS} found, {harmless} elsewhere");
}
