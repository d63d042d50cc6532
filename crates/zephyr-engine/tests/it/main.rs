//! Tests of the engine over the store in memory, one binary. The simulator meets it in every other way.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that fails here says where")]

mod kit;
mod roster;
mod similar;
mod undue;
