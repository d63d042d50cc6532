//! `POST /api/v1/incidents/{incident}/service`.

use axum::extract::{Path, State};
use zephyr_api::{Changed, Code, Problem, SetService};
use zephyr_core::incident::Command;

use super::answer::{Answered, command};
use super::extract::Posted;
use super::open;
use crate::app::{App, Stores};
use crate::fault::Fault;

/// Says which service it is, or where: the owner is paged if due, and a former owner's ringing page stops.
#[utoipa::path(
    post,
    path = "/api/v1/incidents/{incident}/service",
    operation_id = "set_service",
    tag = "incidents",
    request_body = SetService,
    responses((status = 200, description = "The incident after it is durable", body = Changed))
)]
pub async fn set<S: Stores>(
    State(app): State<App<S>>,
    Path(label): Path<String>,
    Posted { caller, body, key }: Posted<SetService>,
) -> Result<Answered<Changed>, Fault> {
    let world = app.world();
    let service = body.service.map(|name| open::service(&name, &world.policy)).transpose()?;
    let region = body.region.map(|name| open::region(&name, &world.policy)).transpose()?;
    if service.is_none() && region.is_none() {
        return Err(Problem::new(Code::Invalid, "nothing is said").hint("name a service, a region, or both").into());
    }
    command(&app, caller, key, &label, Command::SetService { service, region }).await
}
