//! `GET /api/v1/me`: who the token speaks for, and what the server is.

use axum::Json;
use axum::extract::State;
use zephyr_api::Me;
use zephyr_core::Actor;

use crate::app::{App, Stores};
use crate::auth::Caller;
use crate::fault::Fault;

/// Says who is asking.
#[utoipa::path(
    get,
    path = "/api/v1/me",
    operation_id = "who_am_i",
    tag = "tokens",
    responses((status = 200, description = "As asked", body = Me))
)]
pub async fn me<S: Stores>(State(app): State<App<S>>, caller: Caller) -> Result<Json<Me>, Fault> {
    let now = app.store.now().await?;
    let world = app.world();
    let (kind, name) = match &caller.actor {
        Actor::Person(person) => ("person", world.policy.display_name(person)),
        Actor::Operator => ("local", caller.actor.to_string()),
        other => ("bot", other.to_string()),
    };
    Ok(Json(Me {
        person: caller.person().map(ToString::to_string),
        name: Some(name),
        kind: kind.to_owned(),
        admin: caller.is_admin(),
        version: app.settings.version.to_owned(),
        organisation: world.policy.organisation.clone(),
        policy: world.policy.version.to_string(),
        policy_trouble: app.policies.trouble(),
        built_in_paging: true,
        now,
        speed: app.settings.speed,
    }))
}
