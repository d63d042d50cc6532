//! Errors as pages: the same words as in the API.

use askama::Template;
use axum::response::Response;
use http::StatusCode;
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
    page(status, &ProblemPage { frame: Frame::public(app, ""), problem: *problem, back: back.to_owned() })
}
