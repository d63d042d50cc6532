//! Tests of who is on call.
