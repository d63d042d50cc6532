//! `/tickets` and `/tickets/{ticket}`: the built-in tickets.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use http::StatusCode;
use zephyr_api::{Code, Problem};
use zephyr_core::effect::TicketEnd;
use zephyr_providers::builtin::{Ticket, TicketState};

use super::clock::Clock;
use super::frame::{Frame, page};
use super::problem::page_for;
use super::session::Visitor;
use crate::app::{App, Stores};
use crate::auth::Caller;
use crate::fault::Fault;

#[derive(Debug, Template)]
#[template(path = "tickets.html")]
struct Tickets {
    frame: Frame,
    clock: Clock,
    tickets: Vec<Ticket>,
}

#[derive(Debug, Template)]
#[template(path = "ticket.html")]
struct TicketPage {
    frame: Frame,
    clock: Clock,
    ticket: Ticket,
    incident: u64,
}

/// Where a ticket stands, in a word.
fn standing(ticket: &Ticket) -> &'static str {
    match ticket.state {
        TicketState::Open => "open",
        TicketState::Closed { end: TicketEnd::Done, .. } => "done",
        TicketState::Closed { end: TicketEnd::Cancelled, .. } => "cancelled",
    }
}

/// All tickets.
pub async fn list<S: Stores>(State(app): State<App<S>>, Visitor(caller): Visitor) -> Response {
    match listed(&app, &caller).await {
        Ok(tickets) => page(StatusCode::OK, &tickets),
        Err(fault) => page_for(&app, fault, "/"),
    }
}

async fn listed<S: Stores>(app: &App<S>, caller: &Caller) -> Result<Tickets, Fault> {
    let clock = Clock::of(app, caller, app.store.now().await?);
    let tickets = app.visible::<Ticket>(&caller.viewer).await?;
    Ok(Tickets { frame: Frame::of(app, caller, "/tickets", clock.clone()), clock, tickets })
}

/// One ticket.
pub async fn show<S: Stores>(State(app): State<App<S>>, Path(id): Path<String>, Visitor(caller): Visitor) -> Response {
    match shown(&app, &caller, &id).await {
        Ok(ticket) => page(StatusCode::OK, &ticket),
        Err(fault) => page_for(&app, fault, "/tickets"),
    }
}

async fn shown<S: Stores>(app: &App<S>, caller: &Caller, id: &str) -> Result<TicketPage, Fault> {
    let clock = Clock::of(app, caller, app.store.now().await?);
    let Some((ticket, incident)) = app.visible_document::<Ticket>(&caller.viewer, id).await? else {
        return Err(Problem::new(Code::NotFound, "There is no such ticket that you may see").into());
    };
    Ok(TicketPage {
        frame: Frame::of(app, caller, "/tickets", clock.clone()),
        clock,
        ticket,
        incident: incident.number,
    })
}
