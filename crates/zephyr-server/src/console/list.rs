//! `/incidents`: those that are over as well, newest first; searched by number, service, region, or words.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use http::Uri;
use zephyr_api as api;

use super::clock::Clock;
use super::frame::Frame;
use super::oncall::asked;
use super::problem::page_or;
use super::session::Visitor;
use crate::app::{App, Stores};
use crate::auth::Caller;
use crate::fault::Fault;
use crate::read::{Phases, number};
use crate::view;

#[derive(Debug, Template)]
#[template(path = "list.html")]
struct List {
    frame: Frame,
    clock: Clock,
    incidents: Vec<api::Incident>,
    /// What was looked for.
    wanted: String,
}

/// All incidents.
pub async fn show<S: Stores>(State(app): State<App<S>>, uri: Uri, Visitor(caller): Visitor) -> Response {
    page_or(&app, made(&app, &caller, &uri).await, "/")
}

async fn made<S: Stores>(app: &App<S>, caller: &Caller, uri: &Uri) -> Result<List, Fault> {
    let clock = Clock::of(app, caller, app.store.now().await?);
    let world = app.world();
    let wanted: String = asked(uri).remove("q").unwrap_or_default().trim().chars().take(100).collect();
    // A number is found however old it is.
    let named = match number(&wanted) {
        Some(_) => app.incident(&caller.viewer, &wanted).await.ok(),
        None => None,
    };
    let all = match named {
        Some(incident) => vec![incident],
        None => app.list(&caller.viewer, Phases::All).await?,
    };
    let is_number = number(&wanted).is_some_and(|wanted| all.iter().any(|incident| incident.number == wanted));
    let shown = all.iter().map(|incident| view::incident(incident, &world, ""));
    let incidents = shown.filter(|it| is_number || has_words(it, &wanted)).collect();
    Ok(List { frame: Frame::of(app, caller, "", clock.clone()), clock, incidents, wanted })
}

/// Whether every word is in its summary, or names its service, region or phase.
fn has_words(it: &api::Incident, wanted: &str) -> bool {
    let summary = it.summary.to_lowercase();
    let names = [it.service.as_deref(), it.region.as_deref(), Some(it.phase.as_str())];
    let mut words = wanted.split_whitespace().map(str::to_lowercase);
    words.all(|word| summary.contains(&word) || names.contains(&Some(word.as_str())))
}
