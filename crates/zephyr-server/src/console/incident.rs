//! `/incidents/{incident}`: the whole story, and what can be done; `/incidents/{incident}/end`: ending it.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use http::{StatusCode, Uri};
use zephyr_api as api;
use zephyr_core::PersonId;

use super::clock::Clock;
use super::form::fresh_key;
use super::frame::{Frame, page};
use super::names::Names;
use super::problem::page_for;
use super::row::Row;
use super::session::Visitor;
use crate::app::{App, Stores};
use crate::auth::Caller;
use crate::fault::Fault;
use crate::{bounds, view};

#[derive(Debug, Template)]
#[template(path = "incident.html")]
struct IncidentPage<'a> {
    frame: Frame,
    clock: Clock,
    names: Names<'a>,
    alarms: Vec<String>,
    row: &'a Row,
    it: &'a api::Incident,
    story: Vec<api::Entry>,
    person: Option<&'a PersonId>,
    key: String,
}

impl IncidentPage<'_> {
    fn is_open(&self) -> bool {
        self.it.phase == "open"
    }

    fn links(&self) -> [(&'static str, &api::Link); 3] {
        [("Channel", &self.it.channel), ("Status page", &self.it.status_page), ("Ticket", &self.it.ticket)]
    }

    /// Whether the visitor is a responder of a page already.
    fn holds(&self, page: &api::Page) -> bool {
        self.person.is_some_and(|id| page.answered_by.iter().any(|by| by == id.as_str()))
    }
}

#[derive(Debug, Template)]
#[template(path = "end.html")]
struct End {
    frame: Frame,
    it: api::Incident,
    key: String,
}

/// One incident.
pub async fn show<S: Stores>(
    State(app): State<App<S>>,
    uri: Uri,
    Path(label): Path<String>,
    Visitor(caller): Visitor,
) -> Response {
    match shown(&app, &caller, &uri, &label).await {
        Ok(response) => response,
        Err(fault) => page_for(&app, fault, "/"),
    }
}

async fn shown<S: Stores>(app: &App<S>, caller: &Caller, uri: &Uri, label: &str) -> Result<Response, Fault> {
    let clock = Clock::of(app, caller, app.store.now().await?);
    let world = app.world();
    let incident = app.incident(&caller.viewer, label).await?;
    let first = incident.version.saturating_sub(u64::try_from(bounds::STORY_ROWS).unwrap_or(u64::MAX));
    let events = app.events(&incident, first, bounds::STORY_ROWS).await?;
    let row = Row::new(&incident, caller.person(), &world);
    let shown = IncidentPage {
        frame: Frame::of(app, caller, "", clock.clone()).refreshing(uri),
        names: Names(&world.policy),
        alarms: row.alarms(&clock),
        row: &row,
        it: &row.incident,
        story: events.iter().rev().map(view::entry).collect(),
        person: caller.person(),
        key: fresh_key(app),
        clock,
    };
    Ok(page(StatusCode::OK, &shown))
}

/// Where an incident is ended. It does not look again by itself: somebody writes here.
pub async fn end<S: Stores>(
    State(app): State<App<S>>,
    Path(label): Path<String>,
    Visitor(caller): Visitor,
) -> Response {
    match ending(&app, &caller, &label).await {
        Ok(end) => page(StatusCode::OK, &end),
        Err(fault) => page_for(&app, fault, "/"),
    }
}

async fn ending<S: Stores>(app: &App<S>, caller: &Caller, label: &str) -> Result<End, Fault> {
    let clock = Clock::of(app, caller, app.store.now().await?);
    let incident = app.incident(&caller.viewer, label).await?;
    let it = view::incident(&incident, &app.world(), "");
    Ok(End { frame: Frame::of(app, caller, "", clock), it, key: fresh_key(app) })
}
