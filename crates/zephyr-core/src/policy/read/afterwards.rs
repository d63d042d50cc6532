//! The runbook, updates, and what is owed after an incident; and the sections whose outside systems zephyr cannot talk
//! to so far.

use jiff::SignedDuration;

use super::notes::Notes;
use super::section::{Section, duration, wrong_type};
use super::words;
use crate::limits;
use crate::policy::Rule;

const MINUTE: SignedDuration = SignedDuration::from_mins(1);
const DAY: SignedDuration = SignedDuration::from_hours(24);
/// A quarter: what is owed later than that is not owed.
const QUARTER: SignedDuration = SignedDuration::from_hours(24 * 92);
const UPDATE_EVERY: SignedDuration = SignedDuration::from_mins(15);
/// Every person on a rotation practises once a month.
const DRILLS_EVERY: SignedDuration = SignedDuration::from_hours(24 * 30);
const RUNBOOK: &str = "runbooks/incident.md";

/// Sections for outside systems, and what does their work until then.
pub(super) const NOT_YET: [(&str, &str); 5] = [
    ("chat", "chat room"),
    ("tickets", "list of tickets"),
    ("status_page", "status page"),
    ("paging", "pager inbox"),
    ("repository", "copy of the runbook in the working folder"),
];

pub(super) fn report_not_yet(notes: &mut Notes<'_>, root: &Section<'_, '_>) {
    for (name, built_in) in NOT_YET {
        if root.get(name).is_some() {
            let message = format!("[{name}] cannot be connected yet; the built-in {built_in} is used");
            notes.add(Rule::NotYet, &root.at(name), message, "remove this section");
        }
    }
}

/// Time between two drills of one person.
pub(super) fn drills_every(notes: &mut Notes<'_>, root: &Section<'_, '_>) -> SignedDuration {
    let section = root.child(notes, "drills", &["every"]);
    let (min, max) = (limits::DRILLS_EVERY_MIN, limits::DRILLS_EVERY_MAX);
    section.and_then(|section| section.duration(notes, "every", min, max)).unwrap_or(DRILLS_EVERY)
}

/// Time between two updates.
pub(super) fn update_every(notes: &mut Notes<'_>, root: &Section<'_, '_>) -> SignedDuration {
    let Some(section) = root.child(notes, "updates", &["every", "remind", "page_after"]) else { return UPDATE_EVERY };
    let every = section.duration(notes, "every", MINUTE, DAY).unwrap_or(UPDATE_EVERY);
    section.duration(notes, "page_after", SignedDuration::ZERO, DAY);
    if let Some(given) = section.text(notes, "remind") {
        let words = given.text.strip_suffix(" before").unwrap_or_default();
        if words.is_empty() {
            let message = format!("{} does not say before what", words::quoted(given.text));
            notes.add(Rule::BadDuration, &given.at, message, "write remind = \"3m before\"");
        } else {
            duration(notes, &given, words, SignedDuration::ZERO, every);
        }
    }
    every
}

/// Path of the runbook.
pub(super) fn runbook(notes: &mut Notes<'_>, root: &Section<'_, '_>) -> String {
    let section = root.child(notes, "runbook", &["path"]);
    let written = section.and_then(|section| path(notes, &section, "path"));
    written.unwrap_or_else(|| RUNBOOK.to_owned())
}

/// `[postmortem]` and `[email]` are checked and otherwise left to who will use them.
pub(super) fn check_owed(notes: &mut Notes<'_>, root: &Section<'_, '_>) {
    let postmortem = root.child(notes, "postmortem", &["due", "for", "template", "folder"]);
    let email = root.child(notes, "email", &["due", "for", "template"]);
    for section in [postmortem, email].into_iter().flatten() {
        section.duration(notes, "due", MINUTE, QUARTER);
        path(notes, &section, "template");
        path(notes, &section, "folder");
        severities(notes, &section, "for");
    }
}

fn severities(notes: &mut Notes<'_>, section: &Section<'_, '_>, key: &str) {
    let mut seen: Vec<&str> = Vec::new();
    for value in section.array(notes, key).into_iter().flatten() {
        let Some(number) = value.get_ref().as_integer().map(|number| number.as_str()) else {
            wrong_type(notes, &section.below(key), value, "a list of severities", "write for = [1, 2]");
            continue;
        };
        if !["1", "2", "3"].contains(&number) {
            let message = format!("there is no severity {}", words::quoted(number));
            notes.add(Rule::UnknownSeverity, &value.span(), message, "the ladder has 1, 2 and 3");
        } else if seen.contains(&number) {
            notes.add(Rule::Duplicate, &value.span(), format!("severity {number} is listed twice"), "leave one out");
        }
        seen.push(number);
    }
}

/// A path inside the repository.
fn path(notes: &mut Notes<'_>, section: &Section<'_, '_>, key: &str) -> Option<String> {
    let given = section.text(notes, key)?;
    let inside = !given.text.is_empty()
        && given.text.chars().count() <= limits::PATH_CHARS
        && !given.text.chars().any(|c| c.is_control() || c == '\\')
        && given.text.split('/').all(|part| !part.is_empty() && part != "." && part != "..");
    if !inside {
        let message = format!("{} is not a path inside the repository", words::quoted(given.text));
        let help = "write it relative to the repository, with `/` and without `..`: \"runbooks/incident.md\"";
        notes.add(Rule::BadPath, &given.at, message, help);
        return None;
    }
    Some(given.text.to_owned())
}
