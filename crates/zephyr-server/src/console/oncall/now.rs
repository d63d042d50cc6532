//! `/oncall`: who is on call in every rotation, until when, and who is next; in brief on the front page.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use http::Uri;
use jiff::Timestamp;
use zephyr_core::proof::{self, Slot};
use zephyr_core::{PersonId, RotationId, World};

use super::{asked, is_member, turns};
use crate::app::{App, Stores};
use crate::auth::Caller;
use crate::bounds;
use crate::console::clock::Clock;
use crate::console::frame::Frame;
use crate::console::problem::page_or;
use crate::console::session::Visitor;
use crate::fault::Fault;

#[derive(Debug, Template)]
#[template(path = "oncall.html")]
struct Now {
    frame: Frame,
    clock: Clock,
    rotations: Vec<Rotation>,
    /// Part of a name that was asked for.
    wanted: String,
    more: usize,
}

/// One rotation at this moment.
#[derive(Debug)]
struct Rotation {
    brief: Brief,
    /// Those with somebody.
    layers: Vec<Layer>,
    /// Those without: a line each.
    resting: Vec<Layer>,
}

/// One layer of it.
#[derive(Debug)]
struct Layer {
    name: String,
    people: Vec<Person>,
    odd: String,
    until: Option<Timestamp>,
    next: Option<(String, Timestamp)>,
}

#[derive(Debug)]
struct Person {
    name: String,
    phone: Option<String>,
    is_visitor: bool,
    /// What their clock shows, where they should be asleep.
    asleep: Option<String>,
}

/// Who is on call.
pub async fn show<S: Stores>(State(app): State<App<S>>, uri: Uri, Visitor(caller): Visitor) -> Response {
    page_or(&app, made(&app, &caller, &uri).await, "/")
}

async fn made<S: Stores>(app: &App<S>, caller: &Caller, uri: &Uri) -> Result<Now, Fault> {
    let clock = Clock::of(app, caller, app.store.now().await?);
    let world = app.arranged_world().await?;
    let wanted: String = asked(uri).remove("name").unwrap_or_default().chars().take(64).collect();
    let named = |id: &&RotationId| id.as_str().contains(wanted.trim().to_lowercase().as_str());
    let found: Vec<&RotationId> = in_order(&world, caller.person(), clock.now()).into_iter().filter(named).collect();
    let more = found.len().saturating_sub(bounds::ROTATIONS_SHOWN);
    let shown = found.into_iter().take(bounds::ROTATIONS_SHOWN);
    let rotations = shown.map(|id| at_this_moment(&world, id, caller.person(), clock.now())).collect();
    Ok(Now { frame: Frame::of(app, caller, "/oncall", clock.clone()), clock, rotations, wanted, more })
}

/// The visitor's rotations first.
fn in_order<'w>(world: &'w World, visitor: Option<&PersonId>, now: Timestamp) -> Vec<&'w RotationId> {
    let mut all: Vec<&RotationId> = world.policy.rotations.keys().collect();
    all.sort_by_key(|id| !visitor.is_some_and(|person| is_member(&world.policy, id, person, now)));
    all
}

fn at_this_moment(world: &World, id: &RotationId, visitor: Option<&PersonId>, now: Timestamp) -> Rotation {
    let until = now.checked_add(bounds::NEXT_WITHIN).unwrap_or(Timestamp::MAX);
    let slots = proof::slots(world, id, now, until);
    let places = slots.iter().map(|slot| slot.layer.saturating_add(1)).max().unwrap_or(0);
    let layers = (0..places).map(|place| layer(world, id, place, &slots, visitor, now));
    let (layers, resting) = layers.partition(|layer| !layer.people.is_empty());
    let mut brief = first_rung(world, id, now);
    if brief.who.is_none() {
        brief.until = slots.iter().filter(|slot| !slot.standing.is_empty()).map(|slot| slot.from).min();
        brief.then = brief.until.and_then(|at| primary(world, id, at));
    }
    Rotation { brief, layers, resting }
}

fn layer(
    world: &World,
    id: &RotationId,
    place: usize,
    slots: &[Slot],
    visitor: Option<&PersonId>,
    now: Timestamp,
) -> Layer {
    let policy = &world.policy;
    let own: Vec<&Slot> = slots.iter().filter(|slot| slot.layer == place).collect();
    let current = own.iter().find(|slot| slot.from <= now);
    let people = |slot: &&&Slot| slot.standing.iter().map(|standing| standing.person.clone()).collect::<Vec<_>>();
    let standing = current.as_ref().map(people).unwrap_or_default();
    let others = |slot: &&&Slot| slot.from > now && !slot.standing.is_empty() && people(slot) != standing;
    let next = own.iter().find(others).map(|slot| (turns::standing(policy, slot), slot.from));
    let until = current.filter(|slot| !slot.standing.is_empty()).map(|slot| slot.until);
    Layer {
        name: proof::layer_name(policy, id, place, now),
        people: standing.iter().map(|person| of_person(world, person, visitor, now)).collect(),
        odd: current.map(|slot| turns::odd(policy, slot)).unwrap_or_default(),
        until: until.filter(|until| until.duration_since(now) < bounds::NEXT_WITHIN),
        next,
    }
}

fn of_person(world: &World, id: &PersonId, visitor: Option<&PersonId>, now: Timestamp) -> Person {
    let known = world.policy.people.get(id);
    let asleep = known.filter(|_| !world.policy.is_awake(id, now));
    Person {
        name: world.policy.display_name(id),
        phone: known.and_then(|person| person.phone.clone()),
        is_visitor: visitor == Some(id),
        asleep: asleep.map(|person| person.zone.to_datetime(now).strftime("%H:%M").to_string()),
    }
}

/// One rotation in a line.
#[derive(Debug)]
pub struct Brief {
    /// Which.
    pub id: RotationId,
    /// Whom a page rings first.
    pub who: Option<String>,
    /// Until when that is so; where it is nobody, when somebody is again.
    pub until: Option<Timestamp>,
    /// Who is then.
    pub then: Option<String>,
}

/// Who is on call, in brief: the visitor's rotations first; and how many more there are.
pub fn brief(world: &World, visitor: Option<&PersonId>, now: Timestamp) -> (Vec<Brief>, usize) {
    let all = in_order(world, visitor, now);
    let more = all.len().saturating_sub(bounds::ROTATIONS_IN_BRIEF);
    let lines = all.into_iter().take(bounds::ROTATIONS_IN_BRIEF).map(|id| first_rung(world, id, now));
    (lines.collect(), more)
}

fn first_rung(world: &World, id: &RotationId, now: Timestamp) -> Brief {
    let who = primary(world, id, now);
    let changes = |at: Timestamp| world.schedule().at(id, at).iter().map(|shift| shift.until).min();
    // What goes on with the same people, or with others behind them, is no change.
    let mut at = now;
    let mut next = None;
    for _ in 0..bounds::CHANGES_FOLLOWED {
        let Some(until) = changes(at).filter(|until| until.duration_since(now) < bounds::NEXT_WITHIN) else { break };
        let then = primary(world, id, until);
        if then != who {
            next = Some((until, then));
            break;
        }
        at = until;
    }
    let (until, then) = next.unzip();
    Brief { id: id.clone(), who, until, then: then.map(|then| then.unwrap_or_else(|| "nobody".to_owned())) }
}

fn primary(world: &World, id: &RotationId, at: Timestamp) -> Option<String> {
    turns::names(&world.policy, world.schedule().primary(id, at).iter())
}
