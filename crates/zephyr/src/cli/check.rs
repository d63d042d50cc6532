//! `zephyr check`, `zephyr simulate` and `zephyr doctor`: what can be typed.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use zephyr_core::policy::Rule;

use super::values::SeverityArg;
use super::when::{DaysArg, WhenArg};

#[derive(Debug, Args)]
pub struct Check {
    /// The policy file
    #[arg(value_name = "FILE", default_value = "zephyr.toml")]
    pub file: PathBuf,
    /// Read no file: say what a rule means, with an example of it broken and one of it kept
    #[arg(long, value_name = "RULE", conflicts_with = "file")]
    pub explain: Option<Rule>,
    /// Prove that somebody awake is reached at every instant of so many days, `366d`
    #[arg(long, value_name = "DAYS", conflicts_with = "explain")]
    pub horizon: Option<DaysArg>,
    /// Where the days begin, `2027-03-01` [default: now]
    #[arg(long, value_name = "WHEN", requires = "horizon")]
    pub from: Option<WhenArg>,
    /// Let warnings of the proof, or about people, count as errors
    #[arg(long)]
    pub strict: bool,
    /// Ask the server too who may not be reached: failed drills, methods nobody has shown to work
    #[arg(long, conflicts_with = "explain")]
    pub people: bool,
    /// How to print what is wrong
    #[arg(long, value_name = "FORMAT", value_enum, default_value = "text", conflicts_with_all = ["explain", "json"])]
    pub format: CheckFormat,
}

/// How findings are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum CheckFormat {
    /// For people
    Text,
    /// As with --json
    Json,
    /// SARIF 2.1.0, which code hosts show beside the file
    Sarif,
    /// Commands of a GitHub workflow, which become annotations
    Github,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  zephyr simulate --sev 2 --service checkout
  zephyr simulate --sev 2 --service checkout --at \"2027-03-28T02:30[Europe/Berlin]\"
  zephyr simulate --sev 1 --at 2027-01-01T03:00Z --policy my-company/zephyr.toml

Nothing rings and nothing is kept: what a server would decide is decided here, with nobody answering.")]
pub struct Simulate {
    /// How bad: 1 is worst
    #[arg(long = "sev", value_name = "1|2|3", default_value = "2", allow_negative_numbers = true)]
    pub severity: SeverityArg,
    /// The service; left out, it is not known
    #[arg(long, value_name = "NAME")]
    pub service: Option<String>,
    /// When it is opened, in your zone unless it names another [default: now]
    #[arg(long, value_name = "WHEN")]
    pub at: Option<WhenArg>,
    /// The policy file
    #[arg(long, value_name = "FILE", default_value = "zephyr.toml")]
    pub policy: PathBuf,
}

#[derive(Debug, Args)]
pub struct Doctor {
    /// The policy file
    #[arg(long, value_name = "FILE", default_value = "zephyr.toml")]
    pub policy: PathBuf,
}
