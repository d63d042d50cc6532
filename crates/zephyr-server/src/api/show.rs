//! `GET /api/v1/incidents/{incident}`.

use axum::Json;
use axum::extract::{Path, State};
use zephyr_api::Incident;

use crate::app::{App, Stores};
use crate::auth::Caller;
use crate::fault::Fault;
use crate::view;

/// Shows one incident.
#[utoipa::path(
    get,
    path = "/api/v1/incidents/{incident}",
    operation_id = "show_incident",
    tag = "incidents",
    responses((status = 200, description = "As asked", body = Incident))
)]
pub async fn show<S: Stores>(
    State(app): State<App<S>>,
    caller: Caller,
    Path(label): Path<String>,
) -> Result<Json<Incident>, Fault> {
    let incident = app.incident(&caller.viewer, &label).await?;
    Ok(Json(view::incident(&incident, &app.world(), &app.settings.public_url)))
}
