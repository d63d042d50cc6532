//! The real binary, built with its fault points, ended at each of them; what it leaves is read by a checker that knows
//! nothing of the engine. Run by a stage of `cargo xtask ci` of its own, because it is a build of its own:
//! `cargo test --package zephyr --features fault-points --test faults --target-dir target/fault`.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "helpers of tests: a failure is told by a panic, and waiting is real time"
)]

mod checker;
#[expect(dead_code, reason = "shared with tests that stop the database too")]
#[path = "../../../zephyr-store/tests/it/cluster.rs"]
mod cluster;
#[expect(dead_code, reason = "shared with the sessions at the command line, which use more of it")]
#[path = "../it/harness.rs"]
mod harness;
mod life;
mod matrix;
mod pauses;
#[expect(dead_code, reason = "shared with the sessions at the command line, which use more of it")]
#[path = "../it/proxy.rs"]
mod proxy;
mod scene;
mod stored;
mod swift;
