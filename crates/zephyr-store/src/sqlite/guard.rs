//! Keeps the file to one server and notices when it is not the same file any more, or cannot be trusted.
//!
//! Deliberately not here: a way back. A condemned store refuses every write until the server is started anew.

use std::fs::{File, Metadata};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::Duration;

use zephyr_engine::ports::StoreError;

/// How often the file's identity is asked for: a lost file is noticed within a second.
const LOOK_EVERY_MS: u64 = 500;

#[derive(Debug)]
pub(super) struct Guard {
    path: PathBuf,
    file: Option<Identity>,
    wal: Mutex<Option<Identity>>,
    looked_ms: AtomicU64,
    verdict: OnceLock<String>,
    lock: File,
}

impl Guard {
    /// Guards the file, whose lock is held.
    pub(super) fn new(path: &Path, lock: File) -> Self {
        let guard = Self {
            path: path.to_owned(),
            file: identity(path),
            wal: Mutex::new(None),
            looked_ms: AtomicU64::new(0),
            verdict: OnceLock::new(),
            lock,
        };
        guard.learn_wal();
        guard
    }

    /// Takes the log as it is now for the one that belongs to the file: after connecting.
    pub(super) fn learn_wal(&self) {
        *self.wal.lock().unwrap_or_else(PoisonError::into_inner) = identity(&wal(&self.path));
    }

    /// Says whether the store may be used. Looks at the file when `lived`, the real time since opening, says that the
    /// last look is long ago; each time when there is no such time.
    pub(super) fn check(&self, lived: Option<Duration>) -> Result<(), StoreError> {
        if self.verdict.get().is_none() && self.is_time(lived) {
            self.look();
        }
        self.verdict.get().map_or(Ok(()), |why| Err(StoreError::Corrupt(why.clone())))
    }

    /// Refuses every later use. The first reason stays: what is wrong with the file, and after a colon what to do.
    pub(super) fn condemn(&self, why: &str) {
        if self.verdict.set(format!("{} {why}", self.path.display())).is_ok() {
            tracing::debug!(why, "the store refuses further writes");
        }
    }

    /// An error of the disk while committing: what is in memory and what is on the disk may differ from now on.
    pub(super) fn condemn_disk(&self, error: &StoreError) {
        self.condemn(&format!(
            "cannot be relied on ({error}): restart the server, so that it reads what is really on the disk"
        ));
    }

    /// Lets another server open the file.
    pub(super) fn unlock(&self) {
        super::errors::note(self.lock.unlock());
    }

    fn is_time(&self, lived: Option<Duration>) -> bool {
        let Some(lived) = lived else { return true };
        let now_ms = u64::try_from(lived.as_millis()).unwrap_or(u64::MAX);
        let looked_ms = self.looked_ms.load(Ordering::Relaxed);
        let is_time = now_ms.saturating_sub(looked_ms) >= LOOK_EVERY_MS;
        if is_time {
            self.looked_ms.store(now_ms, Ordering::Relaxed);
        }
        is_time
    }

    fn look(&self) {
        let log = *self.wal.lock().unwrap_or_else(PoisonError::into_inner);
        let is_same = identity(&self.path) == self.file && identity(&wal(&self.path)) == log;
        if !is_same {
            self.condemn(
                "or its -wal was removed or replaced while the server ran: put it back, or restore a backup with \
                 `zephyr store restore FILE`; then start it again",
            );
        }
    }
}

/// Which file it is, whatever its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Identity(u64, u64);

fn identity(path: &Path) -> Option<Identity> {
    std::fs::metadata(path).ok().map(|metadata| of(&metadata))
}

#[cfg(unix)]
fn of(metadata: &Metadata) -> Identity {
    use std::os::unix::fs::MetadataExt;
    Identity(metadata.dev(), metadata.ino())
}

/// Elsewhere only a missing file is noticed.
#[cfg(not(unix))]
fn of(_: &Metadata) -> Identity {
    Identity(0, 0)
}

/// The log beside the file.
pub(super) fn wal(path: &Path) -> PathBuf {
    beside(path, "-wal")
}

/// A file whose name is the database's with something after it.
pub(super) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}
