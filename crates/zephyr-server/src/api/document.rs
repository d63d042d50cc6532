//! `GET /api/v1/openapi.json`: the API, described by OpenAPI. No token needed; nothing secret said.
//!
//! A handler's annotation says only what is its own. What follows from how a request is read (`extract`, `auth`) is
//! added here for all of them: parameters of the path, headers, empty bodies, and the ways to fail.

use std::sync::LazyLock;

use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::{HeaderValue, header};
use serde_json::{Map, Value};
use utoipa::OpenApi;
use utoipa::openapi::path::{HttpMethod, Operation};
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::openapi::{Content, RefOr};
use zephyr_api::Problem;

mod complete;
mod failures;
mod shapes;

/// Every operation: one line each.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "zephyr",
        description = "Declare an incident, answer for it, and read what happened. Every error is a problem \
                       (RFC 9457) with a stable code.",
        license(name = "Apache-2.0", identifier = "Apache-2.0")
    ),
    components(schemas(Problem)),
    paths(
        super::list::list,
        super::open::open,
        super::show::show,
        super::timeline::timeline,
        super::events::events,
        super::calls::calls,
        super::report_missed::report,
        super::join::join,
        super::resolve::resolve,
        super::update::update,
        super::reopen::reopen,
        super::severity::set,
        super::service::set,
        super::cancel::cancel,
        super::ack::ack,
        super::decline::decline,
        super::page_take::take,
        super::page_stop::stop,
        super::page_decline::decline,
        super::page_ring_again::ring_again,
        super::ack_everything::ack_everything,
        super::drills::list,
        super::drills::show,
        super::drills::begin,
        super::drills::ack,
        super::drills::decline,
        super::drills::stop,
        super::contacts::list,
        super::contacts::code,
        super::contacts::confirm,
        super::contacts::readiness,
        super::oncall::oncall,
        super::oncall::schedule,
        super::oncall_ready::ready,
        super::calendars::create,
        super::calendars::list,
        super::calendars::revoke,
        super::calendar_feed::read,
        super::tokens::create,
        super::tokens::list,
        super::tokens::revoke,
        super::audit::audit,
        super::me::me,
        super::builtin::rooms,
        super::builtin::status,
        super::builtin::tickets,
        super::builtin::inbox,
        super::policies::list,
        super::policies::show,
        super::policies::apply,
        super::metrics::metrics,
        super::health::alive,
        super::health::ready,
        document
    )
)]
struct Api;

/// What a server with the example company really answered, by operation: a test asks for each, compares, and writes it
/// anew.
const EXAMPLES: &str = include_str!("document/examples.json");

static DOCUMENT: LazyLock<Bytes> = LazyLock::new(|| {
    let mut text = whole().to_pretty_json().unwrap_or_default();
    text.push('\n');
    text.into()
});

/// Says what the API is.
#[utoipa::path(
    get,
    path = "/api/v1/openapi.json",
    operation_id = "describe_api",
    tag = "health",
    security(()),
    responses((status = 200, description = "This document", body = serde_json::Value))
)]
pub async fn document() -> Response {
    let kind = HeaderValue::from_static("application/json");
    ([(header::CONTENT_TYPE, kind)], DOCUMENT.clone()).into_response()
}

fn whole() -> utoipa::openapi::OpenApi {
    let mut api = Api::openapi();
    let mut bearer = Http::new(HttpAuthScheme::Bearer);
    bearer.description = Some("An admin makes tokens: POST /api/v1/tokens.".to_owned());
    let components = api.components.get_or_insert_default();
    components.add_security_scheme("bearer", SecurityScheme::Http(bearer));
    shapes::refine(&mut components.schemas);
    let examples: Map<String, Value> = serde_json::from_str(EXAMPLES).unwrap_or_default();
    for (path, item) in &mut api.paths.paths {
        let kinds = [(HttpMethod::Get, &mut item.get), (HttpMethod::Post, &mut item.post)];
        for (method, operation) in kinds {
            if let Some(operation) = operation {
                show(operation, &examples);
                complete::complete(path, &method, operation);
            }
        }
    }
    api
}

/// Adds what was answered.
fn show(operation: &mut Operation, examples: &Map<String, Value>) {
    let example = operation.operation_id.as_ref().and_then(|id| examples.get(id));
    let responses = &mut operation.responses.responses;
    let status = if responses.contains_key("201") { "201" } else { "200" };
    let Some(RefOr::T(response)) = responses.get_mut(status) else { return };
    for content in response.content.values_mut() {
        if let RefOr::T(Content { example: shown, .. }) = content {
            *shown = example.cloned();
        }
    }
}
