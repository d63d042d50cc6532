//! What an error of SQLite means to whoever asked. The codes are those of <https://www.sqlite.org/rescode.html>.

use sqlx::Error;
use zephyr_engine::ports::StoreError;

const CONSTRAINT: i32 = 19;
pub(super) const BUSY: i32 = 5;
const FULL: i32 = 13;
/// The file that connections share cannot be made as long as it has to be: `SQLITE_IOERR_SHMSIZE`.
const SHARED_FILE: i32 = 10 | (19 << 8);
pub(super) const READ_ONLY: i32 = 8;
pub(super) const CANNOT_OPEN: i32 = 14;
pub(super) const CORRUPT: i32 = 11;
pub(super) const NOT_A_DATABASE: i32 = 26;

/// What an error before the commit means: nothing was written.
pub(super) fn before_commit(error: Error) -> StoreError {
    match (&error, code(&error)) {
        (_, Some(CORRUPT | NOT_A_DATABASE | CONSTRAINT)) => StoreError::Corrupt(error.to_string()),
        (Error::ColumnDecode { .. } | Error::Decode(_) | Error::TypeNotFound { .. }, _) => {
            crate::rows::unreadable(error)
        }
        _ => StoreError::Unavailable(error.to_string()),
    }
}

/// What an error of COMMIT means, or of the statements sent with it. Busy and full leave the log without the commit's
/// last frame, so that it is certainly not written; damage and a violated constraint come before it. Anything else is
/// unknown.
pub(super) fn at_commit(error: Error) -> StoreError {
    match code(&error) {
        Some(BUSY | FULL) => StoreError::Unavailable(error.to_string()),
        Some(CORRUPT | NOT_A_DATABASE | CONSTRAINT) => StoreError::Corrupt(error.to_string()),
        _ => StoreError::Unknown(error.to_string()),
    }
}

/// The primary result code.
pub(super) fn code(error: &Error) -> Option<i32> {
    Some(extended(error)? & 0xff)
}

/// Whether there is no space on the disk, as far as SQLite tells.
pub(super) fn is_full(error: &Error) -> bool {
    matches!(extended(error), Some(FULL | SHARED_FILE))
}

fn extended(error: &Error) -> Option<i32> {
    error.as_database_error()?.code()?.parse().ok()
}

/// Notes an error that changes nothing for whoever asked.
pub(super) fn note<T>(result: Result<T, impl std::fmt::Display>) {
    if let Err(error) = result {
        tracing::warn!(%error, "sqlite store");
    }
}
