//! `POST /api/v1/tokens`: makes a token. For admins and the machine's operator.
//!
//! A repetition makes another token, whatever its idempotency key: a secret is shown once and kept nowhere.

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use zephyr_api::{Code, CreateToken, Problem, Token};
use zephyr_core::PersonId;
use zephyr_engine::ports::TokenRow;

use super::extract::Posted;
use crate::app::{App, Stores};
use crate::auth::Secret;
use crate::fault::Fault;
use crate::near;

/// Makes a token for a person of the policy, or for a program.
#[utoipa::path(
    post,
    path = "/api/v1/tokens",
    operation_id = "create_token",
    tag = "tokens",
    request_body = CreateToken,
    responses((status = 201, description = "Done", body = Token))
)]
pub async fn create<S: Stores>(
    State(app): State<App<S>>,
    Posted { caller, body, .. }: Posted<CreateToken>,
) -> Result<(StatusCode, Json<Token>), Fault> {
    if !caller.is_operator && !caller.is_admin() {
        let problem = Problem::new(Code::Forbidden, "Only admins and the machine's operator make tokens");
        return Err(problem.hint("Ask one of them; the policy file names the admins.").into());
    }
    let (kind, holder) = match (body.person, body.bot) {
        (Some(person), None) => ("person", person_id(&app, &person)?.to_string()),
        // Names of programs follow the rules for names of people.
        (None, Some(bot)) => ("bot", program(&app, &bot)?),
        _ => {
            let problem = Problem::new(Code::Invalid, "Say who the token is for");
            return Err(problem.hint("Give either `person` or `bot`.").field("person").into());
        }
    };
    let secret = Secret::make(app.random());
    let row = TokenRow { hash: secret.hash(), kind: kind.to_owned(), holder: holder.clone() };
    app.store.put_token(row).await?;
    tracing::info!(kind, holder, by = %caller.actor, "a token was made");
    Ok((StatusCode::CREATED, Json(Token { token: secret.reveal().to_owned(), holder })))
}

/// A program must not be taken for a person in a timeline.
fn program<S: Stores>(app: &App<S>, name: &str) -> Result<String, Fault> {
    let id = name.parse::<PersonId>().map_err(|why| Fault::invalid("bot", why))?;
    if app.world().policy.people.contains_key(&id) {
        let problem = Fault::invalid("bot", format!("`{id}` is a person"));
        return Err(problem.hint("Give the program a name of its own, or make a token for the person.").into());
    }
    Ok(id.to_string())
}

fn person_id<S: Stores>(app: &App<S>, name: &str) -> Result<PersonId, Fault> {
    let world = app.world();
    let known = name.parse::<PersonId>().ok().filter(|id| world.policy.people.contains_key(id));
    known.ok_or_else(|| {
        let shown: String = name.chars().filter(|c| !c.is_control()).take(64).collect();
        Fault::invalid("person", format!("The policy has no person `{shown}`."))
            .hint(near::hint(name, world.policy.people.keys().map(PersonId::as_str)))
            .into()
    })
}
