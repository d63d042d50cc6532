//! `POST /api/v1/incidents/{incident}/pages/{target}/stop`.

use axum::extract::{Path, State};
use zephyr_api::{Changed, StopPage};
use zephyr_core::incident::Command;
use zephyr_core::page::Target;
use zephyr_core::text::Reason;

use super::answer::{Answered, command};
use super::extract::Posted;
use crate::app::{App, Stores};
use crate::fault::Fault;

/// A responder stops a page, and says why.
#[utoipa::path(
    post,
    path = "/api/v1/incidents/{incident}/pages/{target}/stop",
    operation_id = "stop_page",
    tag = "incidents",
    request_body = StopPage,
    responses((status = 200, description = "The incident after it is durable", body = Changed))
)]
pub async fn stop<S: Stores>(
    State(app): State<App<S>>,
    Path((label, target)): Path<(String, String)>,
    Posted { caller, body, key }: Posted<StopPage>,
) -> Result<Answered<Changed>, Fault> {
    let reason = Reason::new(&body.reason).map_err(|why| Fault::invalid("reason", why))?;
    command(&app, caller, key, &label, Command::Stop { target: Target::named(&target), reason }).await
}
