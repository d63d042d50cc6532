//! `POST /api/v1/incidents/{incident}/join`: the same, declared again, is added to an incident that is open.

use axum::extract::{Path, State};
use zephyr_api::{Changed, JoinIncident, Problem};
use zephyr_core::incident::{Again, Command};
use zephyr_core::policy::Policy;
use zephyr_core::text::Summary;

use super::answer::{Answered, ask, changed};
use super::extract::Posted;
use super::open::{reporter, severity};
use crate::app::{App, Stores};
use crate::fault::Fault;

/// Adds a declaration to it; a person takes part from then on, and nobody is paged for it. What is worse than the
/// incident, or comes after its end, is refused.
#[utoipa::path(
    post,
    path = "/api/v1/incidents/{incident}/join",
    operation_id = "join_incident",
    tag = "incidents",
    request_body = JoinIncident,
    responses((status = 200, description = "The incident after it is durable", body = Changed))
)]
pub async fn join<S: Stores>(
    State(app): State<App<S>>,
    Path(label): Path<String>,
    Posted { caller, body, key }: Posted<JoinIncident>,
) -> Result<Answered<Changed>, Fault> {
    let command = joining(body, &app.world().policy)?;
    let done = ask(&app, caller, key, &label, command).await?;
    let mut answer = changed(&app, &done).await?;
    answer.body.joined = true;
    Ok(answer)
}

/// Checks what was declared.
pub fn joining(given: JoinIncident, policy: &Policy) -> Result<Command, Problem> {
    Ok(Command::Join(Again {
        summary: Summary::new(&given.summary).map_err(|why| Fault::invalid("summary", why))?,
        severity: given.severity.map(|number| severity(number, policy)).transpose()?,
        reported_by: given.reported_by.map(|name| reporter(&name)).transpose()?,
        ring_me: given.ring_me,
    }))
}
