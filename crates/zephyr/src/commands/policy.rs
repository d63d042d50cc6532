//! `zephyr policy`: which policy is in force, and applying another.

use std::path::Path;

use zephyr_api::{AppliedPolicy, ApplyPolicy, Policies, PolicyApplied, PolicyChange, PolicyText};
use zephyr_core::policy::without_contacts;

use super::{Session, paths};
use crate::cli::policy::{Apply, Diff, Policy, Show};
use crate::failure::{Exit, Failure};
use crate::machine;
use crate::printer::{Line, Printer, Style};
use crate::render::Clock;
use crate::serve::policy_file;

/// The address of the one in force.
const CURRENT: &str = "current";
/// Lines around a change.
const CONTEXT: usize = 3;
/// Characters of a version.
const VERSION: usize = 12;

/// Runs it.
pub async fn run(session: &mut Session<'_>, policy: Policy) -> Result<Exit, Failure> {
    match policy {
        Policy::Apply(given) => apply(session, given).await,
        Policy::Show(given) => show(session, given).await,
        Policy::Diff(given) => diff(session, given).await,
        Policy::History => history(session).await,
    }
}

async fn apply(session: &mut Session<'_>, given: Apply) -> Result<Exit, Failure> {
    let file = match policy_file::read(&given.file, "`zephyr policy apply FILE`")? {
        Ok(file) => file,
        Err(mistakes) => {
            policy_file::tell(&given.file, &mistakes, session.printer);
            return Err(policy_file::failure(&given.file, &mistakes).why("nothing was applied"));
        }
    };
    // Sent again after a lost answer, it must not undo what somebody else has applied since.
    let replaces = session.me().await?.policy;
    let body = ApplyPolicy { text: file.text, replaces: Some(replaces), dry_run: given.dry_run };
    let applied: PolicyApplied = session.post(paths::POLICIES, &body).await?;
    if session.json {
        session.printer.json(&applied);
        return Ok(Exit::Done);
    }
    tell_applied(session.printer, &applied, &given.file);
    Ok(Exit::Done)
}

fn tell_applied(printer: &mut Printer, applied: &PolicyApplied, file: &Path) {
    let PolicyApplied { version, previous, in_force, changes, .. } = applied;
    if version == previous {
        printer.line(Line::new().strong(version).plain(" is in force already; nothing to change"));
        return;
    }
    let head = Line::new().strong(version);
    printer.line(if *in_force {
        head.plain(" is ").push(Style::Good, "in force").plain(&format!("; before it was {previous}"))
    } else {
        head.plain(&format!(" would replace {previous}; nothing was changed"))
    });
    if changes.is_empty() {
        printer.line(Line::indented(2).plain("means the same: only words around it differ"));
    }
    changes.iter().for_each(|change| printer.line(changed(change)));
    if *in_force {
        printer.say("What rings now keeps its chain; what begins from now on follows this one.");
    } else {
        printer.say(Line::indented(2).faint(&format!("zephyr policy apply {}", file.display())));
    }
}

fn changed(change: &PolicyChange) -> Line {
    let style = match change.change.as_str() {
        "added" => Style::Good,
        "removed" => Style::Bad,
        _ => Style::Plain,
    };
    let name = if change.name.is_empty() { String::new() } else { format!(" {}", change.name) };
    let line = Line::indented(2).push(style, &format!("{:<9}", change.change)).plain(&change.what).strong(&name);
    match change.parts.as_slice() {
        [] => line,
        parts => line.plain(&format!(": {}", parts.join(", "))),
    }
}

async fn show(session: &mut Session<'_>, given: Show) -> Result<Exit, Failure> {
    let policy = text_of(session, &given.version).await?;
    if session.json {
        session.printer.json(&policy);
        return Ok(Exit::Done);
    }
    policy.text.lines().for_each(|line| session.printer.line(line));
    if !policy.contacts {
        session.printer.say("Telephone numbers and mail addresses are left out.");
    }
    Ok(Exit::Done)
}

