//! The whole server, in this process, driven over its socket.

mod kit;

mod auth;
mod bad_input;
mod flow;
