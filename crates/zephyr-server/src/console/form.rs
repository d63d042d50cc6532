//! A form that was posted from a page of this console.

use axum::body::{Body, to_bytes};
use axum::extract::{Form, FromRequest, FromRequestParts, Request};
use axum::response::Response;
use bytes::Bytes;
use serde::de::DeserializeOwned;
use zephyr_api::{Code, Problem};
use zephyr_core::limits;
use zephyr_engine::RequestKey;

use super::problem::page_for;
use super::session::{Visitor, check_origin};
use crate::app::{App, Stores};
use crate::auth::{Caller, hash, hex};
use crate::bounds;

/// A posted form of somebody who is signed in.
#[derive(Debug)]
pub struct Posted<T> {
    /// Who.
    pub caller: Caller,
    /// Its fields.
    pub fields: T,
    /// The key that its page was made with: a second click repeats nothing.
    pub key: Option<RequestKey>,
}

/// A posted form of anybody.
#[derive(Debug)]
pub struct Fields<T>(pub T);

/// A form without fields.
#[derive(Debug, serde::Deserialize)]
pub struct NoFields {}

#[derive(Debug, serde::Deserialize)]
struct Keyed {
    #[serde(default)]
    key: String,
}

impl<S: Stores, T: DeserializeOwned> FromRequest<App<S>> for Posted<T> {
    type Rejection = Response;

    async fn from_request(request: Request, app: &App<S>) -> Result<Self, Response> {
        let (mut parts, body) = request.into_parts();
        check_origin(&parts.headers, &app.settings.public_url).map_err(|fault| page_for(app, fault, "/"))?;
        let Visitor(caller) = Visitor::from_request_parts(&mut parts, app).await?;
        let request = whole(Request::from_parts(parts, body), app).await?;
        let path = request.uri().path().to_owned();
        let bytes = request.body().clone();
        let Keyed { key } = read(app, request.clone()).await?;
        let fields = read(app, request).await?;
        let key = (1..=limits::REQUEST_KEY_CHARS).contains(&key.len()).then(|| RequestKey {
            key: format!("{}/form/{key}", caller.scope()),
            body_hash: hash(&[path.as_bytes(), &bytes]),
        });
        Ok(Self { caller, fields, key })
    }
}

impl<S: Stores, T: DeserializeOwned> FromRequest<App<S>> for Fields<T> {
    type Rejection = Response;

    async fn from_request(request: Request, app: &App<S>) -> Result<Self, Response> {
        let request = whole(request, app).await?;
        Ok(Self(read(app, request).await?))
    }
}

/// A key for the next form.
pub fn fresh_key<S>(app: &App<S>) -> String {
    hex(&app.random::<16>())
}

/// The form with its whole body.
async fn whole<S: Stores>(request: Request, app: &App<S>) -> Result<http::Request<Bytes>, Response> {
    let (parts, body) = request.into_parts();
    check_origin(&parts.headers, &app.settings.public_url).map_err(|fault| page_for(app, fault, "/"))?;
    let reading = tokio::time::timeout(bounds::BODY_DEADLINE, to_bytes(body, limits::BODY_BYTES));
    let Ok(Ok(bytes)) = reading.await else {
        let problem = Problem::new(Code::TooLarge, "The form is too large, or did not come whole");
        return Err(page_for(app, problem.into(), "/"));
    };
    Ok(http::Request::from_parts(parts, bytes))
}

async fn read<S: Stores, T: DeserializeOwned>(app: &App<S>, request: http::Request<Bytes>) -> Result<T, Response> {
    match Form::<T>::from_request(request.map(Body::from), &()).await {
        Ok(Form(fields)) => Ok(fields),
        Err(error) => {
            let problem = Problem::new(Code::Malformed, "The form is not what is wanted here");
            Err(page_for(app, problem.detail(error.body_text()).into(), "/"))
        }
    }
}