async fn history(session: &mut Session<'_>) -> Result<Exit, Failure> {
    let history: Policies = session.get(paths::POLICIES).await?;
    if session.json {
        session.printer.json(&history);
        return Ok(Exit::Done);
    }
    let clock = Clock { now: session.me().await?.now, zone: machine::zone() };
    history.policies.iter().for_each(|row| session.printer.line(applied(row, &clock)));
    Ok(Exit::Done)
}

fn applied(row: &AppliedPolicy, clock: &Clock) -> Line {
    let line = Line::new().strong(&row.version).plain(&format!("  {}", clock.at(row.at)));
    let line = line.plain(&format!("  by {}, from {}", row.by, row.source));
    if row.in_force { line.plain("  ").push(Style::Good, "in force") } else { line }
}

/// One of the two things to compare.
struct Side {
    name: String,
    text: String,
    contacts: bool,
}

async fn diff(session: &mut Session<'_>, given: Diff) -> Result<Exit, Failure> {
    let (old, new) = match (given.old, given.new) {
        (None, _) => (version(session, &before(session).await?).await?, version(session, CURRENT).await?),
        (Some(old), Some(new)) => (side(session, &old).await?, side(session, &new).await?),
        // A file is what may come, a version is what was.
        (Some(one), None) if is_version(&one) => (version(session, &one).await?, version(session, CURRENT).await?),
        (Some(file), None) => (version(session, CURRENT).await?, side(session, &file).await?),
    };
    let contacts = old.contacts && new.contacts;
    let text = |side: &Side| if contacts { side.text.clone() } else { without_contacts(&side.text) };
    let (before, after) = (text(&old), text(&new));
    let diff = similar::TextDiff::from_lines(&before, &after);
    let unified = diff.unified_diff().context_radius(CONTEXT).header(&old.name, &new.name).to_string();
    if session.json {
        session.printer.json(&serde_json::json!({ "old": old.name, "new": new.name, "diff": unified }));
        return Ok(Exit::Done);
    }
    if unified.is_empty() {
        session.printer.line(format!("{} and {} are the same.", old.name, new.name));
    }
    unified.lines().for_each(|line| session.printer.line(coloured(line)));
    if !contacts {
        session.printer.say("Telephone numbers and mail addresses are left out.");
    }
    Ok(Exit::Done)
}

fn coloured(line: &str) -> Line {
    let style = match line.as_bytes().first() {
        Some(b'+') => Style::Good,
        Some(b'-') => Style::Bad,
        Some(b'@') => Style::Faint,
        _ => Style::Plain,
    };
    Line::new().push(style, line)
}

/// What was in force before the present one.
async fn before(session: &Session<'_>) -> Result<String, Failure> {
    let history: Policies = session.get(paths::POLICIES).await?;
    history.policies.into_iter().nth(1).map(|row| row.version).ok_or_else(|| {
        Failure::refused("no other policy was in force before this one")
            .hint("`zephyr policy diff FILE` compares a file with it")
    })
}

async fn side(session: &Session<'_>, named: &str) -> Result<Side, Failure> {
    if is_version(named) {
        return version(session, named).await;
    }
    let text = policy_file::text(Path::new(named), "`zephyr policy diff FILE`")?;
    Ok(Side { name: named.to_owned(), text, contacts: true })
}

async fn version(session: &Session<'_>, version: &str) -> Result<Side, Failure> {
    let PolicyText { version, text, contacts, .. } = text_of(session, version).await?;
    Ok(Side { name: version, text, contacts })
}

async fn text_of(session: &Session<'_>, version: &str) -> Result<PolicyText, Failure> {
    if !is_version(version) {
        return Err(Failure::new(Exit::Usage, format!("`{version}` is not a version of a policy"))
            .hint("`zephyr policy history` shows which there were"));
    }
    session.get(&paths::policy(version)).await
}

/// `current`, or twelve hexadecimal digits.
fn is_version(text: &str) -> bool {
    text == CURRENT || (text.len() == VERSION && text.bytes().all(|byte| byte.is_ascii_hexdigit()))
}
