//! `GET /api/v1/openapi.json`: the API, described by OpenAPI. No token needed; nothing secret said.
//!
//! A handler's annotation says only what is its own. What follows from how a request is read (`extract`, `auth`) is
//! added here for all of them: parameters of the path, headers, empty bodies, and the ways to fail.

use std::sync::LazyLock;

use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::{HeaderValue, header};
use utoipa::OpenApi;
use utoipa::openapi::path::{HttpMethod, Operation, Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::schema::{AdditionalProperties, ObjectBuilder, SchemaType, Type};
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{ContentBuilder, Ref, RefOr, Required, ResponseBuilder};
use zephyr_api::Problem;
use zephyr_core::limits;

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
        super::oncall::oncall,
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

/// A name of the policy file.
const NAME: &str = "^[a-z0-9][a-z0-9_-]{0,63}$";

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
    api.components.get_or_insert_default().add_security_scheme("bearer", SecurityScheme::Http(bearer));
    for (path, item) in &mut api.paths.paths {
        let kinds = [(HttpMethod::Get, &mut item.get), (HttpMethod::Post, &mut item.post)];
        for (method, operation) in kinds {
            if let Some(operation) = operation {
                complete(path, &method, operation);
            }
        }
    }
    api
}

/// Adds what follows from the address, the method, and that a token is needed.
fn complete(path: &str, method: &HttpMethod, operation: &mut Operation) {
    if operation.security.is_some() {
        return;
    }
    operation.security = Some(vec![SecurityRequirement::new("bearer", Vec::<String>::new())]);
    let posts = *method == HttpMethod::Post;
    let in_path = PATH_PARAMETERS.iter().filter(|(name, ..)| path.contains(&format!("{{{name}}}")));
    let mut parameters: Vec<Parameter> = in_path.map(path_parameter).collect();
    parameters.push(act_as());
    if posts {
        parameters.push(idempotency_key());
    }
    operation.parameters.get_or_insert_default().extend(parameters.into_iter().map(RefOr::T));
    if posts && operation.request_body.is_none() {
        let nothing = ObjectBuilder::new().additional_properties(Some(AdditionalProperties::FreeForm(false)));
        let content = ContentBuilder::new().schema(Some(nothing)).example(Some(serde_json::json!({}))).build();
        operation.request_body = Some(RefOr::T(RequestBodyBuilder::new().content("application/json", content).build()));
    }
    for (status, why) in failures(path, posts, !operation.parameters.iter().flatten().all(is_header)) {
        let problem = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
        let response = ResponseBuilder::new().description(why).content("application/problem+json", problem).build();
        operation.responses.responses.insert(status.to_owned(), response.into());
    }
}

fn is_header(parameter: &RefOr<Parameter>) -> bool {
    matches!(parameter, RefOr::T(parameter) if parameter.parameter_in == ParameterIn::Header)
}

/// The ways to fail, by how a request is read.
fn failures(path: &str, posts: bool, has_parameters: bool) -> Vec<(&'static str, &'static str)> {
    let mut failures = vec![
        ("401", "No token, or one that is not known"),
        ("403", "The token may not do this"),
        ("422", "A value that cannot be"),
        ("500", "A fault of zephyr's own"),
        ("503", "Come back after `Retry-After`"),
    ];
    if posts || has_parameters {
        failures.push(("400", "Not what is wanted here"));
    }
    if path.contains('{') {
        failures.push(("404", "There is no such thing, or it is not yours to see"));
    }
    if posts {
        failures.push(("413", "The body is over the bound"));
        failures.push(("415", "The body is not `application/json`"));
    }
    if posts && path != "/api/v1/tokens" {
        failures.push(("409", "Refused as things stand; nothing changed"));
    }
    failures
}

/// Name, pattern, example and meaning of what an address may hold.
const PATH_PARAMETERS: [(&str, &str, &str, &str); 5] = [
    ("incident", "^([Ii][Nn][Cc]-)?[0-9]{1,10}$", "INC-1", "`INC-7` or `7`"),
    ("target", "", "platform", "What is paged: `service`, or the name of a rotation"),
    ("person", NAME, "maya", "A person of the policy"),
    ("token", "^tok_[0-9a-f]{1,32}$", "tok_0123456789ab", "The public id of a token"),
    ("version", "", "current", "A version of the policy, or `current`"),
];

fn path_parameter((name, pattern, example, meaning): &(&str, &str, &str, &str)) -> Parameter {
    let mut schema = text();
    if !pattern.is_empty() {
        schema = schema.pattern(Some(*pattern));
    }
    parameter(name, ParameterIn::Path, Required::True, meaning)
        .schema(Some(schema))
        .example(Some((*example).into()))
        .build()
}

fn act_as() -> Parameter {
    let meaning = "On the server's own machine: the person in whose name the operator acts";
    let schema = text().pattern(Some(NAME));
    parameter("Zephyr-As", ParameterIn::Header, Required::False, meaning).schema(Some(schema)).build()
}

fn idempotency_key() -> Parameter {
    let meaning = "Makes a repetition harmless, for a day; a UUID will do";
    let schema = text().min_length(Some(1)).max_length(Some(limits::REQUEST_KEY_CHARS));
    parameter("Idempotency-Key", ParameterIn::Header, Required::False, meaning).schema(Some(schema)).build()
}

fn text() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(SchemaType::Type(Type::String))
}

fn parameter(name: &str, place: ParameterIn, required: Required, meaning: &str) -> ParameterBuilder {
    ParameterBuilder::new().name(name).parameter_in(place).required(required).description(Some(meaning))
}
