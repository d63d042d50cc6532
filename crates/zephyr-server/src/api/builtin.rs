//! `GET /api/v1/builtin/…`: what the built-in providers hold, as their documents.
//!
//! What belongs to an incident is for those who may see the incident; an inbox is for its person, admins and the
//! machine's operator.

use axum::Json;
use axum::extract::{Path, State};
use serde_json::{Value, json};
use zephyr_api::{Code, Problem};
use zephyr_core::PersonId;
use zephyr_providers::builtin::{Channel, Inbox, StatusEntry, Ticket};

use crate::app::{App, Stores};
use crate::auth::Caller;
use crate::fault::Fault;

type Documents = Result<Json<Value>, Fault>;

/// The chat rooms.
#[utoipa::path(
    get,
    path = "/api/v1/builtin/rooms",
    operation_id = "builtin_rooms",
    tag = "built in",
    responses((status = 200, description = "As asked", body = serde_json::Value))
)]
pub async fn rooms<S: Stores>(State(app): State<App<S>>, caller: Caller) -> Documents {
    Ok(Json(json!({ "rooms": app.visible::<Channel>(&caller.viewer).await? })))
}

/// The status page.
#[utoipa::path(
    get,
    path = "/api/v1/builtin/status",
    operation_id = "builtin_status",
    tag = "built in",
    responses((status = 200, description = "As asked", body = serde_json::Value))
)]
pub async fn status<S: Stores>(State(app): State<App<S>>, caller: Caller) -> Documents {
    Ok(Json(json!({ "entries": app.visible::<StatusEntry>(&caller.viewer).await? })))
}

/// The tickets.
#[utoipa::path(
    get,
    path = "/api/v1/builtin/tickets",
    operation_id = "builtin_tickets",
    tag = "built in",
    responses((status = 200, description = "As asked", body = serde_json::Value))
)]
pub async fn tickets<S: Stores>(State(app): State<App<S>>, caller: Caller) -> Documents {
    Ok(Json(json!({ "tickets": app.visible::<Ticket>(&caller.viewer).await? })))
}

/// One person's pager inbox; empty where nothing came yet.
#[utoipa::path(
    get,
    path = "/api/v1/builtin/inbox/{person}",
    operation_id = "builtin_inbox",
    tag = "built in",
    responses((status = 200, description = "As asked", body = serde_json::Value))
)]
pub async fn inbox<S: Stores>(
    State(app): State<App<S>>,
    caller: Caller,
    Path(person): Path<String>,
) -> Result<Json<Inbox>, Fault> {
    let known = person.parse::<PersonId>().ok().filter(|id| app.world().policy.people.contains_key(id));
    let own = known.as_ref().is_some_and(|id| caller.person() == Some(id));
    if !own && !caller.is_admin() {
        return Err(Problem::new(Code::Forbidden, "This is somebody else's inbox").into());
    }
    let Some(person) = known else {
        return Err(Problem::new(Code::NotFound, "The policy has no such person").into());
    };
    let found = app.document::<Inbox>(person.as_str()).await?;
    Ok(Json(found.unwrap_or_else(|| Inbox::of(person))))
}
