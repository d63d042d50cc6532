//! What `zephyr check --people` adds: who may not be reached, which only a running server knows.

use std::path::Path;

use serde::Serialize;
use zephyr_api::{Readiness, Unready};
use zephyr_core::policy::{self, Rule};

use super::annotations::Note;
use super::paths;
use crate::cli;
use crate::client::Client;
use crate::failure::Failure;
use crate::printer::{Line, Printer, Style};
use crate::settings::Settings;

/// What the server found, for programs. Its names do not change.
#[derive(Debug, Serialize)]
pub struct People {
    warnings: usize,
    findings: Vec<Found>,
}

#[derive(Debug, Serialize)]
struct Found {
    rule: &'static str,
    level: &'static str,
    person: String,
    message: String,
    help: String,
    line: usize,
    column: usize,
}

/// Asks the server; `None` where that was not asked for.
pub async fn of(given: &cli::Check, settings: &Settings, text: &str) -> Result<Option<People>, Failure> {
    if !given.people {
        return Ok(None);
    }
    let client = Client::find(&settings.connection)?;
    let told: Readiness = client.get(paths::READINESS).await.map_err(|error| client.failure(error))?;
    let findings: Vec<Found> = told.findings.into_iter().filter_map(|unready| found(unready, text)).collect();
    Ok(Some(People { warnings: findings.len(), findings }))
}

/// A finding of a rule that this program knows, at its person in the file.
fn found(unready: Unready, text: &str) -> Option<Found> {
    let Unready { rule, person, message, help, .. } = unready;
    let rule = rule.parse::<Rule>().ok()?.id();
    let (line, column) = policy::locate(text, &["people", &person]).unwrap_or((1, 1));
    Some(Found { rule, level: "warning", person, message, help, line, column })
}

impl People {
    /// For SARIF and annotations.
    pub fn notes(&self) -> Vec<Note> {
        let note = |found: &Found| Note {
            rule: found.rule,
            level: found.level,
            line: found.line,
            column: found.column,
            message: format!("{}\n{}", found.message, found.help),
        };
        self.findings.iter().map(note).collect()
    }

    /// Tells it to people.
    pub fn show(&self, file: &Path, printer: &mut Printer) {
        for found in &self.findings {
            let place = format!("{}:{}:{}: warning: ", file.display(), found.line, found.column);
            let line = Line::new().plain(&place).push(Style::Strong, found.rule);
            printer.line(line.plain(": ").plain(&found.message));
            printer.line(Line::indented(2).push(Style::Faint, "help: ").plain(&found.help));
        }
        printer.line(match self.warnings {
            0 => Line::new().push(Style::Good, "everybody").plain(" on a rotation has shown to be reached"),
            1 => Line::new().plain("1 warning about people"),
            warnings => Line::new().plain(&format!("{warnings} warnings about people")),
        });
    }

    /// Why it is refused, where warnings count; `None` where there are none.
    pub fn failure(&self, file: &Path, strict: bool) -> Option<Failure> {
        let first = self.findings.first().filter(|_| strict)?;
        let what = format!("{} names people who may not be reached, listed above", file.display());
        let hint = format!("`zephyr check --explain {}` says more, with an example", first.rule);
        Some(Failure::refused(what).hint(hint))
    }
}
