//! Runs the core: loads, decides, commits once, and hands out what is to be sent.
//!
//! Deliberately not here: tasks, sleeping, sockets, deadlines. The engine awaits nothing but the store.

pub mod ports;
