//! The company that the simulator works for: the example, sometimes with schedules of its own in other zones.

use jiff::civil::{Time, time};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};
use zephyr_core::World;
use zephyr_core::policy::{self, DailyWindow, Every, Layer, Window};
use zephyr_core::world::Runbook;

use crate::chance::Chance;
use crate::fault::Fault;
use crate::plan::Plan;

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

/// Zones whose clocks change by an hour, by half of one, at midnight, and never.
const ZONES: [&str; 6] =
    ["Europe/Berlin", "America/Denver", "Australia/Lord_Howe", "America/Santiago", "Asia/Singapore", "Pacific/Chatham"];

/// Around the times at which clocks change.
const HANDOFFS: [Time; 6] =
    [time(0, 0, 0, 0), time(1, 30, 0, 0), time(2, 0, 0, 0), time(2, 30, 0, 0), time(3, 0, 0, 0), time(9, 0, 0, 0)];

/// The world at the beginning of a run that begins some time in 2026, and when that is.
pub fn begin(plan: &Plan, some_time: Timestamp) -> (World, Timestamp) {
    let policy = policy::read(POLICY).unwrap_or_else(|mistakes| unreachable!("the example is sound: {mistakes:?}"));
    let runbook = Runbook::Content { path: "runbooks/incident.md".into(), hash: "simulated".into() };
    let mut world = World::new(policy, runbook);
    let mut chance = Chance::of(plan.seed, "schedules");
    if !chance.percent(plan.percent(Fault::OddSchedules)) {
        return (world, some_time);
    }
    let zone = any_zone(&mut chance);
    let change = zone.following(some_time).next().map_or(some_time, |change| change.timestamp());
    let now = change - SignedDuration::from_mins(chance.between(0, 60));
    for rotation in world.policy.rotations.values_mut() {
        for layer in &mut rotation.layers {
            another(layer, &zone, now, &mut chance);
        }
    }
    (world, now)
}

fn any_zone(chance: &mut Chance) -> TimeZone {
    let name = chance.pick(&ZONES).copied().unwrap_or("UTC");
    TimeZone::get(name).unwrap_or_else(|error| unreachable!("{name}: {error}"))
}

/// Gives a layer other turns, which may be handed over while a clock changes.
fn another(layer: &mut Layer, zone: &TimeZone, now: Timestamp, chance: &mut Chance) {
    layer.zone = if chance.percent(60) { zone.clone() } else { any_zone(chance) };
    layer.handoff_at = chance.pick(&HANDOFFS).copied().unwrap_or_default();
    layer.from = layer.zone.to_datetime(now).date().saturating_sub(chance.between(-1, 20).days());
    layer.every = match chance.between(0, 8) {
        0 => Every::Hours(vec![1]),
        1 => Every::Hours(vec![6, 2]),
        2 => Every::Hours(vec![12]),
        3 | 4 => Every::Hours(vec![24]),
        5 => Every::Hours(vec![96, 72]),
        6 => Every::Months(1),
        _ => Every::weeks(1),
    };
    if chance.percent(30) {
        let from = chance.pick(&HANDOFFS).copied().unwrap_or_default();
        let to = chance.pick(&HANDOFFS).copied().unwrap_or_default();
        layer.window = Some(Window::daily(DailyWindow { from, to }));
    } else if chance.percent(50) {
        layer.window = None;
    }
    if chance.percent(15) {
        layer.slots.push(Vec::new());
    }
    if chance.percent(15) {
        let together = layer.slots.iter().flatten().cloned().collect();
        layer.slots.push(together);
    }
    if chance.percent(10) {
        layer.ends = Some(now + SignedDuration::from_mins(chance.between(5, 120)));
    }
}
