//! The simulator: the real engine on the store in memory, under a clock that jumps, a network that loses answers, a
//! store that fails, a process that dies, and people who sleep.
//!
//! A [`Plan`] decides everything: the same plan gives the same bytes. After every commit the oracle checks what must
//! hold, and a reference far simpler than the engine says who must be ringing; once faults stop, everything must drain.
//! A plan that fails is made smaller ([`shrink`]).
//!
//! Deliberately not here: sockets, threads and real time.

mod chance;
mod company;
mod counters;
mod fault;
mod faulty;
mod keyless;
mod log;
mod network;
mod oracle;
mod outages;
mod outside;
mod people;
mod plan;
mod ready;
mod reference;
mod run;
mod script;
mod shrink;

pub use counters::Counters;
pub use fault::{Fault, Profile};
pub use plan::{BadPlan, Plan};
pub use run::{Report, run};
pub use shrink::shrink;
