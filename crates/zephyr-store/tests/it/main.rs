//! The stores from outside: the contract that all of them keep, and what happens to the file of the one that has one.

mod contract;
mod disk;
mod files;
mod kit;
mod model;
mod operations;
mod replicas;
