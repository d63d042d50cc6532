//! `zephyr page ack`, `decline`, `take`, `stop` and `ring-again`: what people do with pages.

use serde::Serialize;
use zephyr_api::{Changed, RingAgain, StopPage};

use super::{Session, ack, paths};
use crate::cli;
use crate::failure::{Exit, Failure};

/// Answers the pages of one incident; of all, where none is named.
pub async fn acknowledge(session: &mut Session<'_>, given: cli::One) -> Result<Exit, Failure> {
    match given.incident {
        None => ack::run(session).await,
        Some(named) => {
            let path = paths::verb(&named.to_string(), "ack");
            change(session, &path, &serde_json::json!({}), "acknowledged").await
        }
    }
}

/// Hands a page on to the next at once.
pub async fn decline(session: &mut Session<'_>, given: cli::Decline) -> Result<Exit, Failure> {
    let label = session.which(given.incident, "page decline").await?;
    let path = match given.target {
        Some(target) => paths::page(&label, &target.0, "decline"),
        None => paths::verb(&label, "decline"),
    };
    change(session, &path, &serde_json::json!({}), "declined, the next is rung").await
}

/// Makes whoever asks the responder of a page.
pub async fn take(session: &mut Session<'_>, given: cli::OnTarget) -> Result<Exit, Failure> {
    let path = paths::page(&given.incident.to_string(), &given.target.0, "take");
    change(session, &path, &serde_json::json!({}), "taken").await
}

/// Ends a page.
pub async fn stop(session: &mut Session<'_>, given: cli::Stop) -> Result<Exit, Failure> {
    let path = paths::page(&given.page.incident.to_string(), &given.page.target.0, "stop");
    change(session, &path, &StopPage { reason: given.reason }, "paging stopped").await
}

/// Rings somebody again who was not reached.
pub async fn ring_again(session: &mut Session<'_>, given: cli::RingAgain) -> Result<Exit, Failure> {
    let path = paths::page(&given.page.incident.to_string(), &given.page.target.0, "ring-again");
    let how = format!("ringing {} again", given.person);
    change(session, &path, &RingAgain { person: given.person.to_string() }, &how).await
}

async fn change(session: &mut Session<'_>, path: &str, body: &impl Serialize, how: &str) -> Result<Exit, Failure> {
    let changed: Changed = session.post(path, body).await?;
    session.changed(&changed, how).await;
    Ok(Exit::Done)
}
