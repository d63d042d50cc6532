//! `POST /api/v1/incidents/{incident}/cancel`.

use axum::extract::{Path, State};
use zephyr_api::{Changed, EndIncident};
use zephyr_core::incident::Command;

use super::answer::{Answered, command};
use super::extract::Posted;
use super::open::public_line;
use crate::app::{App, Stores};
use crate::fault::Fault;

/// It was a false alarm: pages stop, the status entry is withdrawn.
#[utoipa::path(
    post,
    path = "/api/v1/incidents/{incident}/cancel",
    operation_id = "cancel_incident",
    tag = "incidents",
    request_body = EndIncident,
    responses((status = 200, description = "The incident after it is durable", body = Changed))
)]
pub async fn cancel<S: Stores>(
    State(app): State<App<S>>,
    Path(label): Path<String>,
    Posted { caller, body, key }: Posted<EndIncident>,
) -> Result<Answered<Changed>, Fault> {
    let public = body.public.map(|line| public_line(&line)).transpose()?;
    command(&app, caller, key, &label, Command::Cancel { public }).await
}
