//! From the engine's answer to the caller's.

use std::sync::Arc;

use axum::Json;
use zephyr_api::{Changed, Code, Problem};
use zephyr_core::incident::{Command, Incident, Refused};
use zephyr_core::page;
use zephyr_engine::{Answer, Ask, Request, RequestKey};

use super::extract::key_reused;
use crate::app::{App, Stores};
use crate::auth::Caller;
use crate::fault::Fault;
use crate::view;

/// What became of a request: the incident after it, and whether it was answered before.
pub type Done = (Arc<Incident>, bool);

/// Asks for something of an incident that the caller may see.
pub async fn command<S: Stores>(
    app: &App<S>,
    caller: Caller,
    key: Option<RequestKey>,
    label: &str,
    command: Command,
) -> Result<Json<Changed>, Fault> {
    let (incident, repeated) = ask(app, caller, key, label, command).await?;
    Ok(changed(app, &incident, repeated))
}

/// The same, for whoever wants the incident itself.
pub async fn ask<S: Stores>(
    app: &App<S>,
    caller: Caller,
    key: Option<RequestKey>,
    label: &str,
    command: Command,
) -> Result<Done, Fault> {
    let incident = app.incident(&caller.viewer, label).await?.id;
    let request = Request { id: app.request_id(), actor: caller.actor, key, ask: Ask::Of { incident, command } };
    done(app, app.engine.ask(request).await?)
}

/// The incident on the wire.
pub fn changed<S: Stores>(app: &App<S>, incident: &Incident, repeated: bool) -> Json<Changed> {
    let incident = view::incident(incident, &app.world(), &app.settings.public_url);
    Json(Changed { incident, repeated, joined: false })
}

/// What the engine did, or why not.
pub fn done<S: Stores>(app: &App<S>, answer: Answer) -> Result<Done, Fault> {
    match answer {
        Answer::Done(incident) => Ok((incident, false)),
        Answer::Repeated(incident) => Ok((incident, true)),
        Answer::Similar(other) => Err(similar(app, &other)),
        Answer::KeyReused => Err(key_reused()),
        Answer::Refused(refused) => Err(refusal(&refused)),
        // What is asked of an incident is never answered by the roster, nor by drills.
        Answer::Arranged { .. } | Answer::NotArranged(_) | Answer::Reached { .. } | Answer::NotReached(_) => {
            Err(Fault::internal())
        }
        Answer::NotFound => Err(Problem::new(Code::NotFound, "There is no such incident").into()),
        Answer::Busy => Err(Fault::unavailable(
            "Others changed the same thing at the same time, too often",
            "Nothing changed; try again in a moment.",
        )),
    }
}

/// The offer of an incident that is open, instead of a second one about the same.
fn similar<S: Stores>(app: &App<S>, other: &Incident) -> Fault {
    let (label, number, severity) = (other.label(), other.number, other.severity);
    let mut problem = Problem::new(Code::Similar, format!("{label} is open and about the same; nothing was opened"))
        .detail(format!("{label} {severity}: {}", other.summary))
        .hint(format!(
            "Add this to it: POST /api/v1/incidents/{number}/join. To open another all the same, send `\"anyway\": true`."
        ));
    problem.similar = Some(Box::new(view::incident(other, &app.world(), &app.settings.public_url)));
    problem.into()
}

/// What a refusal of the core means on the wire.
pub fn refusal(refused: &Refused) -> Fault {
    let code = match refused {
        Refused::NotAPerson | Refused::NotItsOwn(_) => Code::Forbidden,
        Refused::Page(page::Refused::NoSuchPage { .. }) => Code::NotFound,
        Refused::Page(_) | Refused::NotOpen { .. } | Refused::Worse { .. } => Code::Refused,
    };
    let title = match code {
        Code::Forbidden => "This token may not do that",
        Code::NotFound => "There is no such page",
        _ => "Refused; nothing changed",
    };
    let problem = Problem::new(code, title).detail(refused.to_string());
    match hint(refused) {
        Some(hint) => problem.hint(hint).into(),
        None => problem.into(),
    }
}

fn hint(refused: &Refused) -> Option<&'static str> {
    match refused {
        Refused::Page(page::Refused::NothingRings(_)) => {
            Some("To answer for it all the same, take one of its pages: POST …/pages/{target}/take.")
        }
        Refused::NotAPerson => Some("On the server's own machine, the header `Zephyr-As` names you."),
        _ => None,
    }
}
