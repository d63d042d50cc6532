//! Declaring: what is open already and about the same is offered at a terminal, and added to without one. However it
//! goes, what was declared is somewhere, unless a person stopped it.

use std::io::{self, IsTerminal as _};

use zephyr_api::{Changed, Code, Incident, JoinIncident, OpenIncident, Problem};

use super::{Session, paths};
use crate::cli;
use crate::client::CallError;
use crate::failure::Failure;
use crate::machine;
use crate::opening::OpeningKey;
use crate::printer::Line;
use crate::render::Clock;
use crate::settings::Settings;

/// What to do where one about the same is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    /// Ask whoever sits at the terminal; join where nobody does.
    Ask,
    /// Join it.
    Join,
}

impl Choice {
    /// As the flags say.
    pub fn of(given: &cli::Open) -> Self {
        if given.join { Self::Join } else { Self::Ask }
    }
}

/// What somebody answers who was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wish {
    Join,
    Open,
    Stop,
}

/// Opens it or adds it to what is open, once, however often it has to be sent.
pub async fn declare(
    session: &mut Session<'_>,
    settings: &Settings,
    mut body: OpenIncident,
    choice: Choice,
) -> Result<Changed, Failure> {
    let (other, key) = match open(session, settings, &body).await? {
        Answer::Opened(changed) => return Ok(*changed),
        Answer::Similar(other, key) => (other, key),
    };
    let wish = match choice {
        Choice::Join => Wish::Join,
        Choice::Ask => ask(session, &other).await,
    };
    if wish == Wish::Stop {
        key.forget();
        return Err(Failure::refused("nothing was opened").hint(format!("zephyr incident show {}", other.label)));
    }
    if wish == Wish::Join
        && let Some(joined) = join(session, &other, &body, &key).await?
    {
        return Ok(joined);
    }
    // It is another, or the one that was open is over, or less bad, by now.
    key.forget();
    body.anyway = true;
    match open(session, settings, &body).await? {
        Answer::Opened(changed) => Ok(*changed),
        Answer::Similar(other, key) => {
            key.forget();
            Err(Failure::refused(format!("nothing was opened: {} is about the same", other.label)))
        }
    }
}

/// What an opening is answered.
enum Answer {
    Opened(Box<Changed>),
    /// One about the same is open; the key is that of the opening.
    Similar(Box<Incident>, OpeningKey),
}

async fn open(session: &Session<'_>, settings: &Settings, body: &OpenIncident) -> Result<Answer, Failure> {
    let client = &session.client;
    let words = serde_json::to_string(body).unwrap_or_default();
    let same = format!("{}\n{:?}\n{words}", client.urls().join(","), client.speaks_for());
    let state = settings.connection.state.as_ref();
    let key = OpeningKey::for_opening(state, &same);
    let mut answer = client.post_surely(paths::INCIDENTS, body, key.as_str()).await;
    if matches!(&answer, Err(CallError::Problem(problem)) if problem.code == Code::KeyReused) {
        key.forget();
        answer = client.post_surely(paths::INCIDENTS, body, &machine::unguessable()).await;
    }
    match answer {
        Err(CallError::Lost(why)) => {
            Err(client.lost(why).hint("it may be open: type the same line again, it opens no second one"))
        }
        Err(CallError::Problem(Problem { code: Code::Similar, similar: Some(other), .. })) => {
            Ok(Answer::Similar(other, key))
        }
        Err(error) => {
            key.forget();
            Err(client.failure(error))
        }
        Ok(changed) => {
            key.forget();
            Ok(Answer::Opened(Box::new(changed)))
        }
    }
}

/// Adds it to what is open; nothing where that is over by now, or less bad than this. The key of the opening names the
/// joining too: whoever types the same line again adds nothing twice.
async fn join(
    session: &Session<'_>,
    other: &Incident,
    body: &OpenIncident,
    key: &OpeningKey,
) -> Result<Option<Changed>, Failure> {
    let joining = JoinIncident {
        summary: body.summary.clone(),
        severity: body.severity,
        reported_by: body.reported_by.clone(),
        ring_me: body.ring_me,
    };
    let client = &session.client;
    let path = paths::verb(&other.label, "join");
    match client.post_surely(&path, &joining, &format!("{}-join", key.as_str())).await {
        Ok(changed) => {
            key.forget();
            Ok(Some(changed))
        }
        Err(CallError::Lost(why)) => Err(client
            .lost(why)
            .hint(format!("{} is open; type the same line again, it adds nothing twice", other.label))),
        Err(CallError::Problem(problem)) if matches!(problem.code, Code::Refused | Code::NotFound) => Ok(None),
        Err(error) => Err(client.failure(error)),
    }
}

/// Shows what is open and asks; joins where no terminal is.
async fn ask(session: &mut Session<'_>, other: &Incident) -> Wish {
    if session.json || !io::stdin().is_terminal() || !io::stderr().is_terminal() {
        return Wish::Join;
    }
    let now = session.me().await.map_or(other.opened_at, |me| me.now);
    let opened = Clock { now, zone: machine::zone() }.at(other.opened_at);
    let Incident { label, severity, opened_by, summary, .. } = other;
    session
        .printer
        .say(format!("{label} SEV-{severity} is open and about the same; {opened_by} opened it at {opened}:"));
    session.printer.say(Line::indented(2).plain(summary));
    loop {
        session.printer.say("[j]oin it, [o]pen another, or [s]top? Enter joins it: nobody is paged again.");
        let mut line = String::new();
        match io::stdin().read_line(&mut line) {
            Ok(1..) => {}
            // Whoever ends the input wants no more of it.
            Ok(0) | Err(_) => return Wish::Stop,
        }
        if let Some(wish) = Wish::of(&line) {
            return wish;
        }
    }
}

impl Wish {
    fn of(line: &str) -> Option<Self> {
        let given = line.trim().to_lowercase();
        let begins = |word: &str| word.starts_with(&given);
        // Nothing typed is the beginning of the first.
        [("join", Self::Join), ("open", Self::Open), ("stop", Self::Stop)]
            .into_iter()
            .find_map(|(word, wish)| begins(word).then_some(wish))
    }
}

#[cfg(test)]
mod tests {
    use super::Wish;

    #[test]
    fn enter_joins_and_what_is_no_answer_is_asked_again() {
        for (typed, meant) in [("\n", Wish::Join), ("j\n", Wish::Join), (" OPEN \n", Wish::Open), ("s\n", Wish::Stop)] {
            assert_eq!(Wish::of(typed), Some(meant), "{typed:?}");
        }
        for typed in ["y\n", "no\n", "joined\n"] {
            assert_eq!(Wish::of(typed), None, "{typed:?}");
        }
    }
}
