//! The table of `cargo xtask bench`: what zephyr promises in milliseconds, beside what this machine can do at best.
//!
//! Each row says what was measured and how often. Floors (fsync, one durable row, on a file and in PostgreSQL) are
//! measured in the same run, since they move with the machine's load. Nothing here passes or fails. How each row is
//! measured: `docs/operate/speed.md`. `cargo xtask bench storm` measures only rows of groups whose name contains that.
#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a bench prints, and times with the machine's clock"
)]

#[expect(dead_code, reason = "shared with tests that stop their cluster")]
#[path = "../../../zephyr-store/tests/it/cluster.rs"]
mod cluster;
mod floors;
mod rows;
#[expect(dead_code, reason = "shared with a test, and each uses a part of it")]
mod support;

use support::Row;

fn main() {
    // `cargo test --benches` only wants to see that it starts.
    if std::env::args().any(|arg| arg == "--test") {
        return;
    }
    let wanted: Vec<String> = std::env::args().skip(1).filter(|arg| !arg.starts_with('-')).collect();
    let is_wanted = |group: &str| wanted.is_empty() || wanted.iter().any(|word| group.contains(word.as_str()));
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    println!("load before: {}", load.trim());
    println!("{:<78} {:>6} {:>11} {:>11}  aim (p50 / p99)", "what", "times", "p50", "p99");
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let cluster = cluster::Cluster::start_durable();
    let print = |rows: Vec<Row>| rows.iter().for_each(|row| println!("{row}"));
    if is_wanted("floors") {
        print(runtime.block_on(floors::floors(cluster.as_ref())));
    }
    for (group, rows) in rows::GROUPS {
        if is_wanted(group) {
            print(runtime.block_on(rows(cluster.as_ref())));
        }
    }
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    println!("load after: {}", load.trim());
}
