//! `GET /api/v1/incidents`: the newest first.

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use zephyr_api::Incidents;

use super::extract::Asked;
use crate::app::{App, Stores};
use crate::auth::Caller;
use crate::fault::Fault;
use crate::read::Phases;
use crate::{near, view};

/// Which are wanted.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Which {
    /// `open`, `resolved`, `cancelled` or `all`; `open` where left out.
    #[param(pattern = "^(open|resolved|cancelled|all)$", example = "all")]
    phase: Option<String>,
}

/// Lists incidents.
#[utoipa::path(
    get,
    path = "/api/v1/incidents",
    operation_id = "list_incidents",
    tag = "incidents",
    params(Which),
    responses((status = 200, description = "As asked", body = Incidents))
)]
pub async fn list<S: Stores>(
    State(app): State<App<S>>,
    caller: Caller,
    Asked(which): Asked<Which>,
) -> Result<Json<Incidents>, Fault> {
    let found = app.list(&caller.viewer, phases(which.phase.as_deref())?).await?;
    let world = app.world();
    let incidents = found.iter().map(|found| view::incident(found, &world, &app.settings.public_url));
    Ok(Json(Incidents { incidents: incidents.collect() }))
}

fn phases(name: Option<&str>) -> Result<Phases, Fault> {
    match name {
        None | Some("open") => Ok(Phases::One("open")),
        Some("resolved") => Ok(Phases::One("resolved")),
        Some("cancelled") => Ok(Phases::One("cancelled")),
        Some("all") => Ok(Phases::All),
        Some(other) => {
            let hint = near::hint(other, ["open", "resolved", "cancelled", "all"].into_iter());
            Err(Fault::invalid("phase", "There is no such phase.").hint(hint).into())
        }
    }
}
