//! `/incidents`: those that are over as well, newest first.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use zephyr_api as api;

use super::clock::Clock;
use super::frame::{Frame, page};
use super::problem::page_for;
use super::session::Visitor;
use crate::app::{App, Stores};
use crate::auth::Caller;
use crate::fault::Fault;
use crate::read::Phases;
use crate::view;

#[derive(Debug, Template)]
#[template(path = "list.html")]
struct List {
    frame: Frame,
    clock: Clock,
    incidents: Vec<api::Incident>,
}

/// All incidents.
pub async fn show<S: Stores>(State(app): State<App<S>>, Visitor(caller): Visitor) -> Response {
    match made(&app, &caller).await {
        Ok(list) => page(StatusCode::OK, &list),
        Err(fault) => page_for(&app, fault, "/"),
    }
}

async fn made<S: Stores>(app: &App<S>, caller: &Caller) -> Result<List, Fault> {
    let clock = Clock::of(app, caller, app.store.now().await?);
    let world = app.world();
    let all = app.list(&caller.viewer, Phases::All).await?;
    let incidents = all.iter().map(|incident| view::incident(incident, &world, "")).collect();
    Ok(List { frame: Frame::of(app, caller, "", clock.clone()), clock, incidents })
}
