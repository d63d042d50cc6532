//! Requests to the built-in providers, read and checked.
//!
//! Deliberately not here: whether what is asked for is possible; that depends on the documents.

use bytes::Bytes;
use http::{Method, Request, StatusCode};
use percent_encoding::percent_decode_str;
use serde::de::DeserializeOwned;
use zephyr_core::PersonId;

use super::answer::Refusal;
use super::chat::Channel;
use super::inbox::{HushBody, NoticeBody, PageBody};
use super::status::StatusEntry;
use super::thing::{Asked, Thing, What};
use super::ticket::Ticket;
use super::{INBOX, Key, limits};

/// The header that names a try.
pub const KEY_HEADER: &str = "idempotency-key";
/// Stands in a path for an id that was never given. No thing has it.
pub const NO_ID: &str = "-";

/// A request that makes sense.
pub enum Call {
    /// One send to one person.
    Page { person: PersonId, key: String, body: PageBody },
    /// The end of a ring.
    Hush { person: PersonId, body: HushBody },
    /// Something a person is told.
    Notice { person: PersonId, key: String, body: NoticeBody },
    /// To the chat room.
    Channel(Asked<Channel>),
    /// To the status page.
    Status(Asked<StatusEntry>),
    /// To the tickets.
    Ticket(Asked<Ticket>),
}

impl Call {
    /// The one document that it is about.
    pub fn key(&self) -> Key {
        match self {
            Self::Page { person, .. } | Self::Hush { person, .. } | Self::Notice { person, .. } => {
                Key { kind: INBOX, id: person.to_string() }
            }
            Self::Channel(asked) => asked.document(),
            Self::Status(asked) => asked.document(),
            Self::Ticket(asked) => asked.document(),
        }
    }
}

/// Reads a request.
pub fn read(request: &Request<Bytes>) -> Result<Call, Refusal> {
    if request.body().len() > limits::REQUEST_BYTES {
        let message = format!("the body has more than {} bytes", limits::REQUEST_BYTES);
        return Err(Refusal { status: StatusCode::PAYLOAD_TOO_LARGE, code: "too_large", message });
    }
    let path = request.uri().path();
    let segments: Vec<String> = path.split('/').skip(1).map(unescape).collect::<Result<_, _>>()?;
    let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
    match segments.split_first() {
        Some((&"inbox", rest)) => read_inbox(request, rest),
        Some((&"rooms", rest)) => read_thing(request, rest).map(Call::Channel),
        Some((&"status", rest)) => read_thing(request, rest).map(Call::Status),
        Some((&"tickets", rest)) => read_thing(request, rest).map(Call::Ticket),
        _ => Err(no_such_path()),
    }
}

/// Reads a body, which has exactly the fields that it should have.
pub fn body<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Refusal> {
    serde_json::from_slice(bytes).map_err(|error| Refusal::bad("bad_body", format!("the body cannot be read: {error}")))
}

fn read_inbox(request: &Request<Bytes>, path: &[&str]) -> Result<Call, Refusal> {
    let &[person, what] = path else { return Err(no_such_path()) };
    let person: PersonId = person.parse().map_err(|error| Refusal::bad("bad_person", format!("{error}")))?;
    post_only(request)?;
    let key = header_key(request)?;
    match what {
        "pages" => Ok(Call::Page { person, key, body: body(request.body())? }),
        "notices" => Ok(Call::Notice { person, key, body: body(request.body())? }),
        "hush" => Ok(Call::Hush { person, body: body(request.body())? }),
        _ => Err(no_such_path()),
    }
}

fn read_thing<T: Thing>(request: &Request<Bytes>, path: &[&str]) -> Result<Asked<T>, Refusal> {
    match *path {
        [id, "steps"] => {
            if request.method() != Method::GET {
                return Err(wrong_method("GET"));
            }
            Ok(Asked { id: id.to_owned(), key: query_key(request)?, what: What::Lookup })
        }
        [] => {
            post_only(request)?;
            let (incident, op) = T::read_create(request.body())?;
            let id = T::id_created_by(incident, &op).unwrap_or_else(|| NO_ID.to_owned());
            Ok(Asked { id, key: header_key(request)?, what: What::Create(incident, op) })
        }
        [id, verb] => {
            post_only(request)?;
            let op = T::read_step(verb, request.body())?.ok_or_else(no_such_path)?;
            Ok(Asked { id: id.to_owned(), key: header_key(request)?, what: What::Step(op) })
        }
        _ => Err(no_such_path()),
    }
}

fn post_only(request: &Request<Bytes>) -> Result<(), Refusal> {
    if request.method() == Method::POST { Ok(()) } else { Err(wrong_method("POST")) }
}

fn header_key(request: &Request<Bytes>) -> Result<String, Refusal> {
    let given = request.headers().get(KEY_HEADER).and_then(|value| value.to_str().ok());
    checked_key(given)
}

fn query_key(request: &Request<Bytes>) -> Result<String, Refusal> {
    let query = request.uri().query().unwrap_or("");
    checked_key(query.split('&').find_map(|pair| pair.strip_prefix("key=")))
}

fn checked_key(given: Option<&str>) -> Result<String, Refusal> {
    let key = given.map(unescape).transpose()?.filter(|key| !key.is_empty());
    let key = key.ok_or_else(|| Refusal::bad("no_key", "an idempotency key is needed"))?;
    if key.chars().count() > limits::KEY_CHARS {
        let message = format!("an idempotency key has at most {} characters", limits::KEY_CHARS);
        return Err(Refusal::bad("long_key", message));
    }
    Ok(key)
}

fn unescape(text: &str) -> Result<String, Refusal> {
    let decoded = percent_decode_str(text).decode_utf8();
    decoded.map(Into::into).map_err(|_| Refusal::bad("bad_escape", "the address holds bytes that are no text"))
}

fn no_such_path() -> Refusal {
    Refusal::unknown("no_such_path", "there is nothing at this address")
}

fn wrong_method(right: &str) -> Refusal {
    let message = format!("this address takes {right} only");
    Refusal { status: StatusCode::METHOD_NOT_ALLOWED, code: "wrong_method", message }
}
