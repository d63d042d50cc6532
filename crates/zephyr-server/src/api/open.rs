//! `POST /api/v1/incidents`: declares an incident. The answer comes once it is durable; pages leave at the same time.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use zephyr_api::{Changed, OpenIncident, Problem};
use zephyr_core::incident::{Declaration, Reporter};
use zephyr_core::policy::{Policy, Severity};
use zephyr_core::text::{PublicLine, Summary};
use zephyr_core::{RegionId, ServiceId, catalog};
use zephyr_engine::{Ask, Request};

use super::answer::{changed, done};
use super::extract::Posted;
use crate::app::{App, Stores};
use crate::auth::opened;
use crate::fault::Fault;
use crate::near;

/// Opens an incident: 201, and where it is. The same for a repetition with the same key. Where one about the same is
/// open: 409, code `similar`, with that one; not so with `anyway`, nor where this one is worse.
#[utoipa::path(
    post,
    path = "/api/v1/incidents",
    operation_id = "open_incident",
    tag = "incidents",
    request_body = OpenIncident,
    responses((status = 201, description = "The incident after it is durable", body = Changed))
)]
pub async fn open<S: Stores>(
    State(app): State<App<S>>,
    Posted { caller, body, key }: Posted<OpenIncident>,
) -> Result<Response, Fault> {
    let declaration = declaration(body, &app.world().policy)?;
    let (id, actor) = (app.request_id(), caller.actor.clone());
    let request = Request { id: id.clone(), actor, key, ask: Ask::Open(declaration) };
    let done = done(&app, app.engine.ask(request).await?)?;
    if done.before.is_none() {
        opened(&app, &caller, &id).await;
    }
    let location = format!("/api/v1/incidents/{}", done.incident.number);
    let mut response = (StatusCode::CREATED, changed(&app, &done).await?).into_response();
    if let Ok(location) = HeaderValue::try_from(location) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    Ok(response)
}

/// Checks what was declared against the policy.
pub fn declaration(given: OpenIncident, policy: &Policy) -> Result<Declaration, Problem> {
    Ok(Declaration {
        summary: Summary::new(&given.summary).map_err(|why| Fault::invalid("summary", why))?,
        severity: severity(given.severity.unwrap_or(2), policy)?,
        service: given.service.map(|name| service(&name, policy)).transpose()?,
        region: given.region.map(|name| region(&name, policy)).transpose()?,
        private: given.private,
        reported_by: given.reported_by.map(|name| reporter(&name)).transpose()?,
        public: given.public.map(|line| public_line(&line)).transpose()?,
        ring_me: given.ring_me,
        anyway: given.anyway,
    })
}

/// Who noticed it first, checked.
pub fn reporter(given: &str) -> Result<Reporter, Problem> {
    given.parse().map_err(|why| Fault::invalid("reported_by", why))
}

/// A public line, checked.
pub fn public_line(given: &str) -> Result<PublicLine, Problem> {
    PublicLine::new(given).map_err(|why| Fault::invalid("public", why))
}

/// A severity of the ladder.
pub fn severity(number: u8, policy: &Policy) -> Result<Severity, Problem> {
    Severity::try_from(number).map_err(|why| {
        let rules = policy.severities.iter();
        let ladder = rules.map(|(severity, rule)| format!("{}: {}", u8::from(*severity), rule.when.join("; ")));
        Fault::invalid("severity", why).hint(ladder.collect::<Vec<_>>().join(" · "))
    })
}

/// A service of the policy.
pub fn service(name: &str, policy: &Policy) -> Result<ServiceId, Problem> {
    let known = name.parse::<ServiceId>().ok().filter(|id| policy.services.contains_key(id));
    // Any name that would be found in a summary names it here too.
    let known = known.or_else(|| catalog::find(policy, name).service.one());
    known.ok_or_else(|| unknown("service", name).hint(near::hint(name, policy.services.keys().map(ServiceId::as_str))))
}

/// A region of the policy.
pub fn region(name: &str, policy: &Policy) -> Result<RegionId, Problem> {
    let known = name.parse::<RegionId>().ok().filter(|id| policy.regions.iter().any(|region| region.id == *id));
    let known = known.or_else(|| catalog::find(policy, name).region.one());
    known.ok_or_else(|| {
        let names = policy.regions.iter().map(|region| region.id.as_str());
        unknown("region", name).hint(near::hint(name, names))
    })
}

fn unknown(what: &str, given: &str) -> Problem {
    let given: String = given.chars().filter(|c| !c.is_control()).take(64).collect();
    Fault::invalid(what, format!("The policy has no {what} `{given}`."))
}
