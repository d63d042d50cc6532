//! `POST /api/v1/ack`: a person answers everything that rings for them.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use zephyr_api::{Acknowledged, Code, Problem};
use zephyr_core::incident::{Command, Incident, Refused};
use zephyr_core::{PersonId, page};
use zephyr_engine::{Answer, Ask, Request, RequestKey};

use super::answer::{done, refusal};
use super::extract::{Nothing, Posted, answered};
use crate::app::{App, Stores};
use crate::auth::Caller;
use crate::fault::Fault;
use crate::read::Phases;
use crate::view;

/// Answers all of it. Where nothing rings: what the person answers for already, if the key says that this is a
/// repetition; else a refusal.
#[utoipa::path(
    post,
    path = "/api/v1/ack",
    operation_id = "acknowledge_everything",
    tag = "incidents",
    responses((status = 200, description = "Done", body = Acknowledged))
)]
pub async fn ack_everything<S: Stores>(
    State(app): State<App<S>>,
    Posted { caller, key, .. }: Posted<Nothing>,
) -> Result<Json<Acknowledged>, Fault> {
    let answered = answer_all(&app, &caller, key).await?;
    let world = app.world();
    let incidents = answered.iter().map(|incident| view::incident(incident, &world, &app.settings.public_url));
    Ok(Json(Acknowledged { incidents: incidents.collect() }))
}

/// Answers all that rings for a person; the incidents after it.
pub async fn answer_all<S: Stores>(
    app: &App<S>,
    caller: &Caller,
    key: Option<RequestKey>,
) -> Result<Vec<Arc<Incident>>, Fault> {
    let person = caller.person().ok_or_else(|| refusal(&Refused::NotAPerson))?;
    if answered(app, key.as_ref()).await?.is_some() {
        return held(app, caller, person).await;
    }
    let ringing = app.ringing_for(&caller.viewer, person).await?;
    let requests = ringing.iter().enumerate().map(|(index, incident)| Request {
        id: app.request_id(),
        actor: caller.actor.clone(),
        // The key itself goes with the first: that it is known tells a repetition.
        key: key.clone().map(|key| nth(key, index)),
        ask: Ask::Of { incident: incident.id, command: Command::Acknowledge },
    });
    let mut incidents = Vec::new();
    for answer in app.engine.ask_all(requests.collect()).await {
        match answer? {
            // Somebody else was faster with this one.
            Answer::Refused(_) | Answer::NotArranged(_) | Answer::NotFound => {}
            other => incidents.push(done(app, other)?.0),
        }
    }
    if incidents.is_empty() {
        return Err(nothing_rings(person));
    }
    Ok(incidents)
}

fn nth(mut key: RequestKey, index: usize) -> RequestKey {
    if index > 0 {
        key.key = format!("{}/{index}", key.key);
    }
    key
}

async fn held<S: Stores>(app: &App<S>, caller: &Caller, person: &PersonId) -> Result<Vec<Arc<Incident>>, Fault> {
    let mut open = app.list(&caller.viewer, Phases::One("open")).await?;
    open.retain(|incident| incident.paging.holders().contains(person));
    Ok(open.into_iter().map(Arc::new).collect())
}

fn nothing_rings(person: &PersonId) -> Fault {
    Problem::new(Code::Refused, "Nothing rings for you")
        .detail(page::Refused::NothingRings(person.clone()).to_string())
        .hint("To answer for an incident all the same, take one of its pages: POST …/pages/{target}/take.")
        .into()
}
