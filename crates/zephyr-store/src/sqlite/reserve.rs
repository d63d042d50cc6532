//! Space that is kept free, so that what is known goes on when the disk is full: pages ring, answers count, and only
//! new incidents are refused until there is space again.
//!
//! It is a file beside the database that nobody reads. It is given up at the first write that finds the disk full, and
//! taken back once there is twice as much space. Deliberately not here: who is refused (`commit`).

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use rustix::fs::{FallocateFlags, fallocate, statvfs};

use super::errors;

/// Enough for some hundreds of steps, answers and updates, of about 40 kB each in the log.
const BYTES: u64 = 16 * 1024 * 1024;

#[derive(Debug)]
pub(super) struct Reserve {
    path: PathBuf,
    is_low: AtomicBool,
}

impl Reserve {
    /// Keeps space beside a database. Where there is none, that is no reason not to start.
    pub(super) fn beside(database: &Path) -> Self {
        let reserve = Self { path: super::guard::beside(database, "-reserve"), is_low: AtomicBool::new(false) };
        let kept = reserve.path.metadata().is_ok_and(|found| found.len() == BYTES);
        if !kept && let Err(error) = reserve.take() {
            tracing::warn!(%error, "no space can be kept free for a disk that is full");
            reserve.is_low.store(true, Ordering::Relaxed);
        }
        reserve
    }

    /// Whether the disk was found full, and there is not enough space yet.
    pub(super) fn is_low(&self) -> bool {
        self.is_low.load(Ordering::Relaxed)
    }

    /// Frees the space: the disk is full.
    pub(super) fn give_up(&self) {
        if !self.is_low.swap(true, Ordering::Relaxed) {
            tracing::warn!("the disk is full: new incidents are refused, what is known goes on for a while");
        }
        errors::note(File::options().write(true).open(&self.path).and_then(|file| file.set_len(0)));
    }

    /// Takes the space back where there is enough by now.
    pub(super) fn look_again(&self) {
        if !self.is_low() {
            return;
        }
        let folder = self.path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let free = statvfs(folder).map_or(0, |disk| disk.f_bavail.saturating_mul(disk.f_frsize));
        if free >= BYTES.saturating_mul(2) && self.take().is_ok() {
            self.is_low.store(false, Ordering::Relaxed);
            tracing::info!("there is space on the disk again");
        }
    }

    /// Really on the disk, not a file with a hole.
    fn take(&self) -> io::Result<()> {
        let options = File::options().write(true).create(true).truncate(false).clone();
        let file = options.open(&self.path)?;
        let taken = fallocate(&file, FallocateFlags::empty(), 0, BYTES);
        if taken.is_err() {
            file.set_len(0)?;
        }
        Ok(taken?)
    }
}
