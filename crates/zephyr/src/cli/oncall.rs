//! Arguments of `zephyr oncall`.

use clap::{Args, Subcommand};
use zephyr_core::{RotationId, limits};

use super::token::TokenId;

use super::when::WhenArg;

#[derive(Debug, Args)]
pub struct Oncall {
    #[command(subcommand)]
    pub what: Option<What>,
}

#[derive(Debug, Subcommand)]
pub enum What {
    /// Who is on call now; the same as without a word
    #[command(after_help = "\
Example:
  zephyr oncall now")]
    Now,
    /// Who is on call at another time
    #[command(after_help = "\
Examples:
  zephyr oncall who --at 2027-03-28T02:30
  zephyr oncall who --at \"2027-03-28T02:30[Europe/Berlin]\"")]
    Who(Who),
    /// Who has a turn when, and when nobody has
    #[command(after_help = "\
Examples:
  zephyr oncall schedule platform
  zephyr oncall schedule --from 2027-03-01 --days 31")]
    Schedule(Schedule),
    /// Say that you have read the policy, before your first shift
    #[command(after_help = "\
Example:
  zephyr oncall ready")]
    Ready,
    /// Secret addresses at which a calendar program reads who is on call
    #[command(subcommand)]
    #[command(after_help = "\
Examples:
  zephyr oncall calendar add
  zephyr oncall calendar add payments
  zephyr oncall calendar list")]
    Calendar(Calendar),
}

#[derive(Debug, Subcommand)]
pub enum Calendar {
    /// Make an address: of your turns, or of everybody's in a rotation. It is shown this once
    #[command(after_help = "\
Examples:
  zephyr oncall calendar add
  zephyr oncall calendar add payments")]
    Add(AddCalendar),
    /// Show your calendars, never their addresses
    #[command(after_help = "\
Example:
  zephyr oncall calendar list")]
    List,
    /// End an address at once
    #[command(after_help = "\
Example:
  zephyr oncall calendar revoke tok_4f9c21")]
    Revoke(RevokeCalendar),
}

#[derive(Debug, Args)]
pub struct AddCalendar {
    /// Everybody's turns in this rotation; else yours in all of them
    #[arg(value_name = "ROTATION")]
    pub rotation: Option<RotationId>,
}

#[derive(Debug, Args)]
pub struct RevokeCalendar {
    /// Its id, as `zephyr oncall calendar list` shows it
    #[arg(id = "calendar_id", value_name = "ID")]
    pub calendar: TokenId,
}

#[derive(Debug, Args)]
pub struct Who {
    /// When, in your zone unless it names another
    #[arg(long, value_name = "WHEN")]
    pub at: WhenArg,
}

#[derive(Debug, Args)]
pub struct Schedule {
    /// One rotation; all where left out
    #[arg(value_name = "ROTATION")]
    pub rotation: Option<RotationId>,
    /// Where it begins [default: now]
    #[arg(long, value_name = "WHEN")]
    pub from: Option<WhenArg>,
    /// How many days
    #[arg(long, value_name = "N", default_value_t = limits::SCHEDULE_DAYS_DEFAULT, value_parser = clap::value_parser!(u32).range(1..=i64::from(limits::SCHEDULE_DAYS)))]
    pub days: u32,
}
