//! `/api/v1/tokens`: makes, lists and revokes tokens. For admins and the machine's operator.
//!
//! A repetition under the same idempotency key makes no other token, and is told which one was made, without its
//! secret: that is shown once and kept nowhere.

use axum::Json;
use axum::extract::{Path, State};
use http::StatusCode;
use jiff::SignedDuration;
use zephyr_api::{Code, CreateToken, Problem, Token, TokenInfo, Tokens};
use zephyr_core::{PersonId, limits};
use zephyr_engine::RequestKey;
use zephyr_engine::ports::{About, Kept, TokenRow};

use super::answer::Answered;
use super::extract::{Nothing, Posted, answered};
use crate::app::{App, Stores};
use crate::auth::{Caller, Scope, Scopes, Secret, hex, to_stored};
use crate::bounds;
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
    Posted { caller, body, key }: Posted<CreateToken>,
) -> Result<(StatusCode, Answered<Token>), Fault> {
    admins_only(&caller)?;
    if let Some(earlier) = made_before(&app, key.as_ref()).await? {
        return Ok((StatusCode::CREATED, Answered { body: earlier, repeated: true }));
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
    let scopes = chosen(&app, kind, &holder, body.scopes.as_deref())?;
    let at = app.store.now().await?;
    let id = format!("tok_{}", hex(&app.random::<6>()));
    let row = TokenRow {
        id: id.clone(),
        hash: secret.hash(),
        kind: kind.to_owned(),
        holder: holder.clone(),
        scopes: scopes.as_ref().map(to_stored),
        at,
        created_by: Some(caller.actor.to_string()),
        created_request: Some(app.request_id()),
        expires_at: body.expires_in_secs.map(|seconds| end(at, seconds)).transpose()?,
        revoked: None,
    };
    let answers = key.as_ref().map(|key| key.answered(About::Token(id.clone()), at));
    if app.store.put_token(row, answers).await? == Kept::Repeated {
        let earlier = made_before(&app, key.as_ref()).await?.ok_or_else(Fault::internal)?;
        return Ok((StatusCode::CREATED, Answered { body: earlier, repeated: true }));
    }
    tracing::info!(kind, holder, id, by = %caller.actor, "a token was made");
    let token = Some(secret.reveal().to_owned());
    Ok((StatusCode::CREATED, Answered { body: Token { token, holder, id }, repeated: false }))
}

/// The token that an earlier request of this key made.
async fn made_before<S: Stores>(app: &App<S>, key: Option<&RequestKey>) -> Result<Option<Token>, Fault> {
    let Some(About::Token(id)) = answered(app, key).await? else { return Ok(None) };
    let row = app.store.token_by_id(&id).await?;
    Ok(row.map(|row| Token { token: None, holder: row.holder, id: row.id }))
}

/// Lists the newest tokens, those that are over among them.
#[utoipa::path(
    get,
    path = "/api/v1/tokens",
    operation_id = "list_tokens",
    tag = "tokens",
    responses((status = 200, description = "At most 200", body = Tokens))
)]
pub async fn list<S: Stores>(State(app): State<App<S>>, caller: Caller) -> Result<Json<Tokens>, Fault> {
    admins_only(&caller)?;
    let tokens = app.store.tokens(limits::LIST_ROWS).await?.into_iter().map(info).collect();
    Ok(Json(Tokens { tokens }))
}

/// Ends a token at once; again, it changes nothing.
#[utoipa::path(
    post,
    path = "/api/v1/tokens/{token}/revoke",
    operation_id = "revoke_token",
    tag = "tokens",
    responses((status = 200, description = "The token as it is now", body = TokenInfo))
)]
pub async fn revoke<S: Stores>(
    State(app): State<App<S>>,
    Path(id): Path<String>,
    Posted { caller, key, .. }: Posted<Nothing>,
) -> Result<Answered<TokenInfo>, Fault> {
    admins_only(&caller)?;
    let unknown = || {
        let problem = Problem::new(Code::NotFound, "There is no token of that id");
        Fault::from(problem.hint("`zephyr token list` shows the ids; the secret is none."))
    };
    let before = app.store.token_by_id(&id).await?.ok_or_else(unknown)?;
    let repeated = end_once(&app, &caller, key.as_ref(), &id).await?;
    if !repeated && before.revoked.is_none() {
        tracing::info!(id, holder = before.holder, by = %caller.actor, "a token was revoked");
    }
    let row = app.store.token_by_id(&id).await?.ok_or_else(unknown)?;
    Ok(Answered { body: info(row), repeated })
}

