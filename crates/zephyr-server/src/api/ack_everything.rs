//! `POST /api/v1/ack`: a person answers everything that rings for them.

use std::sync::Arc;

use axum::extract::State;
use zephyr_api::{Acknowledged, Code, Problem};
use zephyr_core::incident::{Command, Refused};
use zephyr_core::{PersonId, limits, page};
use zephyr_engine::ports::About;
use zephyr_engine::{Answer, Ask, Request, RequestKey, incident_at};

use super::answer::{Answered, Done, done, refusal, world_under};
use super::extract::{Nothing, Posted, answered};
use crate::app::{App, Stores};
use crate::auth::Caller;
use crate::fault::Fault;
use crate::view;

/// Answers all of it; refused where nothing rings. A repetition under the same key is answered as before.
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
) -> Result<Answered<Acknowledged>, Fault> {
    let all = answer_all(&app, &caller, key).await?;
    let repeated = all.iter().any(|done| done.before.is_some());
    let mut incidents = Vec::with_capacity(all.len());
    for done in &all {
        let world = match &done.before {
            Some(policy) => world_under(&app, policy).await?,
            None => app.world(),
        };
        incidents.push(view::incident(&done.incident, &world, &app.settings.public_url));
    }
    Ok(Answered { body: Acknowledged { incidents }, repeated })
}

/// Answers all that rings for a person; the incidents after it. Where a request of this key was answered before: those
/// that it answered, as they were then.
pub async fn answer_all<S: Stores>(app: &App<S>, caller: &Caller, key: Option<RequestKey>) -> Result<Vec<Done>, Fault> {
    let person = caller.person().ok_or_else(|| refusal(&Refused::NotAPerson))?;
    let before = answered_before(app, key.as_ref()).await?;
    if !before.is_empty() {
        return Ok(before);
    }
    let ringing = app.ringing_for(&caller.viewer, person).await?;
    let requests = ringing.iter().enumerate().map(|(index, incident)| Request {
        id: app.request_id(),
        actor: caller.actor.clone(),
        key: key.clone().map(|key| nth(key, index)),
        ask: Ask::Of { incident: incident.id, command: Command::Acknowledge },
    });
    let mut incidents = Vec::new();
    for answer in app.engine.ask_all(requests.collect()).await {
        match answer? {
            // Somebody else was faster with this one.
            Answer::Refused(_) | Answer::NotArranged(_) | Answer::NotFound => {}
            other => incidents.push(done(app, other)?),
        }
    }
    if incidents.is_empty() {
        return Err(nothing_rings(person));
    }
    Ok(incidents)
}

/// So many incidents in a row that somebody else was faster with are not expected: there are no more.
const FASTER: usize = 3;

/// What the requests of this key answered: each incident was answered under a key of its own. Those that somebody else
/// was faster with have none.
async fn answered_before<S: Stores>(app: &App<S>, key: Option<&RequestKey>) -> Result<Vec<Done>, Fault> {
    let (mut before, mut missing) = (Vec::new(), 0);
    let Some(key) = key else { return Ok(before) };
    for index in 0..limits::LIST_ROWS {
        if missing == FASTER {
            break;
        }
        let about = answered(app, Some(&nth(key.clone(), index))).await?;
        let Some(About::Stream { stream, version }) = about else {
            missing += 1;
            continue;
        };
        missing = 0;
        if let Some((incident, policy)) = incident_at(&app.store, stream, version).await? {
            before.push(Done { incident: Arc::new(incident), before: Some(policy) });
        }
    }
    Ok(before)
}

fn nth(mut key: RequestKey, index: usize) -> RequestKey {
    if index > 0 {
        key.key = format!("{}/{index}", key.key);
    }
    key
}

fn nothing_rings(person: &PersonId) -> Fault {
    Problem::new(Code::Refused, "Nothing rings for you")
        .detail(page::Refused::NothingRings(person.clone()).to_string())
        .hint("To answer for an incident all the same, take one of its pages: POST …/pages/{target}/take.")
        .into()
}
