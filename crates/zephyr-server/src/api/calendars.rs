//! `/api/v1/calendars`: makes, lists and revokes secret addresses at which a calendar program reads who is on call.
//!
//! An address is kept as a token is, by the hash of its secret, and is good for nothing but reading its calendar. It
//! belongs to a person and ends with them. Deliberately not here: the calendar itself (`calendar_feed`).

use axum::Json;
use axum::extract::{Path, State};
use http::StatusCode;
use zephyr_api::{Calendar, Calendars, Code, CreateCalendar, NewCalendar, Problem};
use zephyr_core::{PersonId, RotationId, limits};
use zephyr_engine::RequestKey;
use zephyr_engine::ports::{About, Kept, TokenRow};

use super::answer::Answered;
use super::extract::{Nothing, Posted, answered};
use super::tokens::end_once;
use crate::app::{App, Stores};
use crate::auth::{Caller, Secret, hex};
use crate::calendar::Shown;
use crate::fault::Fault;
use crate::near;

/// The kind of token that is the address of a calendar.
const KIND: &str = "calendar";
/// What a calendar of its holder's own turns is for, as stored in its scopes.
const OWN: &str = "calendar";
/// The same of a rotation's, before its name.
const OF_ROTATION: &str = "calendar:";

/// What the calendar of a token shows, and whose it is; `None` for a token that is no calendar's address.
pub fn shown(row: &TokenRow) -> Option<(PersonId, Shown)> {
    let holder: PersonId = row.holder.parse().ok().filter(|_| row.kind == KIND)?;
    let shown = match row.scopes.as_deref()? {
        OWN => Shown::Person(holder.clone()),
        scope => Shown::Rotation(scope.strip_prefix(OF_ROTATION)?.parse().ok()?),
    };
    Some((holder, shown))
}

/// Makes the secret address of a calendar: of a person's turns, or of a rotation's.
#[utoipa::path(
    post,
    path = "/api/v1/calendars",
    operation_id = "create_calendar",
    tag = "on call",
    request_body = CreateCalendar,
    responses((status = 201, description = "Done", body = NewCalendar))
)]
pub async fn create<S: Stores>(
    State(app): State<App<S>>,
    Posted { caller, body, key }: Posted<CreateCalendar>,
) -> Result<(StatusCode, Answered<NewCalendar>), Fault> {
    let person = holder(&app, &caller, body.person.as_deref())?;
    let rotation = body.rotation.map(|name| rotation_id(&app, &name)).transpose()?;
    if let Some(earlier) = made_before(&app, key.as_ref()).await? {
        return Ok((StatusCode::CREATED, Answered { body: earlier, repeated: true }));
    }
    let secret = Secret::make(app.random());
    let at = app.store.now().await?;
    let row = TokenRow {
        id: format!("tok_{}", hex(&app.random::<6>())),
        hash: secret.hash(),
        kind: KIND.to_owned(),
        holder: person.to_string(),
        scopes: Some(rotation.map_or_else(|| OWN.to_owned(), |rotation| format!("{OF_ROTATION}{rotation}"))),
        at,
        created_by: Some(caller.actor.to_string()),
        created_request: Some(app.request_id()),
        expires_at: None,
        revoked: None,
    };
    let answers = key.as_ref().map(|key| key.answered(About::Token(row.id.clone()), at));
    if app.store.put_token(row.clone(), answers).await? == Kept::Repeated {
        let earlier = made_before(&app, key.as_ref()).await?.ok_or_else(Fault::internal)?;
        return Ok((StatusCode::CREATED, Answered { body: earlier, repeated: true }));
    }
    tracing::info!(id = row.id, holder = row.holder, by = %caller.actor, "a calendar was made");
    let url = format!("{}/calendar/{}.ics", app.settings.public_url.trim_end_matches('/'), secret.reveal());
    let calendar = info(&row).ok_or_else(Fault::internal)?;
    let body = NewCalendar { url: Some(url), calendar };
    Ok((StatusCode::CREATED, Answered { body, repeated: false }))
}

/// The calendar that an earlier request of this key made.
async fn made_before<S: Stores>(app: &App<S>, key: Option<&RequestKey>) -> Result<Option<NewCalendar>, Fault> {
    let Some(About::Token(id)) = answered(app, key).await? else { return Ok(None) };
    let calendar = app.store.token_by_id(&id).await?.as_ref().and_then(info);
    Ok(calendar.map(|calendar| NewCalendar { url: None, calendar }))
}

