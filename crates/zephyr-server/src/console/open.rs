//! `/incidents/new`: declaring, by a form. A second click, or a page sent again, opens nothing twice; what is open
//! already and about the same is offered.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use serde::Deserialize;
use zephyr_api::{self as api, JoinIncident, OpenIncident, Problem};
use zephyr_core::World;
use zephyr_core::incident::Command;
use zephyr_core::policy::Policy;
use zephyr_engine::{Ask, Request, RequestKey};

use super::clock::Clock;
use super::form::{Posted, fresh_key};
use super::frame::{Frame, page};
use super::names::Names;
use super::problem::{for_a_page, page_for};
use super::session::Visitor;
use crate::api::{Done, ask, declaration, done, joining};
use crate::app::{App, Stores};
use crate::auth::{self, Caller};
use crate::fault::Fault;

#[derive(Debug, Template)]
#[template(path = "open.html")]
struct OpenPage<'a> {
    frame: Frame,
    world: &'a World,
    given: Given,
    key: String,
    problem: Option<Problem>,
}

#[derive(Debug, Template)]
#[template(path = "similar.html")]
struct SimilarPage<'a> {
    frame: Frame,
    clock: Clock,
    names: Names<'a>,
    it: api::Incident,
    given: Given,
    /// One for each of the two buttons.
    keys: [String; 2],
}

impl SimilarPage<'_> {
    /// What was typed, to be sent once more: name and value.
    fn fields(&self) -> [(&'static str, &str); 7] {
        let given = &self.given;
        [
            ("summary", &given.summary),
            ("severity", &given.severity),
            ("service", &given.service),
            ("region", &given.region),
            ("reported_by", &given.reported_by),
            ("private", &given.private),
            ("public", &given.public),
        ]
    }
}

impl OpenPage<'_> {
    /// Number, and when to choose it.
    fn severities(&self) -> Vec<(String, String)> {
        let rules = self.world.policy.severities.iter();
        rules.map(|(severity, rule)| (u8::from(*severity).to_string(), rule.when.join("; "))).collect()
    }
}

/// What was typed.
#[derive(Debug, Clone, Deserialize)]
pub struct Given {
    #[serde(default)]
    summary: String,
    #[serde(default)]
    severity: String,
    #[serde(default)]
    service: String,
    #[serde(default)]
    region: String,
    #[serde(default)]
    reported_by: String,
    #[serde(default)]
    private: String,
    #[serde(default)]
    public: String,
    #[serde(default)]
    anyway: String,
}

impl Given {
    /// As it stands before anybody typed.
    fn nothing() -> Self {
        let empty = String::new;
        Self {
            summary: empty(),
            severity: "2".to_owned(),
            service: empty(),
            region: empty(),
            reported_by: empty(),
            private: empty(),
            public: empty(),
            anyway: empty(),
        }
    }

    fn wanted(&self) -> Result<OpenIncident, Fault> {
        let severity = self.severity.parse().map_err(|_| Fault::invalid("severity", "It has to be 1, 2 or 3."))?;
        Ok(OpenIncident {
            summary: self.summary.clone(),
            severity: Some(severity),
            service: said(&self.service),
            region: said(&self.region),
            private: !self.private.is_empty(),
            public: said(&self.public),
            reported_by: said(&self.reported_by),
            anyway: !self.anyway.is_empty(),
            ..OpenIncident::default()
        })
    }

    fn joining(&self, policy: &Policy) -> Result<Command, Fault> {
        let OpenIncident { summary, severity, reported_by, .. } = self.wanted()?;
        Ok(joining(JoinIncident { summary, severity, reported_by, ring_me: false }, policy)?)
    }
}

/// A field that somebody filled in.
fn said(field: &str) -> Option<String> {
    Some(field.trim()).filter(|text| !text.is_empty()).map(str::to_owned)
}

/// The empty form.
pub async fn show<S: Stores>(State(app): State<App<S>>, Visitor(caller): Visitor) -> Response {
    form(&app, &caller, StatusCode::OK, Given::nothing(), None).await
}

/// Opens, or offers what is open already. What cannot be opened comes back as it was typed, with the reason.
pub async fn open<S: Stores>(State(app): State<App<S>>, Posted { caller, fields, key }: Posted<Given>) -> Response {
    let opened = opened(&app, &caller, &fields, key).await;
    declared(&app, &caller, opened, fields).await
}

/// Adds what was typed to an incident that is open.
pub async fn join<S: Stores>(
    State(app): State<App<S>>,
    Path(label): Path<String>,
    Posted { caller, fields, key }: Posted<Given>,
) -> Response {
    let joined = joined(&app, &caller, &label, &fields, key).await;
    declared(&app, &caller, joined, fields).await
}

async fn declared<S: Stores>(app: &App<S>, caller: &Caller, done: Result<u64, Fault>, given: Given) -> Response {
    match done {
        Ok(number) => Redirect::to(&format!("/incidents/{number}")).into_response(),
        Err(Fault(mut problem)) => {
            let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            match problem.similar.take() {
                Some(other) => offer(app, caller, status, given, *other).await,
                None => form(app, caller, status, given, Some(for_a_page(*problem))).await,
            }
        }
    }
}

async fn joined<S: Stores>(
    app: &App<S>,
    caller: &Caller,
    label: &str,
    given: &Given,
    key: Option<RequestKey>,
) -> Result<u64, Fault> {
    let command = given.joining(&app.world().policy)?;
    Ok(ask(app, caller.clone(), key, label, command).await?.incident.number)
}

async fn opened<S: Stores>(
    app: &App<S>,
    caller: &Caller,
    given: &Given,
    key: Option<RequestKey>,
) -> Result<u64, Fault> {
    let declaration = declaration(given.wanted()?, &app.world().policy)?;
    let (id, actor) = (app.request_id(), caller.actor.clone());
    let request = Request { id: id.clone(), actor, key, ask: Ask::Open(declaration) };
    let Done { incident, before } = done(app, app.engine.ask(request).await?)?;
    if before.is_none() {
        auth::opened(app, caller, &id).await;
    }
    Ok(incident.number)
}

/// The page with the incident that is open, and two buttons.
async fn offer<S: Stores>(
    app: &App<S>,
    caller: &Caller,
    status: StatusCode,
    given: Given,
    it: api::Incident,
) -> Response {
    match app.store.now().await {
        Ok(now) => {
            let clock = Clock::of(app, caller, now);
            let frame = Frame::of(app, caller, "", clock.clone());
            let names = Names(&app.world().policy);
            page(status, &SimilarPage { frame, clock, names, it, given, keys: [fresh_key(app), fresh_key(app)] })
        }
        Err(error) => page_for(app, error.into(), "/incidents/new"),
    }
}

async fn form<S: Stores>(
    app: &App<S>,
    caller: &Caller,
    status: StatusCode,
    given: Given,
    problem: Option<Problem>,
) -> Response {
    match app.store.now().await {
        Ok(now) => {
            let frame = Frame::of(app, caller, "", Clock::of(app, caller, now));
            page(status, &OpenPage { frame, world: &app.world(), given, key: fresh_key(app), problem })
        }
        Err(error) => page_for(app, error.into(), "/incidents/new"),
    }
}
