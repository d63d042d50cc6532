//! The parts of `zephyr demo`: a made-up company, a real server, simulated people, and the story as the server tells it.
//!
//! Deliberately not here: anything that the server does not do for everybody else. People answer through the API, the
//! incident is opened and resolved by the command line, and every line is read from the system.

pub mod company;
pub mod looks;
pub mod people;
pub mod server;
pub mod story;
