//! `zephyr oncall`.

use zephyr_api::OnCall;

use super::{Session, paths};
use crate::failure::{Exit, Failure};
use crate::machine;
use crate::render::{Clock, oncall};

/// Runs it.
pub async fn run(session: &mut Session<'_>) -> Result<Exit, Failure> {
    let on_call: OnCall = session.get(paths::ONCALL).await?;
    if session.json {
        session.printer.json(&on_call);
        return Ok(Exit::Done);
    }
    let clock = Clock { now: on_call.at, zone: machine::zone() };
    if on_call.rotations.is_empty() {
        session.printer.line("The policy has no rotations: nobody is on call.");
    }
    for line in oncall::all(&on_call, &clock) {
        session.printer.line(line);
    }
    Ok(Exit::Done)
}
