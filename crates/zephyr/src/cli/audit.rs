//! Arguments of `zephyr audit`.

use std::str::FromStr;

use clap::Args;
use jiff::Timestamp;

use super::token::Life;

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  zephyr audit
  zephyr audit --actor nora --since 7d
  zephyr audit --kind token --json

Kinds are incident, token, policy and session, or one of theirs: token.revoked.
For admins, and on the machine that serves.")]
pub struct Audit {
    /// Only what this person or program did
    #[arg(long, value_name = "NAME")]
    pub actor: Option<String>,
    /// Only this kind
    #[arg(long, value_name = "KIND")]
    pub kind: Option<String>,
    /// Only from then on: `7d`, `12h`, `30m` ago, or an instant as `2026-11-24T09:00:00Z`
    #[arg(long, value_name = "TIME")]
    pub since: Option<When>,
    /// Only up to then, written as for --since
    #[arg(long, value_name = "TIME")]
    pub until: Option<When>,
    /// At most so many, the newest
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub limit: u32,
}

/// An instant, or so many seconds ago.
#[derive(Debug, Clone, Copy)]
pub enum When {
    At(Timestamp),
    Ago(u64),
}

impl FromStr for When {
    type Err = String;
    fn from_str(given: &str) -> Result<Self, String> {
        if let Ok(at) = given.parse::<Timestamp>() {
            return Ok(Self::At(at));
        }
        let ago = given.parse::<Life>().map(|ago| Self::Ago(ago.0));
        ago.map_err(|_| "write how long ago, 7d, 12h, 30m, or an instant, 2026-11-24T09:00:00Z".to_owned())
    }
}
