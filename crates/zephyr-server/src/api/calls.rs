//! `GET /api/v1/incidents/{incident}/calls`: whom its pages wanted and why, from the log alone.

use axum::Json;
use axum::extract::{Path, State};
use zephyr_api::Calls;
use zephyr_core::incident::review;

use crate::account;
use crate::app::{App, Stores};
use crate::auth::Caller;
use crate::fault::Fault;

/// Tells of every call.
#[utoipa::path(
    get,
    path = "/api/v1/incidents/{incident}/calls",
    operation_id = "read_calls",
    tag = "incidents",
    responses((status = 200, description = "As asked", body = Calls))
)]
pub async fn calls<S: Stores>(
    State(app): State<App<S>>,
    caller: Caller,
    Path(label): Path<String>,
) -> Result<Json<Calls>, Fault> {
    let incident = app.incident(&caller.viewer, &label).await?;
    let events = app.log(&incident).await?;
    let now = app.store.now().await?;
    let review = review(&events, now).ok_or_else(|| Fault::no_incident(&label))?;
    Ok(Json(account::calls(&review, &events, &app.world())))
}
