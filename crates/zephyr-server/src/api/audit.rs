//! `GET /api/v1/audit`: who did what. For admins and the machine's operator; of private incidents, for those who may see
//! them.
//!
//! It is a view over what is kept anyway: what somebody did to incidents, tokens, policies. What followed from it, and
//! what zephyr did by itself, is in the timelines.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use jiff::Timestamp;
use serde::Deserialize;
use zephyr_api::{Audit, AuditEntry, Code, Problem};
use zephyr_core::ids::StreamKind;
use zephyr_core::incident::{Event, Incident, narrate};
use zephyr_core::{Cause, StreamId, limits, roster};
use zephyr_engine::ports::{AuditPlace, AuditRow};

use super::extract::Asked;
use crate::app::{App, Stores};
use crate::auth::Caller;
use crate::fault::Fault;

/// Which are wanted.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Which {
    /// Only what this person or program did.
    #[param(example = "nora", max_length = 200)]
    actor: Option<String>,
    /// Only this kind, `token.revoked`, or the group before its point, `token`.
    #[param(example = "token", pattern = "^[a-z_.]{1,64}$")]
    kind: Option<String>,
    /// Only from this instant on.
    #[param(example = "2026-01-01T00:00:00Z")]
    since: Option<Timestamp>,
    /// Only up to this instant.
    #[param(example = "2100-01-01T00:00:00Z")]
    until: Option<Timestamp>,
    /// Where to go on: `next` of the answer before.
    #[param(
        pattern = "^[0-9]{1,18}~[a-z]{1,16}~[^~]{1,200}~[0-9]{1,18}$",
        example = "4102444800000000~event~incident/~1"
    )]
    before: Option<String>,
}

/// Says who did what.
#[utoipa::path(
    get,
    path = "/api/v1/audit",
    operation_id = "read_audit",
    tag = "operate",
    params(Which),
    responses((status = 200, description = "At most 200", body = Audit))
)]
pub async fn audit<S: Stores>(
    State(app): State<App<S>>,
    caller: Caller,
    Asked(which): Asked<Which>,
) -> Result<Json<Audit>, Fault> {
    if !caller.is_operator && !caller.is_admin() {
        let problem = Problem::new(Code::Forbidden, "Only admins and the machine's operator see who did what");
        return Err(problem.hint("Ask one of them; the policy file names the admins.").into());
    }
    let mut from = which.start()?;
    let (mut entries, mut read) = (Vec::new(), 0);
    while read < limits::AUDIT_ROWS {
        let rows = app.store.audit(from.as_ref(), limits::LIST_ROWS).await?;
        let is_last = rows.len() < limits::LIST_ROWS;
        read += rows.len();
        let mut seen = Seen::of(&app, &caller, &rows).await?;
        for row in rows {
            if which.since.is_some_and(|since| row.place.at < since) {
                return Ok(Json(Audit { entries, next: None }));
            }
            from = Some(row.place.clone());
            entries.extend(seen.entry(row)?.filter(|entry| which.wants(entry)));
            if entries.len() >= limits::LIST_ROWS {
                return Ok(Json(Audit { entries, next: from.as_ref().map(written) }));
            }
        }
        if is_last {
            return Ok(Json(Audit { entries, next: None }));
        }
    }
    Ok(Json(Audit { entries, next: from.as_ref().map(written) }))
}

impl Which {
    fn start(&self) -> Result<Option<AuditPlace>, Fault> {
        if let Some(before) = &self.before {
            let unknown = || Fault::invalid("before", "It is not the `next` of an answer.");
            return place(before)
                .map(Some)
                .ok_or_else(|| unknown().hint("Leave it out to begin at the newest.").into());
        }
        // Greater than every source.
        let at_the_end = |at| AuditPlace { at, source: "~".to_owned(), name: String::new(), seq: 0 };
        Ok(self.until.map(at_the_end))
    }

    fn wants(&self, entry: &AuditEntry) -> bool {
        let kind = self.kind.as_deref().is_none_or(|kind| {
            let rest = entry.kind.strip_prefix(kind);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        });
        let actor = self.actor.as_ref().is_none_or(|actor| entry.actor.as_ref() == Some(actor));
        kind && actor && self.until.is_none_or(|until| entry.at <= until)
    }
}

fn written(place: &AuditPlace) -> String {
    let AuditPlace { at, source, name, seq } = place;
    format!("{}~{source}~{name}~{seq}", at.as_microsecond())
}

