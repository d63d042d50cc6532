//! `/`: what is open, who is wanted, who answered, and what comes next.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use http::{StatusCode, Uri};
use zephyr_core::World;

use super::clock::Clock;
use super::frame::{Frame, page};
use super::names::Names;
use super::oncall::now::{Brief, brief};
use super::problem::page_for;
use super::row::Row;
use super::session::Visitor;
use crate::app::{App, Stores};
use crate::auth::Caller;
use crate::fault::Fault;
use crate::read::Phases;

#[derive(Debug, Template)]
#[template(path = "home.html")]
struct Home<'a> {
    frame: Frame,
    clock: Clock,
    names: Names<'a>,
    rows: Vec<Row>,
    alarms: Vec<String>,
    /// How many of them ring for the visitor.
    ringing: usize,
    /// Who is on call, and in how many more rotations.
    oncall: Vec<Brief>,
    more_oncall: usize,
}

impl Home<'_> {
    /// What is open, and how much of it rings for the visitor.
    fn headline(&self) -> String {
        match (self.rows.len(), self.ringing) {
            (0, _) => "Nothing is open".to_owned(),
            (open, 0) => format!("{open} open"),
            (open, 1) => format!("{open} open, 1 rings you"),
            (open, ringing) => format!("{open} open, {ringing} ring you"),
        }
    }
}

/// The front page.
pub async fn home<S: Stores>(State(app): State<App<S>>, uri: Uri, Visitor(caller): Visitor) -> Response {
    let world = match app.arranged_world().await {
        Ok(world) => world,
        Err(error) => return page_for(&app, error.into(), "/"),
    };
    match made(&app, &caller, &uri, &world).await {
        Ok(home) => page(StatusCode::OK, &home),
        Err(fault) => page_for(&app, fault, "/"),
    }
}

async fn made<'a, S: Stores>(app: &App<S>, caller: &Caller, uri: &Uri, world: &'a World) -> Result<Home<'a>, Fault> {
    let clock = Clock::of(app, caller, app.store.now().await?);
    let open = app.list(&caller.viewer, Phases::One("open")).await?;
    let row = |incident| Row::new(incident, caller.person(), world);
    let mut rows: Vec<Row> = open.iter().map(row).collect();
    // What rings for the visitor is what they came for; then the worst.
    rows.sort_by_key(|row| (!row.rings(), row.incident.severity));
    let (oncall, more_oncall) = brief(world, caller.person(), clock.now());
    Ok(Home {
        oncall,
        more_oncall,
        frame: Frame::of(app, caller, "/", clock.clone()).refreshing(uri),
        names: Names(&world.policy),
        alarms: rows.iter().flat_map(|row| row.alarms(&clock)).collect(),
        ringing: rows.iter().filter(|row| row.rings()).count(),
        rows,
        clock,
    })
}
