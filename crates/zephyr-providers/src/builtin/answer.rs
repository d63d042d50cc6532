//! What the built-in providers answer: written by them, read back into a receipt.
//!
//! Deliberately not here: what a status means (`crate::answer`).

use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode, header};
use serde::{Deserialize, Serialize};
use zephyr_core::effect::{Effect, Receipt};

/// The body of every success.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// Whether it is done; `false` only in the answer to a lookup.
    pub done: bool,
    /// Of the thing, or of the inbox's entry.
    pub id: Option<String>,
    /// A path on zephyr's own console.
    pub link: Option<String>,
    /// It has reached the device.
    pub delivered: bool,
}

impl Answer {
    pub fn response(&self) -> Response<Bytes> {
        json(StatusCode::OK, self)
    }
}

/// A request that is not carried out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    pub status: StatusCode,
    /// For programs: `is_archived`.
    pub code: &'static str,
    /// For people.
    pub message: String,
}

impl Refusal {
    /// The request makes no sense.
    pub fn bad(code: &'static str, message: impl Into<String>) -> Self {
        Self { status: StatusCode::BAD_REQUEST, code, message: message.into() }
    }

    /// There is no such thing.
    pub fn unknown(code: &'static str, message: impl Into<String>) -> Self {
        Self { status: StatusCode::NOT_FOUND, code, message: message.into() }
    }

    /// The thing is in a state in which this cannot be done.
    pub fn conflict(code: &'static str, message: impl Into<String>) -> Self {
        Self { status: StatusCode::CONFLICT, code, message: message.into() }
    }

    /// A document cannot be read or written: nothing was done, and later it may be.
    pub fn broken(error: &serde_json::Error) -> Self {
        let message = format!("the stored document cannot be used: {error}");
        Self { status: StatusCode::INTERNAL_SERVER_ERROR, code: "broken_document", message }
    }

    pub fn response(&self) -> Response<Bytes> {
        #[derive(Serialize)]
        struct Body<'a> {
            error: &'a str,
            message: &'a str,
        }
        json(self.status, &Body { error: self.code, message: &self.message })
    }
}

fn json(status: StatusCode, body: &impl Serialize) -> Response<Bytes> {
    // These types always serialise; an empty body would be read as "nobody knows", which is true then.
    let bytes = serde_json::to_vec(body).unwrap_or_default();
    let mut response = Response::new(Bytes::from(bytes));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

/// Reads the body of a success; `None` where it does not say what an answer to this effect has to say.
pub fn read_answer(effect: &Effect, body: &[u8]) -> Option<Receipt> {
    let answer: Answer = serde_json::from_slice(body).ok()?;
    let (lookup, names) = match effect {
        Effect::Page(_) | Effect::Notice(_) => (false, true),
        Effect::Hush(_) | Effect::Inform(_) => (false, false),
        Effect::Channel(send) => (send.lookup, true),
        Effect::Status(send) => (send.lookup, true),
        Effect::Ticket(send) => (send.lookup, true),
    };
    if !answer.done {
        return lookup.then(|| Receipt { absent: true, ..Receipt::default() });
    }
    let named = answer.id.as_deref().is_some_and(|id| !id.is_empty());
    (named || !names).then_some(Receipt {
        remote: answer.id,
        link: answer.link,
        delivered: answer.delivered,
        absent: false,
    })
}
