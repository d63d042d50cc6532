//! All addresses of the server, and what holds for each of them.

use std::any::Any;

use axum::Router;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, Uri, header};
use tower_http::catch_panic::CatchPanicLayer;
use zephyr_api::{Code, Problem};

use crate::api;
use crate::app::{App, Stores};
use crate::fault::Fault;

/// Every route.
pub fn all<S: Stores>(app: App<S>) -> Router {
    api::routes()
        .fallback(nowhere)
        .method_not_allowed_fallback(not_like_that)
        .layer(axum::middleware::map_response(finish))
        .layer(CatchPanicLayer::custom(panicked))
        .with_state(app)
}

async fn nowhere(uri: Uri) -> Fault {
    let path: String = uri.path().chars().take(100).collect();
    Problem::new(Code::NotFound, "There is nothing at this address")
        .detail(format!("`{path}` is not an address of this server."))
        .hint("The API begins with /api/v1/incidents; the console is at /.")
        .into()
}

async fn not_like_that() -> Fault {
    Problem::new(Code::MethodNotAllowed, "This address does not take that method")
        .hint("The header `Allow` of this answer says which it takes.")
        .into()
}

/// What every answer carries: nothing here may be kept by a cache, or be read as something else.
async fn finish(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

fn panicked(_: Box<dyn Any + Send + 'static>) -> Response {
    // What the panic said went to the log already, and may name what the caller may not see.
    tracing::error!("a request failed by a panic");
    Fault::internal().into_response()
}
