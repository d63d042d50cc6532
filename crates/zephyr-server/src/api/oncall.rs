//! `GET /api/v1/oncall`: who is on call now, in every rotation.

use axum::Json;
use axum::extract::State;
use jiff::Timestamp;
use zephyr_api::{OnCall, Rotation, Shift};
use zephyr_core::access::Viewer;
use zephyr_core::{RotationId, World, oncall};

use crate::app::{App, Stores};
use crate::auth::Caller;
use crate::fault::Fault;

/// Says who is on call.
#[utoipa::path(
    get,
    path = "/api/v1/oncall",
    operation_id = "who_is_on_call",
    tag = "on call",
    responses((status = 200, description = "As asked", body = OnCall))
)]
pub async fn oncall<S: Stores>(State(app): State<App<S>>, caller: Caller) -> Result<Json<OnCall>, Fault> {
    let at = app.store.now().await?;
    let mut oncall = view(&app.world(), at);
    if matches!(caller.viewer, Viewer::Bot) {
        oncall.rotations.iter_mut().flat_map(|rotation| &mut rotation.on_call).for_each(|shift| shift.phone = None);
    }
    Ok(Json(oncall))
}

/// Who is on call at an instant.
pub fn view(world: &World, at: Timestamp) -> OnCall {
    let rotations = world.policy.rotations.keys();
    let rotations = rotations.map(|id| Rotation { name: id.to_string(), on_call: shifts(world, id, at) });
    OnCall { at, rotations: rotations.collect() }
}

fn shifts(world: &World, rotation: &RotationId, at: Timestamp) -> Vec<Shift> {
    let policy = &world.policy;
    let shift = |shift: oncall::OnCall| Shift {
        layer: u32::try_from(shift.layer).unwrap_or(u32::MAX),
        name: policy.display_name(&shift.person),
        awake: policy.is_awake(&shift.person, at),
        until: shift.until,
        phone: policy.people.get(&shift.person).and_then(|person| person.phone.clone()),
        person: shift.person.to_string(),
    };
    world.schedule().at(rotation, at).into_iter().map(shift).collect()
}
