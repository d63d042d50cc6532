//! `GET /api/v1/incidents/{incident}/timeline`: what happened after a sequence number; waits for news if asked to.

use std::time::Duration;

use axum::Json;
use axum::extract::{Path, State};
use serde::Deserialize;
use tokio::sync::watch;
use zephyr_api::Timeline;
use zephyr_core::access::Viewer;
use zephyr_core::incident::Event;
use zephyr_core::limits;

use super::extract::Asked;
use crate::app::{App, Stores};
use crate::auth::Caller;
use crate::fault::Fault;
use crate::view;

/// From where, and how patient.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Since {
    /// The last sequence number that the caller has; 0 for the beginning.
    #[serde(default)]
    #[param(example = 0)]
    after: u64,
    /// How many seconds to wait for something new.
    #[serde(default)]
    #[param(maximum = 30, example = 0)]
    wait: u64,
}

/// Reads a timeline.
#[utoipa::path(
    get,
    path = "/api/v1/incidents/{incident}/timeline",
    operation_id = "read_timeline",
    tag = "incidents",
    params(Since),
    responses((status = 200, description = "As asked", body = Timeline))
)]
pub async fn timeline<S: Stores>(
    State(app): State<App<S>>,
    caller: Caller,
    Path(label): Path<String>,
    Asked(since): Asked<Since>,
) -> Result<Json<Timeline>, Fault> {
    if since.wait > limits::LONG_POLL_MAX_SECS {
        let why = format!("At most {} seconds are waited.", limits::LONG_POLL_MAX_SECS);
        return Err(Fault::invalid("wait", why).hint("Ask again with the same `after`; nothing is missed.").into());
    }
    let patience = Duration::from_secs(since.wait);
    let events = News::of(&app).after(&app, &caller.viewer, &label, since.after, patience).await?;
    let next_after = events.last().map_or(since.after, |event| event.seq);
    Ok(Json(Timeline { entries: events.iter().map(view::entry).collect(), next_after }))
}

/// Waits for events of one incident.
#[derive(Debug)]
pub struct News {
    turns: watch::Receiver<u64>,
    ending: watch::Receiver<bool>,
}

impl News {
    /// From before the first look, so that nothing can come between looking and waiting.
    pub fn of<S: Stores>(app: &App<S>) -> Self {
        Self { turns: app.engine.turns(), ending: app.ending() }
    }

    /// Whether the server ends.
    pub fn are_over(&self) -> bool {
        *self.ending.borrow()
    }

    /// Events after a sequence number, as soon as there are some; none when patience or the server ends.
    pub async fn after<S: Stores>(
        &mut self,
        app: &App<S>,
        viewer: &Viewer,
        label: &str,
        after: u64,
        patience: Duration,
    ) -> Result<Vec<Event>, Fault> {
        let patience = tokio::time::sleep(patience);
        tokio::pin!(patience);
        loop {
            let incident = app.incident(viewer, label).await?;
            if incident.version > after {
                return Ok(app.events(&incident, after, limits::LIST_ROWS).await?);
            }
            let waiting = tokio::select! {
                biased;
                () = &mut patience => false,
                ended = self.ending.wait_for(|ending| *ending) => { drop(ended); false }
                turned = self.turns.changed() => turned.is_ok(),
            };
            if !waiting {
                return Ok(Vec::new());
            }
        }
    }
}
