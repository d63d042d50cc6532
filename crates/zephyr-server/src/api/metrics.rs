//! `GET /metrics`: for Prometheus. Needs a token that may read.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::header;
use jiff::{SignedDuration, Timestamp};
use zephyr_core::access::Viewer;
use zephyr_core::limits;

use crate::app::{App, Stores};
use crate::auth::Caller;
use crate::fault::Fault;
use crate::metrics::Snapshot;
use crate::process::Process;
use crate::read::Phases;

/// As Prometheus asks for it: <https://prometheus.io/docs/specs/om/open_metrics_spec/>.
const TEXT: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Everything measured, and how things stand.
#[utoipa::path(
    get,
    path = "/metrics",
    operation_id = "metrics",
    tag = "operate",
    responses((status = 200, description = "OpenMetrics text", body = String,
        content_type = "application/openmetrics-text; version=1.0.0; charset=utf-8"))
)]
pub async fn metrics<S: Stores>(State(app): State<App<S>>, _: Caller) -> Result<Response, Fault> {
    let now = app.store.now().await?;
    let backlog = app.store.backlog().await?;
    let past = |at: Option<Timestamp>| at.map_or(0.0, |at| now.duration_since(at).as_secs_f64().max(0.0));
    let mut open = [0; 3];
    // Private ones are counted too: their number and severity are all that is said of them.
    for incident in app.list(&Viewer::Local, Phases::One("open")).await? {
        let severity = usize::from(u8::from(incident.severity));
        if let Some(count) = severity.checked_sub(1).and_then(|index| open.get_mut(index)) {
            *count += 1;
        }
    }
    let day_ago = now.checked_sub(SignedDuration::from_hours(24)).unwrap_or(now);
    let (lately, _) = app.opened_since(&Viewer::Local, day_ago, limits::LIST_ROWS).await?;
    let figures = app.lately.figures(&app, &lately, now).await?;
    let applied = app.store.policies(1).await?.pop().map(|applied| applied.at);
    let snapshot = Snapshot {
        oldest_page_secs: past(backlog.oldest_page),
        overdue_wake_secs: past(backlog.next_wake),
        backlog,
        open,
        figures,
        policy: app.world().policy.version.to_string(),
        policy_age_secs: past(applied),
        policy_trouble: app.policies.trouble().is_some(),
        process: Process::look(),
        version: app.settings.version,
    };
    Ok(([(header::CONTENT_TYPE, TEXT)], app.metrics.render(&snapshot)).into_response())
}
