//! `/rooms` and `/rooms/{room}`: the built-in chat.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use http::Uri;
use zephyr_api::{Code, Problem};
use zephyr_core::World;
use zephyr_providers::builtin::Channel;

use super::clock::Clock;
use super::frame::Frame;
use super::names::Names;
use super::problem::page_or;
use super::session::Visitor;
use crate::app::{App, Stores};
use crate::auth::Caller;
use crate::fault::Fault;

#[derive(Debug, Template)]
#[template(path = "rooms.html")]
struct Rooms {
    frame: Frame,
    rooms: Vec<Channel>,
}

#[derive(Debug, Template)]
#[template(path = "room.html")]
struct Room<'a> {
    frame: Frame,
    clock: Clock,
    names: Names<'a>,
    room: Channel,
    incident: u64,
}

/// All rooms.
pub async fn list<S: Stores>(State(app): State<App<S>>, Visitor(caller): Visitor) -> Response {
    page_or(&app, listed(&app, &caller).await, "/")
}

async fn listed<S: Stores>(app: &App<S>, caller: &Caller) -> Result<Rooms, Fault> {
    let clock = Clock::of(app, caller, app.store.now().await?);
    let rooms = app.visible::<Channel>(&caller.viewer).await?;
    Ok(Rooms { frame: Frame::of(app, caller, "/rooms", clock), rooms })
}

/// One room.
pub async fn show<S: Stores>(
    State(app): State<App<S>>,
    uri: Uri,
    Path(id): Path<String>,
    Visitor(caller): Visitor,
) -> Response {
    let world = app.world();
    page_or(&app, shown(&app, &caller, &uri, &id, &world).await, "/rooms")
}

async fn shown<'a, S: Stores>(
    app: &App<S>,
    caller: &Caller,
    uri: &Uri,
    id: &str,
    world: &'a World,
) -> Result<Room<'a>, Fault> {
    let clock = Clock::of(app, caller, app.store.now().await?);
    let Some((room, incident)) = app.visible_document::<Channel>(&caller.viewer, id).await? else {
        return Err(Problem::new(Code::NotFound, "There is no such room that you may see").into());
    };
    let frame = Frame::of(app, caller, "/rooms", clock.clone()).refreshing(uri);
    Ok(Room { frame, clock, names: Names(&world.policy), room, incident: incident.number })
}