/// Lists calendars, those that are over among them. Never an address.
#[utoipa::path(
    get,
    path = "/api/v1/calendars",
    operation_id = "list_calendars",
    tag = "on call",
    responses((status = 200, description = "At most 200", body = Calendars))
)]
pub async fn list<S: Stores>(State(app): State<App<S>>, caller: Caller) -> Result<Json<Calendars>, Fault> {
    let rows = app.store.tokens(limits::LIST_ROWS).await?;
    let calendars = rows.iter().filter_map(info).filter(|calendar| is_theirs(&caller, &calendar.person)).collect();
    Ok(Json(Calendars { calendars }))
}

/// Ends a calendar at once: its address answers nothing any more. Again, it changes nothing.
#[utoipa::path(
    post,
    path = "/api/v1/calendars/{calendar}/revoke",
    operation_id = "revoke_calendar",
    tag = "on call",
    responses((status = 200, description = "The calendar as it is now", body = Calendar))
)]
pub async fn revoke<S: Stores>(
    State(app): State<App<S>>,
    Path(id): Path<String>,
    Posted { caller, key, .. }: Posted<Nothing>,
) -> Result<Answered<Calendar>, Fault> {
    let calendar = theirs(&app, &caller, &id).await?;
    let repeated = end_once(&app, &caller, key.as_ref(), &id).await?;
    if !repeated && calendar.revoked_at.is_none() {
        tracing::info!(id, holder = calendar.person, by = %caller.actor, "a calendar was revoked");
    }
    let body = theirs(&app, &caller, &id).await?;
    Ok(Answered { body, repeated })
}

/// A calendar that the caller may end; the same refusal whether it is missing or somebody else's.
async fn theirs<S: Stores>(app: &App<S>, caller: &Caller, id: &str) -> Result<Calendar, Fault> {
    let calendar = app.store.token_by_id(id).await?.as_ref().and_then(info);
    calendar.filter(|calendar| is_theirs(caller, &calendar.person)).ok_or_else(|| {
        let problem = Problem::new(Code::NotFound, "There is no calendar of that id that is yours");
        problem.hint("`zephyr oncall calendar list` shows them; the secret of an address is no id.").into()
    })
}

fn is_theirs(caller: &Caller, person: &str) -> bool {
    caller.is_admin() || caller.person().is_some_and(|own| own.as_str() == person)
}

fn info(row: &TokenRow) -> Option<Calendar> {
    let rotation = match shown(row)?.1 {
        Shown::Person(_) => None,
        Shown::Rotation(rotation) => Some(rotation.to_string()),
    };
    Some(Calendar {
        id: row.id.clone(),
        person: row.holder.clone(),
        rotation,
        created_at: row.at,
        created_by: row.created_by.clone(),
        revoked_at: row.revoked.as_ref().map(|end| end.at),
    })
}

/// Whose a new calendar is.
fn holder<S: Stores>(app: &App<S>, caller: &Caller, named: Option<&str>) -> Result<PersonId, Fault> {
    let Some(name) = named else {
        return caller.person().cloned().ok_or_else(|| {
            let problem = Fault::invalid("person", "A calendar belongs to a person, and you are none.");
            problem.hint("Say whose, with `person`; at the command line with `--as`.").into()
        });
    };
    if !is_theirs(caller, name) {
        let problem = Problem::new(Code::Forbidden, "A calendar of somebody else is made by them, or by an admin");
        return Err(problem.hint("Leave out `person` for your own; name a `rotation` for everybody's turns.").into());
    }
    let world = app.world();
    let known = name.parse::<PersonId>().ok().filter(|id| world.policy.people.contains_key(id));
    known.ok_or_else(|| {
        Fault::invalid("person", format!("The policy has no person `{}`.", printable(name)))
            .hint(near::hint(name, world.policy.people.keys().map(PersonId::as_str)))
            .into()
    })
}

fn rotation_id<S: Stores>(app: &App<S>, name: &str) -> Result<RotationId, Fault> {
    let world = app.world();
    let known = name.parse::<RotationId>().ok().filter(|id| world.policy.rotations.contains_key(id));
    known.ok_or_else(|| {
        Fault::invalid("rotation", format!("The policy has no rotation `{}`.", printable(name)))
            .hint(near::hint(name, world.policy.rotations.keys().map(RotationId::as_str)))
            .into()
    })
}

fn printable(name: &str) -> String {
    name.chars().filter(|c| !c.is_control()).take(limits::NAME_CHARS).collect()
}
