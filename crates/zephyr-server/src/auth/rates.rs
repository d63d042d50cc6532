//! What is held up because somebody asks too much: requests of one token, and tokens that are not good.
//!
//! Never held up: the machine's own operator, a good token because of bad ones from the same address, and whatever
//! `scope::never_held_up` names. Openings are counted, and all of them done.

use std::net::SocketAddr;

use axum::extract::MatchedPath;
use http::request::Parts;
use zephyr_engine::ports::NoticeRow;

use super::{Caller, scope};
use crate::app::{App, Stores};
use crate::fault::Fault;
use crate::limiter::Key;

/// Counts a request of a token.
pub fn spend<S>(app: &App<S>, caller: &Caller, parts: &Parts) -> Result<(), Fault> {
    let Some(id) = &caller.token else { return Ok(()) };
    let route = parts.extensions.get::<MatchedPath>();
    if route.is_some_and(|route| scope::never_held_up(&parts.method, route.as_str())) {
        return Ok(());
    }
    spend_token(app, id)
}

/// Counts a request of the token with this public id.
pub fn spend_token<S>(app: &App<S>, id: &str) -> Result<(), Fault> {
    app.limiter.take(Key::Token(id.to_owned())).map_err(|too_much| {
        app.metrics.limited("token");
        if too_much.is_news {
            tracing::warn!(token = id, "a token asks too much; what else it asks waits");
        }
        let why = "Opening, answering and ending incidents is not held up.";
        Fault::too_many("This token asks too much", why, too_much.wait)
    })
}

/// What is answered to a token that is not good: that it is not, or that there were too many from this address.
pub async fn guessed<S: Stores>(app: &App<S>, peer: Option<SocketAddr>, fault: Fault) -> Fault {
    let Some(peer) = peer else { return fault };
    let Err(too_much) = app.limiter.take(Key::guesses(peer.ip())) else { return fault };
    app.metrics.limited("guess");
    if too_much.is_news {
        let from = peer.ip().to_canonical();
        tracing::warn!(%from, "too many tokens that are not good");
        note(app, "refused", None, from.to_string(), None).await;
    }
    let title = "Too many tokens that are not good came from your address";
    Fault::too_many(title, "A good one is never held up by them.", too_much.wait)
}

/// Counts an opening, which is done already. A token that floods is written down, once.
pub async fn opened<S: Stores>(app: &App<S>, caller: &Caller, request: &str) {
    let Some(id) = &caller.token else { return };
    let Err(too_much) = app.limiter.take(Key::Openings(id.clone())) else { return };
    app.metrics.limited("opening");
    if too_much.is_news {
        tracing::warn!(token = id, by = %caller.actor, "a token opens many incidents; `zephyr token revoke` ends it");
        note(app, "flooded", Some(caller.actor.to_string()), id.clone(), Some(request.to_owned())).await;
    }
}

/// Writes down what the audit would find nowhere else. Where the store does not take it, the log has it.
pub async fn note<S: Stores>(app: &App<S>, kind: &str, actor: Option<String>, about: String, request: Option<String>) {
    if let Err(error) = app.store.note(NoticeRow { kind: kind.to_owned(), actor, about, request }).await {
        tracing::warn!(%error, kind, "a notice was not kept");
    }
}
