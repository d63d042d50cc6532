//! Tests of finding services and regions in a summary.
