//! The HTTP API, version 1: one endpoint, one file.
//!
//! Every handler reads through the caller's `Viewer`, changes nothing but by asking the engine, and answers errors as
//! problems. Deliberately not here: pages for people (`console`).

use axum::Router;
use axum::routing::{get, post};

use crate::app::{App, Stores};

mod ack;
mod ack_everything;
mod answer;
mod audit;
mod builtin;
mod calendar_feed;
mod calendars;
mod calls;
mod cancel;
mod decline;
mod document;
mod events;
mod extract;
mod health;
mod join;
mod list;
mod me;
mod metrics;
mod oncall;
mod open;
mod page_decline;
mod page_ring_again;
mod page_stop;
mod page_take;
mod policies;
mod reopen;
mod report_missed;
mod resolve;
mod service;
mod severity;
mod show;
mod timeline;
mod tokens;
mod update;

pub use ack_everything::answer_all;
pub use answer::{Done, ask, done};
pub use join::joining;
pub use open::{declaration, public_line, region, reporter, service, severity};

/// The routes of the API and of health.
pub fn routes<S: Stores>() -> Router<App<S>> {
    Router::new()
        .route("/api/v1/incidents", get(list::list::<S>).post(open::open::<S>))
        .route("/api/v1/incidents/{incident}", get(show::show::<S>))
        .route("/api/v1/incidents/{incident}/timeline", get(timeline::timeline::<S>))
        .route("/api/v1/incidents/{incident}/calls", get(calls::calls::<S>))
        .route("/api/v1/incidents/{incident}/events", get(events::events::<S>))
        .route("/api/v1/incidents/{incident}/join", post(join::join::<S>))
        .route("/api/v1/incidents/{incident}/resolve", post(resolve::resolve::<S>))
        .route("/api/v1/incidents/{incident}/update", post(update::update::<S>))
        .route("/api/v1/incidents/{incident}/reopen", post(reopen::reopen::<S>))
        .route("/api/v1/incidents/{incident}/severity", post(severity::set::<S>))
        .route("/api/v1/incidents/{incident}/service", post(service::set::<S>))
        .route("/api/v1/incidents/{incident}/cancel", post(cancel::cancel::<S>))
        .route("/api/v1/incidents/{incident}/ack", post(ack::ack::<S>))
        .route("/api/v1/incidents/{incident}/decline", post(decline::decline::<S>))
        .route("/api/v1/incidents/{incident}/pages/{target}/take", post(page_take::take::<S>))
        .route("/api/v1/incidents/{incident}/pages/{target}/stop", post(page_stop::stop::<S>))
        .route("/api/v1/incidents/{incident}/pages/{target}/decline", post(page_decline::decline::<S>))
        .route("/api/v1/incidents/{incident}/pages/{target}/ring-again", post(page_ring_again::ring_again::<S>))
        .route("/api/v1/ack", post(ack_everything::ack_everything::<S>))
        .route("/api/v1/reports/missed", get(report_missed::report::<S>))
        .route("/api/v1/oncall", get(oncall::oncall::<S>))
        .route("/api/v1/oncall/schedule", get(oncall::schedule::<S>))
        .route("/api/v1/calendars", get(calendars::list::<S>).post(calendars::create::<S>))
        .route("/api/v1/calendars/{calendar}/revoke", post(calendars::revoke::<S>))
        .route("/calendar/{secret}", get(calendar_feed::read::<S>))
        .route("/api/v1/tokens", get(tokens::list::<S>).post(tokens::create::<S>))
        .route("/api/v1/tokens/{token}/revoke", post(tokens::revoke::<S>))
        .route("/api/v1/policies", get(policies::list::<S>).post(policies::apply::<S>).layer(policies::long_body()))
        .route("/api/v1/policies/{version}", get(policies::show::<S>))
        .route("/api/v1/me", get(me::me::<S>))
        .route("/api/v1/builtin/rooms", get(builtin::rooms::<S>))
        .route("/api/v1/builtin/status", get(builtin::status::<S>))
        .route("/api/v1/builtin/tickets", get(builtin::tickets::<S>))
        .route("/api/v1/builtin/inbox/{person}", get(builtin::inbox::<S>))
        .route("/api/v1/audit", get(audit::audit::<S>))
        .route("/metrics", get(metrics::metrics::<S>))
        .route("/api/v1/openapi.json", get(document::document))
        .route("/healthz", get(health::alive::<S>))
        .route("/readyz", get(health::ready::<S>))
}
