//! `GET /api/v1/incidents/{incident}/events`: the timeline as server-sent events, for as long as somebody listens.
//!
//! Each message has the event's sequence number as its id, and an entry of the timeline as its data.

use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::{Body, HttpBody};
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::request::Parts;
use http::{HeaderMap, header};
use http_body::Frame;
use serde::Deserialize;
use tokio::sync::mpsc;

use super::extract::Asked;
use super::timeline::News;
use crate::app::{App, Stores};
use crate::auth::{Caller, authenticate};
use crate::bounds;
use crate::fault::Fault;
use crate::view;

/// What a browser sends when it comes back.
const LAST_EVENT_ID: &str = "last-event-id";

/// From where, for a first visit.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct From {
    /// The last sequence number that the caller has; 0 for the beginning. The header `Last-Event-ID` goes before it.
    #[serde(default)]
    #[param(example = 0)]
    after: u64,
}

/// Tells of an incident as it happens.
#[utoipa::path(
    get,
    path = "/api/v1/incidents/{incident}/events",
    operation_id = "follow_incident",
    tag = "incidents",
    params(From),
    responses((status = 200, description = "Server-sent events, each an entry of the timeline",
        body = String, content_type = "text/event-stream"))
)]
pub async fn events<S: Stores>(
    State(app): State<App<S>>,
    caller: Caller,
    Path(label): Path<String>,
    Asked(from): Asked<From>,
    parts: Parts,
) -> Result<Response, Fault> {
    let after = last_seen(&parts.headers)?.unwrap_or(from.after);
    app.incident(&caller.viewer, &label).await?;
    let permit = app.streams.clone().try_acquire_owned().map_err(|_| {
        Fault::unavailable("Too many streams of events are open", "Read the timeline with `?wait=30` instead.")
    })?;
    let (messages, read) = mpsc::channel(bounds::STREAM_BACKLOG);
    tokio::spawn(async move {
        tell(&app, parts, caller, &label, after, &messages).await;
        drop(permit);
    });
    Ok(([(header::CONTENT_TYPE, "text/event-stream")], Body::new(Messages(read))).into_response())
}

/// Ends with the reader, the server, the caller's right to read, or a store that fails: a reader comes back by itself
/// and is told what it is then.
async fn tell<S: Stores>(
    app: &App<S>,
    parts: Parts,
    mut caller: Caller,
    label: &str,
    mut after: u64,
    to: &mpsc::Sender<Bytes>,
) {
    let mut news = News::of(app);
    while !news.are_over() {
        let events = tokio::select! {
            biased;
            () = to.closed() => return,
            events = news.after(app, &caller.viewer, label, after, bounds::HEARTBEAT) => events,
        };
        let Ok(events) = events else { return };
        // What was read may be told to whoever they are by now, not to whoever they were when the waiting began.
        let Ok(now) = authenticate(&parts, app).await else { return };
        if now != caller {
            caller = now;
            continue;
        }
        let mut message = String::new();
        for event in &events {
            after = event.seq;
            let Ok(entry) = serde_json::to_string(&view::entry(event)) else { return };
            message.push_str(&format!("id: {after}\ndata: {entry}\n\n"));
        }
        if events.is_empty() {
            message.push_str(":\n\n");
        }
        if to.send(Bytes::from(message)).await.is_err() {
            return;
        }
    }
}

fn last_seen(headers: &HeaderMap) -> Result<Option<u64>, Fault> {
    let Some(value) = headers.get(LAST_EVENT_ID) else { return Ok(None) };
    let seen = value.to_str().ok().and_then(|text| text.parse().ok());
    let wrong = || Fault::invalid("Last-Event-ID", "It has to be a sequence number of the timeline.");
    seen.map(Some).ok_or_else(|| wrong().hint("Leave it out to begin at the beginning.").into())
}

/// The messages as the body of an answer.
struct Messages(mpsc::Receiver<Bytes>);

impl HttpBody for Messages {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        self.0.poll_recv(context).map(|message| message.map(|bytes| Ok(Frame::data(bytes))))
    }
}
