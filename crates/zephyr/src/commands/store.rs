//! `zephyr store`: backup, restore, check. They work on the file, and need no server that answers.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use zephyr_core::StreamId;
use zephyr_store::{Hold, Look, Options, SqliteStore, companions};

use super::serve::{DATABASE, cannot_open};
use super::store_database;
use crate::cli;
use crate::discover;
use crate::failure::{Exit, Failure};
use crate::machine;
use crate::printer::{Line, Printer, Style};
use crate::settings::Settings;

/// Open incidents looked at: more are never open at a time.
const OPEN_MOST: usize = 10_000;

/// Runs it.
pub async fn run(printer: &mut Printer, settings: &Settings, given: cli::Store) -> Result<Exit, Failure> {
    let file = database(settings);
    if let Some(address) = &settings.connection.database {
        return store_database::run(printer, settings, address, given).await;
    }
    let database = file;
    match given {
        cli::Store::Backup(given) => backup(printer, &database, &given.file, settings.json).await,
        cli::Store::Restore(given) => restore(printer, &database, &given.file, settings.json).await,
        cli::Store::Check => check(printer, &database, settings.json).await,
        cli::Store::Migrate => migrate(printer, &database, settings.json).await,
        cli::Store::Copy(given) => store_database::copy_file(printer, &database, given.to, settings.json).await,
    }
}

/// The store that is meant: where the server of this machine keeps it.
pub fn database(settings: &Settings) -> PathBuf {
    discover::data(&settings.connection).join(DATABASE)
}

/// What reading a store through has found.
pub struct Checked {
    /// The schema of the file.
    pub schema: i64,
    /// The newest schema that this binary knows.
    pub known: i64,
    /// Open incidents.
    pub open: usize,
    /// When the newest event happened.
    pub newest: Option<Timestamp>,
    /// When the oldest page that is not sent yet was due.
    pub oldest_page: Option<Timestamp>,
    /// Damage of the file.
    pub damage: Vec<String>,
    /// Open incidents that are not as they must be.
    pub broken: Vec<String>,
}

impl Checked {
    /// Whether it may be used.
    pub fn is_sound(&self) -> bool {
        self.damage.is_empty() && self.broken.is_empty() && self.schema <= self.known
    }

    fn json(&self, file: &Path) -> serde_json::Value {
        serde_json::json!({
            "file": file.display().to_string(),
            "sound": self.is_sound(),
            "schema": self.schema,
            "schema_known": self.known,
            "open_incidents": self.open,
            "newest_event": self.newest,
            "damage": self.damage,
            "broken": self.broken,
        })
    }
}

/// Reads a store through: the file, and every open incident in it.
pub async fn read_through(path: &Path) -> Result<Checked, Failure> {
    let mut look = Look::open(path).await.map_err(|error| cannot_open(&error))?;
    let read = look_through(&mut look).await;
    look.close().await;
    read
}

async fn look_through(look: &mut Look) -> Result<Checked, Failure> {
    let unreadable = |error: zephyr_engine::ports::StoreError| {
        Failure::refused("the store cannot be read").why(error).hint("keep a copy, then restore the newest backup")
    };
    let damage = look.damage().await.map_err(|error| cannot_open(&error))?;
    let (schema, known) = look.schema().await.map_err(|error| cannot_open(&error))?;
    let mut checked = Checked { schema, known, open: 0, newest: None, oldest_page: None, damage, broken: Vec::new() };
    if !checked.damage.is_empty() || schema > known {
        return Ok(checked);
    }
    checked.newest = look.newest_event().await.map_err(unreadable)?;
    checked.oldest_page = look.oldest_page().await.map_err(unreadable)?;
    let open = look.open_streams(OPEN_MOST).await.map_err(unreadable)?;
    checked.open = open.len();
    let roster = look.stream(StreamId::ROSTER).await.map_err(unreadable)?;
    for stream in open.into_iter().chain(roster) {
        let events = look.events(&stream).await.map_err(unreadable)?;
        // A server may have written between the two: such a stream is looked at as it is now the next time.
        if u64::try_from(events.len()).is_ok_and(|count| count == stream.version) {
            checked.broken.extend(zephyr_engine::audit(&stream, &events));
        }
    }
    Ok(checked)
}

async fn backup(printer: &mut Printer, from: &Path, to: &Path, json: bool) -> Result<Exit, Failure> {
    let failed = |error: io::Error| {
        Failure::refused(format!("the backup {} cannot be written", to.display()))
            .why(error)
            .hint("name a file in a folder that this user may write to, with enough space")
    };
    if to.symlink_metadata().is_ok() {
        return Err(exists(to));
    }
    // Temporary files are made with mode 0600. It is named only once it is whole.
    let copy = tempfile::NamedTempFile::new_in(folder(to)).map_err(failed)?;
    let mut look = Look::open(from).await.map_err(|error| cannot_open(&error))?;
    let copied = look.copy_into(copy.path()).await;
    look.close().await;
    copied.map_err(|error| {
        failed(io::Error::other(
            std::error::Error::source(&error).map_or_else(|| error.to_string(), ToString::to_string),
        ))
    })?;
    let checked = read_through(copy.path()).await?;
    if !checked.is_sound() {
        return Err(unsound(from, &checked));
    }
    copy.as_file().sync_all().map_err(failed)?;
    copy.persist_noclobber(to).map_err(|error| match error.error.kind() {
        io::ErrorKind::AlreadyExists => exists(to),
        _ => failed(error.error),
    })?;
    sync_folder(to).map_err(failed)?;
    if json {
        printer.json(&checked.json(to));
    } else {
        let line = Line::new().strong(&to.display().to_string()).plain(" is a whole backup, read through: ");
        printer.line(line.plain(&told(&checked)));
    }
    Ok(Exit::Done)
}

