//! The one printer of xtask.
//!
//! Deliberately not here: colours. What is said is understandable without them.

use std::io::Write;

/// Data: to stdout. A reader that went away is no error.
pub fn print(line: &str) {
    let mut out = std::io::stdout().lock();
    let _ = writeln!(out, "{line}");
    let _ = out.flush();
}

/// Talk: to stderr.
pub fn talk(line: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{line}");
}
