//! `zephyr token create`.

use zephyr_api::{CreateToken, Token};

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
    let token: Token = session.post(paths::TOKENS, &body).await?;
    if session.json {
        session.printer.json(&token);
    } else {
        session.printer.line(token.token.as_str());
        session.printer.say(format!("speaks for {}; it is not shown again; {} names it", token.holder, token.id));
    }
    Ok(Exit::Done)
}
