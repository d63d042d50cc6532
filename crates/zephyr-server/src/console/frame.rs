//! What every page has around it, and how a page becomes a response.

use askama::Template;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, Uri, header};

use super::clock::Clock;
use crate::app::App;
use crate::auth::Caller;
use crate::fault::Fault;

/// How often pages that change look again.
const REFRESH_SECS: u8 = 5;

const INSIDE: [(&str, &str); 6] = [
    ("/", "Incidents"),
    ("/oncall", "On call"),
    ("/inbox", "Inbox"),
    ("/rooms", "Rooms"),
    ("/tickets", "Tickets"),
    ("/status", "Status"),
];
const OUTSIDE: [(&str, &str); 2] = [("/status", "Status"), ("/", "Console")];

/// Around a page.
#[derive(Debug, Clone)]
pub struct Frame {
    /// The organisation's name.
    pub organisation: String,
    /// The path of the page among [`Frame::pages`]; empty where it is none of them.
    pub here: &'static str,
    /// Who is signed in.
    pub who: Option<String>,
    /// Whether that is a person, who may answer pages.
    pub is_person: bool,
    /// The instant it shows.
    pub clock: Option<Clock>,
    /// After how many seconds it looks again by itself.
    pub refresh: Option<u8>,
    /// Whether it would look again by itself, and was asked not to.
    pub is_still: bool,
    /// Why the policy in force is not that of the file that the server follows.
    pub trouble: Option<String>,
}

impl Frame {
    /// For nobody in particular.
    pub fn public<S>(app: &App<S>, here: &'static str) -> Self {
        let organisation = app.world().policy.organisation.clone();
        let (who, clock, refresh, trouble) = (None, None, None, None);
        Self { organisation, here, who, is_person: false, clock, refresh, is_still: false, trouble }
    }

    /// For somebody who is signed in.
    pub fn of<S>(app: &App<S>, caller: &Caller, here: &'static str, clock: Clock) -> Self {
        let world = app.world();
        let who = caller.person().map_or_else(|| caller.actor.to_string(), |person| world.policy.display_name(person));
        let is_person = caller.person().is_some();
        let clock = Some(clock);
        Self { who: Some(who), is_person, clock, trouble: app.policies.trouble(), ..Self::public(app, here) }
    }

    /// Lets the page look again by itself, unless its address says that it should keep still.
    #[must_use]
    pub fn refreshing(mut self, uri: &Uri) -> Self {
        self.is_still = uri.query().is_some_and(|query| query.contains("still"));
        self.refresh = (!self.is_still).then_some(REFRESH_SECS);
        self
    }

    /// Lets the page look again as soon as it is there.
    #[must_use]
    pub fn refreshing_at_once(self) -> Self {
        self.refreshing_in(0)
    }

    /// Lets the page look again once, after so many seconds.
    #[must_use]
    pub fn refreshing_in(mut self, seconds: u8) -> Self {
        self.refresh = Some(seconds);
        self
    }

    /// The pages that there are for whoever looks: address and name.
    pub fn pages(&self) -> &'static [(&'static str, &'static str)] {
        match self.who {
            Some(_) => &INSIDE,
            None => &OUTSIDE,
        }
    }

    /// Whether an address is that of this page.
    pub fn is_here(&self, path: &str) -> bool {
        self.here == path
    }
}

/// A page as a response.
pub fn page(status: StatusCode, template: &impl Template) -> Response {
    match template.render() {
        Ok(text) => {
            let kind = HeaderValue::from_static("text/html; charset=utf-8");
            (status, [(header::CONTENT_TYPE, kind)], text).into_response()
        }
        Err(error) => {
            tracing::error!(%error, "a page cannot be made");
            Fault::internal().into_response()
        }
    }
}
