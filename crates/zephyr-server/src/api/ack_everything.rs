//! `POST /api/v1/ack`: a person answers everything that rings for them.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use zephyr_api::{Acknowledged, Code, Drill, Problem};
use zephyr_core::incident::{Command, Incident, Refused};
use zephyr_core::{PersonId, StreamId, page};
use zephyr_engine::ports::About;
use zephyr_engine::{Answer, Ask, Request, RequestKey};

use super::answer::{done, refusal};
use super::extract::{Nothing, Posted, answered};
use crate::app::{App, Stores};
use crate::auth::Caller;
use crate::fault::Fault;
use crate::read::Phases;
use crate::{reach, view};

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
    let Answered { incidents, drills } = answer_all(&app, &caller, key).await?;
    let world = app.world();
    let incidents = incidents.iter().map(|incident| view::incident(incident, &world, &app.settings.public_url));
    Ok(Json(Acknowledged { incidents: incidents.collect(), drills }))
}

/// What a person has answered.
#[derive(Debug, Default)]
pub struct Answered {
    /// Incidents, after it.
    pub incidents: Vec<Arc<Incident>>,
    /// Drills, after it.
    pub drills: Vec<Drill>,
}

/// Answers all that rings for a person: incidents first, then drills.
pub async fn answer_all<S: Stores>(app: &App<S>, caller: &Caller, key: Option<RequestKey>) -> Result<Answered, Fault> {
    let person = caller.person().ok_or_else(|| refusal(&Refused::NotAPerson))?;
    if let Some(before) = answered(app, key.as_ref()).await? {
        return held(app, caller, person, &before).await;
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
    let drills = answer_drills(app, caller, person, key.map(|key| nth(key, ringing.len()))).await?;
    if incidents.is_empty() && drills.is_empty() {
        return Err(nothing_rings(person));
    }
    Ok(Answered { incidents, drills })
}

/// Answers the drills that ring for a person.
async fn answer_drills<S: Stores>(
    app: &App<S>,
    caller: &Caller,
    person: &PersonId,
    key: Option<RequestKey>,
) -> Result<Vec<Drill>, Fault> {
    let ringing: Vec<u64> = app.reach().await?.running().filter(|it| it.rings(person)).map(|it| it.number).collect();
    if ringing.is_empty() {
        return Ok(Vec::new());
    }
    let Ok((after, ..)) = reach::ask(app, caller, key, reach::Command::Acknowledge { drill: None }).await else {
        // Somebody else was faster, or it has just ended.
        return Ok(Vec::new());
    };
    let policy = &app.world().policy;
    let answered = ringing.iter().filter_map(|number| after.drills.get(number));
    let answered = answered.filter(|drill| drill.answer().is_some_and(|(by, _)| by == person));
    Ok(answered.map(|drill| reach::drill(drill, policy)).collect())
}

fn nth(mut key: RequestKey, index: usize) -> RequestKey {
    if index > 0 {
        key.key = format!("{}/{index}", key.key);
    }
    key
}

/// What a repetition is answered with: what the person answers for now.
async fn held<S: Stores>(app: &App<S>, caller: &Caller, person: &PersonId, before: &About) -> Result<Answered, Fault> {
    let mut open = app.list(&caller.viewer, Phases::One("open")).await?;
    open.retain(|incident| incident.paging.holders().contains(person));
    let mut drills = Vec::new();
    if let About::Part(StreamId::REACH, _) = before {
        let (known, policy) = (app.reach().await?, &app.world().policy);
        let last = known.drills.values().rev().find(|drill| drill.answer().is_some_and(|(by, _)| by == person));
        drills.extend(last.map(|drill| reach::drill(drill, policy)));
    }
    Ok(Answered { incidents: open.into_iter().map(Arc::new).collect(), drills })
}

fn nothing_rings(person: &PersonId) -> Fault {
    Problem::new(Code::Refused, "Nothing rings for you")
        .detail(page::Refused::NothingRings(person.clone()).to_string())
        .hint("To answer for an incident all the same, take one of its pages: POST …/pages/{target}/take.")
        .into()
}
