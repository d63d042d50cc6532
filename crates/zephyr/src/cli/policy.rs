//! What can be typed after `zephyr policy`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

#[derive(Debug, Subcommand)]
pub enum Policy {
    /// Check a policy file and decide by it from now on; what rings already keeps its chain
    #[command(after_help = "\
Examples:
  zephyr policy apply
  zephyr policy apply next.toml --dry-run")]
    Apply(Apply),
    /// The text of a policy; telephone numbers and addresses for admins only
    #[command(after_help = "\
Examples:
  zephyr policy show
  zephyr policy show 689330c4c579")]
    Show(Show),
    /// What changed from one policy to another, line by line
    #[command(after_help = "\
Examples:
  zephyr policy diff
  zephyr policy diff next.toml
  zephyr policy diff 689330c4c579 24bbb0e95f8c")]
    Diff(Diff),
    /// Which policies were in force: since when, applied by whom, from where
    #[command(after_help = "\
Example:
  zephyr policy history")]
    History,
}

#[derive(Debug, Args)]
pub struct Apply {
    /// The policy file
    #[arg(value_name = "FILE", default_value = "zephyr.toml")]
    pub file: PathBuf,
    /// Only say what it would change
    #[arg(long)]
    pub dry_run: bool,
}

#[derive(Debug, Args)]
pub struct Show {
    /// Which; the one in force if left out
    #[arg(value_name = "VERSION", default_value = "current")]
    pub version: String,
}

#[derive(Debug, Args)]
pub struct Diff {
    /// A version, or a file to compare with the one in force; what was in force before if left out
    #[arg(value_name = "OLD")]
    pub old: Option<String>,
    /// A version or a file; the one in force if left out
    #[arg(value_name = "NEW")]
    pub new: Option<String>,
}
