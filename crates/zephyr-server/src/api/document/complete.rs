//! What follows from how every request is read: parameters of the path, headers, empty bodies, and who may ask.

use utoipa::openapi::extensions::ExtensionsBuilder;
use utoipa::openapi::path::{HttpMethod, Operation, Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::schema::{AdditionalProperties, ObjectBuilder, SchemaType, Type};
use utoipa::openapi::security::SecurityRequirement;
use utoipa::openapi::{ContentBuilder, RefOr, Required};
use zephyr_core::limits;

use super::failures;
use crate::auth::{needed, never_held_up};

/// A name of the policy file.
const NAME: &str = "^[a-z0-9][a-z0-9_-]{0,63}$";

/// Adds what follows from the address, the method, and that a token is needed.
pub(super) fn complete(path: &str, method: &HttpMethod, operation: &mut Operation) {
    if operation.security.is_some() {
        return;
    }
    rights(path, method, operation);
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
    if posts {
        tell_replays(operation);
    }
    failures::add(path, posts, !operation.parameters.iter().flatten().all(is_header), &mut operation.responses);
}

/// Which scope the token needs, as a role; and whether a limit may hold the request up.
fn rights(path: &str, method: &HttpMethod, operation: &mut Operation) {
    let method = if *method == HttpMethod::Post { http::Method::POST } else { http::Method::GET };
    let scope = needed(&method, path).flatten().map(|scope| scope.name().to_owned());
    operation.security = Some(vec![SecurityRequirement::new("bearer", Vec::from_iter(scope))]);
    let exempt = ExtensionsBuilder::new().add("x-never-held-up", never_held_up(&method, path)).build();
    operation.extensions.get_or_insert_default().merge(exempt);
}

fn is_header(parameter: &RefOr<Parameter>) -> bool {
    matches!(parameter, RefOr::T(parameter) if parameter.parameter_in == ParameterIn::Header)
}

/// Name, pattern, example and meaning of what an address may hold.
const PATH_PARAMETERS: [(&str, &str, &str, &str); 6] = [
    ("incident", "^([Ii][Nn][Cc]-)?[0-9]{1,10}$", "INC-1", "`INC-7` or `7`"),
    ("target", "", "platform", "What is paged: `service`, or the name of a rotation"),
    ("person", NAME, "maya", "A person of the policy"),
    ("token", "^tok_[0-9a-f]{1,32}$", "tok_0123456789ab", "The public id of a token"),
    ("calendar", "^tok_[0-9a-f]{1,32}$", "tok_0123456789ac", "The public id of a calendar"),
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

/// What an answer says that was given before.
fn tell_replays(operation: &mut Operation) {
    let meaning = "Where a request with this key was answered before: this is that answer. `true`, or not there";
    for response in operation.responses.responses.values_mut() {
        if let RefOr::T(response) = response {
            let header = failures::header_of(Type::String, meaning, "true".into());
            response.headers.insert("Idempotent-Replayed".to_owned(), header.into());
        }
    }
}

fn text() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(SchemaType::Type(Type::String))
}

fn parameter(name: &str, place: ParameterIn, required: Required, meaning: &str) -> ParameterBuilder {
    ParameterBuilder::new().name(name).parameter_in(place).required(required).description(Some(meaning))
}
