//! Sessions at the command line, against the real binary and a real server on a port and in a folder of its own.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "helpers of tests: a failure is told by a panic, and waiting is real time"
)]

mod bad_input;
mod bad_store;
mod clocks;
#[expect(dead_code, reason = "only the bench needs a cluster that writes through to the disk")]
#[path = "../../../zephyr-store/tests/it/cluster.rs"]
mod cluster;
mod crash;
mod damage;
mod declaring;
mod demo;
mod docs;
mod follow;
mod full_disk;
mod generated;
mod harness;
mod init;
mod json;
mod manual;
mod opening;
mod pages;
mod policy;
mod proof;
mod proxy;
mod replicas;
mod replicas_store;
mod rolling;
mod servers;
mod serving;
mod similar;
mod store;
mod storm;
#[expect(dead_code, reason = "shared with the bench, which measures more with it")]
#[path = "../../benches/table/support/mod.rs"]
mod support;
mod terminal;
mod tokens;
mod upgrade;
mod why;
