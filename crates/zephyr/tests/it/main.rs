//! Sessions at the command line, against the real binary and a real server on a port and in a folder of its own.

mod bad_input;
mod crash;
mod demo;
mod harness;
mod json;
mod opening;
mod pages;
mod proxy;
mod serving;
