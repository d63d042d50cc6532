//! `/api/v1/drills`: a real page with nothing wrong, and what came of it.

use axum::Json;
use axum::extract::{Path, State};
use zephyr_api::{BeginDrill, DrillChanged, DrillStory, Drills, Entry};
use zephyr_core::reach::{Command, Event, Whom, narrate};
use zephyr_core::{StreamId, limits};
use zephyr_engine::RequestKey;
use zephyr_engine::ports::StoreError;

use super::answer::Answered;
use super::extract::{Nothing, Posted};
use super::open;
use crate::app::{App, Stores};
use crate::auth::Caller;
use crate::fault::Fault;
use crate::reach;

/// Whose chain is practised where nobody says.
const DEFAULT_SEVERITY: u8 = 2;

/// Those that go on, and those that ended last; the newest first.
#[utoipa::path(
    get,
    path = "/api/v1/drills",
    operation_id = "list_drills",
    tag = "drills",
    responses((status = 200, description = "As asked", body = Drills))
)]
pub async fn list<S: Stores>(State(app): State<App<S>>, _: Caller) -> Result<Json<Drills>, Fault> {
    let (known, world) = (app.reach().await?, app.world());
    let drills = known.drills.values().rev().map(|drill| reach::drill(drill, &world.policy)).collect();
    Ok(Json(Drills { drills }))
}

/// A drill with everything that happened in it.
#[utoipa::path(
    get,
    path = "/api/v1/drills/{drill}",
    operation_id = "show_drill",
    tag = "drills",
    responses((status = 200, description = "As asked", body = DrillStory))
)]
pub async fn show<S: Stores>(
    State(app): State<App<S>>,
    _: Caller,
    Path(label): Path<String>,
) -> Result<Json<DrillStory>, Fault> {
    let number = reach::drill_number(&label)?;
    let known = app.reach().await?;
    let drill = known.drills.get(&number).ok_or_else(|| reach::no_drill(&label))?;
    let entries = entries(&app, number, drill.first_seq, drill.last_seq).await?;
    Ok(Json(DrillStory { drill: reach::drill(drill, &app.world().policy), entries }))
}

/// Rings somebody with nothing being wrong: one person, or whoever is on call for a rotation and up its chain. Whoever
/// is rung is told first that it is a drill.
#[utoipa::path(
    post,
    path = "/api/v1/drills",
    operation_id = "begin_drill",
    tag = "drills",
    request_body = BeginDrill,
    responses((status = 201, description = "The drill after it is durable", body = DrillChanged))
)]
pub async fn begin<S: Stores>(
    State(app): State<App<S>>,
    Posted { caller, body, key }: Posted<BeginDrill>,
) -> Result<(http::StatusCode, Answered<DrillChanged>), Fault> {
    let severity = open::severity(body.severity.unwrap_or(DEFAULT_SEVERITY), &app.world().policy)?;
    let of = match (body.person, body.rotation) {
        (Some(person), None) => Whom::Person(person.parse().map_err(|why| Fault::invalid("person", why))?),
        (None, Some(rotation)) => Whom::Rotation(rotation.parse().map_err(|why| Fault::invalid("rotation", why))?),
        _ => {
            let problem = Fault::invalid("person", "A drill is of a person or of a rotation: name one of both.");
            return Err(problem.into());
        }
    };
    let drill = change(&app, &caller, key, Command::Drill { of, severity }).await?;
    Ok((http::StatusCode::CREATED, drill))
}

/// A person answers.
#[utoipa::path(
    post,
    path = "/api/v1/drills/{drill}/ack",
    operation_id = "acknowledge_drill",
    tag = "drills",
    responses((status = 200, description = "The drill after it is durable", body = DrillChanged))
)]
pub async fn ack<S: Stores>(
    State(app): State<App<S>>,
    Path(label): Path<String>,
    Posted { caller, key, .. }: Posted<Nothing>,
) -> Result<Answered<DrillChanged>, Fault> {
    let drill = Some(reach::drill_number(&label)?);
    change(&app, &caller, key, Command::Acknowledge { drill }).await
}

/// A person cannot: the drill goes on to the next.
#[utoipa::path(
    post,
    path = "/api/v1/drills/{drill}/decline",
    operation_id = "decline_drill",
    tag = "drills",
    responses((status = 200, description = "The drill after it is durable", body = DrillChanged))
)]
pub async fn decline<S: Stores>(
    State(app): State<App<S>>,
    Path(label): Path<String>,
    Posted { caller, key, .. }: Posted<Nothing>,
) -> Result<Answered<DrillChanged>, Fault> {
    let drill = Some(reach::drill_number(&label)?);
    change(&app, &caller, key, Command::Decline { drill }).await
}

/// Ends a drill; nothing is learnt from it about those it was still ringing.
#[utoipa::path(
    post,
    path = "/api/v1/drills/{drill}/stop",
    operation_id = "stop_drill",
    tag = "drills",
    responses((status = 200, description = "The drill after it is durable", body = DrillChanged))
)]
pub async fn stop<S: Stores>(
    State(app): State<App<S>>,
    Path(label): Path<String>,
    Posted { caller, key, .. }: Posted<Nothing>,
) -> Result<Answered<DrillChanged>, Fault> {
    let drill = reach::drill_number(&label)?;
    change(&app, &caller, key, Command::Stop { drill }).await
}

async fn change<S: Stores>(
    app: &App<S>,
    caller: &Caller,
    key: Option<RequestKey>,
    command: Command,
) -> Result<Answered<DrillChanged>, Fault> {
    let (known, number, repeated) = reach::ask(app, caller, key, command).await?;
    let drill = known.drills.get(&number).ok_or_else(|| reach::no_drill(&number.to_string()))?;
    Ok(Answered { body: DrillChanged { drill: reach::drill(drill, &app.world().policy) }, repeated })
}

/// What happened in a drill, from its first event to its last.
async fn entries<S: Stores>(app: &App<S>, number: u64, first: u64, last: u64) -> Result<Vec<Entry>, Fault> {
    let mut entries = Vec::new();
    let mut after = first.saturating_sub(1);
    while after < last {
        let rows = app.store.events(StreamId::REACH, after, limits::LIST_ROWS).await?;
        let Some(newest) = rows.last() else { break };
        after = newest.seq;
        for row in rows.iter().filter(|row| row.seq <= last) {
            let event = Event::from_stored(row.seq, row.at, &row.body)
                .map_err(|error| StoreError::Corrupt(error.to_string()))?;
            if event.drill() == Some(number) {
                let line = narrate(&event);
                let (kind, actor) = (row.kind.clone(), event.actor.to_string());
                entries.push(Entry { seq: row.seq, at: row.at, actor, kind, text: line.text, detail: line.detail });
            }
        }
    }
    Ok(entries)
}
