//! `zephyr serve` and `zephyr demo`: what can be typed.

use std::path::PathBuf;

use clap::Args;

use super::values::LogFormat;

#[derive(Debug, Args)]
pub struct Serve {
    /// The policy file, followed while it runs [default: ./zephyr.toml; else the policy applied last]
    #[arg(long, value_name = "FILE")]
    pub policy: Option<PathBuf>,
    /// Where to listen; port 0 takes any that is free
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:7878")]
    pub listen: String,
    /// Where people reach it, if that is not where it listens: `https://zephyr.example.com`
    #[arg(long, value_name = "URL")]
    pub public_url: Option<String>,
    /// How to write the log, which goes to stderr
    #[arg(long, value_name = "FORMAT", value_enum, default_value = "text")]
    pub log: LogFormat,
    /// How many times as fast as real time its clock runs
    #[arg(long, value_name = "N", default_value_t = 1, hide = true, value_parser = clap::value_parser!(u32).range(1..=3600))]
    pub speed: u32,
    /// End when standard input ends, so that whoever started it need not
    #[arg(long, hide = true)]
    pub while_stdin: bool,
    /// Print the points at which this build can be ended, and do nothing else
    #[cfg(feature = "fault-points")]
    #[arg(long)]
    pub list_fault_points: bool,
    /// Where to end: POINT, POINT:TIME that it is reached, POINT:TIME:stop to stand still instead
    #[cfg(feature = "fault-points")]
    #[arg(long, value_name = "POINT", env = "ZEPHYR_FAULT_POINT")]
    pub fault_point: Option<zephyr_fault::Plan>,
}

#[derive(Debug, Args)]
pub struct Demo {
    /// End after the incident, instead of staying up to be looked at
    #[arg(long)]
    pub exit: bool,
    /// How many times as fast as real time
    #[arg(long, value_name = "N", default_value_t = 60, value_parser = clap::value_parser!(u32).range(1..=600))]
    pub speed: u32,
}
