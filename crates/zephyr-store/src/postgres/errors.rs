//! What an error of PostgreSQL means to whoever asked. The codes are those of
//! <https://www.postgresql.org/docs/current/errcodes-appendix.html>.

use sqlx::Error;
use zephyr_engine::ports::StoreError;

/// Serialization failure and deadlock: nothing was written, and the same again may succeed.
const AGAIN: [&str; 2] = ["40001", "40P01"];
/// A unique value is taken: another replica was faster. Read anew, and it is seen.
const TAKEN: &str = "23505";

/// Whether the same should be tried again at once.
pub(super) fn is_passing(error: &Error) -> bool {
    code(error).is_some_and(|code| AGAIN.contains(&code.as_str()) || code == TAKEN)
}

/// What an error before the commit means: nothing was written.
pub(super) fn before_commit(error: &Error) -> StoreError {
    let text = told(error);
    match (error, code(error).as_deref()) {
        (Error::ColumnDecode { .. } | Error::Decode(_) | Error::TypeNotFound { .. }, _) => StoreError::Corrupt(text),
        // Damage, and a schema that is not ours.
        (_, Some(code)) if code.starts_with("XX00") || code.starts_with("42") => StoreError::Corrupt(text),
        // A constraint that only a fault of our own violates.
        (_, Some(code)) if code.starts_with("23") && code != TAKEN => StoreError::Corrupt(text),
        _ => StoreError::Unavailable(text),
    }
}

/// What an error of COMMIT means. Only what the database says of the transaction itself is certain: a connection that
/// ended may have ended after it was written.
pub(super) fn at_commit(error: &Error) -> StoreError {
    match code(error) {
        Some(code) if AGAIN.contains(&code.as_str()) || code.starts_with("23") => before_commit(error),
        _ => StoreError::Unknown(told(error)),
    }
}

/// The SQLSTATE.
pub(super) fn code(error: &Error) -> Option<String> {
    error.as_database_error()?.code().map(|code| code.into_owned())
}

/// The error in words: the database's own where it has any. Never what was bound.
fn told(error: &Error) -> String {
    match error.as_database_error() {
        Some(said) => said.message().to_owned(),
        None => error.to_string(),
    }
}

/// Notes an error that changes nothing for whoever asked.
pub(super) fn note<T>(result: Result<T, impl std::fmt::Display>) {
    if let Err(error) = result {
        tracing::warn!(%error, "postgres store");
    }
}
