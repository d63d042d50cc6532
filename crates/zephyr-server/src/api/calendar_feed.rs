//! `GET /calendar/{secret}`: who is on call, for a calendar program. The address itself is the secret.

use axum::extract::{Path, Request, State};
use axum::response::{IntoResponse, Response};
use http::header;
use zephyr_api::{Code, Problem};

use super::calendars::shown;
use crate::app::{App, Stores};
use crate::auth::{Secret, guessed, peer, spend_token};
use crate::calendar::{Shown, calendar};
use crate::fault::Fault;

/// As RFC 5545 registers it.
const ICALENDAR: &str = "text/calendar; charset=utf-8";

/// The calendar at a secret address. Reads only; nothing of any incident is in it.
#[utoipa::path(
    get,
    path = "/calendar/{secret}",
    operation_id = "read_calendar",
    tag = "on call",
    security(()),
    params(("secret" = String, Path, description = "The secret of its address, with or without `.ics` after it",
        example = "zph_0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef.ics")),
    responses(
        (status = 200, description = "iCalendar text", body = String, content_type = "text/calendar; charset=utf-8"),
        (status = 404, description = "No calendar has this address, or it was revoked", body = Problem,
            content_type = "application/problem+json", example = json!({
                "code": "not-found", "status": 404, "title": "There is no calendar at this address", "mistakes": [],
                "hint": "It was revoked, or the address is not whole; `zephyr oncall calendar add` makes another."
            }))
    )
)]
pub async fn read<S: Stores>(
    State(app): State<App<S>>,
    Path(secret): Path<String>,
    request: Request,
) -> Result<Response, Fault> {
    let secret = Secret::new(secret.strip_suffix(".ics").unwrap_or(&secret).to_owned());
    let row = app.store.token(&secret.hash()).await?.filter(|row| row.revoked.is_none());
    let world = app.arranged_world().await?;
    let found = row.and_then(|row| shown(&row).map(|(holder, shown)| (row.id, holder, shown)));
    // Whoever left has no calendar any more, as they have no token.
    let found = found.and_then(|(id, holder, shown)| Some((id, world.policy.people.get(&holder)?, shown)));
    let Some((id, holder, shown)) = found else {
        return Err(guessed(&app, peer(&request.into_parts().0), nowhere()).await);
    };
    spend_token(&app, &id)?;
    let zone = match &shown {
        Shown::Person(_) => &holder.zone,
        Shown::Rotation(rotation) => match world.policy.rotations.get(rotation) {
            Some(known) => known.layers.first().map_or(&holder.zone, |layer| &layer.zone),
            None => return Err(nowhere()),
        },
    };
    let text = calendar(&world, &shown, zone, &app.settings.public_url, app.store.now().await?);
    Ok(([(header::CONTENT_TYPE, ICALENDAR)], text).into_response())
}

/// The same whatever the reason, so that trying addresses teaches nothing.
fn nowhere() -> Fault {
    let problem = Problem::new(Code::NotFound, "There is no calendar at this address");
    problem.hint("It was revoked, or the address is not whole; `zephyr oncall calendar add` makes another.").into()
}
