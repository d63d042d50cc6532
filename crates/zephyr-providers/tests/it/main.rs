//! The providers from outside: effects, bytes, outcomes.
#![cfg(test)]

mod hostile;
mod inbox;
mod outcomes;
mod remote;
mod requests;
mod steps;
mod strict;
