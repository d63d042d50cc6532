//! `zephyr audit`: who did what.

use std::fmt::Write as _;

use jiff::{SignedDuration, Timestamp};
use zephyr_api::{Audit, AuditEntry};

use super::{Session, paths};
use crate::cli::{self, When};
use crate::failure::{Exit, Failure};
use crate::machine;
use crate::printer::Line;
use crate::render::Clock;

/// Runs it.
pub async fn run(session: &mut Session<'_>, given: cli::Audit) -> Result<Exit, Failure> {
    let now = session.me().await?.now;
    let most = usize::try_from(given.limit).unwrap_or(usize::MAX);
    let audit = read(session, &given, now, most).await?;
    if session.json {
        session.printer.json(&audit);
        return Ok(Exit::Done);
    }
    let clock = Clock { now, zone: machine::zone() };
    if audit.entries.is_empty() {
        session.printer.line("Nothing of that kind was done.");
    }
    audit.entries.iter().for_each(|entry| session.printer.line(row(entry, &clock)));
    if audit.next.is_some() {
        session.printer.say(format!("The newest {} of more: --limit shows more of them.", audit.entries.len()));
    }
    Ok(Exit::Done)
}

async fn read(session: &Session<'_>, given: &cli::Audit, now: Timestamp, most: usize) -> Result<Audit, Failure> {
    let mut all = Audit { entries: Vec::new(), next: None };
    loop {
        let mut page: Audit = session.get(&path(given, now, all.next.as_deref())).await?;
        all.entries.append(&mut page.entries);
        all.next = page.next;
        if all.entries.len() >= most || all.next.is_none() {
            if all.entries.len() > most {
                all.entries.truncate(most);
                // The place to go on at is behind what is shown: whoever wants more asks for more.
                all.next.get_or_insert_default();
            }
            return Ok(all);
        }
    }
}

fn path(given: &cli::Audit, now: Timestamp, before: Option<&str>) -> String {
    let instant = |when: When| match when {
        When::At(at) => at,
        When::Ago(secs) => {
            let ago = SignedDuration::from_secs(i64::try_from(secs).unwrap_or(i64::MAX));
            now.checked_sub(ago).unwrap_or(Timestamp::MIN)
        }
    };
    let mut path = paths::AUDIT.to_owned();
    let asked = [
        ("actor", given.actor.clone()),
        ("kind", given.kind.clone()),
        ("since", given.since.map(|when| instant(when).to_string())),
        ("until", given.until.map(|when| instant(when).to_string())),
        ("before", before.map(str::to_owned)),
    ];
    for (name, value) in asked.into_iter().filter_map(|(name, value)| Some((name, value?))) {
        let joint = if path.contains('?') { '&' } else { '?' };
        let _ = write!(path, "{joint}{name}={}", encoded(&value));
    }
    path
}

/// As a value of a query: RFC 3986.
fn encoded(text: &str) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

/// `09:00 (2 h ago)  nora  token.revoked  tok_0123abcd: revoked the token of maya`
fn row(entry: &AuditEntry, clock: &Clock) -> Line {
    let who = entry.actor.as_deref().unwrap_or("not known");
    let line = Line::new().faint(&clock.at(entry.at)).plain("  ").strong(who);
    line.plain(&format!("  {}  {}: {}", entry.kind, entry.about, entry.text))
}
