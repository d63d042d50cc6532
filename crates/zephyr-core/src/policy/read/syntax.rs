//! What is wrong where the text is not TOML, in words for somebody who does not know TOML.

use toml::de::Error;

use super::notes::Notes;
use crate::policy::Rule;

/// Takes down the mistakes of syntax. The first on a line is the cause; what follows it there is noise. So are the keys
/// of a section that stands twice.
pub(super) fn report(notes: &mut Notes<'_>, text: &str, errors: &[Error]) {
    let mut last_line = None;
    let mut last_message = "";
    for error in errors {
        let at = error.span().unwrap_or(text.len()..text.len());
        let line = text.get(..at.start).map(|before| before.matches('\n').count());
        let noise = line == last_line || (error.message() == last_message && last_message == "duplicate key");
        last_message = error.message();
        if line.is_some() && noise {
            continue;
        }
        last_line = line;
        notes.add(Rule::Syntax, &at, error.message(), help(error.message()));
    }
}

fn help(message: &str) -> &'static str {
    const KNOWN: [(&str, &str); 9] = [
        ("duplicate key", "a key or section may stand only once: put both into one, or rename one"),
        ("string values must be quoted", "put the value into double quotes"),
        ("invalid basic string", "end the string with a double quote on the same line"),
        ("unquoted", "put it into double quotes"),
        ("array", "separate the entries of a list by commas and end it with ]"),
        ("inline table", "separate the keys of a table by commas and end it with }"),
        ("key with no value", "write key = value"),
        ("header", "write a section's name in brackets on a line of its own: [people.maya]"),
        ("date", "write a date as 2026-01-05"),
    ];
    let known = KNOWN.iter().find(|(part, _)| message.contains(part));
    known.map_or("a line is `[section]`, `key = value` or `# comment`; texts stand in double quotes", |(_, help)| help)
}
