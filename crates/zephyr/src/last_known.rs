//! Who was on call when a server last answered, with their telephones: what is left when none answers.
//!
//! Kept in the user's state folder, readable by that user only. Keeping it never fails or holds up a command.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use zephyr_api::OnCall;

use crate::commands::{Session, paths};
use crate::env;
use crate::failure::Failure;
use crate::local;
use crate::machine;
use crate::printer::{Line, Printer};
use crate::render::{Clock, oncall};

/// The file in the state folder.
const FILE: &str = "oncall.json";
/// How long it is new enough not to ask again: shifts change by the day, and a command should cost one request.
const FRESH: SignedDuration = SignedDuration::from_mins(5);
/// How long a command that is done may be held up to ask.
const WAIT: Duration = Duration::from_millis(500);
/// A thousand rotations of three people each take about half of it.
const BYTES: u64 = 1024 * 1024;

/// What is kept.
#[derive(Debug, Serialize, Deserialize)]
struct LastKnown {
    /// When it was asked, by this machine's clock.
    asked_at: Timestamp,
    /// Which server.
    server: String,
    /// What it answered.
    on_call: OnCall,
}

/// A failure, for programs.
#[derive(Debug, Serialize)]
struct Told<'a> {
    error: &'a str,
    why: Option<&'a str>,
    now: Option<&'a str>,
    last_known: Option<LastKnown>,
}

/// Keeps who is on call, after a command that was answered.
pub async fn keep(session: &Session<'_>) {
    let Some(state) = env::state_dir() else { return };
    let (server, now) = (session.client.url(), machine::now());
    let is_fresh = |kept: &LastKnown| kept.server == server && now.duration_since(kept.asked_at).abs() < FRESH;
    if read().as_ref().is_some_and(is_fresh) {
        return;
    }
    let asked = tokio::time::timeout(WAIT, session.client.get::<OnCall>(paths::ONCALL)).await;
    let Ok(Ok(on_call)) = asked else { return };
    let Ok(text) = serde_json::to_string(&LastKnown { asked_at: now, server, on_call }) else { return };
    // Without it there is nothing to show when no server answers, and that is said then.
    let _ = std::fs::create_dir_all(&state).and_then(|()| local::write_private(&state, FILE, &text));
}

/// Tells whom to ring by hand, once it was said that no server answers.
pub fn tell(printer: &mut Printer, failure: &Failure, json: bool) {
    let kept = read();
    if json {
        let (why, now) = (failure.why.as_deref(), failure.hint.as_deref());
        printer.json(&Told { error: &failure.what, why, now, last_known: kept });
        return;
    }
    let Some(kept) = kept else { return };
    // Both by this machine's clock.
    let clock = Clock { now: machine::now(), zone: machine::zone() };
    let asked = format!("Last known on call, from {}, {}:", kept.server, clock.at(kept.asked_at));
    printer.line(asked);
    for rotation in &kept.on_call.rotations {
        for shift in &rotation.on_call {
            let phone = shift.phone.as_deref().unwrap_or("no telephone known");
            let over = if shift.until <= clock.now { ", whose shift is over by now" } else { "" };
            let line = Line::new().plain(&format!("{}  ", rotation.name)).strong(phone);
            printer.line(line.plain(&format!("  {}{over}", oncall::who(shift))));
        }
    }
}

fn read() -> Option<LastKnown> {
    serde_json::from_str(&local::read_up_to(&env::state_dir()?.join(FILE), BYTES)?).ok()
}
