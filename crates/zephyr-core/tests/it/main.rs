//! Tests of the core from outside, one binary.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that fails here says where")]

mod catalog;
mod mirrors;
mod oncall;
mod paging;
mod policy;
mod policy_acme;
mod scene;
mod stored;
