//! `POST /api/v1/oncall/ready`: whoever asks has read the policy.

use axum::Json;
use axum::extract::State;
use zephyr_api::{Code, Problem, Ready};
use zephyr_core::roster::Command;
use zephyr_engine::{Answer, Ask, Request};

use super::extract::{Nothing, Posted, key_reused};
use crate::app::{App, Stores};
use crate::fault::Fault;

/// Marks the policy as read by whoever asks. Again, it changes nothing.
#[utoipa::path(
    post,
    path = "/api/v1/oncall/ready",
    operation_id = "mark_policy_as_read",
    tag = "on call",
    responses((status = 200, description = "Done", body = Ready))
)]
pub async fn ready<S: Stores>(
    State(app): State<App<S>>,
    Posted { caller, key, .. }: Posted<Nothing>,
) -> Result<Json<Ready>, Fault> {
    let Some(person) = caller.person().cloned() else {
        let problem = Problem::new(Code::Forbidden, "Only a person of the policy can have read it");
        return Err(problem.hint("On the server's own machine, the header `Zephyr-As` names you.").into());
    };
    let ask = Ask::Arrange(Command::Ready);
    let request = Request { id: app.request_id(), actor: caller.actor, key, ask };
    let (roster, repeated) = match app.engine.ask(request).await? {
        Answer::Arranged { roster, repeated, .. } => (roster, repeated),
        Answer::KeyReused => return Err(key_reused()),
        Answer::NotArranged(refused) => {
            let problem = Problem::new(Code::Refused, "Refused; nothing changed");
            return Err(problem.detail(refused.to_string()).into());
        }
        Answer::Busy => {
            let hint = "Nothing changed; try again in a moment.";
            return Err(Fault::unavailable("Others changed the same thing at the same time, too often", hint));
        }
        // What is asked of the roster is answered by nothing else.
        Answer::Done(_)
        | Answer::Repeated { .. }
        | Answer::Similar(_)
        | Answer::Refused(_)
        | Answer::NotFound
        | Answer::Reached { .. }
        | Answer::NotReached(_) => return Err(Fault::internal()),
    };
    let read_at = roster.ready.get(&person).copied().ok_or_else(Fault::internal)?;
    Ok(Json(Ready { person: person.to_string(), read_at, repeated }))
}
