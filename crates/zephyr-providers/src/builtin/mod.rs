//! The providers that need no account: a chat room, a status page, tickets and a pager inbox, kept by zephyr itself.
//!
//! In production they are the default, and hold their documents in the store; in the simulator and in tests they play
//! the outside world. Both speak to them in HTTP requests, so they are as strict as a stranger would be: a step in the
//! wrong state is refused, and a step that was done already is answered the same once more and changes nothing.
//!
//! Deliberately not here: who keeps the documents and who carries the requests. [`keys`] says which documents a request
//! needs, [`handle`] answers it and says which to write.

mod answer;
mod call;
mod chat;
mod encode;
mod inbox;
mod limits;
mod status;
mod thing;
mod ticket;

use bytes::Bytes;
use http::{Request, Response};
use jiff::Timestamp;

use answer::{Answer, Refusal};
use call::Call;

pub(crate) use answer::read_answer;
pub(crate) use encode::encode;

pub use chat::{Card, Channel, Message};
pub use inbox::{Ended, EndedRing, Entry, Inbox, Note};
pub use status::{StatusEntry, StatusLine};
pub use thing::{Step, Steps};
pub use ticket::{Ticket, TicketState};

/// The reserved host of the built-in providers; a request to it never leaves the process (RFC 2606).
pub const HOST: &str = "builtin.invalid";
/// The kind of documents that hold a [`Channel`]; their id is the channel's name.
pub const CHANNEL: &str = "channel";
/// The kind of documents that hold a [`StatusEntry`].
pub const STATUS_ENTRY: &str = "status";
/// The kind of documents that hold a [`Ticket`].
pub const TICKET: &str = "ticket";
/// The kind of documents that hold an [`Inbox`]; their id is the person's.
pub const INBOX: &str = "inbox";

/// Names one document.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    /// What it is: [`CHANNEL`], [`STATUS_ENTRY`], [`TICKET`] or [`INBOX`].
    pub kind: &'static str,
    /// Its id among its kind.
    pub id: String,
}

/// The documents that a request is about; none where it will be refused whatever they hold.
pub fn keys(request: &Request<Bytes>) -> Vec<Key> {
    call::read(request).map(|call| vec![call.key()]).unwrap_or_default()
}

/// Answers a request. `docs` are the JSON texts of [`keys`], in that order, `None` where there is none yet; the second
/// part of the result is what to write before the answer is given.
pub fn handle(
    now: Timestamp,
    request: &Request<Bytes>,
    docs: Vec<Option<String>>,
) -> (Response<Bytes>, Vec<(Key, String)>) {
    match respond(now, request, docs.into_iter().next().flatten()) {
        Ok((answer, write)) => (answer.response(), write.into_iter().collect()),
        Err(refusal) => (refusal.response(), Vec::new()),
    }
}

type Written = (Answer, Option<(Key, String)>);

fn respond(now: Timestamp, request: &Request<Bytes>, doc: Option<String>) -> Result<Written, Refusal> {
    let call = call::read(request)?;
    let key = call.key();
    let (answer, text) = match call {
        Call::Page { person, key, body } => inbox::page(now, person, &key, body, doc)?,
        Call::Notice { person, key, body } => inbox::notice(now, person, &key, body, doc)?,
        Call::Hush { person, body } => inbox::hush(now, person, body, doc)?,
        Call::Channel(asked) => thing::serve(now, asked, doc)?,
        Call::Status(asked) => thing::serve(now, asked, doc)?,
        Call::Ticket(asked) => thing::serve(now, asked, doc)?,
    };
    Ok((answer, text.map(|text| (key, text))))
}
