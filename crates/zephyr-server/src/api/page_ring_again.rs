//! `POST /api/v1/incidents/{incident}/pages/{target}/ring-again`.

use axum::extract::{Path, State};
use zephyr_api::{Changed, RingAgain};
use zephyr_core::PersonId;
use zephyr_core::incident::Command;
use zephyr_core::page::Target;

use super::answer::{Answered, command};
use super::extract::Posted;
use crate::app::{App, Stores};
use crate::fault::Fault;

/// Rings somebody again whom an answered page did not reach.
#[utoipa::path(
    post,
    path = "/api/v1/incidents/{incident}/pages/{target}/ring-again",
    operation_id = "ring_again",
    tag = "incidents",
    request_body = RingAgain,
    responses((status = 200, description = "The incident after it is durable", body = Changed))
)]
pub async fn ring_again<S: Stores>(
    State(app): State<App<S>>,
    Path((label, target)): Path<(String, String)>,
    Posted { caller, body, key }: Posted<RingAgain>,
) -> Result<Answered<Changed>, Fault> {
    let person = body.person.parse::<PersonId>().map_err(|why| Fault::invalid("person", why))?;
    command(&app, caller, key, &label, Command::RingAgain { target: Target::named(&target), person }).await
}
