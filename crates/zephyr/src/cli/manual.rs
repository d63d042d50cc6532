//! `zephyr completions` and `zephyr man`: what can be typed.

use std::path::PathBuf;

use clap::Args;
use clap_complete::Shell;

#[derive(Debug, Args)]
pub struct Completions {
    /// Your shell
    #[arg(value_name = "SHELL")]
    pub shell: Shell,
}

#[derive(Debug, Args)]
pub struct Manual {
    /// Write a page for each command into this folder, instead of printing the first
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Print everything as one page of Markdown
    #[arg(long, conflicts_with = "out")]
    pub markdown: bool,
}
