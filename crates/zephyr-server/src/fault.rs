//! Every error answer of the API: a problem on the wire, and what the log gets instead.

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use jiff::SignedDuration;
use zephyr_api::{Code, Problem};
use zephyr_engine::ports::StoreError;

use crate::bounds;
use crate::runtime::Unanswered;

/// An error answer.
#[derive(Debug)]
pub struct Fault(pub Box<Problem>);

impl Fault {
    /// 404 for one incident; the same whether it is missing or private.
    pub fn no_incident(given: &str) -> Self {
        let given: String = given.chars().filter(|c| !c.is_control()).take(40).collect();
        Problem::new(Code::NotFound, format!("There is no incident {given} that you may see"))
            .hint("Write INC-7 or 7; GET /api/v1/incidents lists what is open.")
            .into()
    }

    /// 503: come back.
    pub fn unavailable(title: &str, hint: &str) -> Self {
        let problem = Problem::new(Code::Unavailable, title).hint(hint);
        Problem { retry_after_secs: Some(bounds::RETRY_AFTER_SECS), ..problem }.into()
    }

    /// 429: wait so long.
    pub fn too_many(title: &str, why: &str, wait: SignedDuration) -> Self {
        // A wait is a part of a minute; a second is the least that the header can say.
        let seconds = u16::try_from(wait.as_secs().saturating_add(1)).unwrap_or(u16::MAX);
        let problem = Problem::new(Code::TooMany, title)
            .detail(format!("{why} The next is taken in {seconds} s."))
            .hint("Wait for as long as the header `Retry-After` says.");
        Problem { retry_after_secs: Some(seconds), ..problem }.into()
    }

    /// 500, for a fault of zephyr's own.
    pub fn internal() -> Self {
        Problem::new(Code::Internal, "zephyr failed")
            .detail("This is a fault of zephyr's own; its log says more.")
            .hint("Try again; if it stays, show the server's log to whoever runs it.")
            .into()
    }

    /// What a refusal of stored text or of the engine means to its caller.
    pub fn invalid(field: &str, why: impl ToString) -> Problem {
        Problem::new(Code::Invalid, format!("`{field}` cannot be that")).detail(why.to_string()).field(field)
    }
}

impl From<Problem> for Fault {
    fn from(problem: Problem) -> Self {
        Self(Box::new(problem))
    }
}

impl From<StoreError> for Fault {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Unavailable(_) | StoreError::Unknown(_) | StoreError::Lapsed(_) => {
                tracing::warn!(%error, "a read failed");
                Self::unavailable("The store cannot be reached", "Nothing changed; try again in a moment.")
            }
            StoreError::Corrupt(_) => {
                tracing::error!(%error, "a read met something unreadable");
                Self::internal()
            }
        }
    }
}

impl From<Unanswered> for Fault {
    fn from(unanswered: Unanswered) -> Self {
        match unanswered {
            Unanswered::Full => {
                Self::unavailable("Too much waits to be done", "Nothing changed; try again in a moment.")
            }
            Unanswered::NotWritten => {
                Self::unavailable("The store cannot be reached", "Nothing changed; try again in a moment.")
            }
            Unanswered::Unknown => Self::unavailable(
                "The store's answer was lost: it may have been done",
                "Send the same request with the same Idempotency-Key again; it is not done twice.",
            ),
            Unanswered::Leaving => Self::unavailable(
                "The server is ending",
                "Send the same request with the same Idempotency-Key again; it is not done twice.",
            ),
        }
    }
}

impl IntoResponse for Fault {
    fn into_response(self) -> Response {
        let Self(problem) = self;
        let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let body = serde_json::to_vec(&problem).unwrap_or_default();
        let mut response = (status, body).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if let Some(seconds) = problem.retry_after_secs {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if problem.code == Code::Unauthorized {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"zephyr\""));
        }
        response
    }
}
