//! `[public]`: the only sentences that go out in public without a person typing them.

use super::notes::Notes;
use super::section::{Section, Text};
use super::words;
use crate::limits;
use crate::policy::{PublicSentences, Rule};

const KEYS: [&str; 3] = ["opened", "resolved", "cancelled"];
const PLACEHOLDERS: [&str; 3] = ["component", "region", "time"];

pub(super) fn read(notes: &mut Notes<'_>, root: &Section<'_, '_>) -> PublicSentences {
    let section = root.child(notes, "public", &KEYS);
    let mut sentence = |key: &str, default: &str| {
        let written = section.as_ref().and_then(|section| {
            let given = section.text(notes, key)?;
            check_placeholders(notes, &given);
            section.line(notes, key, "sentence", limits::PUBLIC_LINE_CHARS)
        });
        written.unwrap_or_else(|| default.to_owned())
    };
    PublicSentences {
        opened: sentence("opened", "{component} in {region}: we are investigating. Next update by {time}."),
        resolved: sentence("resolved", "{component} in {region}: this is resolved."),
        cancelled: sentence("cancelled", "{component} in {region}: a false alarm, nothing was affected."),
        approved_by: None,
    }
}

fn check_placeholders(notes: &mut Notes<'_>, given: &Text<'_>) {
    let mut pieces = given.text.split('{');
    let unpaired = pieces.next().is_some_and(|before| before.contains('}'));
    let mut unpaired = unpaired;
    for piece in pieces {
        let Some((name, rest)) = piece.split_once('}') else {
            unpaired = true;
            continue;
        };
        unpaired |= rest.contains('}');
        if !PLACEHOLDERS.contains(&name) {
            let help = match words::near(name, PLACEHOLDERS) {
                Some(near) => format!("did you mean {{{near}}}?"),
                None => "known here: {component}, {region}, {time}".to_owned(),
            };
            let message = format!("there is no placeholder {}", words::quoted(name));
            notes.add(Rule::UnknownPlaceholder, &given.at, message, help);
        }
    }
    if unpaired {
        let help = "write placeholders as {component}, {region} and {time}";
        notes.add(Rule::UnpairedBrace, &given.at, "a brace has no partner", help);
    }
}
