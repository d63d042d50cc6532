//! `zephyr token create`.

use zephyr_api::{CreateToken, Token};

use super::{Session, paths};
use crate::cli;
use crate::failure::{Exit, Failure};

/// Runs it.
pub async fn run(session: &mut Session<'_>, given: cli::CreateToken) -> Result<Exit, Failure> {
    let body = CreateToken {
        person: given.person.map(|person| person.to_string()),
        bot: given.bot.map(|bot| bot.to_string()),
    };
    let token: Token = session.post(paths::TOKENS, &body).await?;
    if session.json {
        session.printer.json(&token);
    } else {
        session.printer.line(token.token.as_str());
        session.printer.say(format!("speaks for {}; it is not shown again", token.holder));
    }
    Ok(Exit::Done)
}
