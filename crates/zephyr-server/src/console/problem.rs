//! Errors as pages: the same words as in the API.

use askama::Template;
use axum::response::Response;
use http::{HeaderValue, StatusCode, header};
use zephyr_api::Problem;

use super::frame::{Frame, page};
use crate::app::App;
use crate::fault::Fault;

/// A problem, as a page.
#[derive(Debug, Template)]
#[template(path = "problem.html")]
struct ProblemPage {
    frame: Frame,
    problem: Problem,
    back: String,
}

/// The page for an error; `back` is where its button leads.
pub fn page_for<S>(app: &App<S>, Fault(problem): Fault, back: &str) -> Response {
    let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let problem = for_a_page(*problem);
    let retry_after = problem.retry_after_secs;
    let mut response = page(status, &ProblemPage { frame: Frame::public(app, ""), problem, back: back.to_owned() });
    if let Some(seconds) = retry_after {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}

/// The page, or the one for the error that kept it from being made; `back` is where that one's button leads.
pub fn page_or<S>(app: &App<S>, made: Result<impl Template, Fault>, back: &str) -> Response {
    match made {
        Ok(made) => page(StatusCode::OK, &made),
        Err(fault) => page_for(app, fault, back),
    }
}

/// A problem without the request or the header that only a program sends.
pub fn for_a_page(problem: Problem) -> Problem {
    Problem { hint: problem.hint.as_deref().and_then(hint_for_a_page), ..problem }
}

fn hint_for_a_page(hint: &str) -> Option<String> {
    match hint.split_once(": POST ").or_else(|| hint.split_once("; GET ")) {
        Some((before, _)) => Some(format!("{before}.")),
        None => (!hint.contains("/api/") && !hint.contains("header `")).then(|| hint.to_owned()),
    }
}
