//! What the buttons do: the same as the API, then back to a page.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use zephyr_core::PersonId;
use zephyr_core::incident::Command;
use zephyr_core::page::Target;
use zephyr_core::text::PublicLine;
use zephyr_engine::RequestKey;

use super::form::{NoFields, Posted};
use super::problem::page_for;
use crate::api::{answer_all, ask, public_line, reporter};
use crate::app::{App, Stores};
use crate::auth::Caller;
use crate::fault::Fault;

/// How an incident ends.
#[derive(Debug, Deserialize)]
pub struct End {
    #[serde(default)]
    public: String,
    #[serde(default)]
    reported_by: String,
}

/// Whom to ring again.
#[derive(Debug, Deserialize)]
pub struct Missed {
    person: String,
}

/// Answers everything that rings for the visitor.
pub async fn ack_everything<S: Stores>(State(app): State<App<S>>, Posted { caller, .. }: Posted<NoFields>) -> Response {
    match answer_all(&app, &caller, None).await {
        Ok(_) => Redirect::to("/").into_response(),
        Err(fault) => page_for(&app, fault, "/"),
    }
}

/// Answers what of one incident rings for the visitor.
pub async fn ack<S: Stores>(
    State(app): State<App<S>>,
    Path(label): Path<String>,
    Posted { caller, key, .. }: Posted<NoFields>,
) -> Response {
    act(&app, caller, key, &label, Ok(Command::Acknowledge)).await
}

/// The visitor cannot: the pages that want them go on.
pub async fn decline<S: Stores>(
    State(app): State<App<S>>,
    Path(label): Path<String>,
    Posted { caller, key, .. }: Posted<NoFields>,
) -> Response {
    act(&app, caller, key, &label, Ok(Command::Decline { target: None })).await
}

/// It is over.
pub async fn resolve<S: Stores>(
    State(app): State<App<S>>,
    Path(label): Path<String>,
    Posted { caller, fields, key }: Posted<End>,
) -> Response {
    act(&app, caller, key, &label, resolution(&fields)).await
}

/// It was a false alarm.
pub async fn cancel<S: Stores>(
    State(app): State<App<S>>,
    Path(label): Path<String>,
    Posted { caller, fields, key }: Posted<End>,
) -> Response {
    act(&app, caller, key, &label, last_line(&fields).map(|public| Command::Cancel { public })).await
}

/// The visitor becomes responder of a page.
pub async fn take<S: Stores>(
    State(app): State<App<S>>,
    Path((label, target)): Path<(String, String)>,
    Posted { caller, key, .. }: Posted<NoFields>,
) -> Response {
    act(&app, caller, key, &label, Ok(Command::Take { target: Target::named(&target) })).await
}

/// Rings somebody again.
pub async fn ring_again<S: Stores>(
    State(app): State<App<S>>,
    Path((label, target)): Path<(String, String)>,
    Posted { caller, fields, key }: Posted<Missed>,
) -> Response {
    let person = fields.person.parse::<PersonId>().map_err(|why| Fault::invalid("person", why).into());
    let target = Target::named(&target);
    act(&app, caller, key, &label, person.map(|person| Command::RingAgain { target, person })).await
}

fn resolution(fields: &End) -> Result<Command, Fault> {
    let reported_by = (!fields.reported_by.is_empty()).then(|| reporter(&fields.reported_by)).transpose()?;
    Ok(Command::Resolve { public: last_line(fields)?, reported_by })
}

fn last_line(fields: &End) -> Result<Option<PublicLine>, Fault> {
    if fields.public.trim().is_empty() {
        return Ok(None);
    }
    Ok(Some(public_line(&fields.public)?))
}

/// Does it, and leads back to the incident.
pub async fn act<S: Stores>(
    app: &App<S>,
    caller: Caller,
    key: Option<RequestKey>,
    label: &str,
    command: Result<Command, Fault>,
) -> Response {
    let done = match command {
        Ok(command) => ask(app, caller, key, label, command).await,
        Err(fault) => Err(fault),
    };
    match done {
        Ok(done) => Redirect::to(&format!("/incidents/{}", done.incident.number)).into_response(),
        Err(fault) => {
            let back = crate::read::number(label).map_or_else(|| "/".to_owned(), |n| format!("/incidents/{n}"));
            page_for(app, fault, &back)
        }
    }
}
