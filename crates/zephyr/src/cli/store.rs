//! `zephyr store`: what can be typed.

use std::path::PathBuf;

use clap::{Args, Subcommand};

#[derive(Debug, Subcommand)]
pub enum Store {
    /// Copy everything into one file, while the server runs or not, and read the copy through
    #[command(after_help = "\
Example:
  zephyr store backup zephyr-monday.db")]
    Backup(Backup),
    /// Put a backup in place; the server has to be stopped, and what was there is kept aside
    #[command(after_help = "\
Example:
  zephyr store restore zephyr-monday.db")]
    Restore(Restore),
    /// Read the whole store through, while the server runs or not
    #[command(after_help = "\
Examples:
  zephyr store check
  zephyr store check --data /var/lib/zephyr")]
    Check,
}

#[derive(Debug, Args)]
pub struct Backup {
    /// The file to make; one that exists is never overwritten
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
}

#[derive(Debug, Args)]
pub struct Restore {
    /// The backup
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
}
