//! `zephyr incident update`, `severity`, `service` and `reopen`: how an incident stands, and what it is.

use zephyr_api::{Changed, ReopenIncident, SetService, SetSeverity, UpdateIncident};

use super::{Session, paths};
use crate::cli;
use crate::failure::{Exit, Failure};

/// Tells how things stand.
pub async fn update(session: &mut Session<'_>, given: cli::Update) -> Result<Exit, Failure> {
    let body = UpdateIncident { text: given.text };
    let path = paths::verb(&given.incident.to_string(), "update");
    changed(session.post(&path, &body).await?, session, "updated").await
}

/// Sets the severity.
pub async fn severity(session: &mut Session<'_>, given: cli::SetSeverity) -> Result<Exit, Failure> {
    let body = SetSeverity { severity: given.severity.0.into(), correct: given.correct };
    let path = paths::verb(&given.incident.to_string(), "severity");
    changed(session.post(&path, &body).await?, session, "severity set").await
}

/// Sets service, region, or both.
pub async fn service(session: &mut Session<'_>, given: cli::SetService) -> Result<Exit, Failure> {
    let body = SetService { service: given.service, region: given.region };
    let path = paths::verb(&given.incident.to_string(), "service");
    changed(session.post(&path, &body).await?, session, "service set").await
}

/// Opens again what was over.
pub async fn reopen(session: &mut Session<'_>, given: cli::Reopen) -> Result<Exit, Failure> {
    let body = ReopenIncident { public: given.public, ring_me: given.ring_me };
    let path = paths::verb(&given.incident.to_string(), "reopen");
    changed(session.post(&path, &body).await?, session, "reopened").await
}

async fn changed(changed: Changed, session: &mut Session<'_>, how: &str) -> Result<Exit, Failure> {
    session.changed(&changed, how).await;
    Ok(Exit::Done)
}
