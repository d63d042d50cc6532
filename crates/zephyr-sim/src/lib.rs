//! The simulator: the real engine on the store in memory, under a clock that jumps, a network that loses answers, a
//! store that fails, a process that dies, and people who sleep.
//!
//! One number, the seed, decides everything: the same seed gives the same bytes. After every step the oracle checks
//! what must hold; once faults stop, everything must drain.
//!
//! Deliberately not here: sockets, threads, real time, and several replicas at once.

mod chance;
mod company;
mod counters;
mod faulty;
mod network;
mod oracle;
mod outages;
mod outside;
mod people;
mod profile;
mod ready;
mod run;
mod script;

pub use counters::Counters;
pub use profile::Profile;
pub use run::{Report, run};
