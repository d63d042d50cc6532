//! `POST /api/v1/incidents/{incident}/update`.

use axum::extract::{Path, State};
use zephyr_api::{Changed, UpdateIncident};
use zephyr_core::incident::Command;
use zephyr_core::text::PublicLine;

use super::answer::{Answered, command};
use super::extract::Posted;
use crate::app::{App, Stores};
use crate::fault::Fault;

/// A person tells how things stand: channel and status page together, and the next update is due a while from now.
#[utoipa::path(
    post,
    path = "/api/v1/incidents/{incident}/update",
    operation_id = "update_incident",
    tag = "incidents",
    request_body = UpdateIncident,
    responses((status = 200, description = "The incident after it is durable", body = Changed))
)]
pub async fn update<S: Stores>(
    State(app): State<App<S>>,
    Path(label): Path<String>,
    Posted { caller, body, key }: Posted<UpdateIncident>,
) -> Result<Answered<Changed>, Fault> {
    let text = PublicLine::new(&body.text).map_err(|why| Fault::invalid("text", why))?;
    command(&app, caller, key, &label, Command::Update { text }).await
}