/// As a server does at its start, which it has to be for.
async fn migrate(printer: &mut Printer, database: &Path, json: bool) -> Result<Exit, Failure> {
    let options = Options { create: false, ..Options::default() };
    let store = SqliteStore::open(database, options).await.map_err(|error| cannot_open(&error))?;
    store.close().await;
    check(printer, database, json).await
}

pub(super) fn exists(to: &Path) -> Failure {
    Failure::refused(format!("{} exists, and a backup overwrites nothing", to.display()))
        .hint("name a file that does not exist yet")
}

async fn restore(printer: &mut Printer, database: &Path, from: &Path, json: bool) -> Result<Exit, Failure> {
    let checked = read_through(from).await?;
    if !checked.is_sound() {
        return Err(unsound(from, &checked).why("nothing was changed"));
    }
    let failed = |error: io::Error| {
        Failure::refused(format!("{} cannot be put in place", from.display()))
            .why(error)
            .hint("give the data folder to this user, and look for space on its disk")
    };
    fs::create_dir_all(folder(database)).map_err(failed)?;
    let _hold = Hold::take(database).map_err(|error| match error {
        zephyr_store::OpenError::InUse { .. } => {
            Failure { hint: Some("stop the server first; then type this again".to_owned()), ..cannot_open(&error) }
        }
        error => cannot_open(&error),
    })?;
    // Copied before anything is touched: a full disk is met here.
    let mut copy = tempfile::NamedTempFile::new_in(folder(database)).map_err(failed)?;
    io::copy(&mut fs::File::open(from).map_err(failed)?, &mut copy).map_err(failed)?;
    copy.as_file().sync_all().map_err(failed)?;
    let aside = set_aside(database).map_err(failed)?;
    copy.persist(database).map_err(|error| failed(error.error))?;
    sync_folder(database).map_err(failed)?;
    if json {
        let mut report = checked.json(database);
        if let Some(report) = report.as_object_mut() {
            report.insert("kept_aside".to_owned(), aside.map(|path| path.display().to_string()).into());
        }
        printer.json(&report);
        return Ok(Exit::Done);
    }
    printer
        .line(Line::new().strong(&database.display().to_string()).plain(&format!(" is restored: {}", told(&checked))));
    if let Some(aside) = aside {
        printer.say(format!("What was there is kept as {}.", aside.display()));
    }
    printer.say("What happened after the backup is not in it. `zephyr serve` goes on with what rings.");
    Ok(Exit::Done)
}

/// Keeps the old files under another name. The log goes before the database is replaced: a log beside another database
/// would be read into it.
fn set_aside(database: &Path) -> io::Result<Option<PathBuf>> {
    let stamp = machine::now().strftime("%Y%m%dT%H%M%S%6fZ");
    let mut name = database.as_os_str().to_owned();
    name.push(format!(".before-{stamp}"));
    let aside = PathBuf::from(name);
    let found = database.symlink_metadata().is_ok();
    if found {
        fs::hard_link(database, &aside)?;
    }
    for (companion, kept) in companions(database).into_iter().zip(companions(&aside)) {
        if companion.symlink_metadata().is_ok() {
            fs::rename(companion, kept)?;
        }
    }
    Ok(found.then_some(aside))
}

async fn check(printer: &mut Printer, database: &Path, json: bool) -> Result<Exit, Failure> {
    let checked = read_through(database).await?;
    if json {
        printer.json(&checked.json(database));
        return Ok(if checked.is_sound() { Exit::Done } else { Exit::Refused });
    }
    if !checked.is_sound() {
        for wrong in checked.damage.iter().chain(&checked.broken) {
            printer.say(Line::new().push(Style::Bad, wrong));
        }
        return Err(unsound(database, &checked));
    }
    printer.line(Line::new().strong(&database.display().to_string()).plain(" is sound: ").plain(&told(&checked)));
    Ok(Exit::Done)
}

pub(super) fn unsound(path: &Path, checked: &Checked) -> Failure {
    if checked.schema > checked.known {
        return Failure::refused(format!("{} was written by a newer version of zephyr", path.display()))
            .why(format!("schema {}, this one knows {}", checked.schema, checked.known))
            .hint("run that version or a later one");
    }
    let count = checked.damage.len() + checked.broken.len();
    let first = checked.damage.iter().chain(&checked.broken).next().cloned().unwrap_or_default();
    Failure::refused(format!("{} is not sound: {count} found", path.display()))
        .why(first)
        .hint("keep a copy, then restore the newest backup: `zephyr store restore FILE`")
}

fn told(checked: &Checked) -> String {
    let newest = checked.newest.map_or("no event".to_owned(), |at| format!("newest event {at:.0}"));
    format!("schema {}, {} open, {newest}", checked.schema, checked.open)
}

fn folder(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// A new name is kept through a power cut only once its folder is.
fn sync_folder(path: &Path) -> io::Result<()> {
    fs::File::open(folder(path))?.sync_all()
}
