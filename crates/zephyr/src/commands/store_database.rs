//! `zephyr store` where the store is a PostgreSQL database, and copies between the two kinds.
//!
//! A backup of a database is a file like every other backup: either kind of store can be restored from it.

use std::path::Path;

use zephyr_core::StreamId;
use zephyr_core::incident::Incident;
use zephyr_engine::ports::{Store as _, StoreError};
use zephyr_store::copy::{Copied, CopyError, Place, copy};
use zephyr_store::{Hold, PostgresStore};

use super::serve::cannot_open;
use super::store::{exists, read_through, unsound};
use crate::cli;
use crate::failure::{Exit, Failure};
use crate::printer::{Line, Printer, Style};
use crate::serve::database::{self, Address};
use crate::settings::Settings;

/// Open incidents looked at: more are never open at a time.
const OPEN_MOST: usize = 10_000;

/// Runs a command on a database.
pub async fn run(
    printer: &mut Printer,
    settings: &Settings,
    address: &Address,
    given: cli::Store,
) -> Result<Exit, Failure> {
    let json = settings.json;
    let shown = database::told(Some(address), Path::new(""));
    match given {
        cli::Store::Check => check(printer, address, &shown, json).await,
        cli::Store::Migrate => {
            database::open(address, true).await?.close().await;
            check(printer, address, &shown, json).await
        }
        cli::Store::Backup(given) => backup(printer, address, &given.file, json).await,
        cli::Store::Restore(given) => {
            let checked = read_through(&given.file).await?;
            if !checked.is_sound() {
                return Err(unsound(&given.file, &checked).why("nothing was changed"));
            }
            let from = Place::File(given.file);
            moved(printer, &from, &Place::Database(address.reveal().to_owned()), &shown, json).await
        }
        cli::Store::Copy(given) => {
            let store = database::open(address, false).await?;
            let serving = store.serving().await.map_err(|error| unreadable(&error))?;
            store.close().await;
            if serving > 0 {
                return Err(Failure::refused(format!("{serving} servers run on {shown}"))
                    .why("what they write during the copy would not be in it")
                    .hint("stop them first; then type this again"));
            }
            let (to, told) = place(given.to);
            moved(printer, &Place::Database(address.reveal().to_owned()), &to, &told, json).await
        }
    }
}

/// Copies the file that no server has.
pub async fn copy_file(printer: &mut Printer, file: &Path, to: cli::CopyTo, json: bool) -> Result<Exit, Failure> {
    Hold::take(file).map(drop).map_err(|error| cannot_open(&error))?;
    let (to, told) = place(to);
    moved(printer, &Place::File(file.to_owned()), &to, &told, json).await
}

fn place(to: cli::CopyTo) -> (Place, String) {
    match to {
        cli::CopyTo::Database(address) => {
            let told = database::told(Some(&address), Path::new(""));
            (Place::Database(address.reveal().to_owned()), told)
        }
        cli::CopyTo::File(file) => {
            let told = file.display().to_string();
            (Place::File(file), told)
        }
    }
}

async fn moved(printer: &mut Printer, from: &Place, to: &Place, told: &str, json: bool) -> Result<Exit, Failure> {
    let copied = copy(from, to).await.map_err(|error| not_copied(&error, told))?;
    say(printer, told, &copied, json);
    Ok(Exit::Done)
}

fn say(printer: &mut Printer, told: &str, copied: &Copied, json: bool) {
    if json {
        let tables: serde_json::Map<String, serde_json::Value> =
            copied.iter().map(|(table, rows)| ((*table).to_owned(), (*rows).into())).collect();
        printer.json(&serde_json::json!({ "to": told, "rows": tables }));
        return;
    }
    let rows = |table: &str| copied.iter().find(|(name, _)| *name == table).map_or(0, |(_, rows)| *rows);
    let text = format!(" has everything: {} events", rows("events"));
    printer.line(Line::new().strong(told).plain(&text));
}

async fn backup(printer: &mut Printer, address: &Address, to: &Path, json: bool) -> Result<Exit, Failure> {
    if to.symlink_metadata().is_ok() {
        return Err(exists(to));
    }
    let from = Place::Database(address.reveal().to_owned());
    let copied = copy(&from, &Place::File(to.to_owned())).await.map_err(|error| not_copied(&error, "the backup"))?;
    let checked = read_through(to).await?;
    if !checked.is_sound() {
        return Err(unsound(to, &checked));
    }
    say(printer, &to.display().to_string(), &copied, json);
    Ok(Exit::Done)
}

fn not_copied(error: &CopyError, told: &str) -> Failure {
    match error {
        CopyError::File(error) => cannot_open(error),
        CopyError::Database(error) => database::cannot_connect(error),
        CopyError::NotEmpty => Failure::refused(format!("{told} is not empty, and a copy overwrites nothing"))
            .hint("name an empty database, or a file that does not exist"),
        CopyError::NotWhole(_) | CopyError::BrokeOff(_) => {
            let failure = Failure::refused(format!("{told} could not be written whole"));
            let why = std::error::Error::source(error).map_or_else(|| error.to_string(), ToString::to_string);
            failure.why(why).hint("what is there is worthless: remove it, and make the copy anew")
        }
    }
}

/// Looks at the schema and at every open incident.
async fn check(printer: &mut Printer, address: &Address, shown: &str, json: bool) -> Result<Exit, Failure> {
    let store = database::open(address, false).await?;
    let looked = broken(&store).await;
    let schema = zephyr_store::postgres::newest_schema();
    store.close().await;
    let (open, broken) = looked.map_err(|error| unreadable(&error))?;
    if json {
        printer.json(&serde_json::json!({
            "database": shown, "sound": broken.is_empty(), "schema": schema, "open_incidents": open, "broken": broken
        }));
    } else if broken.is_empty() {
        let text = format!(" is sound: schema {schema}, {open} open, each as its events make it");
        printer.line(Line::new().strong(shown).plain(&text));
    } else {
        broken.iter().for_each(|wrong| printer.say(Line::new().push(Style::Bad, wrong)));
    }
    Ok(if broken.is_empty() { Exit::Done } else { Exit::Refused })
}

/// How many incidents are open, and what is wrong with them.
pub async fn broken(store: &PostgresStore) -> Result<(usize, Vec<String>), StoreError> {
    let found = store.find(Incident::PHASE, "open", OPEN_MOST).await?;
    let mut broken = Vec::new();
    let streams: Vec<StreamId> = found.iter().copied().chain([StreamId::ROSTER]).collect();
    for row in store.load(&streams).await?.streams.into_iter().flatten() {
        let most = usize::try_from(row.version).unwrap_or(usize::MAX);
        let events = store.events(row.id, 0, most).await?;
        if u64::try_from(events.len()).is_ok_and(|count| count == row.version) {
            broken.extend(zephyr_engine::audit(&row, &events));
        }
    }
    Ok((found.len(), broken))
}

/// A database that cannot be read.
pub fn unreadable(error: &StoreError) -> Failure {
    Failure::refused("the database cannot be read").why(error).hint("look at its log")
}
