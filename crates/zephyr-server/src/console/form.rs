//! A form that was posted from a page of this console.

use axum::body::{Body, to_bytes};
use axum::extract::{Form, FromRequest, FromRequestParts, Request};
use axum::response::Response;
use serde::de::DeserializeOwned;
use zephyr_api::{Code, Problem};
use zephyr_core::limits;

use super::problem::page_for;
use super::session::{Visitor, check_origin};
use crate::app::{App, Stores};
use crate::auth::Caller;
use crate::bounds;

/// A posted form of somebody who is signed in.
#[derive(Debug)]
pub struct Posted<T> {
    /// Who.
    pub caller: Caller,
    /// Its fields.
    pub fields: T,
}

/// A posted form of anybody.
#[derive(Debug)]
pub struct Fields<T>(pub T);

/// A form without fields.
#[derive(Debug, serde::Deserialize)]
pub struct NoFields {}

impl<S: Stores, T: DeserializeOwned> FromRequest<App<S>> for Posted<T> {
    type Rejection = Response;

    async fn from_request(request: Request, app: &App<S>) -> Result<Self, Response> {
        let (mut parts, body) = request.into_parts();
        check_origin(&parts.headers, &app.settings.public_url).map_err(|fault| page_for(app, fault, "/"))?;
        let Visitor(caller) = Visitor::from_request_parts(&mut parts, app).await?;
        let Fields(fields) = Fields::from_request(Request::from_parts(parts, body), app).await?;
        Ok(Self { caller, fields })
    }
}

impl<S: Stores, T: DeserializeOwned> FromRequest<App<S>> for Fields<T> {
    type Rejection = Response;

    async fn from_request(request: Request, app: &App<S>) -> Result<Self, Response> {
        let (parts, body) = request.into_parts();
        check_origin(&parts.headers, &app.settings.public_url).map_err(|fault| page_for(app, fault, "/"))?;
        let reading = tokio::time::timeout(bounds::BODY_DEADLINE, to_bytes(body, limits::BODY_BYTES));
        let Ok(Ok(bytes)) = reading.await else {
            let problem = Problem::new(Code::TooLarge, "The form is too large, or did not come whole");
            return Err(page_for(app, problem.into(), "/"));
        };
        let whole = Request::from_parts(parts, Body::from(bytes));
        match Form::<T>::from_request(whole, &()).await {
            Ok(Form(fields)) => Ok(Self(fields)),
            Err(error) => {
                let problem = Problem::new(Code::Malformed, "The form is not what is wanted here");
                Err(page_for(app, problem.detail(error.body_text()).into(), "/"))
            }
        }
    }
}
