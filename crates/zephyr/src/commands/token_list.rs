//! `zephyr token list` and `zephyr token revoke`.

use zephyr_api::{TokenInfo, Tokens};

use super::{Session, paths};
use crate::cli;
use crate::failure::{Exit, Failure};
use crate::machine;
use crate::printer::Line;
use crate::render::Clock;

/// Lists them.
pub async fn list(session: &mut Session<'_>) -> Result<Exit, Failure> {
    let tokens: Tokens = session.get(paths::TOKENS).await?;
    if session.json {
        session.printer.json(&tokens);
        return Ok(Exit::Done);
    }
    let clock = Clock { now: session.me().await?.now, zone: machine::zone() };
    if tokens.tokens.is_empty() {
        session.printer.line("There is no token yet.");
    }
    for token in &tokens.tokens {
        session.printer.line(row(token, &clock));
    }
    Ok(Exit::Done)
}

/// Ends one.
pub async fn revoke(session: &mut Session<'_>, given: cli::RevokeToken) -> Result<Exit, Failure> {
    let token: TokenInfo = session.post(&paths::revoke(&given.token.0), &serde_json::json!({})).await?;
    if session.json {
        session.printer.json(&token);
    } else {
        session.printer.line(format!("{} of {} is revoked", token.id, token.holder).as_str());
    }
    Ok(Exit::Done)
}

/// `tok_0123abcd  maya  respond  made Tue 24 Nov 09:00 (2 h ago)  expires …`
fn row(token: &TokenInfo, clock: &Clock) -> Line {
    let usual = if token.kind == "person" { "all that they may" } else { "read declare respond" };
    let scopes = token.scopes.as_ref().map_or_else(|| usual.to_owned(), |scopes| scopes.join(" "));
    let line = Line::new().strong(&token.id).plain(&format!("  {}  {scopes}", token.holder));
    let made = format!("  made {}", clock.at(token.created_at));
    let end = match (token.revoked_at, token.expires_at) {
        (Some(at), _) => format!("  revoked {}", clock.at(at)),
        (None, Some(at)) if at <= clock.now => format!("  expired {}", clock.at(at)),
        (None, Some(at)) => format!("  expires {}", clock.at(at)),
        (None, None) => "  does not expire".to_owned(),
    };
    line.faint(&made).plain(&end)
}
