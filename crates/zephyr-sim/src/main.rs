//! The simulator as a command: walks seeds, says what broke, and makes it smaller.
#![expect(clippy::print_stdout, reason = "a tool for those who build zephyr, without a printer of its own")]

use std::process::ExitCode;
use std::time::{Duration, Instant, SystemTime};

use clap::{Args, Parser, Subcommand};
use zephyr_sim::{Counters, Fault, Plan, Profile, Report, run, shrink};

/// Runs of the simulator that are spent on making one failure smaller.
const SHRINKING_RUNS: u32 = 120;
/// So many seeds over all profiles have met every kind of fault, unless one is never met at all.
const SEEDS_THAT_MEET_ALL: u64 = 100;

/// Runs the real engine under simulated faults.
#[derive(Parser)]
#[command(name = "zephyr-sim", version, args_conflicts_with_subcommands = true)]
struct Cli {
    #[command(subcommand)]
    command: Option<What>,
    #[command(flatten)]
    walk: Walk,
}

#[derive(Subcommand)]
enum What {
    /// Walks seeds; ends with 1 if anything broke. The same as without a command.
    Run(Walk),
}

#[derive(Args)]
struct Walk {
    /// The first seed. With --minutes, one that nobody has walked.
    #[arg(long)]
    seed: Option<u64>,
    /// How many seeds.
    #[arg(long, default_value_t = 1)]
    seeds: u64,
    /// Walks new seeds for so many minutes.
    #[arg(long, value_name = "N", conflicts_with = "seeds")]
    minutes: Option<u64>,
    /// One mix of faults. All in turn where left out.
    #[arg(long, value_parser = profile)]
    profile: Option<Profile>,
    /// How many replicas.
    #[arg(long)]
    replicas: Option<usize>,
    /// How many minutes faults go on in a run.
    #[arg(long)]
    chaos: Option<i64>,
    /// Only these declarations of a run, by number from 0.
    #[arg(long, value_delimiter = ',')]
    incidents: Option<Vec<u64>>,
    /// Kinds of faults to leave out.
    #[arg(long, value_delimiter = ',', value_parser = fault)]
    without: Vec<Fault>,
    /// Only say what broke, without looking for a smaller plan that does.
    #[arg(long)]
    no_shrinking: bool,
    /// Print everything that happened.
    #[arg(long)]
    log: bool,
}

fn profile(name: &str) -> Result<Profile, String> {
    let names: Vec<&str> = Profile::ALL.iter().map(|profile| profile.name).collect();
    Profile::named(name).ok_or_else(|| format!("there are {}", names.join(", ")))
}

fn fault(name: &str) -> Result<Fault, String> {
    let names: Vec<&str> = Fault::ALL.iter().map(|fault| fault.name()).collect();
    Fault::named(name).ok_or_else(|| format!("there are {}", names.join(", ")))
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let walk = match cli.command {
        Some(What::Run(walk)) => walk,
        None => cli.walk,
    };
    let until = walk.minutes.map(|minutes| now() + Duration::from_secs(minutes * 60));
    let first = walk.seed.unwrap_or_else(|| if until.is_some() { new_seed() } else { 1 });
    let mut met = Counters::default();
    let (mut seeds, mut incidents, mut broken) = (0_u64, 0, 0_u64);
    for seed in first.. {
        if until.map_or(seeds >= walk.seeds, |until| now() >= until) {
            break;
        }
        let report = run(&plan(&walk, seed), walk.log);
        (seeds, incidents) = (seeds + 1, incidents + report.incidents);
        met.add(&report.counters);
        report.log.iter().for_each(|line| println!("{line}"));
        if walk.seeds == 1 && until.is_none() {
            println!("{} fingerprint {:016x}", report.plan, report.fingerprint);
        }
        if !report.violations.is_empty() {
            broken += 1;
            tell(&report, !walk.no_shrinking);
        }
    }
    println!("{seeds} seeds from {first}, {incidents} incidents, {broken} broken\n{met}");
    let everything = walk.profile.is_none() && walk.without.is_empty() && seeds >= SEEDS_THAT_MEET_ALL;
    let never: Vec<&str> = Fault::ALL.into_iter().map(Fault::name).filter(|name| met.of(name) == 0).collect();
    if everything && !never.is_empty() {
        println!("never met, so that nothing was tested: {}", never.join(", "));
        return ExitCode::FAILURE;
    }
    if broken == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn plan(walk: &Walk, seed: u64) -> Plan {
    let turn = usize::try_from(seed).unwrap_or(0) % Profile::ALL.len();
    let [calm, ..] = Profile::ALL;
    let profile = walk.profile.or_else(|| Profile::ALL.get(turn).copied()).unwrap_or(calm);
    let mut plan = Plan::new(seed, profile);
    plan.replicas = walk.replicas.unwrap_or(plan.replicas);
    plan.minutes = walk.chaos.unwrap_or(plan.minutes);
    plan.incidents = walk.incidents.as_ref().map(|numbers| numbers.iter().copied().collect());
    plan.without = walk.without.iter().copied().collect();
    plan
}

/// Says what broke, and the smallest plan that breaks the same.
fn tell(report: &Report, smaller: bool) {
    println!("{}", report.plan);
    report.violations.iter().for_each(|line| println!("  BROKEN {line}"));
    if !smaller {
        println!("  again: cargo xtask sim run {} --log", report.plan);
        return;
    }
    let rule = |line: &String| line.split_whitespace().next().map(str::to_owned);
    let wanted = report.violations.first().and_then(rule);
    let fails = |plan: &Plan| run(plan, false).violations.iter().any(|line| rule(line) == wanted);
    let smallest = shrink(report.plan.clone(), report.declarations, SHRINKING_RUNS, fails);
    let again = run(&smallest, false);
    println!("  the smallest found: cargo xtask sim run {smallest} --log");
    again.violations.iter().take(3).for_each(|line| println!("    BROKEN {line}"));
    println!("  keep it: add `{smallest}` to crates/zephyr-sim/corpus/plans.txt");
}

#[expect(clippy::disallowed_methods, reason = "a tool that is told how long to go on; no run sees this clock")]
fn now() -> Instant {
    Instant::now()
}

#[expect(clippy::disallowed_methods, reason = "where to begin so that no seed is walked twice; no run sees this clock")]
fn new_seed() -> u64 {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(1, |since| since.as_secs()) * 1_000
}
