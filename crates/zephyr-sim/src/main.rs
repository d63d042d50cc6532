//! The simulator as a command: walks seeds and says what broke.
#![expect(clippy::print_stdout, reason = "a tool for those who build zephyr, without a printer of its own")]

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use zephyr_sim::{Counters, Profile, run};

/// Runs the real engine under simulated faults.
#[derive(Parser)]
#[command(name = "zephyr-sim", version)]
struct Cli {
    #[command(subcommand)]
    command: What,
}

#[derive(Subcommand)]
enum What {
    /// Walks seeds; ends with 1 if anything broke.
    Run {
        /// The first seed.
        #[arg(long, default_value_t = 1)]
        seed: u64,
        /// How many seeds.
        #[arg(long, default_value_t = 1)]
        seeds: u64,
        /// One mix of faults: calm, network, crashes, store, storm. All in turn where left out.
        #[arg(long)]
        profile: Option<String>,
        /// Print everything that happened.
        #[arg(long)]
        log: bool,
    },
}

fn main() -> ExitCode {
    let What::Run { seed, seeds, profile, log } = Cli::parse().command;
    let only = match profile.as_deref().map(Profile::named) {
        Some(None) => {
            println!("there is no such profile: calm, network, crashes, store, storm");
            return ExitCode::from(2);
        }
        Some(found) => found,
        None => None,
    };
    let mut counters = Counters::default();
    let (mut incidents, mut broken) = (0, 0_u64);
    for seed in seed..seed.saturating_add(seeds) {
        let turn = usize::try_from(seed).unwrap_or(0) % Profile::ALL.len();
        let Some(profile) = only.or_else(|| Profile::ALL.get(turn).copied()) else { continue };
        let report = run(seed, profile);
        counters.add(&report.counters);
        incidents += report.incidents;
        if log {
            report.log.iter().for_each(|line| println!("{line}"));
        }
        if seeds == 1 || !report.violations.is_empty() {
            println!("seed {seed} profile {} fingerprint {:016x}", report.profile, report.fingerprint);
        }
        if !report.violations.is_empty() {
            broken += 1;
            report.violations.iter().for_each(|line| println!("  BROKEN {line}"));
            println!("  again: cargo xtask sim run --seed {seed} --profile {} --log", report.profile);
        }
    }
    println!("{seeds} seeds, {incidents} incidents, {broken} broken\n{counters}");
    if broken == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
