//! `/oncall/rotations/{rotation}/slot`: one turn of a calendar: who, when, why, and who else could.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use http::Uri;
use jiff::{SignedDuration, Timestamp};
use zephyr_api::{Code, Problem};
use zephyr_core::proof::{self, About, Finding, Slot};
use zephyr_core::{PersonId, RotationId, World};

use super::{asked, rotation, turns};
use crate::app::{App, Stores};
use crate::auth::Caller;
use crate::console::clock::Clock;
use crate::console::frame::Frame;
use crate::console::problem::page_or;
use crate::console::session::Visitor;
use crate::fault::Fault;

/// How far a turn is followed to both sides.
const AROUND: SignedDuration = SignedDuration::from_hours(100 * 24);

#[derive(Debug, Template)]
#[template(path = "slot.html")]
struct SlotPage {
    frame: Frame,
    clock: Clock,
    rotation: RotationId,
    layer: String,
    /// Nobody is on call in any layer.
    is_gap: bool,
    who: String,
    planned: Option<String>,
    odd: String,
    from: Timestamp,
    until: Timestamp,
    /// Name and telephone of each who stands there.
    phones: Vec<(String, String)>,
    could_fill: Vec<String>,
    day: String,
}

/// A turn.
pub async fn show<S: Stores>(
    State(app): State<App<S>>,
    uri: Uri,
    Path(name): Path<String>,
    Visitor(caller): Visitor,
) -> Response {
    page_or(&app, made(&app, &caller, &uri, &name).await, "/oncall")
}

async fn made<S: Stores>(app: &App<S>, caller: &Caller, uri: &Uri, name: &str) -> Result<SlotPage, Fault> {
    let clock = Clock::of(app, caller, app.store.now().await?);
    let world = app.arranged_world().await?;
    let rotation = rotation(&world, name)?;
    let asked = asked(uri);
    let at = asked.get("at").and_then(|at| at.parse::<Timestamp>().ok()).ok_or_else(no_such_turn)?;
    let place = asked.get("layer").and_then(|layer| layer.parse::<usize>().ok()).and_then(|layer| layer.checked_sub(1));
    let found = Found::at(&world, &rotation, place.ok_or_else(no_such_turn)?, at).ok_or_else(no_such_turn)?;
    let policy = &world.policy;
    let phone = |id: &PersonId| Some((policy.display_name(id), policy.people.get(id)?.phone.clone()?));
    let slot = &found.slot;
    let could_fill = if slot.standing.is_empty() { could_fill(&world, &rotation, slot) } else { Vec::new() };
    Ok(SlotPage {
        frame: Frame::of(app, caller, "/oncall", clock.clone()),
        layer: proof::layer_name(policy, &rotation, slot.layer, at),
        is_gap: found.is_gap,
        who: turns::standing(policy, slot),
        planned: turns::names(policy, slot.planned.iter()),
        odd: turns::odd(policy, slot),
        from: slot.from,
        until: slot.until,
        phones: slot.standing.iter().filter_map(|standing| phone(&standing.person)).collect(),
        could_fill: could_fill.iter().map(|person| policy.display_name(person)).collect(),
        day: clock.zone().to_datetime(at).date().to_string(),
        rotation,
        clock,
    })
}

fn no_such_turn() -> Fault {
    Problem::new(Code::NotFound, "There is no such turn").hint("Choose one in the calendar of the rotation.").into()
}

/// A turn, or a time without anybody.
struct Found {
    slot: Slot,
    is_gap: bool,
}

impl Found {
    fn at(world: &World, rotation: &RotationId, place: usize, at: Timestamp) -> Option<Self> {
        let (from, until) = (at.checked_sub(AROUND).ok()?, at.checked_add(AROUND).ok()?);
        let slots = proof::slots(world, rotation, from, until);
        let holds = |slot: &&Slot| slot.from <= at && at < slot.until;
        if let Some(slot) = slots.iter().filter(holds).find(|slot| slot.layer == place && !slot.standing.is_empty()) {
            return Some(Self { slot: slot.clone(), is_gap: false });
        }
        let gap = turns::gaps(&slots, from, until).into_iter().find(|(from, until)| *from <= at && at < *until);
        let own = slots.iter().filter(holds).find(|slot| slot.layer == place).cloned();
        let (planned, away) = own.clone().map(|slot| (slot.planned, slot.away)).unwrap_or_default();
        match gap {
            Some((from, until)) => {
                let slot = Slot { layer: place, from, until, planned, standing: Vec::new(), away };
                Some(Self { slot, is_gap: true })
            }
            // Between two turns of the layer, the next is meant: a month draws them as one.
            None => {
                let next = || slots.iter().find(|slot| slot.layer == place && slot.from > at).cloned();
                own.or_else(next).map(|slot| Self { slot, is_gap: false })
            }
        }
    }
}

/// Who is awake in all of it, or at its beginning.
fn could_fill(world: &World, rotation: &RotationId, slot: &Slot) -> Vec<PersonId> {
    let gap = (slot.from, slot.until);
    let about = About::NobodyOnCall { rotation: rotation.clone() };
    proof::could_fill(world, &Finding { about, gaps: vec![gap], cases: Vec::new() }, gap)
}
