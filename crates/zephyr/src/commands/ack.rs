//! `zephyr ack`: answers everything that rings for whoever types it.

use zephyr_api::Acknowledged;

use super::{Session, beside, paths};
use crate::failure::{Exit, Failure};
use crate::render::incident;

/// Runs it.
pub async fn run(session: &mut Session<'_>) -> Result<Exit, Failure> {
    let answered: Acknowledged = session.post(paths::ACK, &serde_json::json!({})).await?;
    if session.json {
        session.printer.json(&answered);
        return Ok(Exit::Done);
    }
    for one in &answered.incidents {
        session.printer.line(incident::head(one, "acknowledged"));
        incident::pages(one, &beside(one)).into_iter().for_each(|line| session.printer.line(line));
    }
    if let [first, ..] = answered.incidents.as_slice() {
        session.printer.say(format!("now: zephyr incident show {}", first.label));
    }
    Ok(Exit::Done)
}
