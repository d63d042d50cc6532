//! `POST /api/v1/incidents/{incident}/severity`.

use axum::extract::{Path, State};
use zephyr_api::{Changed, SetSeverity};
use zephyr_core::incident::Command;

use super::answer::{Answered, command};
use super::extract::Posted;
use super::open;
use crate::app::{App, Stores};
use crate::fault::Fault;

/// It is worse, or less bad: whoever is newly due is paged, and what rings for nobody that is due stops.
#[utoipa::path(
    post,
    path = "/api/v1/incidents/{incident}/severity",
    operation_id = "set_severity",
    tag = "incidents",
    request_body = SetSeverity,
    responses((status = 200, description = "The incident after it is durable", body = Changed))
)]
pub async fn set<S: Stores>(
    State(app): State<App<S>>,
    Path(label): Path<String>,
    Posted { caller, body, key }: Posted<SetSeverity>,
) -> Result<Answered<Changed>, Fault> {
    let severity = open::severity(body.severity, &app.world().policy)?;
    command(&app, caller, key, &label, Command::Reclassify { severity, correct: body.correct }).await
}
