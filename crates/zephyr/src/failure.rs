//! What a person is told when something did not work: what, why, and what to do now.

use std::process::ExitCode;

use zephyr_api::{Code, Problem};

/// How the process ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// All that was asked for is done.
    Done,
    /// It was refused or failed; nothing changed.
    Refused,
    /// It was called wrongly.
    Usage,
    /// No server was reached.
    Unreachable,
    /// It is done, but no page is out yet.
    Pending,
}

impl Exit {
    /// Every end there is, in the order of their codes.
    pub const ALL: [Self; 5] = [Self::Done, Self::Refused, Self::Usage, Self::Unreachable, Self::Pending];

    /// What the process answers whoever started it.
    pub fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Refused => 1,
            Self::Usage => 2,
            Self::Unreachable => 3,
            Self::Pending => 4,
        }
    }

    /// What that says, for the manual.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Done => "all that was asked for is done",
            Self::Refused => "it was refused or failed; nothing changed",
            Self::Usage => "the command was written wrongly",
            Self::Unreachable => "no server was reached",
            Self::Pending => "it is done, but no page is out yet",
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

/// Something that did not work, in at most three short lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// How the process ends.
    pub exit: Exit,
    /// What failed.
    pub what: String,
    /// Why.
    pub why: Option<String>,
    /// What to do now: a command, where there is one.
    pub hint: Option<String>,
}

impl Failure {
    /// A failure with its first line.
    pub fn new(exit: Exit, what: impl Into<String>) -> Self {
        Self { exit, what: what.into(), why: None, hint: None }
    }

    /// Something that was refused or failed here.
    pub fn refused(what: impl Into<String>) -> Self {
        Self::new(Exit::Refused, what)
    }

    /// Says why.
    #[must_use]
    pub fn why(mut self, why: impl ToString) -> Self {
        // The number of a system's error says nothing that its words do not.
        let why = why.to_string();
        self.why = why.split(" (os error").next().map(str::to_owned);
        self
    }

    /// Says what to do now.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        let exit = if problem.code == Code::Unavailable { Exit::Unreachable } else { Exit::Refused };
        let hint = hint(&problem);
        let is_plain = matches!(problem.code, Code::Invalid | Code::Refused | Code::NotFound | Code::Forbidden);
        match problem.detail {
            // The reason alone says what failed, too.
            Some(why) if is_plain => Self { exit, what: as_a_part(&why), why: None, hint },
            why => Self { exit, what: as_a_part(&problem.title), why: why.as_deref().map(as_a_part), hint },
        }
    }
}

/// What to do, as it is typed here: the API's own hints are for those who write programs.
fn hint(problem: &Problem) -> Option<String> {
    let given = problem.hint.as_deref().unwrap_or_default();
    let typed = match problem.code {
        Code::Unauthorized => "give a token with ZEPHYR_TOKEN; `zephyr token create` on the server's machine makes one",
        Code::Forbidden if given.contains("Zephyr-As` names you") => "say who you are: --as PERSON",
        Code::Forbidden if given.contains("Zephyr-As") => "leave out --as; your token says who you are",
        Code::Refused if given.contains("/take") => {
            "`zephyr page list` shows what rings; `zephyr page take INC-7 TARGET` answers it all the same"
        }
        Code::NotFound if given.contains("/api/v1/incidents") => "`zephyr incident list --all` shows which there are",
        Code::Unavailable => "try again in a moment; `zephyr doctor` on the server's machine says what is wrong",
        Code::TooMany => "try again in a moment",
        Code::Internal => "what went wrong is in the server's log",
        _ if given.is_empty() => return None,
        _ => given,
    };
    Some(as_a_part(typed))
}

/// A sentence of the API as it stands after `error: ` or `now: `: small, and without its stop. `INC-7` stays as it is.
fn as_a_part(text: &str) -> String {
    let text = text.strip_suffix('.').unwrap_or(text);
    let mut letters = text.chars();
    match (letters.next(), letters.next()) {
        (Some(first), Some(second)) if first.is_ascii_uppercase() && !second.is_uppercase() && second != '-' => {
            let rest: String = text.chars().skip(1).collect();
            format!("{}{rest}", first.to_ascii_lowercase())
        }
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_become_parts_and_names_of_incidents_stay() {
        for (given, part) in [
            ("The store cannot be reached.", "the store cannot be reached"),
            ("A token is missing", "a token is missing"),
            ("INC-7 is resolved already.", "INC-7 is resolved already"),
            ("`service` cannot be that", "`service` cannot be that"),
            ("", ""),
        ] {
            assert_eq!(as_a_part(given), part);
        }
    }
}
