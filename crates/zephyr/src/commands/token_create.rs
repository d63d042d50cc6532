//! `zephyr token create`.

use zephyr_api::{CreateToken, Token, TokenInfo};

use super::{Session, paths};
use crate::cli;
use crate::failure::{Exit, Failure};

/// Runs it.
pub async fn run(session: &mut Session<'_>, given: cli::CreateToken) -> Result<Exit, Failure> {
    let body = CreateToken {
        person: given.holder.person.map(|person| person.to_string()),
        bot: given.holder.bot.map(|bot| bot.to_string()),
        scopes: (!given.scopes.is_empty()).then_some(given.scopes),
        expires_in_secs: given.expires.map(|life| life.0),
    };
    let mut token: Token = session.post(paths::TOKENS, &body).await?;
    if token.token.is_none() {
        // The answer with the secret was lost on the way. What nobody has must not be good for anything.
        let _: TokenInfo = session.post(&paths::revoke(&token.id), &serde_json::json!({})).await?;
        token = session.post(paths::TOKENS, &body).await?;
    }
    let Some(secret) = token.token.as_deref() else {
        return Err(Failure::refused(format!("{} was made, but its secret was lost with the answer", token.id))
            .hint(format!("zephyr token revoke {}", token.id)));
    };
    if session.json {
        session.printer.json(&token);
    } else {
        session.printer.line(secret);
        session.printer.say(format!("speaks for {}; it is not shown again; {} names it", token.holder, token.id));
    }
    Ok(Exit::Done)
}
