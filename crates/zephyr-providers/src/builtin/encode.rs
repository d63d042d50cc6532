//! Effects as requests to the built-in providers.
//!
//! Deliberately not here: what each step's body looks like; it stands beside the code that reads it.

use bytes::Bytes;
use http::{HeaderValue, Method, Request, Uri, header};
use jiff::tz::TimeZone;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;
use zephyr_core::EffectId;
use zephyr_core::effect::{Effect, Hush, MirrorSend, PageSend};
use zephyr_core::notice::Notice;

use super::chat::Channel;
use super::inbox::{HushBody, NoticeBody, PageBody};
use super::status::StatusEntry;
use super::thing::Thing;
use super::ticket::Ticket;
use super::{HOST, call};

/// All but the unreserved characters (RFC 3986, section 2.3).
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

pub fn encode(id: EffectId, effect: &Effect) -> Request<Bytes> {
    match effect {
        Effect::Page(page) => encode_page(id, page),
        Effect::Hush(hush) => encode_hush(id, hush),
        Effect::Notice(notice) => encode_notice(id, notice),
        Effect::Channel(send) => encode_step::<Channel>(send),
        Effect::Status(send) => encode_step::<StatusEntry>(send),
        Effect::Ticket(send) => encode_step::<Ticket>(send),
        // What passes between incidents has no provider: no service takes it.
        Effect::Inform(_) => request(Method::POST, "/", Bytes::new()),
    }
}

/// A text as one segment of a path, one value of a query, or a header.
pub fn escape(text: &str) -> String {
    utf8_percent_encode(text, RESERVED).to_string()
}

/// A body of ours as JSON. These types always serialise; an empty body would be refused.
pub fn json(body: &impl Serialize) -> Bytes {
    Bytes::from(serde_json::to_vec(body).unwrap_or_default())
}

fn encode_page(id: EffectId, page: &PageSend) -> Request<Bytes> {
    let body = PageBody {
        id,
        incident: page.occasion.incident(),
        drill: page.occasion.drill(),
        number: page.number,
        severity: page.severity,
        summary: page.summary.clone(),
        ring: page.ring,
        entry: page.entry,
        method: page.method,
        asks: page.asks,
    };
    post(&format!("/inbox/{}/pages", escape(page.person.as_str())), &id.to_string(), json(&body))
}

fn encode_hush(id: EffectId, hush: &Hush) -> Request<Bytes> {
    let body = HushBody {
        incident: hush.occasion.incident(),
        drill: hush.occasion.drill(),
        ring: hush.ring,
        why: hush.why.clone(),
    };
    post(&format!("/inbox/{}/hush", escape(hush.person.as_str())), &id.to_string(), json(&body))
}

fn encode_notice(id: EffectId, notice: &Notice) -> Request<Bytes> {
    let body = NoticeBody { id, text: notice.text(&TimeZone::UTC), about: notice.about.clone() };
    post(&format!("/inbox/{}/notices", escape(notice.person.as_str())), &id.to_string(), json(&body))
}

fn encode_step<T: Thing>(send: &MirrorSend<T::Op>) -> Request<Bytes> {
    let created = T::id_created_by(send.incident, &send.op);
    let id = created.as_deref().or(send.remote.as_deref()).unwrap_or(call::NO_ID);
    let id = escape(id);
    let path = T::PATH;
    if send.lookup {
        let uri = format!("{path}/{id}/steps?key={}", escape(&send.key));
        return request(Method::GET, &uri, Bytes::new());
    }
    let uri = if created.is_some() { path.to_owned() } else { format!("{path}/{id}/{}", T::verb(&send.op)) };
    post(&uri, &send.key, T::body(send.incident, &send.op))
}

fn post(path: &str, key: &str, body: Bytes) -> Request<Bytes> {
    let mut request = request(Method::POST, path, body);
    let headers = request.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    // Escaped, a key is always fit for a header; without one the request would be refused.
    if let Ok(key) = HeaderValue::from_str(&escape(key)) {
        headers.insert(call::KEY_HEADER, key);
    }
    request
}

fn request(method: Method, path: &str, body: Bytes) -> Request<Bytes> {
    let mut request = Request::new(body);
    *request.method_mut() = method;
    // Escaped, a path can only be too long; the root is no service and will be refused.
    *request.uri_mut() =
        format!("http://{HOST}{path}").parse().unwrap_or_else(|_| Uri::from_static("http://builtin.invalid/"));
    request
}
