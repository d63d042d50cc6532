//! What is wrong with a policy file, told so that it can be mended without looking anything up.

use std::fmt;

use super::Rule;

/// One mistake.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// Which rule it breaks.
    pub rule: Rule,
    /// From 1.
    pub line: usize,
    /// From 1, in characters.
    pub column: usize,
    /// The offending text.
    pub text: String,
    /// What is wrong with it.
    pub message: String,
    /// What to write instead.
    pub help: String,
}

impl Mistake {
    /// As a compiler prints it: `zephyr.toml:12:9: unknown-person: …`, then the offending text and what to write
    /// instead, each on an indented line of its own. No line end at the end.
    pub fn render(&self, file: &str) -> String {
        format!("{file}:{self}")
    }
}

/// Without the name of the file: `12:9: unknown-person: …` and the indented lines.
impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}: {}", self.line, self.column, self.rule, self.message)?;
        if !self.text.is_empty() {
            write!(f, "\n  here: {}", self.text)?;
        }
        write!(f, "\n  help: {}", self.help)
    }
}
