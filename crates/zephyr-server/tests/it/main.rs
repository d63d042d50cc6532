//! The whole server, in this process, driven over its socket.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test that fails here says where"
)]

mod kit;

mod audit;
mod auth;
mod bad_input;
mod browser;
mod calendars;
mod calls;
mod console;
mod events;
mod faults;
mod flow;
mod long_poll;
mod metrics;
mod oncall_pages;
mod openapi;
mod policies;
mod rates;
mod repetition;
mod screens;
mod similar;
mod sqlite;
mod tokens;
