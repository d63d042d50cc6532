//! `/incidents/new`: declaring, by a form. A second click, or a page sent again, opens nothing twice.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use serde::Deserialize;
use zephyr_api::{OpenIncident, Problem};
use zephyr_core::World;
use zephyr_engine::{Ask, Request, RequestKey};

use super::clock::Clock;
use super::form::{Posted, fresh_key};
use super::frame::{Frame, page};
use super::problem::{for_a_page, page_for};
use super::session::Visitor;
use crate::api::{declaration, done};
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
            ..OpenIncident::default()
        })
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

/// Opens. What cannot be opened comes back as it was typed, with the reason.
pub async fn open<S: Stores>(State(app): State<App<S>>, Posted { caller, fields, key }: Posted<Given>) -> Response {
    match opened(&app, &caller, &fields, key).await {
        Ok(number) => Redirect::to(&format!("/incidents/{number}")).into_response(),
        Err(Fault(problem)) => {
            let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            form(&app, &caller, status, fields, Some(for_a_page(*problem))).await
        }
    }
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
    let (incident, repeated) = done(app.engine.ask(request).await?)?;
    if !repeated {
        auth::opened(app, caller, &id).await;
    }
    Ok(incident.number)
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
