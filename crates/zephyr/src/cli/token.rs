//! Arguments of `zephyr token`.

use std::str::FromStr;

use clap::{Args, Subcommand};
use zephyr_core::{PersonId, RotationId};

#[derive(Debug, Subcommand)]
pub enum Token {
    /// Make a token; its secret is shown this once
    #[command(after_help = "\
Examples:
  zephyr token create --person maya --expires 90d
  zephyr token create --bot alerts
  zephyr token create --bot prometheus --scope metrics")]
    Create(CreateToken),
    /// Show the tokens there are, never their secrets
    #[command(after_help = "\
Example:
  zephyr token list")]
    List,
    /// End a token at once, and every session made from it
    #[command(after_help = "\
Example:
  zephyr token revoke tok_4f9c21")]
    Revoke(RevokeToken),
}

#[derive(Debug, Args)]
#[group(id = "holder", required = true, multiple = false)]
pub struct Holder {
    /// For a person of the policy file
    #[arg(long = "person", id = "holder_person", value_name = "PERSON")]
    pub person: Option<PersonId>,
    /// For a program, under this name; it may declare, and answers no page
    #[arg(long = "bot", id = "holder_bot", value_name = "NAME")]
    pub bot: Option<RotationId>,
}

#[derive(Debug, Args)]
pub struct CreateToken {
    #[command(flatten)]
    pub holder: Holder,
    /// What it may be used for, several with commas; else all that the person may, `read,declare` for a program
    #[arg(long = "scope", value_name = "SCOPE", value_delimiter = ',', value_parser = ["read", "declare", "respond", "admin", "metrics"])]
    pub scopes: Vec<String>,
    /// For how long it is good: `90d`, `12h`, `30m`; else without end
    #[arg(long, value_name = "TIME")]
    pub expires: Option<Life>,
}

#[derive(Debug, Args)]
pub struct RevokeToken {
    /// Its id, as `zephyr token list` shows it
    #[arg(id = "token_id", value_name = "ID")]
    pub token: TokenId,
}

/// `90d`, `12h`, `30m`, in seconds.
#[derive(Debug, Clone, Copy)]
pub struct Life(pub u64);

impl FromStr for Life {
    type Err = String;
    fn from_str(given: &str) -> Result<Self, String> {
        let units = [('d', 86_400), ('h', 3_600), ('m', 60)];
        let found = units.into_iter().find_map(|(unit, seconds)| Some((given.strip_suffix(unit)?, seconds)));
        let seconds = found.and_then(|(count, unit)| count.parse::<u64>().ok()?.checked_mul(unit));
        seconds
            .filter(|seconds| *seconds > 0)
            .map(Self)
            .ok_or_else(|| "write days, hours or minutes: 90d, 12h, 30m".to_owned())
    }
}

/// `tok_` and more.
#[derive(Debug, Clone)]
pub struct TokenId(pub String);

impl FromStr for TokenId {
    type Err = String;
    fn from_str(given: &str) -> Result<Self, String> {
        let digits = given.strip_prefix("tok_").unwrap_or_default();
        let fits = (1..=32).contains(&digits.len()) && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
        fits.then(|| Self(given.to_owned()))
            .ok_or_else(|| "an id begins with tok_; `zephyr token list` shows them".to_owned())
    }
}
