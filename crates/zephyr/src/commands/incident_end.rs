//! `zephyr incident resolve` and `zephyr incident cancel`.

use zephyr_api::{Changed, EndIncident};

use super::{Session, paths};
use crate::cli;
use crate::failure::{Exit, Failure};

/// How an incident ends.
#[derive(Debug, Clone, Copy)]
pub enum How {
    /// It is over.
    Resolve,
    /// It was a false alarm.
    Cancel,
}

/// Runs it.
pub async fn run(session: &mut Session<'_>, how: How, given: cli::End) -> Result<Exit, Failure> {
    let (verb, done) = match how {
        How::Resolve => ("resolve", "resolved"),
        How::Cancel => ("cancel", "cancelled, a false alarm"),
    };
    let label = session.which(given.incident, &format!("incident {verb}")).await?;
    let body = EndIncident { public: given.public };
    let changed: Changed = session.post(&paths::verb(&label, verb), &body).await?;
    session.changed(&changed, done).await;
    Ok(Exit::Done)
}
