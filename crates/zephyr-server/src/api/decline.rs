//! `POST /api/v1/incidents/{incident}/decline`.

use axum::extract::{Path, State};
use zephyr_api::Changed;
use zephyr_core::incident::Command;

use super::answer::{Answered, command};
use super::extract::{Nothing, Posted};
use crate::app::{App, Stores};
use crate::fault::Fault;

/// A person cannot: every page of this incident that wants them goes on at once.
#[utoipa::path(
    post,
    path = "/api/v1/incidents/{incident}/decline",
    operation_id = "decline_incident",
    tag = "incidents",
    responses((status = 200, description = "The incident after it is durable", body = Changed))
)]
pub async fn decline<S: Stores>(
    State(app): State<App<S>>,
    Path(label): Path<String>,
    Posted { caller, key, .. }: Posted<Nothing>,
) -> Result<Answered<Changed>, Fault> {
    command(&app, caller, key, &label, Command::Decline { target: None }).await
}
