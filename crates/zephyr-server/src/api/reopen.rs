//! `POST /api/v1/incidents/{incident}/reopen`.

use axum::extract::{Path, State};
use zephyr_api::{Changed, ReopenIncident};
use zephyr_core::incident::Command;

use super::answer::{Answered, command};
use super::extract::Posted;
use super::open::public_line;
use crate::app::{App, Stores};
use crate::fault::Fault;

/// It is not over: same number, paged as at opening; whoever reopens counts as having answered.
#[utoipa::path(
    post,
    path = "/api/v1/incidents/{incident}/reopen",
    operation_id = "reopen_incident",
    tag = "incidents",
    request_body = ReopenIncident,
    responses((status = 200, description = "The incident after it is durable", body = Changed))
)]
pub async fn reopen<S: Stores>(
    State(app): State<App<S>>,
    Path(label): Path<String>,
    Posted { caller, body, key }: Posted<ReopenIncident>,
) -> Result<Answered<Changed>, Fault> {
    let public = body.public.map(|line| public_line(&line)).transpose()?;
    command(&app, caller, key, &label, Command::Reopen { public, ring_me: body.ring_me }).await
}
