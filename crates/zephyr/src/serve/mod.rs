//! What a server needs around it: its policy, its runbook, its log, and the signal to end.
//!
//! Deliberately not here: the server itself (`zephyr-server`), and how all of it is put together (`commands::serve`).

pub mod database;
pub mod follow;
pub mod leave;
pub mod log;
pub mod origin;
#[cfg(feature = "fault-points")]
pub mod points;
pub mod policy_file;
pub mod runbook;
