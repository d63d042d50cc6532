//! From the engine's answer to the caller's.

use std::sync::Arc;

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::{HeaderName, HeaderValue};
use serde::Serialize;
use zephyr_api::{Changed, Code, Problem};
use zephyr_core::incident::{Command, Incident, Refused};
use zephyr_core::policy::PolicyVersion;
use zephyr_core::{World, page};
use zephyr_engine::{Answer, Ask, Request, RequestKey};

use super::extract::key_reused;
use super::policies::read_kept;
use crate::app::{App, Stores};
use crate::auth::Caller;
use crate::fault::Fault;
use crate::view;

/// Says of an answer that it was given before: as Stripe names it, since no standard does.
pub const REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");

/// An answer, the same for a repetition; only a header tells which of the two it is.
#[derive(Debug)]
pub struct Answered<T> {
    /// The answer.
    pub body: T,
    /// Whether it was given before.
    pub repeated: bool,
}

impl<T: Serialize> IntoResponse for Answered<T> {
    fn into_response(self) -> Response {
        let mut response = Json(self.body).into_response();
        if self.repeated {
            response.headers_mut().insert(REPLAYED, HeaderValue::from_static("true"));
        }
        response
    }
}

/// What became of a request.
#[derive(Debug)]
pub struct Done {
    /// The incident after it; where it was answered before, as it was then.
    pub incident: Arc<Incident>,
    /// Where it was answered before: the policy that was in force then.
    pub before: Option<PolicyVersion>,
}

/// Asks for something of an incident that the caller may see.
pub async fn command<S: Stores>(
    app: &App<S>,
    caller: Caller,
    key: Option<RequestKey>,
    label: &str,
    command: Command,
) -> Result<Answered<Changed>, Fault> {
    let done = ask(app, caller, key, label, command).await?;
    changed(app, &done).await
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
pub async fn changed<S: Stores>(app: &App<S>, done: &Done) -> Result<Answered<Changed>, Fault> {
    let world = match &done.before {
        Some(policy) => world_under(app, policy).await?,
        None => app.world(),
    };
    let incident = view::incident(&done.incident, &world, &app.settings.public_url);
    Ok(Answered { body: Changed { incident, joined: false }, repeated: done.before.is_some() })
}

/// The world with a policy that was in force; with the present one where that is not kept whole.
pub async fn world_under<S: Stores>(app: &App<S>, policy: &PolicyVersion) -> Result<Arc<World>, Fault> {
    let present = app.world();
    if present.policy.version == *policy {
        return Ok(present);
    }
    Ok(match read_kept(app, &policy.0).await? {
        Some(policy) => Arc::new(World { policy, ..World::clone(&present) }),
        None => present,
    })
}

/// What the engine did, or why not.
pub fn done<S: Stores>(app: &App<S>, answer: Answer) -> Result<Done, Fault> {
    match answer {
        Answer::Done(incident) => Ok(Done { incident, before: None }),
        Answer::Repeated { incident, policy } => Ok(Done { incident, before: Some(policy) }),
        Answer::Similar(other) => Err(similar(app, &other)),
        Answer::KeyReused => Err(key_reused()),
        Answer::Refused(refused) => Err(refusal(&refused)),
        // What is asked of an incident is never answered by the roster.
        Answer::Arranged { .. } | Answer::NotArranged(_) => Err(Fault::internal()),
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
