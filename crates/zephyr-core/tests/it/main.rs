//! Tests of the core from outside, one binary.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::expect_used,
    reason = "a test that fails here says where"
)]

mod account;
mod catalog;
mod changes;
mod lease;
mod mirrors;
mod oncall;
mod paging;
mod policy;
mod policy_acme;
mod policy_mistakes;
mod proof;
mod quiet;
mod reachable;
mod roster;
mod scene;
mod schedules;
mod sends;
mod similar;
mod stored;
mod zones;
