//! What a request carries, checked: caller, idempotency key, JSON body, query.

use axum::body::to_bytes;
use axum::extract::{FromRequest, FromRequestParts, Query, Request};
use bytes::Bytes;
use http::request::Parts;
use http::{HeaderMap, Method, Uri, header};
use serde::de::DeserializeOwned;
use zephyr_api::{Code, Problem};
use zephyr_core::limits;
use zephyr_engine::RequestKey;
use zephyr_engine::ports::About;

use crate::app::{App, Stores};
use crate::auth::{Caller, hash};
use crate::bounds;
use crate::fault::Fault;

/// The header that makes a repetition harmless.
const IDEMPOTENCY_KEY: &str = "idempotency-key";

/// A POST: who, what, and the key of its repetition.
#[derive(Debug)]
pub struct Posted<T> {
    /// Who asks.
    pub caller: Caller,
    /// The body.
    pub body: T,
    /// Their idempotency key.
    pub key: Option<RequestKey>,
}

/// How many bytes a body may have at an address that takes more than others; a layer of its route.
#[derive(Debug, Clone, Copy)]
pub struct BodyBound(pub usize);

/// The body of a POST that says nothing more.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Nothing {}

impl<S: Stores, T: DeserializeOwned> FromRequest<App<S>> for Posted<T> {
    type Rejection = Fault;

    async fn from_request(request: Request, app: &App<S>) -> Result<Self, Fault> {
        let (mut parts, body) = request.into_parts();
        let caller = Caller::from_request_parts(&mut parts, app).await?;
        let most = parts.extensions.get::<BodyBound>().map_or(limits::BODY_BYTES, |bound| bound.0);
        let given = idempotency_key(&parts.headers)?;
        let reading = tokio::time::timeout(bounds::BODY_DEADLINE, to_bytes(body, most));
        let bytes = match reading.await {
            Ok(Ok(bytes)) => bytes,
            Ok(Err(_)) => return Err(too_large(most)),
            Err(_) => return Err(too_slow()),
        };
        check_media_type(&parts.headers, &bytes)?;
        let key = given.map(|given| scoped(&caller, &given, &parts.method, &parts.uri, &bytes));
        Ok(Self { caller, body: parse(&bytes)?, key })
    }
}

fn idempotency_key(headers: &HeaderMap) -> Result<Option<String>, Fault> {
    let Some(value) = headers.get(IDEMPOTENCY_KEY) else { return Ok(None) };
    let key = value.to_str().unwrap_or_default();
    if key.is_empty() || key.len() > limits::REQUEST_KEY_CHARS {
        let why = format!("It has to have 1 to {} printable ASCII characters.", limits::REQUEST_KEY_CHARS);
        return Err(Fault::invalid("Idempotency-Key", why).hint("A UUID will do.").into());
    }
    Ok(Some(key.to_owned()))
}

/// What the answer to an earlier request of this key is about; refuses the key of another request.
pub async fn answered<S: Stores>(app: &App<S>, key: Option<&RequestKey>) -> Result<Option<About>, Fault> {
    let Some(key) = key else { return Ok(None) };
    match app.store.request(&key.key).await? {
        Some(earlier) if earlier.body_hash == key.body_hash => Ok(Some(earlier.about)),
        Some(_) => Err(key_reused()),
        None => Ok(None),
    }
}

/// 422: a key belongs to one request.
pub fn key_reused() -> Fault {
    Problem::new(Code::KeyReused, "This idempotency key was used for another request")
        .field("Idempotency-Key")
        .hint("Send a new key; a key belongs to one request, for a day.")
        .into()
}

/// Keys of one holder are not those of another. The same key with another address or body is another request.
fn scoped(caller: &Caller, key: &str, method: &Method, uri: &Uri, body: &Bytes) -> RequestKey {
    let body_hash = hash(&[method.as_str().as_bytes(), uri.path().as_bytes(), body]);
    RequestKey { key: format!("{}/{key}", caller.scope()), body_hash }
}

fn check_media_type(headers: &HeaderMap, body: &Bytes) -> Result<(), Fault> {
    let given = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let kind = given.split(';').next().unwrap_or_default().trim();
    if body.is_empty() || kind.eq_ignore_ascii_case("application/json") {
        return Ok(());
    }
    let problem = Problem::new(Code::UnsupportedMediaType, "The body has to be JSON");
    Err(problem.hint("Send the header `Content-Type: application/json`.").into())
}

/// Nothing at all means an object with nothing in it.
fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Fault> {
    let text: &[u8] = if bytes.is_empty() { b"{}" } else { bytes };
    serde_json::from_slice(text).map_err(|error| {
        let title = if error.is_data() { "The body is not what is wanted here" } else { "The body is not JSON" };
        // The position is in the message: `expected `,` or `}` at line 1 column 17`.
        let mut problem = Problem::new(Code::Malformed, title).detail(error.to_string());
        if bytes.is_empty() {
            problem = problem.hint("The body is empty; send a JSON object.");
        }
        problem.into()
    })
}

fn too_large(most: usize) -> Fault {
    Problem::new(Code::TooLarge, "The body is too large, or broke off")
        .detail(format!("At most {most} bytes are read."))
        .into()
}

fn too_slow() -> Fault {
    let seconds = bounds::BODY_DEADLINE.as_secs();
    Problem::new(Code::Malformed, "The body did not come in time")
        .detail(format!("It has to be there within {seconds} s."))
        .into()
}

/// The query of a GET.
#[derive(Debug)]
pub struct Asked<T>(pub T);

impl<S: Stores, T: DeserializeOwned> FromRequestParts<App<S>> for Asked<T> {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, _: &App<S>) -> Result<Self, Fault> {
        match Query::<T>::try_from_uri(&parts.uri) {
            Ok(Query(query)) => Ok(Self(query)),
            Err(rejection) => {
                let problem = Problem::new(Code::Malformed, "The part of the address after `?` is not what is wanted");
                Err(problem.detail(rejection.body_text()).into())
            }
        }
    }
}
