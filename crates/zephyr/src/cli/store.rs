//! `zephyr store`: what can be typed.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::serve::database::Address;

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
    /// Bring the schema up to date without serving; a server does so at its start as well
    #[command(after_help = "\
Example:
  zephyr store migrate --database postgres://zephyr@db.example.com/zephyr")]
    Migrate,
    /// Copy everything into an empty store of the other kind, while no server runs
    #[command(after_help = "\
Examples:
  zephyr store copy --to postgres://zephyr@db.example.com/zephyr
  zephyr store copy --database postgres://zephyr@db.example.com/zephyr --to zephyr-data/zephyr.db")]
    Copy(Copy),
}

#[derive(Debug, Args)]
pub struct Copy {
    /// The database or the file to copy into; it has to be empty, or not there
    #[arg(long, value_name = "URL|FILE")]
    pub to: CopyTo,
}

/// Where a copy goes.
#[derive(Debug, Clone)]
pub enum CopyTo {
    Database(Address),
    File(PathBuf),
}

impl std::str::FromStr for CopyTo {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text.contains("://") { text.parse().map(Self::Database) } else { Ok(Self::File(PathBuf::from(text))) }
    }
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
