//! Runs the core: loads, decides, commits once, and hands out what is to be sent.
//!
//! The engine is a value with three verbs: [`Engine::execute`] for what is asked, [`Engine::poll`] for what is due, and
//! [`Engine::finished`] for what the world answered. It never spawns, sleeps or times out, and awaits nothing but the
//! store, one call at a time; the runtime around it owns sockets, deadlines and the one task that sleeps.
//!
//! Deliberately not here: how providers are spoken to, and HTTP.

mod about;
mod deciding;
mod engine;
mod inform;
mod input;
mod lease;
mod number;
mod objects;
mod outbox;
pub mod ports;
mod recent;
mod registry;
mod retry;
mod similar;
mod state;
mod states;
mod transact;
mod worlds;
mod write;

pub use engine::Engine;
pub use input::{Answer, Ask, Request, RequestKey};
pub use outbox::Send;
pub use state::{State, audit, incident_at, incident_of, roster_of, state_of};
