//! Tests of reading a policy file.
