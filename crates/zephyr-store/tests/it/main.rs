//! The stores from outside: the contract that all of them keep, and what happens to the file of the one that has one.

#[expect(dead_code, reason = "not every test binary stops its cluster")]
mod cluster;
mod contract;
mod disk;
mod failover;
mod files;
mod kit;
mod model;
mod openings;
mod operations;
mod postgres;
mod replicas;
