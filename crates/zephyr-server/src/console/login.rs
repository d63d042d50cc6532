//! Signing in with a token, and out.

use std::net::SocketAddr;

use askama::Template;
use axum::extract::{ConnectInfo, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use http::{HeaderValue, StatusCode, header};
use serde::Deserialize;
use zephyr_api::{Code, Problem};

use super::form::{Fields, NoFields};
use super::frame::{Frame, page};
use super::problem::{for_a_page, page_for};
use super::session::{COOKIE, cookie_value};
use crate::app::{App, Stores};
use crate::auth::{Secret, identify, note};
use crate::fault::Fault;

/// How long a browser keeps a session: as long as somebody may be away between two shifts.
const SESSION_DAYS: u32 = 60;

#[derive(Debug, Template)]
#[template(path = "login.html")]
struct Login {
    frame: Frame,
    next: String,
    problem: Option<Problem>,
}

/// Where to go afterwards.
#[derive(Debug, Deserialize)]
pub struct Next {
    #[serde(default)]
    next: String,
}

/// The form. It has no `Debug`: it holds a secret.
#[derive(Deserialize)]
pub struct Given {
    token: String,
    #[serde(default, rename = "as")]
    act_as: String,
    #[serde(default)]
    next: String,
}

/// The page to sign in on, where one is needed: 401.
pub fn sign_in<S>(app: &App<S>, next: &str, problem: Option<Problem>) -> Response {
    let problem = problem.map(for_a_page);
    let login = Login { frame: Frame::public(app, ""), next: inside(next).to_owned(), problem };
    page(StatusCode::UNAUTHORIZED, &login)
}

/// The page to sign in on.
pub async fn show<S: Stores>(State(app): State<App<S>>, Query(Next { next }): Query<Next>) -> Response {
    let login = Login { frame: Frame::public(&app, ""), next: inside(&next).to_owned(), problem: None };
    page(StatusCode::OK, &login)
}

/// Signs in: the token goes into a cookie.
pub async fn login<S: Stores>(
    State(app): State<App<S>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    Fields(given): Fields<Given>,
) -> Response {
    let token = given.token.trim();
    let act_as = Some(given.act_as.trim()).filter(|name| !name.is_empty());
    let fits = token.bytes().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'"' | b',' | b';' | b'\\'));
    let secret = Secret::new(token.to_owned());
    let known = if fits && secret.is_set() {
        identify(&app, &secret, act_as, Some(peer)).await
    } else {
        Err(Problem::new(Code::Unauthorized, "This is no token").hint("Copy the whole token and nothing else.").into())
    };
    match known {
        Ok(caller) => {
            let (who, from) = (Some(caller.actor.to_string()), peer.ip().to_canonical().to_string());
            note(&app, "signed_in", who, from, Some(app.request_id())).await;
        }
        Err(Fault(problem)) if problem.code == Code::TooMany => return page_for(&app, Fault(problem), "/login"),
        Err(Fault(problem)) => return sign_in(&app, &given.next, Some(*problem)),
    }
    let max_age = SESSION_DAYS * 86_400;
    with_cookie(&app, inside(&given.next), &cookie_value(token, act_as), max_age)
}

/// Signs out: the cookie goes.
pub async fn logout<S: Stores>(State(app): State<App<S>>, _: Fields<NoFields>) -> Response {
    with_cookie(&app, "/login", "", 0)
}

fn with_cookie<S>(app: &App<S>, to: &str, value: &str, max_age: u32) -> Response {
    let secure = if app.settings.public_url.starts_with("https://") { "; Secure" } else { "" };
    let cookie = format!("{COOKIE}={value}; HttpOnly; SameSite=Strict; Path=/; Max-Age={max_age}{secure}");
    let Ok(cookie) = HeaderValue::try_from(cookie) else { return Fault::internal().into_response() };
    let mut response = Redirect::to(to).into_response();
    response.headers_mut().insert(header::SET_COOKIE, cookie);
    response
}

/// An address of this console; the front page where it is none.
fn inside(path: &str) -> &str {
    let elsewhere = !path.starts_with('/') || path.starts_with("//");
    let odd = !path.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    if elsewhere || odd || path.starts_with("/login") { "/" } else { path }
}

#[cfg(test)]
mod tests {
    use super::inside;

    #[test]
    fn signing_in_never_leads_elsewhere() {
        assert_eq!(inside("/incidents/7?still=1"), "/incidents/7?still=1");
        for path in ["", "x", "//evil.example", "/\\evil.example", "https://evil.example", "/a\r\nb", "/login"] {
            assert_eq!(inside(path), "/", "{path:?}");
        }
    }
}