fn place(given: &str) -> Option<AuditPlace> {
    let mut parts = given.split('~');
    let at = Timestamp::from_microsecond(parts.next()?.parse().ok()?).ok()?;
    let (source, name) = (parts.next()?.to_owned(), parts.next()?.to_owned());
    let seq = parts.next()?.parse().ok()?;
    parts.next().is_none().then_some(AuditPlace { at, source, name, seq })
}

/// The incidents of some rows that the caller may see.
struct Seen(BTreeMap<StreamId, Incident>);

impl Seen {
    async fn of<S: Stores>(app: &App<S>, caller: &Caller, rows: &[AuditRow]) -> Result<Self, Fault> {
        let events = rows.iter().filter(|row| row.place.source == "event");
        let streams = events.filter_map(|row| row.place.name.parse().ok());
        let of_incidents = |stream: &StreamId| stream.kind == StreamKind::Incident;
        let mut streams: Vec<StreamId> = streams.filter(of_incidents).collect();
        streams.sort_unstable();
        streams.dedup();
        let seen = app.incidents(&caller.viewer, &streams).await?;
        Ok(Self(seen.into_iter().map(|incident| (incident.stream(), incident)).collect()))
    }

    /// Nothing for what the caller may not see, and for what zephyr did by itself.
    fn entry(&mut self, row: AuditRow) -> Result<Option<AuditEntry>, Fault> {
        let AuditRow { place: AuditPlace { at, source, name, seq }, kind, actor, request, body } = row;
        let (kind, text) = match (source.as_str(), kind.as_str()) {
            ("event", _) if name == StreamId::ROSTER.to_string() => return of_roster(seq, at, &kind, &body),
            ("event", _) => {
                let incident = name.parse().ok().and_then(|stream| self.0.get(&stream));
                let Some(incident) = incident else { return Ok(None) };
                return of_event(incident, seq, at, &kind, &body);
            }
            ("token", how) if body.starts_with("calendar ") => {
                let holder = holder(&body);
                match how {
                    "created" => ("calendar.created", format!("made a calendar's address for {holder}")),
                    _ => ("calendar.revoked", format!("revoked a calendar's address of {holder}")),
                }
            }
            ("token", "created") => ("token.created", format!("made a token for {}", holder(&body))),
            ("token", _) => ("token.revoked", format!("revoked the token of {}", holder(&body))),
            ("policy", _) => ("policy.applied", format!("applied the policy, from {body}")),
            ("notice", "signed_in") => ("session.signed_in", format!("signed in to the console from {name}")),
            ("notice", "refused") => ("session.refused", format!("too many tokens that are not good came from {name}")),
            ("notice", "flooded") => ("token.flooded", "opened many incidents in a short time".to_owned()),
            _ => return Ok(None),
        };
        Ok(Some(AuditEntry { at, actor, kind: kind.to_owned(), about: name, text, request }))
    }
}

/// `person maya` in words.
fn holder(body: &str) -> String {
    match body.split_once(' ') {
        Some(("bot", name)) => format!("the program {name}"),
        Some((_, name)) => name.to_owned(),
        None => body.to_owned(),
    }
}

/// What somebody did to the roster.
fn of_roster(seq: u64, at: Timestamp, kind: &str, body: &str) -> Result<Option<AuditEntry>, Fault> {
    let Ok(event) = roster::Event::from_stored(seq, at, body) else {
        tracing::error!(seq, "an event of the roster cannot be read");
        return Err(Fault::internal());
    };
    let act = |event: roster::Event| AuditEntry {
        at,
        text: roster::narrate(&event),
        kind: format!("oncall.{kind}"),
        about: "oncall".to_owned(),
        request: request_of(event.cause),
        actor: Some(event.actor.to_string()),
    };
    Ok(event.is_an_act().then_some(event).map(act))
}

fn request_of(cause: Cause) -> Option<String> {
    match cause {
        Cause::Request(request) => Some(request),
        Cause::Wake | Cause::Effect(_) => None,
    }
}

fn of_event(incident: &Incident, seq: u64, at: Timestamp, kind: &str, body: &str) -> Result<Option<AuditEntry>, Fault> {
    let Ok(event) = Event::from_stored(seq, at, body) else {
        tracing::error!(incident = incident.number, seq, "an event cannot be read");
        return Err(Fault::internal());
    };
    if !event.is_an_act() {
        return Ok(None);
    }
    Ok(Some(AuditEntry {
        at,
        actor: Some(event.actor.to_string()),
        kind: format!("incident.{kind}"),
        about: incident.label(),
        text: narrate(&event).text,
        request: request_of(event.cause),
    }))
}
