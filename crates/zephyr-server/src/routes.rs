//! All addresses of the server, and what holds for each of them.

use std::any::Any;

use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderName, HeaderValue, Uri, header};
use tower_http::catch_panic::CatchPanicLayer;
use zephyr_api::{Code, Problem};
use zephyr_fault::{self as fault, Point};

use crate::app::{App, Stores};
use crate::fault::Fault;
use crate::{api, console};

/// Every route.
pub fn all<S: Stores>(app: App<S>) -> Router {
    let counted = axum::middleware::map_response_with_state(app.clone(), count::<S>);
    let named = axum::middleware::from_fn_with_state(app.clone(), only_text::<S>);
    api::routes()
        .merge(console::routes())
        .fallback(nowhere::<S>)
        .method_not_allowed_fallback(not_like_that)
        .layer(named)
        .layer(CatchPanicLayer::custom(panicked))
        .layer(axum::middleware::map_response(finish))
        .layer(counted)
        .with_state(app)
}

async fn nowhere<S: Stores>(State(app): State<App<S>>, headers: HeaderMap, uri: Uri) -> Response {
    let path: String = uri.path().chars().take(100).collect();
    let fault = Fault::from(
        Problem::new(Code::NotFound, "There is nothing at this address")
            .detail(format!("`{path}` is not an address of this server."))
            .hint("The API begins with /api/v1/incidents; the console is at /."),
    );
    let accepted = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if accepted.contains("text/html") { console::page_for(&app, fault, "/") } else { fault.into_response() }
}

/// Whatever an address names is text: one that is none, `%ff`, names nothing.
async fn only_text<S: Stores>(State(app): State<App<S>>, request: Request, next: Next) -> Response {
    if is_text(request.uri().path()) {
        return next.run(request).await;
    }
    nowhere(State(app), request.headers().clone(), request.uri().clone()).await
}

fn is_text(path: &str) -> bool {
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path;
    while let Some((before, after)) = rest.split_once('%') {
        bytes.extend_from_slice(before.as_bytes());
        match after.get(..2).and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = after.get(2..).unwrap_or_default();
            }
            None => {
                bytes.push(b'%');
                rest = after;
            }
        }
    }
    std::str::from_utf8(&bytes).is_ok()
}

async fn not_like_that() -> Fault {
    Problem::new(Code::MethodNotAllowed, "This address does not take that method")
        .hint("The header `Allow` of this answer says which it takes.")
        .into()
}

/// What every answer carries: it is nobody's to keep, to embed, or to read as something else. Pages have no scripts.
/// The referrer stays within the console; without one, browsers would not say where a form comes from.
const HEADERS: [(HeaderName, HeaderValue); 4] = [
    (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (header::REFERRER_POLICY, HeaderValue::from_static("same-origin")),
    (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(CONTENT_SECURITY_POLICY)),
];

const CONTENT_SECURITY_POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

async fn count<S: Stores>(State(app): State<App<S>>, response: Response) -> Response {
    app.metrics.answered(response.status());
    if response.status() == http::StatusCode::CREATED {
        fault::at(Point::AnswerLeaving);
    }
    response
}

async fn finish(mut response: Response) -> Response {
    response.headers_mut().extend(HEADERS);
    response
}

fn panicked(_: Box<dyn Any + Send + 'static>) -> Response {
    // What the panic said went to the log already, and may name what the caller may not see.
    tracing::error!("a request failed by a panic");
    Fault::internal().into_response()
}
