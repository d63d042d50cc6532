//! `GET /api/v1/reports/missed`: what was missed, over the incidents that the caller may see.

use axum::Json;
use axum::extract::State;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use zephyr_api::MissedReport;
use zephyr_core::incident::Figures;
use zephyr_core::limits;

use super::extract::Asked;
use crate::account;
use crate::app::{App, Stores};
use crate::auth::Caller;
use crate::fault::Fault;

/// How far back.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Back {
    /// Incidents opened in the last so many days; 30 where left out.
    #[param(minimum = 1, maximum = 3660, example = 30)]
    days: Option<u32>,
}

/// Counts what was missed.
#[utoipa::path(
    get,
    path = "/api/v1/reports/missed",
    operation_id = "report_missed",
    tag = "reports",
    params(Back),
    responses((status = 200, description = "As asked", body = MissedReport))
)]
pub async fn report<S: Stores>(
    State(app): State<App<S>>,
    caller: Caller,
    Asked(back): Asked<Back>,
) -> Result<Json<MissedReport>, Fault> {
    let until = app.store.now().await?;
    let since = since(back.days.unwrap_or(30), until)?;
    let (incidents, cut) = app.opened_since(&caller.viewer, since, limits::REPORT_INCIDENTS).await?;
    let mut figures = Figures::default();
    let mut missed = Vec::new();
    for review in app.reviews(&incidents, until).await? {
        figures.add(&review);
        missed.extend(account::missed(&review));
    }
    missed.truncate(limits::LIST_ROWS);
    Ok(Json(MissedReport {
        since,
        until,
        cut,
        incidents: figures.incidents,
        customer_reported: figures.customer_reported,
        late_updates: figures.late_updates,
        pages: account::pages(&figures),
        calls: account::call_figures(&figures),
        missed,
    }))
}

fn since(days: u32, until: Timestamp) -> Result<Timestamp, Fault> {
    if !(1..=3660).contains(&days) {
        return Err(Fault::invalid("days", "It has to be between 1 and 3660.").into());
    }
    Ok(until.checked_sub(SignedDuration::from_hours(i64::from(days) * 24)).unwrap_or(Timestamp::MIN))
}
