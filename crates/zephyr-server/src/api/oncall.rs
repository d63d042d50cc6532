//! `GET /api/v1/oncall`: who is on call at an instant, in every rotation; and the schedule of some days.

use axum::Json;
use axum::extract::State;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use zephyr_api::{Code, Gap, OnCall, Problem, Rotation, Schedule, ScheduledRotation, Shift, Turn};
use zephyr_core::access::Viewer;
use zephyr_core::{RotationId, World, limits, oncall, proof};

use super::extract::Asked;
use crate::app::{App, Stores};
use crate::auth::Caller;
use crate::fault::Fault;

/// Which instant is asked about.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct When {
    /// The present where left out.
    #[param(example = "2027-03-15T05:10:00Z")]
    at: Option<Timestamp>,
}

/// Says who is on call.
#[utoipa::path(
    get,
    path = "/api/v1/oncall",
    operation_id = "who_is_on_call",
    tag = "on call",
    params(When),
    responses((status = 200, description = "As asked", body = OnCall))
)]
pub async fn oncall<S: Stores>(
    State(app): State<App<S>>,
    caller: Caller,
    Asked(when): Asked<When>,
) -> Result<Json<OnCall>, Fault> {
    let at = match when.at {
        Some(at) => at,
        None => app.store.now().await?,
    };
    let mut oncall = view(&app.arranged_world().await?, at);
    if matches!(caller.viewer, Viewer::Bot) {
        oncall.rotations.iter_mut().flat_map(|rotation| &mut rotation.on_call).for_each(|shift| shift.phone = None);
    }
    Ok(Json(oncall))
}

/// Which part of the schedule is asked about.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Part {
    /// One rotation; all where left out.
    #[param(example = "platform", pattern = "^[a-z0-9][a-z0-9_-]{0,63}$")]
    rotation: Option<String>,
    /// Where it begins; the present where left out.
    #[param(example = "2027-03-15T00:00:00Z")]
    from: Option<Timestamp>,
    /// How many days; 14 where left out.
    #[param(example = 14, minimum = 1, maximum = 92)]
    days: Option<u32>,
}

/// Says who has a turn when.
#[utoipa::path(
    get,
    path = "/api/v1/oncall/schedule",
    operation_id = "read_schedule",
    tag = "on call",
    params(Part),
    responses((status = 200, description = "As asked", body = Schedule))
)]
pub async fn schedule<S: Stores>(
    State(app): State<App<S>>,
    _caller: Caller,
    Asked(part): Asked<Part>,
) -> Result<Json<Schedule>, Fault> {
    let from = match part.from {
        Some(from) => from,
        None => app.store.now().await?,
    };
    let days = part.days.unwrap_or(limits::SCHEDULE_DAYS_DEFAULT);
    if !(1..=limits::SCHEDULE_DAYS).contains(&days) {
        let problem = Problem::new(Code::Malformed, "The part of the address after `?` is not what is wanted");
        return Err(problem.detail(format!("days is 1 to {}", limits::SCHEDULE_DAYS)).into());
    }
    let until = from.checked_add(SignedDuration::from_hours(24 * i64::from(days))).unwrap_or(Timestamp::MAX);
    let world = app.arranged_world().await?;
    let wanted = |id: &&RotationId| part.rotation.as_ref().is_none_or(|name| name == id.as_str());
    let rotations: Vec<ScheduledRotation> =
        world.policy.rotations.keys().filter(wanted).map(|id| scheduled(&world, id, from, until)).collect();
    match part.rotation.filter(|_| rotations.is_empty()) {
        Some(_) => Err(Problem::new(Code::NotFound, "There is no such rotation").into()),
        None => Ok(Json(Schedule { from, until, rotations })),
    }
}

fn scheduled(world: &World, rotation: &RotationId, from: Timestamp, until: Timestamp) -> ScheduledRotation {
    let turn = |shift: proof::Shift| Turn {
        layer: u32::try_from(shift.layer).unwrap_or(u32::MAX),
        name: world.policy.display_name(&shift.person),
        person: shift.person.to_string(),
        from: shift.from,
        until: shift.until,
    };
    let turns: Vec<Turn> = proof::shifts(world, rotation, from, until).into_iter().map(turn).collect();
    let mut gaps = Vec::new();
    let mut covered = from;
    for turn in &turns {
        if covered < turn.from {
            gaps.push(Gap { from: covered, until: turn.from });
        }
        covered = covered.max(turn.until);
    }
    if covered < until {
        gaps.push(Gap { from: covered, until });
    }
    ScheduledRotation { name: rotation.to_string(), turns, gaps }
}

/// Who is on call at an instant.
pub fn view(world: &World, at: Timestamp) -> OnCall {
    let rotations = world.policy.rotations.keys();
    let rotations = rotations.map(|id| Rotation { name: id.to_string(), on_call: shifts(world, id, at) });
    OnCall { at, rotations: rotations.collect() }
}

fn shifts(world: &World, rotation: &RotationId, at: Timestamp) -> Vec<Shift> {
    let policy = &world.policy;
    let shift = |shift: oncall::OnCall| Shift {
        layer: u32::try_from(shift.layer).unwrap_or(u32::MAX),
        name: policy.display_name(&shift.person),
        awake: policy.is_awake(&shift.person, at),
        until: shift.until,
        phone: policy.people.get(&shift.person).and_then(|person| person.phone.clone()),
        person: shift.person.to_string(),
    };
    world.schedule().at(rotation, at).into_iter().map(shift).collect()
}
