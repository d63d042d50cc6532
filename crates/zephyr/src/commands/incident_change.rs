//! `zephyr incident severity`, `service` and `reopen`: what an incident is changes.

use zephyr_api::{Changed, ReopenIncident, SetService, SetSeverity};

use super::{Session, paths};
use crate::cli;
use crate::failure::{Exit, Failure};

/// Sets the severity.
pub async fn severity(session: &mut Session<'_>, given: cli::SetSeverity) -> Result<Exit, Failure> {
    let body = SetSeverity { severity: given.severity.0.into(), correct: given.correct };
    let path = paths::verb(&given.incident.to_string(), "severity");
    changed(session.post(&path, &body).await?, session, "severity set")
}

/// Sets service, region, or both.
pub async fn service(session: &mut Session<'_>, given: cli::SetService) -> Result<Exit, Failure> {
    let body = SetService { service: given.service, region: given.region };
    let path = paths::verb(&given.incident.to_string(), "service");
    changed(session.post(&path, &body).await?, session, "service set")
}

/// Opens again what was over.
pub async fn reopen(session: &mut Session<'_>, given: cli::Reopen) -> Result<Exit, Failure> {
    let body = ReopenIncident { public: given.public, ring_me: given.ring_me };
    let path = paths::verb(&given.incident.to_string(), "reopen");
    changed(session.post(&path, &body).await?, session, "reopened")
}

fn changed(changed: Changed, session: &mut Session<'_>, how: &str) -> Result<Exit, Failure> {
    session.changed(&changed, how);
    Ok(Exit::Done)
}
