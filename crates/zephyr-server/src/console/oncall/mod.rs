//! Who is on call: now, in a calendar, and over a year.
//!
//! Deliberately not here: who stands where and what is a gap (`zephyr_core::proof`).

pub mod calendar;
pub mod coverage;
pub mod now;
pub mod slot;
mod span;
mod strip;
mod turns;

use std::collections::BTreeMap;

use axum::extract::Query;
use http::Uri;
use zephyr_api::{Code, Problem};
use zephyr_core::policy::Policy;
use zephyr_core::{RotationId, World};

use crate::fault::Fault;
use crate::near;

/// What an address says after its `?`; of a name that is there twice, the last.
pub fn asked(uri: &Uri) -> BTreeMap<String, String> {
    let pairs = Query::<Vec<(String, String)>>::try_from_uri(uri);
    pairs.map(|Query(pairs)| pairs.into_iter().collect()).unwrap_or_default()
}

/// The rotation of this name.
pub fn rotation(world: &World, name: &str) -> Result<RotationId, Fault> {
    let known = name.parse::<RotationId>().ok().filter(|id| world.policy.rotations.contains_key(id));
    known.ok_or_else(|| {
        let names = world.policy.rotations.keys().map(RotationId::as_str);
        let short: String = name.chars().take(64).collect();
        let problem = Problem::new(Code::NotFound, "There is no such rotation");
        problem.detail(format!("The policy in force has no rotation `{short}`.")).hint(near::hint(&short, names)).into()
    })
}

/// Whether a person has a turn in a rotation, now or later.
fn is_member(policy: &Policy, rotation: &RotationId, person: &zephyr_core::PersonId, now: jiff::Timestamp) -> bool {
    policy.rotations.get(rotation).is_some_and(|known| known.members(now).any(|member| member == person))
}
