//! `GET /healthz` and `GET /readyz`: for whoever watches the watcher. No token needed; nothing secret said.

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use zephyr_api::Health;

use crate::app::{App, Stores};

/// 200 while the process can page people; else 503. For whoever restarts it.
#[utoipa::path(
    get,
    path = "/healthz",
    operation_id = "is_it_alive",
    tag = "health",
    security(()),
    responses((status = 200, description = "As asked", body = Health), (status = 503, description = "Not now", body = Health))
)]
pub async fn alive<S: Stores>(State(app): State<App<S>>) -> (StatusCode, Json<Health>) {
    if app.engine.is_alive() { said(StatusCode::OK, "ok") } else { said(StatusCode::SERVICE_UNAVAILABLE, STOPPED) }
}

/// 200 while requests can be taken, with how much waits; else 503. For whoever sends it requests.
#[utoipa::path(
    get,
    path = "/readyz",
    operation_id = "is_it_ready",
    tag = "health",
    security(()),
    responses((status = 200, description = "As asked", body = Health), (status = 503, description = "Not now", body = Health))
)]
pub async fn ready<S: Stores>(State(app): State<App<S>>) -> (StatusCode, Json<Health>) {
    if !app.engine.is_alive() {
        return said(StatusCode::SERVICE_UNAVAILABLE, STOPPED);
    }
    let (Ok(now), Ok(backlog)) = (app.store.now().await, app.store.backlog().await) else {
        return said(StatusCode::SERVICE_UNAVAILABLE, "the store cannot be reached");
    };
    let late = backlog.oldest_page.map_or(0, |due| now.duration_since(due).as_secs().max(0));
    let health = Health {
        status: "ok".to_owned(),
        pages_waiting: backlog.pages(),
        tells_waiting: backlog.tells(),
        oldest_page_late_secs: late,
        policy_trouble: app.policies.trouble(),
    };
    (StatusCode::OK, Json(health))
}

const STOPPED: &str = "the engine has stopped";

fn said(code: StatusCode, status: &str) -> (StatusCode, Json<Health>) {
    let status = status.to_owned();
    (code, Json(Health { status, pages_waiting: 0, tells_waiting: 0, oldest_page_late_secs: 0, policy_trouble: None }))
}
