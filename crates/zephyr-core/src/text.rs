//! Texts that people type, checked where they come in.

use serde::{Deserialize, Serialize};

use crate::limits;

/// Why a text was refused; the message says what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadText {
    /// Nothing but white space.
    #[error("the {what} is empty: write a few words")]
    Empty {
        /// `summary`, `reason`, …
        what: &'static str,
    },
    /// Over the bound of [`limits`].
    #[error("the {what} has {chars} characters; at most {max} are kept: shorten it")]
    TooLong {
        /// `summary`, `reason`, …
        what: &'static str,
        /// What it has.
        chars: usize,
        /// What it may have.
        max: usize,
    },
}

/// Makes one line out of what was typed: white space of any kind becomes one blank; control characters, and the marks
/// that reorder or hide text, are left out; runs of combining marks are cut.
pub fn one_line(what: &'static str, max: usize, given: &str) -> Result<String, BadText> {
    // Bounded before anything is built from it.
    let chars = given.chars().take(max.saturating_mul(8)).count();
    let mut line = String::new();
    let mut marks = 0_u32;
    for c in given.chars().take(max.saturating_mul(8)) {
        if c.is_whitespace() {
            if !line.is_empty() && !line.ends_with(' ') {
                line.push(' ');
            }
            marks = 0;
        } else if c.is_control() || is_invisible(c) {
        } else if is_combining(c) {
            marks += 1;
            if marks <= 4 {
                line.push(c);
            }
        } else {
            line.push(c);
            marks = 0;
        }
    }
    let line = line.trim_end().to_owned();
    let kept = line.chars().count();
    if kept == 0 {
        return Err(BadText::Empty { what });
    }
    if kept > max || chars > max.saturating_mul(4) {
        return Err(BadText::TooLong { what, chars: given.chars().count(), max });
    }
    Ok(line)
}

fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{200b}' | '\u{200c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}'
        | '\u{2066}'..='\u{2069}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

fn is_combining(c: char) -> bool {
    matches!(c,
        '\u{0300}'..='\u{036f}' | '\u{0483}'..='\u{0489}' | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}'
        | '\u{20d0}'..='\u{20ff}' | '\u{fe20}'..='\u{fe2f}')
}

macro_rules! line {
    ($(#[$doc:meta])* $name:ident, $what:literal, $max:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// Checks and tidies what was typed.
            pub fn new(given: &str) -> Result<Self, BadText> {
                one_line($what, $max, given).map(Self)
            }
            /// The line.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(&self.0)
            }
        }
    };
}

line!(
    /// What is wrong, in a person's words. Never public.
    Summary, "summary", limits::SUMMARY_CHARS
);
line!(
    /// Why a page was stopped.
    Reason, "reason", limits::REASON_CHARS
);
line!(
    /// A line for the status page, approved by a person.
    PublicLine, "public line", limits::PUBLIC_LINE_CHARS
);
