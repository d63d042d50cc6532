//! Reads the policy file, or says everything that is wrong with it.

use std::io::{ErrorKind, Read as _};
use std::path::Path;

use zephyr_core::limits;
use zephyr_core::policy::{self, Mistake, Policy};

use crate::failure::Failure;
use crate::printer::{Line, Printer};

/// The policy and the text it was made from.
pub struct PolicyFile {
    /// Checked.
    pub policy: Policy,
    /// As it stands in the file.
    pub text: String,
}

/// Reads it; `Err` in the inner result are its mistakes. `naming` tells how another file is named.
pub fn read(path: &Path, naming: &str) -> Result<Result<PolicyFile, Vec<Mistake>>, Failure> {
    let text = text(path, naming)?;
    Ok(policy::read(&text).map(|policy| PolicyFile { policy, text }))
}

/// Tells mistakes, each with what to write instead.
pub fn tell(path: &Path, mistakes: &[Mistake], printer: &mut Printer) {
    for mistake in mistakes {
        let rendered = mistake.render(&path.display().to_string());
        for line in rendered.lines() {
            let indent = line.chars().take_while(|c| *c == ' ').count();
            printer.say(Line::indented(indent).plain(line.trim_start()));
        }
    }
}

/// Says how many mistakes there are.
pub fn failure(path: &Path, mistakes: &[Mistake]) -> Failure {
    let count = if mistakes.len() == 1 { "a mistake".to_owned() } else { format!("{} mistakes", mistakes.len()) };
    let failure = Failure::refused(format!("{} has {count}, listed above", path.display()));
    match mistakes.first() {
        Some(first) => failure.hint(format!("`zephyr check --explain {}` says more, with an example", first.rule)),
        None => failure,
    }
}

/// Its text; `naming` tells how another file is named.
pub fn text(path: &Path, naming: &str) -> Result<String, Failure> {
    let shown = path.display();
    let failed = |error: &std::io::Error| {
        let failure = Failure::refused(format!("the policy {shown} cannot be read")).why(error);
        match error.kind() {
            ErrorKind::NotFound => failure.hint(format!("name it with {naming}; `zephyr demo` shows a whole example")),
            ErrorKind::IsADirectory => failure.hint(format!("name the file: {}", path.join("zephyr.toml").display())),
            ErrorKind::InvalidData => failure.hint("save it as UTF-8"),
            _ => failure.hint("give it to the user that runs zephyr"),
        }
    };
    let file = std::fs::File::open(path).map_err(|error| failed(&error))?;
    // One byte more than may be, so that the reader of the policy can say that it is too long.
    let bound = u64::try_from(limits::POLICY_BYTES).unwrap_or(u64::MAX).saturating_add(1);
    let mut text = String::new();
    file.take(bound).read_to_string(&mut text).map_err(|error| failed(&error))?;
    Ok(text)
}
