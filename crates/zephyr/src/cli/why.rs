//! Arguments of `zephyr why` and `zephyr report`.

use std::str::FromStr;

use clap::{Args, Subcommand};
use zephyr_core::PersonId;

use super::values::{IncidentArg, TargetArg};

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  zephyr why
  zephyr why INC-7
  zephyr why INC-7/platform
  zephyr why INC-7 --whom ines

It reads the log alone, so that it answers months later as well.")]
pub struct Why {
    /// An incident, or one of its pages; may be left out while only one is open
    #[arg(value_name = "INC-7/PAGE")]
    pub page: Option<PageArg>,
    /// Only the calls of this person
    #[arg(long, value_name = "PERSON")]
    pub whom: Option<PersonId>,
}

/// `INC-7`, or `INC-7/platform`.
#[derive(Debug, Clone)]
pub struct PageArg {
    pub incident: IncidentArg,
    pub target: Option<TargetArg>,
}

impl FromStr for PageArg {
    type Err = String;
    fn from_str(given: &str) -> Result<Self, String> {
        let (incident, target) = match given.split_once('/') {
            Some((incident, target)) => (incident, Some(target.parse()?)),
            None => (given, None),
        };
        Ok(Self { incident: incident.parse()?, target })
    }
}

#[derive(Debug, Subcommand)]
pub enum Report {
    /// Missed pages, incidents that customers reported first, updates that came late
    Missed(Missed),
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  zephyr report missed
  zephyr report missed --days 90 --json

Every page and every call is counted under exactly one end. Nothing is counted against whoever declared.")]
pub struct Missed {
    /// Incidents opened in the last so many days
    #[arg(long, value_name = "N", default_value_t = 30, value_parser = clap::value_parser!(u32).range(1..=3660))]
    pub days: u32,
}
