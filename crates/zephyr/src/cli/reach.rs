//! `zephyr drill` and `zephyr contact`: what can be typed.

use std::fmt;
use std::str::FromStr;

use clap::{Args, Subcommand};
use zephyr_core::PersonId;
use zephyr_core::policy::Method;
use zephyr_core::reach::Code;

use super::values::SeverityArg;

#[derive(Debug, Subcommand)]
pub enum Drill {
    /// Ring somebody with nothing being wrong: a person, or a rotation up its chain
    #[command(after_help = "\
Examples:
  zephyr drill page maya
  zephyr drill page platform --sev 1

Whoever is rung is told first that it is a drill, and answers it with `zephyr ack`.")]
    Page(DrillPage),
    /// Drills that go on, and those that ended last
    #[command(after_help = "\
Example:
  zephyr drill list")]
    List,
    /// One drill: who was rung over what, who answered, and after how long
    #[command(after_help = "\
Example:
  zephyr drill show DRILL-3")]
    Show(OneDrill),
    /// End a drill
    #[command(after_help = "\
Example:
  zephyr drill stop DRILL-3")]
    Stop(OneDrill),
}

#[derive(Debug, Args)]
pub struct DrillPage {
    /// A person or a rotation of the policy
    #[arg(id = "whom", value_name = "PERSON|ROTATION")]
    pub whom: PersonId,
    /// Whose chain is practised: 1 is worst
    #[arg(long = "sev", value_name = "1|2|3", default_value = "2", allow_negative_numbers = true)]
    pub severity: SeverityArg,
}

#[derive(Debug, Args)]
pub struct OneDrill {
    /// Which drill
    #[arg(value_name = "DRILL-3")]
    pub drill: DrillArg,
}

#[derive(Debug, Subcommand)]
pub enum Contact {
    /// How I am reached, and what was shown to work
    #[command(after_help = "\
Example:
  zephyr contact list --as maya")]
    List,
    /// Show that a method reaches me: without --code one is sent, with it that one is given
    #[command(after_help = "\
Examples:
  zephyr contact verify sms
  zephyr contact verify sms --code 123456")]
    Verify(Verify),
}

#[derive(Debug, Args)]
pub struct Verify {
    /// Which method of my ladder
    #[arg(value_name = "push|sms|call|email|chat", value_parser = method)]
    pub method: Method,
    /// The code that came
    #[arg(long, value_name = "CODE", allow_hyphen_values = true)]
    pub code: Option<Code>,
}

fn method(given: &str) -> Result<Method, String> {
    let all = [Method::Push, Method::Sms, Method::Call, Method::Email, Method::Chat];
    let found = all.into_iter().find(|method| method.as_str() == given);
    found.ok_or_else(|| "there are push, sms, call, email and chat".to_owned())
}

/// `DRILL-3`, `drill-3` or `3`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DrillArg(u64);

impl FromStr for DrillArg {
    type Err = String;
    fn from_str(given: &str) -> Result<Self, String> {
        let lower = given.trim().to_ascii_lowercase();
        let number = lower.strip_prefix("drill-").unwrap_or(&lower);
        let digits = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
        let number = number.parse().ok().filter(|number| digits && *number > 0);
        number.map(Self).ok_or_else(|| "a drill is written DRILL-3, or 3".to_owned())
    }
}

impl fmt::Display for DrillArg {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DRILL-{}", self.0)
    }
}
