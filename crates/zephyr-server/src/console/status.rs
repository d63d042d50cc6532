//! `/status`: the public status page. Everybody may read it, so it shows public words and nothing else.
//!
//! A crowd reads it when things are worst: it is made anew only after the engine has done something.

use std::sync::PoisonError;

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::{HeaderValue, header};
use zephyr_core::effect::PublicState;
use zephyr_providers::builtin::StatusEntry;

use super::clock::Clock;
use super::frame::Frame;
use super::problem::page_for;
use crate::app::{App, Stores};
use crate::fault::Fault;

#[derive(Debug, Template)]
#[template(path = "status.html")]
struct Status {
    frame: Frame,
    clock: Clock,
    current: Vec<StatusEntry>,
    past: Vec<StatusEntry>,
}

/// A public state in a word.
fn word(state: &PublicState) -> &'static str {
    match state {
        PublicState::Investigating => "Investigating",
        PublicState::Resolved => "Resolved",
        PublicState::Withdrawn => "Withdrawn",
    }
}

/// The status page.
pub async fn show<S: Stores>(State(app): State<App<S>>) -> Response {
    let turn = *app.engine.turns().borrow();
    let kept = app.status_page.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let text = match kept {
        Some((made_after, text)) if made_after == turn => Ok((turn, text)),
        // While the store is away, what it said last is shown; the page says as of when.
        Some((made_after, known)) => Ok(made(&app).await.map_or((made_after, known), |text| (turn, text))),
        None => made(&app).await.map(|text| (turn, text)),
    };
    match text {
        Ok((turn, text)) => {
            *app.status_page.lock().unwrap_or_else(PoisonError::into_inner) = Some((turn, text.clone()));
            ([(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"))], text).into_response()
        }
        Err(fault) => page_for(&app, fault, "/status"),
    }
}

async fn made<S: Stores>(app: &App<S>) -> Result<Bytes, Fault> {
    let clock = Clock::utc(app.store.now().await?);
    let entries = app.documents::<StatusEntry>().await?;
    let (current, past) = entries.into_iter().partition(|entry| entry.state == PublicState::Investigating);
    let frame = Frame { clock: Some(clock.clone()), ..Frame::public(app, "/status") };
    let text = Status { frame, clock, current, past }.render();
    text.map(Bytes::from).map_err(|error| {
        tracing::error!(%error, "the status page cannot be made");
        Fault::internal()
    })
}
