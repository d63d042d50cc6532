//! `POST /api/v1/incidents/{incident}/resolve`.

use axum::extract::{Path, State};
use zephyr_api::{Changed, ResolveIncident};
use zephyr_core::incident::Command;

use super::answer::{Answered, command};
use super::extract::Posted;
use super::open::{public_line, reporter};
use crate::app::{App, Stores};
use crate::fault::Fault;

/// It is over: pages stop, the status entry is resolved, the ticket done.
#[utoipa::path(
    post,
    path = "/api/v1/incidents/{incident}/resolve",
    operation_id = "resolve_incident",
    tag = "incidents",
    request_body = ResolveIncident,
    responses((status = 200, description = "The incident after it is durable", body = Changed))
)]
pub async fn resolve<S: Stores>(
    State(app): State<App<S>>,
    Path(label): Path<String>,
    Posted { caller, body, key }: Posted<ResolveIncident>,
) -> Result<Answered<Changed>, Fault> {
    let public = body.public.map(|line| public_line(&line)).transpose()?;
    let reported_by = body.reported_by.map(|name| reporter(&name)).transpose()?;
    command(&app, caller, key, &label, Command::Resolve { public, reported_by }).await
}
