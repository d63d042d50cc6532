//! `zephyr page`: what can be typed.

use clap::{Args, Subcommand};
use zephyr_core::PersonId;

use super::incident::One;
use super::values::{self, IncidentArg, TargetArg};

#[derive(Debug, Subcommand)]
pub enum Page {
    /// Every page of what is open
    #[command(after_help = "\
Example:
  zephyr page list")]
    List,
    /// Answer what is ringing for me
    #[command(after_help = "\
Examples:
  zephyr page ack
  zephyr page ack INC-7 --as maya")]
    Ack(One),
    /// I cannot: ring the next at once
    #[command(after_help = "\
Examples:
  zephyr page decline
  zephyr page decline INC-7 platform")]
    Decline(Decline),
    /// I have this page, whoever else is rung for it
    #[command(after_help = "\
Example:
  zephyr page take INC-7 platform")]
    Take(OnTarget),
    /// Ring nobody any more for this page
    #[command(after_help = "\
Example:
  zephyr page stop INC-7 platform --reason \"Ines is on it by telephone\"")]
    Stop(Stop),
    /// Ring somebody again who was not reached
    #[command(after_help = "\
Example:
  zephyr page ring-again INC-7 platform ines")]
    RingAgain(RingAgain),
}

#[derive(Debug, Args)]
pub struct Decline {
    /// Which; may be left out while only one is open
    #[arg(value_name = "INC-7")]
    pub incident: Option<IncidentArg>,
    /// Only this page
    #[arg(value_name = "TARGET")]
    pub target: Option<TargetArg>,
}

#[derive(Debug, Args)]
pub struct OnTarget {
    /// Which incident
    #[arg(value_name = "INC-7")]
    pub incident: IncidentArg,
    /// Which of its pages: `service`, or the name of a rotation
    #[arg(value_name = "TARGET")]
    pub target: TargetArg,
}

#[derive(Debug, Args)]
pub struct Stop {
    #[command(flatten)]
    pub page: OnTarget,
    /// Why, one line
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true, value_parser = values::text)]
    pub reason: String,
}

#[derive(Debug, Args)]
pub struct RingAgain {
    #[command(flatten)]
    pub page: OnTarget,
    // An id of its own: `person` is that of `--as`, and clap would take the one for the other.
    /// Whom
    #[arg(id = "whom", value_name = "PERSON")]
    pub person: PersonId,
}
