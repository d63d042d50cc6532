//! The ways to fail, by how a request is read, each with an example.

use serde_json::Value;
use utoipa::openapi::header::{Header, HeaderBuilder};
use utoipa::openapi::schema::{ObjectBuilder, SchemaType, Type};
use utoipa::openapi::{ContentBuilder, Ref, ResponseBuilder, Responses};
use zephyr_api::{Code, Problem};

/// Adds them to what an operation may answer.
pub(super) fn add(path: &str, posts: bool, has_parameters: bool, to: &mut Responses) {
    for code in codes(path, posts, has_parameters) {
        let (meaning, example) = told(code);
        let content = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem")));
        let content = content.example(serde_json::to_value(example).ok()).build();
        let mut response = ResponseBuilder::new().description(meaning).content("application/problem+json", content);
        if let Some((name, header)) = header(code) {
            response = response.header(name, header);
        }
        to.responses.insert(code.status().to_string(), response.build().into());
    }
}

fn codes(path: &str, posts: bool, has_parameters: bool) -> Vec<Code> {
    let mut codes =
        vec![Code::Unauthorized, Code::Forbidden, Code::Invalid, Code::TooMany, Code::Internal, Code::Unavailable];
    if posts || has_parameters {
        codes.push(Code::Malformed);
    }
    if path.contains('{') {
        codes.push(Code::NotFound);
    }
    if posts {
        codes.extend([Code::TooLarge, Code::UnsupportedMediaType]);
    }
    if posts && !["/api/v1/tokens", "/api/v1/calendars"].contains(&path) {
        codes.push(Code::Refused);
    }
    codes
}

/// What a status means, and a problem that comes with it.
fn told(code: Code) -> (&'static str, Problem) {
    let problem = |title: &str, hint: &str| Problem::new(code, title).hint(hint);
    match code {
        Code::Malformed => (
            "Not what is wanted here",
            Problem::new(code, "The body is not JSON").detail("EOF while parsing an object at line 1 column 15"),
        ),
        Code::Unauthorized => (
            "No token, or one that is not known",
            problem("This token is not known here", "Check that it is whole, or ask an admin for a new one."),
        ),
        Code::Forbidden => (
            "The token may not do this",
            problem(
                "This token lacks the scope `respond`",
                "Ask an admin for one that has it: `zephyr token create … --scope respond`.",
            ),
        ),
        Code::NotFound | Code::MethodNotAllowed => (
            "There is no such thing, or it is not yours to see",
            problem(
                "There is no incident INC-7 that you may see",
                "Write INC-7 or 7; GET /api/v1/incidents lists what is open.",
            ),
        ),
        Code::Refused | Code::Similar => (
            "Refused as things stand; nothing changed",
            Problem::new(code, "Refused; nothing changed").detail("INC-7 is resolved already"),
        ),
        Code::TooLarge => (
            "The body is over the bound",
            Problem::new(code, "The body is too large, or broke off").detail("At most 65536 bytes are read."),
        ),
        Code::UnsupportedMediaType => (
            "The body is not `application/json`",
            problem("The body has to be JSON", "Send the header `Content-Type: application/json`."),
        ),
        Code::Invalid | Code::KeyReused => (
            "A value that cannot be, or an idempotency key that was used for another request",
            problem("`service` cannot be that", "Did you mean checkout?")
                .detail("The policy has no service `chekout`.")
                .field("service"),
        ),
        Code::TooMany => ("Too many requests; come back after `Retry-After`", {
            let problem = problem("This token asks too much", "Wait for as long as the header `Retry-After` says.");
            Problem { retry_after_secs: Some(1), ..problem }
        }),
        Code::Unavailable => ("Come back after `Retry-After`", {
            let problem = problem("The store cannot be reached", "Nothing changed; try again in a moment.");
            Problem { retry_after_secs: Some(1), ..problem }
        }),
        Code::Internal | Code::Unknown => (
            "A fault of zephyr's own",
            problem("zephyr failed", "Try again; if it stays, show the server's log to whoever runs it."),
        ),
    }
}

/// A header of an answer.
pub(super) fn header_of(kind: Type, meaning: &str, example: Value) -> Header {
    let schema = ObjectBuilder::new().schema_type(SchemaType::Type(kind)).build();
    HeaderBuilder::new().schema(Some(schema)).description(Some(meaning)).example(Some(example)).build()
}

fn header(code: Code) -> Option<(&'static str, Header)> {
    let of = header_of;
    match code {
        Code::TooMany | Code::Unavailable => Some(("Retry-After", of(Type::Integer, "Seconds to wait", 1.into()))),
        Code::Unauthorized => {
            Some(("WWW-Authenticate", of(Type::String, "How to show a token", "Bearer realm=\"zephyr\"".into())))
        }
        _ => None,
    }
}
