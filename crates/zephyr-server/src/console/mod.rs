//! The console: plain pages for people, on a phone, in the dark, without a script.
//!
//! Every page reads through the visitor's `Viewer`; every act is a form that posts and is then redirected. The session
//! is the token itself, in a cookie that no script and no other site gets. Deliberately not here: what the core
//! refuses, and the API.

use axum::Router;
use axum::routing::{get, post};

use crate::app::{App, Stores};

mod acts;
mod change;
mod clock;
mod form;
mod frame;
mod home;
mod inbox;
mod incident;
mod list;
mod login;
mod names;
mod oncall;
mod open;
mod problem;
mod rooms;
mod row;
mod session;
mod status;
mod text;
mod tickets;

pub use problem::page_for;

/// The routes of the console.
pub fn routes<S: Stores>() -> Router<App<S>> {
    Router::new()
        .route("/", get(home::home::<S>))
        .route("/login", get(login::show::<S>).post(login::login::<S>))
        .route("/logout", post(login::logout::<S>))
        .route("/ack", post(acts::ack_everything::<S>))
        .route("/incidents", get(list::show::<S>).post(open::open::<S>))
        .route("/incidents/new", get(open::show::<S>))
        .route("/incidents/{incident}/join", post(open::join::<S>))
        .route("/incidents/{incident}", get(incident::show::<S>))
        .route("/incidents/{incident}/end", get(incident::end::<S>))
        .route("/incidents/{incident}/change", get(change::show::<S>))
        .route("/incidents/{incident}/ack", post(acts::ack::<S>))
        .route("/incidents/{incident}/decline", post(acts::decline::<S>))
        .route("/incidents/{incident}/resolve", post(acts::resolve::<S>))
        .route("/incidents/{incident}/cancel", post(acts::cancel::<S>))
        .route("/incidents/{incident}/update", post(change::update::<S>))
        .route("/incidents/{incident}/severity", post(change::severity::<S>))
        .route("/incidents/{incident}/service", post(change::service::<S>))
        .route("/incidents/{incident}/reopen", post(change::reopen::<S>))
        .route("/incidents/{incident}/pages/{target}/take", post(acts::take::<S>))
        .route("/incidents/{incident}/pages/{target}/ring-again", post(acts::ring_again::<S>))
        .route("/oncall", get(oncall::now::show::<S>))
        .route("/oncall/coverage", get(oncall::coverage::show::<S>))
        .route("/oncall/rotations/{rotation}", get(oncall::calendar::show::<S>))
        .route("/oncall/rotations/{rotation}/slot", get(oncall::slot::show::<S>))
        .route("/rooms", get(rooms::list::<S>))
        .route("/rooms/{room}", get(rooms::show::<S>))
        .route("/status", get(status::show::<S>))
        .route("/tickets", get(tickets::list::<S>))
        .route("/tickets/{ticket}", get(tickets::show::<S>))
        .route("/inbox", get(inbox::show::<S>))
}
