//! What the tests share: small commits, effects and times.

use std::fmt::Debug;

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;
use zephyr_core::effect::{Effect, Hush, Occasion, PageSend};
use zephyr_core::ids::StreamKind;
use zephyr_core::policy::{Method, Severity};
use zephyr_core::{IncidentId, StreamId};
use zephyr_engine::ports::{About, Commit, EventRow, NewEffect, RequestRow, TokenRow};
use zephyr_store::{ManualClock, Options, TimeSource};

/// A result that has to be there.
#[track_caller]
pub fn must<T, E: Debug>(result: Result<T, E>) -> T {
    match result {
        Ok(value) => value,
        Err(error) => panic!("{error:?}"),
    }
}

/// A Monday.
pub fn start() -> Timestamp {
    must("2026-03-02T09:00:00Z".parse())
}

pub fn after(at: Timestamp, by: SignedDuration) -> Timestamp {
    must(at.checked_add(by))
}

pub fn stream(number: u16) -> StreamId {
    StreamId {
        kind: StreamKind::Incident,
        id: Uuid::from_u128(0x0195_0000_0000_7000_8000_0000_0000_0000 + u128::from(number)),
    }
}

pub fn page(of: StreamId, ring: u32) -> Effect {
    Effect::Page(PageSend {
        occasion: Occasion::Incident(IncidentId(of.id)),
        number: 7,
        severity: Severity::One,
        summary: Some("checkout is down — 5 % of payments fail".to_owned()),
        person: must("maya".parse()),
        ring,
        entry: 0,
        method: Method::Push,
        asks: false,
    })
}

pub fn hush(of: StreamId, ring: u32) -> Effect {
    Effect::Hush(Hush {
        occasion: Occasion::Incident(IncidentId(of.id)),
        person: must("maya".parse()),
        ring,
        why: "answered by ines".to_owned(),
    })
}

pub fn event(seq: u64, at: Timestamp) -> EventRow {
    EventRow { seq, at, kind: "step_began".to_owned(), body: format!(r#"{{"step":{seq}}}"#) }
}

/// A commit of one event and nothing else.
pub fn commit(stream: StreamId, expected: u64, at: Timestamp) -> Commit {
    Commit {
        stream,
        expected,
        events: vec![event(expected + 1, at)],
        state: format!(r#"{{"version":{}}}"#, expected + 1),
        format: 1,
        wake_at: None,
        urgency: 1,
        index: Vec::new(),
        effects: Vec::new(),
        finish: None,
        request: None,
    }
}

/// A page of the stream's first event.
pub fn new_page(of: StreamId, index: u32, due_at: Timestamp, claimed: bool) -> NewEffect {
    let id = zephyr_core::EffectId::derive(of, 1, index);
    NewEffect { id, effect: page(of, index), urgency: 1, due_at, claimed }
}

/// Options with a clock that stands.
pub fn options(clock: &ManualClock) -> Options {
    Options { clock: TimeSource::Manual(clock.clone()), ..Options::default() }
}

/// A program's token; odd ones have scopes and an end.
pub fn token(hash: u8, holder: u8) -> TokenRow {
    let odd = (hash % 2 == 1).then_some(());
    TokenRow {
        id: format!("tok_{hash}"),
        hash: hash.to_string(),
        kind: "bot".to_owned(),
        holder: holder.to_string(),
        scopes: odd.map(|()| "read declare".to_owned()),
        at: start(),
        created_by: odd.map(|()| "nora".to_owned()),
        created_request: odd.map(|()| "r-1".to_owned()),
        expires_at: odd.map(|()| after(start(), SignedDuration::from_hours(24))),
        revoked: None,
    }
}

/// A request that was answered by a token.
pub fn answered(key: u8, token: u8, at: Timestamp) -> RequestRow {
    let about = About::Token(format!("tok_{token}"));
    RequestRow { key: key.to_string(), body_hash: format!("hash of {token}"), about, at }
}
