//! `/inbox`: the pages that came to the visitor's built-in pager. Looking at it is no answer.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use http::Uri;
use jiff::Timestamp;
use zephyr_api::{Code, Problem};
use zephyr_core::notice::Notice;
use zephyr_providers::builtin::{CodeNote, Entry, Inbox, Note};

use super::clock::Clock;
use super::frame::Frame;
use super::problem::page_or;
use super::session::Visitor;
use crate::app::{App, Stores};
use crate::auth::Caller;
use crate::fault::Fault;

#[derive(Debug, Template)]
#[template(path = "inbox.html")]
struct InboxPage {
    frame: Frame,
    clock: Clock,
    /// Those that ring first, then the newest.
    entries: Vec<Entry>,
    /// What the visitor was told without being rung, the newest first: the text and when it came.
    notices: Vec<(String, Timestamp)>,
    /// Codes that can still be given, the newest first.
    codes: Vec<CodeNote>,
}

impl InboxPage {
    /// Whether an entry carries the button: it rings, and no entry above is of the same occasion.
    fn answers(&self, index: usize) -> bool {
        let rings = |entry: &&Entry| entry.over.is_none();
        let first = |entry: &Entry| self.entries.iter().take(index).all(|above| above.occasion != entry.occasion);
        self.entries.get(index).filter(rings).is_some_and(first)
    }
}

/// The visitor's inbox.
pub async fn show<S: Stores>(State(app): State<App<S>>, uri: Uri, Visitor(caller): Visitor) -> Response {
    page_or(&app, shown(&app, &caller, &uri).await, "/")
}

async fn shown<S: Stores>(app: &App<S>, caller: &Caller, uri: &Uri) -> Result<InboxPage, Fault> {
    let Some(person) = caller.person() else {
        let problem = Problem::new(Code::NotFound, "Only people have an inbox");
        return Err(problem.hint("Sign out, and sign in as a person.").into());
    };
    let now = app.store.now().await?;
    let clock = Clock::of(app, caller, now);
    let inbox = app.document::<Inbox>(person.as_str()).await?;
    let inbox = inbox.unwrap_or_else(|| Inbox::of(person.clone()));
    let told = |note: Note| (Notice { person: person.clone(), about: note.about }.text(clock.zone()), note.at);
    let notices = inbox.notices.into_iter().rev().map(told).collect();
    let codes = inbox.codes.into_iter().rev().filter(|note| now < note.until).collect();
    let mut entries = inbox.entries;
    entries.reverse();
    entries.sort_by_key(|entry| entry.over.is_some());
    Ok(InboxPage {
        frame: Frame::of(app, caller, "/inbox", clock.clone()).refreshing(uri),
        clock,
        entries,
        notices,
        codes,
    })
}
