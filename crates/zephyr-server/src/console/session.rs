//! Who is looking at a page: the token in the session's cookie, or the way to sign in.

use askama::Template;
use axum::extract::{FromRequestParts, MatchedPath};
use axum::response::Response;
use http::request::Parts;
use http::{HeaderMap, Method, StatusCode, header};
use zephyr_api::{Code, Problem};

use super::frame::{Frame, page};
use super::login::sign_in;
use super::problem::page_for;
use crate::app::{App, Stores};
use crate::auth::{Caller, Secret, identify, peer, spend};
use crate::fault::Fault;

/// The cookie's name.
pub const COOKIE: &str = "zephyr_session";

/// Somebody who is signed in.
#[derive(Debug, Clone)]
pub struct Visitor(pub Caller);

/// Makes a browser that came from elsewhere ask again, as if from here: then it sends its cookie.
#[derive(Debug, Template)]
#[template(path = "bounce.html")]
struct Bounce {
    frame: Frame,
    to: String,
}

impl<S: Stores> FromRequestParts<App<S>> for Visitor {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &App<S>) -> Result<Self, Response> {
        let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
        let is_get = parts.method == Method::GET;
        // After signing in, an act is not done unseen: its person sees the page and presses again.
        let next = if is_get { path } else { "/" };
        let Some((secret, act_as)) = session(&parts.headers) else {
            if is_get && comes_from_elsewhere(&parts.headers) {
                let frame = Frame::public(app, "").refreshing_at_once();
                return Err(page(StatusCode::OK, &Bounce { frame, to: next.to_owned() }));
            }
            return Err(sign_in(app, next, None));
        };
        match identify(app, &secret, act_as.as_deref(), peer(parts)).await {
            Ok(caller) => {
                let route = parts.extensions.get::<MatchedPath>();
                let allowed = caller.check_scope(&parts.method, route).and_then(|()| spend(app, &caller, parts));
                allowed.map(|()| Self(caller)).map_err(|fault| page_for(app, fault, next))
            }
            Err(Fault(problem)) if matches!(problem.code, Code::Unavailable | Code::TooMany) => {
                Err(page_for(app, Fault(problem), next))
            }
            Err(Fault(problem)) => Err(sign_in(app, next, Some(*problem))),
        }
    }
}

/// What a session's cookie holds: whom the operator acts as, and the token.
pub fn cookie_value(token: &str, act_as: Option<&str>) -> String {
    format!("{}~{token}", act_as.unwrap_or_default())
}

fn session(headers: &HeaderMap) -> Option<(Secret, Option<String>)> {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = cookies.flat_map(|cookies| cookies.split(';')).filter_map(|pair| pair.trim().split_once('='));
    let (_, value) = pairs.find(|(name, _)| *name == COOKIE)?;
    let (act_as, token) = value.split_once('~')?;
    let act_as = (!act_as.is_empty()).then(|| act_as.to_owned());
    (!token.is_empty()).then(|| (Secret::new(token.to_owned()), act_as))
}

/// A link on another site, in a mail or a chat: the browser keeps a strict cookie back then.
fn comes_from_elsewhere(headers: &HeaderMap) -> bool {
    headers.get("sec-fetch-site").is_some_and(|site| site == "cross-site" || site == "same-site")
}

/// Refuses a POST that another site made the browser send. Browsers say where a POST comes from; a program that has
/// the cookie can say it too.
pub fn check_origin(headers: &HeaderMap, public_url: &str) -> Result<(), Fault> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let from_here = match text("sec-fetch-site") {
        Some(site) => site == "same-origin",
        None => text("origin").is_some_and(|origin| {
            let host = origin.split_once("://").map(|(_, host)| host);
            (host.is_some() && host == text("host")) || origin == public_url.trim_end_matches('/')
        }),
    };
    if from_here {
        return Ok(());
    }
    Err(Problem::new(Code::Forbidden, "This did not come from a page of zephyr")
        .hint("Open the page here and press the button again. A program uses the API.")
        .into())
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderName, HeaderValue};

    use super::{check_origin, session};

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        let pair = |(name, value): &(&'static str, &'static str)| {
            (HeaderName::from_static(name), HeaderValue::from_static(value))
        };
        pairs.iter().map(pair).collect()
    }

    #[test]
    fn a_form_of_another_site_is_refused() {
        let is_fine = |pairs| check_origin(&headers(pairs), "https://z.example/").is_ok();
        assert!(is_fine(&[("sec-fetch-site", "same-origin")]));
        assert!(is_fine(&[("host", "10.0.0.1:8080"), ("origin", "http://10.0.0.1:8080")]));
        assert!(is_fine(&[("host", "inside:8080"), ("origin", "https://z.example")]));
        assert!(!is_fine(&[]));
        assert!(!is_fine(&[("sec-fetch-site", "cross-site"), ("host", "a"), ("origin", "http://a")]));
        assert!(!is_fine(&[("sec-fetch-site", "same-site")]));
        assert!(!is_fine(&[("host", "a"), ("origin", "http://b")]));
        assert!(!is_fine(&[("host", "a"), ("origin", "null")]));
    }

    #[test]
    fn a_session_is_found_among_other_cookies() {
        let found = session(&headers(&[("cookie", "a=b; zephyr_session=maya~secret; c=d")])).unwrap();
        assert_eq!((found.0.reveal(), found.1.as_deref()), ("secret", Some("maya")));
        assert!(session(&headers(&[("cookie", "zephyr_session=~")])).is_none());
        assert!(session(&headers(&[("cookie", "zephyr_sessions=~x")])).is_none());
    }
}
