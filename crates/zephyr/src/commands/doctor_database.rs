//! What `zephyr doctor` finds of a PostgreSQL database: whether it can be used, by whom it is, and what it may lose.

use jiff::Timestamp;
use zephyr_engine::ports::{Backlog, Store as _, StoreError};
use zephyr_store::PostgresStore;

use super::doctor::{Finding, LATE_SECS, SKEW_SECS};
use super::store_database;
use crate::serve::database::{self, Address};

/// Looks at the database.
pub async fn look(address: &Address, now: Timestamp) -> Vec<Finding> {
    let store = match database::open(address, false).await {
        Ok(store) => store,
        Err(failure) => {
            let why = failure.why.map(|why| format!(" ({why})")).unwrap_or_default();
            let hint = failure.hint.unwrap_or_else(|| "look at the log of the database".to_owned());
            return vec![Finding::fail("store", failure.what + &why, hint)];
        }
    };
    let shown = database::told(Some(address), std::path::Path::new(""));
    let mut found = vec![Finding::ok("store", format!("{shown} answers, its schema is this version's"))];
    match findings(&store, now).await {
        Ok(findings) => found.extend(findings),
        Err(error) => found.push(Finding::fail("store", error.to_string(), "look at the log of the database")),
    }
    store.close().await;
    found
}

async fn findings(store: &PostgresStore, now: Timestamp) -> Result<Vec<Finding>, StoreError> {
    let (open, broken) = store_database::broken(store).await?;
    let incidents = match broken.first() {
        Some(first) => {
            let hint = "`zephyr page list` shows what rings; call people by hand, and report it";
            Finding::fail("incidents", first.clone(), hint)
        }
        None => Finding::ok("incidents", format!("{open} open, each as its events make it")),
    };
    let (serving, database_now) = (store.serving().await?, store.now().await?);
    Ok(vec![
        incidents,
        replicas(serving),
        pages(&store.backlog().await?, database_now, serving),
        durable(&store.setting("synchronous_commit").await?, &store.setting("synchronous_standby_names").await?),
        skew(database_now, now),
    ])
}

fn replicas(serving: u64) -> Finding {
    match serving {
        0 => Finding::warn("replicas", "no server runs on it", "`zephyr serve` starts one"),
        1 => Finding::ok("replicas", "one server runs on it"),
        count => Finding::ok("replicas", format!("{count} servers run on it")),
    }
}

fn pages(backlog: &Backlog, now: Timestamp, serving: u64) -> Finding {
    let late = backlog.oldest_page.map_or(0, |due| now.duration_since(due).as_secs());
    let hint = if serving > 0 { "look at the servers' logs" } else { "`zephyr serve` sends it" };
    match late {
        late if late <= LATE_SECS => Finding::ok("pages", "none is late"),
        late => Finding::fail("pages", format!("one is {late} s late"), hint),
    }
}

/// What a commit that was answered survives.
fn durable(commit: &str, standbys: &str) -> Finding {
    match (commit, standbys) {
        ("off", _) => Finding::fail(
            "durability",
            "synchronous_commit is off: what was accepted is lost when the database crashes",
            "ALTER SYSTEM SET synchronous_commit = on; SELECT pg_reload_conf()",
        ),
        ("local", _) | (_, "") => Finding::warn(
            "durability",
            "no synchronous standby: a failover may lose the last that was accepted",
            "with Patroni, synchronous_mode: true; a single database that is never failed over from needs none",
        ),
        (commit, _) => Finding::ok("durability", format!("a standby has every commit (synchronous_commit {commit})")),
    }
}

fn skew(database: Timestamp, here: Timestamp) -> Finding {
    let skew = database.duration_since(here).as_secs();
    if skew.abs() <= SKEW_SECS {
        return Finding::ok("database clock", "it and this machine agree");
    }
    let text = format!("it is {} s {} this machine's", skew.abs(), if skew > 0 { "ahead of" } else { "behind" });
    Finding::warn("database clock", text, "the database's decides what is due; set both by NTP")
}
