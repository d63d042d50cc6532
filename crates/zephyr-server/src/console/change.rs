//! `/incidents/{incident}/change`: telling how it stands, severity, service, and opening it again.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use serde::Deserialize;
use zephyr_api as api;
use zephyr_core::World;
use zephyr_core::incident::Command;
use zephyr_core::policy::Policy;
use zephyr_core::text::PublicLine;

use super::acts::act;
use super::clock::Clock;
use super::form::{Posted, fresh_key};
use super::frame::Frame;
use super::problem::page_or;
use super::session::Visitor;
use crate::api::{public_line, region, service as known_service, severity as known_severity};
use crate::app::{App, Stores};
use crate::auth::Caller;
use crate::fault::Fault;
use crate::view;

#[derive(Debug, Template)]
#[template(path = "change.html")]
struct Change<'a> {
    frame: Frame,
    world: &'a World,
    it: api::Incident,
    key: String,
}

impl Change<'_> {
    /// Number, and when to choose it.
    fn severities(&self) -> Vec<(u8, String)> {
        let rules = self.world.policy.severities.iter();
        rules.map(|(severity, rule)| (u8::from(*severity), rule.when.join("; "))).collect()
    }
}

/// How it stands.
#[derive(Debug, Deserialize)]
pub struct Told {
    text: String,
}

/// How bad it is.
#[derive(Debug, Deserialize)]
pub struct HowBad {
    severity: u8,
    #[serde(default)]
    correct: String,
}

/// Which service, and where.
#[derive(Debug, Deserialize)]
pub struct Where {
    #[serde(default)]
    service: String,
    #[serde(default)]
    region: String,
}

/// It is not over.
#[derive(Debug, Deserialize)]
pub struct Again {
    #[serde(default)]
    public: String,
}

/// The forms. The page does not look again by itself: somebody writes here.
pub async fn show<S: Stores>(
    State(app): State<App<S>>,
    Path(label): Path<String>,
    Visitor(caller): Visitor,
) -> Response {
    let world = app.world();
    page_or(&app, made(&app, &caller, &label, &world).await, "/")
}

async fn made<'a, S: Stores>(
    app: &App<S>,
    caller: &Caller,
    label: &str,
    world: &'a World,
) -> Result<Change<'a>, Fault> {
    let clock = Clock::of(app, caller, app.store.now().await?);
    let incident = app.incident(&caller.viewer, label).await?;
    let it = view::incident(&incident, world, "");
    Ok(Change { frame: Frame::of(app, caller, "", clock), world, it, key: fresh_key(app) })
}

/// Tells how it stands.
pub async fn update<S: Stores>(
    State(app): State<App<S>>,
    Path(label): Path<String>,
    Posted { caller, fields, key }: Posted<Told>,
) -> Response {
    let text = PublicLine::new(&fields.text).map_err(|why| Fault::invalid("text", why).into());
    act(&app, caller, key, &label, text.map(|text| Command::Update { text })).await
}

/// Sets the severity.
pub async fn severity<S: Stores>(
    State(app): State<App<S>>,
    Path(label): Path<String>,
    Posted { caller, fields, key }: Posted<HowBad>,
) -> Response {
    let correct = !fields.correct.is_empty();
    let severity = known_severity(fields.severity, &app.world().policy).map_err(Fault::from);
    act(&app, caller, key, &label, severity.map(|severity| Command::Reclassify { severity, correct })).await
}

/// Sets service and region.
pub async fn service<S: Stores>(
    State(app): State<App<S>>,
    Path(label): Path<String>,
    Posted { caller, fields, key }: Posted<Where>,
) -> Response {
    let command = place(&fields, &app.world().policy);
    act(&app, caller, key, &label, command).await
}

fn place(given: &Where, policy: &Policy) -> Result<Command, Fault> {
    let service = said(&given.service).map(|name| known_service(name, policy)).transpose()?;
    let region = said(&given.region).map(|name| region(name, policy)).transpose()?;
    if service.is_none() && region.is_none() {
        return Err(Fault::invalid("service", "Nothing was chosen.")
            .hint("Choose a service, a region, or both.")
            .into());
    }
    Ok(Command::SetService { service, region })
}

/// Opens it again.
pub async fn reopen<S: Stores>(
    State(app): State<App<S>>,
    Path(label): Path<String>,
    Posted { caller, fields, key }: Posted<Again>,
) -> Response {
    let public = said(&fields.public).map(public_line).transpose().map_err(Fault::from);
    act(&app, caller, key, &label, public.map(|public| Command::Reopen { public, ring_me: false })).await
}

fn said(field: &str) -> Option<&str> {
    Some(field.trim()).filter(|text| !text.is_empty())
}
