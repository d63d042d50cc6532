//! `zephyr check` and `zephyr doctor`: what can be typed.

use std::path::PathBuf;

use clap::Args;
use zephyr_core::policy::Rule;

#[derive(Debug, Args)]
pub struct Check {
    /// The policy file
    #[arg(value_name = "FILE", default_value = "zephyr.toml")]
    pub file: PathBuf,
    /// Read no file: say what a rule means, with an example of it broken and one of it kept
    #[arg(long, value_name = "RULE", conflicts_with = "file")]
    pub explain: Option<Rule>,
}

#[derive(Debug, Args)]
pub struct Doctor {
    /// The policy file
    #[arg(long, value_name = "FILE", default_value = "zephyr.toml")]
    pub policy: PathBuf,
}