/// Ends a token; whether the request was answered before, so that nothing changed.
pub(super) async fn end_once<S: Stores>(
    app: &App<S>,
    caller: &Caller,
    key: Option<&RequestKey>,
    id: &str,
) -> Result<bool, Fault> {
    if answered(app, key).await?.is_some() {
        return Ok(true);
    }
    let at = app.store.now().await?;
    let answers = key.map(|key| key.answered(About::Token(id.to_owned()), at));
    app.store.revoke_token(id, &caller.actor.to_string(), Some(&app.request_id()), answers).await?;
    Ok(false)
}

fn admins_only(caller: &Caller) -> Result<(), Fault> {
    if caller.is_operator || caller.is_admin() {
        return Ok(());
    }
    let problem = Problem::new(Code::Forbidden, "Tokens are for admins and the machine's operator");
    Err(problem.hint("Ask one of them; the policy file names the admins.").into())
}

fn info(row: TokenRow) -> TokenInfo {
    let (revoked_at, revoked_by) = row.revoked.map(|end| (end.at, end.by)).unzip();
    TokenInfo {
        id: row.id,
        kind: row.kind,
        holder: row.holder,
        scopes: row.scopes.map(|names| names.split(' ').map(str::to_owned).collect()),
        created_at: row.at,
        created_by: row.created_by,
        expires_at: row.expires_at,
        revoked_at,
        revoked_by,
    }
}

/// The scopes that were asked for, where the holder may have them. Left out, a person's token follows the person.
fn chosen<S: Stores>(
    app: &App<S>,
    kind: &str,
    holder: &str,
    asked: Option<&[String]>,
) -> Result<Option<Scopes>, Fault> {
    let Some(names) = asked else {
        return Ok((kind == "bot").then(|| [Scope::Read, Scope::Declare].into()));
    };
    let mut scopes = Scopes::new();
    for name in names {
        let shown: String = name.chars().filter(|c| !c.is_control()).take(64).collect();
        let unknown = || Fault::invalid("scopes", format!("There is no scope `{shown}`."));
        scopes.insert(
            Scope::named(name)
                .ok_or_else(|| unknown().hint("Those there are: read, declare, respond, admin, metrics."))?,
        );
    }
    if scopes.is_empty() {
        let problem = Fault::invalid("scopes", "A token without a scope is for nothing.");
        return Err(problem.hint("Leave `scopes` out for the usual ones.").into());
    }
    let world = app.world();
    let admin = world.policy.people.iter().any(|(id, person)| id.as_str() == holder && person.admin);
    if scopes.contains(&Scope::Admin) && !(kind == "person" && admin) {
        let problem =
            Fault::invalid("scopes", format!("`{holder}` is no admin, and a token is never more than its holder."));
        return Err(problem.hint("Leave out `admin`; the policy file names the admins.").into());
    }
    Ok(Some(scopes))
}

/// When a token that is good for so long is over.
fn end(at: jiff::Timestamp, seconds: u64) -> Result<jiff::Timestamp, Fault> {
    let length = i64::try_from(seconds).ok().map(SignedDuration::from_secs);
    let length = length.filter(|length| !length.is_zero() && *length <= bounds::TOKEN_LIFE);
    length.and_then(|length| at.checked_add(length).ok()).ok_or_else(|| {
        let problem = Fault::invalid("expires_in_secs", "It has to be from one second to ten years.");
        problem.hint("Leave it out for a token that does not expire.").into()
    })
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
