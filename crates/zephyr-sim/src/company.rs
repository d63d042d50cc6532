//! The company that the simulator works for: the example.

use std::sync::Arc;

use zephyr_core::World;
use zephyr_core::policy;
use zephyr_core::world::Runbook;

const POLICY: &str = include_str!("../../../examples/acme/zephyr.toml");

/// What people write when something breaks.
pub const SUMMARIES: [&str; 6] = [
    "Checkout p99 elevated in eu-frankfurt",
    "Search returns nothing",
    "Region us-ashburn down",
    "Logins fail for some tenants in singapore",
    "Something is odd",
    "Checkout and search are both slow",
];

/// The world at the beginning of every run.
pub fn world() -> Arc<World> {
    let policy = policy::read(POLICY).unwrap_or_else(|mistakes| unreachable!("the example is sound: {mistakes:?}"));
    Arc::new(World::new(policy, Runbook::Content { path: "runbooks/incident.md".into(), hash: "simulated".into() }))
}
