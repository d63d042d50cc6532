//! `POST /api/v1/ack`: a person answers everything that rings for them.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::extract::State;
use zephyr_api::{Acknowledged, Code, Drill, Problem};
use zephyr_core::incident::{Command, Refused};
use zephyr_core::{PersonId, limits, page};
use zephyr_engine::ports::About;
use zephyr_engine::{Answer, Ask, Request, RequestKey, incident_at, reach_at};

use super::answer::{Answered, Done, done, refusal, world_under};
use super::extract::{Nothing, Posted, answered};
use crate::app::{App, Stores};
use crate::auth::Caller;
use crate::fault::Fault;
use crate::{reach, view};

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
    let All { incidents: all, drills, repeated } = answer_all(&app, &caller, key).await?;
    let mut incidents = Vec::with_capacity(all.len());
    for done in &all {
        let world = match &done.before {
            Some(policy) => world_under(&app, policy).await?,
            None => app.world(),
        };
        incidents.push(view::incident(&done.incident, &world, &app.settings.public_url));
    }
    Ok(Answered { body: Acknowledged { incidents, drills }, repeated })
}

/// What a person has answered.
#[derive(Debug)]
pub struct All {
    /// Incidents, after it.
    pub incidents: Vec<Done>,
    /// Drills, after it.
    pub drills: Vec<Drill>,
    /// Whether it was answered before, and this is as it was then.
    pub repeated: bool,
}

/// Answers all that rings for a person; the incidents after it. Where a request of this key was answered before: those
/// that it answered, as they were then.
pub async fn answer_all<S: Stores>(app: &App<S>, caller: &Caller, key: Option<RequestKey>) -> Result<All, Fault> {
    let person = caller.person().ok_or_else(|| refusal(&Refused::NotAPerson))?;
    let before = answered_before(app, key.as_ref()).await?;
    let drilled = drills_before(app, key.as_ref(), person).await?;
    if !before.is_empty() || !drilled.is_empty() {
        return Ok(All { incidents: before, drills: drilled, repeated: true });
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
    let drills = answer_drills(app, caller, person, key.map(of_drills)).await?;
    if incidents.is_empty() && drills.is_empty() {
        return Err(nothing_rings(person));
    }
    Ok(All { incidents, drills, repeated: false })
}

/// Answers the drills that ring for a person.
async fn answer_drills<S: Stores>(
    app: &App<S>,
    caller: &Caller,
    person: &PersonId,
    key: Option<RequestKey>,
) -> Result<Vec<Drill>, Fault> {
    let known = app.reach().await?;
    let ringing: BTreeSet<u64> = known.running().filter(|it| it.rings(person)).map(|it| it.number).collect();
    if ringing.is_empty() {
        return Ok(Vec::new());
    }
    let Ok((after, ..)) = reach::ask(app, caller, key, reach::Command::Acknowledge { drill: None }).await else {
        // Somebody else was faster, or it has just ended.
        return Ok(Vec::new());
    };
    let answered = after.drills.values().filter(|drill| ringing.contains(&drill.number));
    Ok(answered.map(|drill| reach::drill(drill, &app.world().policy)).collect())
}

/// The drills that the request of this key answered, as they were then.
async fn drills_before<S: Stores>(
    app: &App<S>,
    key: Option<&RequestKey>,
    person: &PersonId,
) -> Result<Vec<Drill>, Fault> {
    let about = answered(app, key.cloned().map(of_drills).as_ref()).await?;
    let Some(About::Stream { version, .. }) = about else { return Ok(Vec::new()) };
    let then = reach_at(&app.store, version).await?.unwrap_or_default();
    let last = then.drills.values().rfind(|drill| drill.answer().is_some_and(|(by, _)| by == person));
    Ok(last.map(|drill| reach::drill(drill, &app.world().policy)).into_iter().collect())
}

/// Drills are answered under a key of their own.
fn of_drills(mut key: RequestKey) -> RequestKey {
    key.key = format!("{}/drills", key.key);
    key
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
