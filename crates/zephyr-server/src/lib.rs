//! The server: HTTP API, console, and the task that runs the engine.
//!
//! The composition root hands [`serve`] a listener, a store and chance, and gets back when it was asked to stop or had
//! to. Deliberately not here: decisions (`zephyr-core`), commits (`zephyr-engine`, `zephyr-store`), how a provider is
//! spoken to (`zephyr-providers`), settings from files and the environment (the binary).

mod account;
mod api;
mod app;
mod auth;
mod bounds;
mod calendar;
mod console;
mod coverage;
mod documents;
mod fault;
mod lately;
mod limiter;
mod listener;
mod metered;
mod metrics;
mod near;
mod policies;
mod process;
mod read;
mod routes;
mod runtime;
mod serve;
mod view;

pub use policies::{Applied, Candidate, Policies, WatchedFile, kept, last};
pub use serve::{ServeError, Settings, serve};
