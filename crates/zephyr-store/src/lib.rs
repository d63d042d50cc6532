//! Where everything that is remembered lives: implementations of the engine's ports `Store`, `Objects` and `Registry`.
//!
//! [`SqliteStore`] keeps it in one file. [`ModelStore`] keeps it in memory and is what the others are compared with. Deliberately not here: what the
//! stored texts mean. A state, an event or a policy is opaque; only effects are read, because they are handed out.

pub mod copy;
pub mod model;
mod plan;
pub mod postgres;
mod rows;
mod script;
pub mod sqlite;
mod statements;
mod writes;

pub use model::ModelStore;
pub use postgres::{ConnectError, PostgresOptions, PostgresStore};
pub use sqlite::{Hold, Look, ManualClock, OpenError, Options, SqliteStore, TimeSource, companions};

use jiff::{SignedDuration, Timestamp};
use zephyr_core::limits::REQUEST_KEPT;
use zephyr_engine::ports::StoreError;

/// How long the row of a finished effect is kept, without its body: a day, for whoever asks why a page was sent.
pub const FINISHED_KEPT: SignedDuration = SignedDuration::from_hours(24);

/// Whether the answer given to a request at `at` still counts.
fn request_counts(at: Timestamp, now: Timestamp) -> bool {
    at.duration_until(now) < REQUEST_KEPT
}

/// What a replica hears whose lease was ended by another, or that has none yet.
fn lapsed(epoch: u64) -> StoreError {
    StoreError::Lapsed(match epoch {
        0 => "it has not asked for one yet".to_owned(),
        epoch => format!("epoch {epoch} was not renewed in time, and another replica ended it"),
    })
}

/// What a handle hears whose epoch is over: another server has taken the store.
fn epoch_over(own: u64, present: u64) -> StoreError {
    StoreError::Corrupt(format!(
        "this server's epoch {own} is over, epoch {present} has begun: another server opened the store; stop this one"
    ))
}
