//! `zephyr oncall`.

use zephyr_api::OnCall;

use super::{Session, paths};
use crate::failure::{Exit, Failure};
use crate::machine;
use crate::render::{Clock, oncall};

/// Runs it.
pub async fn run(session: &mut Session<'_>) -> Result<Exit, Failure> {
    if session.json {
        let on_call: OnCall = session.get(paths::ONCALL).await?;
        session.printer.json(&on_call);
        return Ok(Exit::Done);
    }
    // Whoever asks is of interest only because of the clocks.
    let (on_call, _) = tokio::join!(session.get::<OnCall>(paths::ONCALL), session.me());
    let on_call = on_call?;
    let clock = Clock { now: on_call.at, zone: machine::zone() };
    if on_call.rotations.is_empty() {
        session.printer.line("The policy has no rotations: nobody is on call.");
    }
    for line in oncall::all(&on_call, &clock) {
        session.printer.line(line);
    }
    Ok(Exit::Done)
}
