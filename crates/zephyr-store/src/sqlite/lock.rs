//! The file beside the database that one server holds. It says who that is, and whether there has been a store.

use std::fs::{File, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::path::Path;

use super::guard::beside;
use super::{OpenError, errors};

/// Ends the name of the file that is locked.
pub(super) const LOCK: &str = ".lock";
/// Stands in it, below the process that holds it, once there has been a store.
const MARK: &str = "there is a store";

/// Notes that there is a store.
pub(super) fn mark(mut lock: &File) -> io::Result<()> {
    if is_marked(lock)? { Ok(()) } else { writeln!(lock, "{MARK}") }
}

/// Whether there has been a store; afterwards the file is at its end.
pub(super) fn is_marked(mut lock: &File) -> io::Result<bool> {
    let mut text = String::new();
    lock.rewind()?;
    lock.take(LOCK_BYTES).read_to_string(&mut text)?;
    Ok(text.lines().any(|line| line == MARK))
}

/// A process and the mark are shorter.
const LOCK_BYTES: u64 = 256;

/// Locks the file beside the database, for as long as it is kept, and writes there who holds it.
pub(super) fn lock(path: &Path) -> Result<File, OpenError> {
    let beside = beside(path, LOCK);
    let forbidden = |source| OpenError::Forbidden { path: beside.clone(), source };
    let options = File::options().read(true).write(true).create(true).truncate(false).clone();
    let mut file = options.open(&beside).map_err(forbidden)?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            let mut text = String::new();
            let read = file.take(LOCK_BYTES).read_to_string(&mut text);
            let process = text.lines().next().filter(|line| read.is_ok() && line.parse::<u32>().is_ok());
            let holder = process.map(|process| format!(" (process {process})")).unwrap_or_default();
            return Err(OpenError::InUse { path: path.to_owned(), holder });
        }
        Err(TryLockError::Error(error)) => return Err(forbidden(error)),
    }
    // Only to be told of: that it cannot be written is no reason to refuse.
    errors::note(sign(&mut file));
    Ok(file)
}

/// Writes who holds it, and leaves the mark.
fn sign(file: &mut File) -> io::Result<()> {
    let mark = if is_marked(file)? { format!("{MARK}\n") } else { String::new() };
    let text = format!("{}\n{mark}", std::process::id());
    file.rewind()?;
    file.write_all(text.as_bytes())?;
    file.set_len(u64::try_from(text.len()).unwrap_or(0))
}
