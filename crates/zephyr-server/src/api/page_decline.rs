//! `POST /api/v1/incidents/{incident}/pages/{target}/decline`.

use axum::extract::{Path, State};
use zephyr_api::Changed;
use zephyr_core::incident::Command;
use zephyr_core::page::Target;

use super::answer::{Answered, command};
use super::extract::{Nothing, Posted};
use crate::app::{App, Stores};
use crate::fault::Fault;

/// A person cannot answer one page: it goes on at once.
#[utoipa::path(
    post,
    path = "/api/v1/incidents/{incident}/pages/{target}/decline",
    operation_id = "decline_page",
    tag = "incidents",
    responses((status = 200, description = "The incident after it is durable", body = Changed))
)]
pub async fn decline<S: Stores>(
    State(app): State<App<S>>,
    Path((label, target)): Path<(String, String)>,
    Posted { caller, key, .. }: Posted<Nothing>,
) -> Result<Answered<Changed>, Fault> {
    let target = Some(Target::named(&target));
    command(&app, caller, key, &label, Command::Decline { target }).await
}
