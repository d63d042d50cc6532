//! What answers of the API look like on screen: values in, lines out. Nothing is asked and nothing printed here.

pub mod incident;
pub mod oncall;
pub mod steps;
mod times;

pub use times::{Clock, clocks};
