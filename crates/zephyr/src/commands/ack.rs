//! `zephyr ack`: answers everything that rings for whoever types it.

use zephyr_api::Acknowledged;

use super::{Session, drill, paths};
use crate::failure::{Exit, Failure};

/// Runs it.
pub async fn run(session: &mut Session<'_>) -> Result<Exit, Failure> {
    let answered: Acknowledged = session.post(paths::ACK, &serde_json::json!({})).await?;
    if session.json {
        session.printer.json(&answered);
        return Ok(Exit::Done);
    }
    session.pages_of(&answered.incidents, "acknowledged").await;
    for drill in &answered.drills {
        session.printer.line(drill::head(drill, None));
    }
    if let [first, ..] = answered.incidents.as_slice() {
        session.printer.say(format!("now: zephyr incident show {}", first.label));
    }
    Ok(Exit::Done)
}
