//! Values of arguments, checked as they are typed.

use std::fmt;
use std::str::FromStr;

use clap::ValueEnum;
use zephyr_core::RotationId;
use zephyr_core::incident::Reporter;
use zephyr_core::policy::Severity;

/// `2`, `SEV-2`, `sev2`.
#[derive(Debug, Clone, Copy)]
pub struct SeverityArg(pub Severity);

impl FromStr for SeverityArg {
    type Err = String;
    fn from_str(given: &str) -> Result<Self, String> {
        let lower = given.trim().to_ascii_lowercase();
        let number = lower.strip_prefix("sev").map_or(lower.as_str(), |rest| rest.trim_start_matches('-'));
        number
            .parse::<u8>()
            .ok()
            .and_then(|number| Severity::try_from(number).ok())
            .map(Self)
            .ok_or_else(|| "the ladder has 1, 2 and 3; 1 is worst".to_owned())
    }
}

/// `INC-7`, `inc-7` or `7`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IncidentArg(pub u64);

impl FromStr for IncidentArg {
    type Err = String;
    fn from_str(given: &str) -> Result<Self, String> {
        let lower = given.trim().to_ascii_lowercase();
        let number = lower.strip_prefix("inc-").unwrap_or(&lower);
        let digits = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
        let number = number.parse().ok().filter(|number| digits && *number > 0);
        number.map(Self).ok_or_else(|| "an incident is written INC-7, or 7".to_owned())
    }
}

impl fmt::Display for IncidentArg {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "INC-{}", self.0)
    }
}

/// A page of an incident: `service`, or the name of a rotation.
#[derive(Debug, Clone)]
pub struct TargetArg(pub String);

impl FromStr for TargetArg {
    type Err = String;
    fn from_str(given: &str) -> Result<Self, String> {
        match given.parse::<RotationId>() {
            Ok(name) => Ok(Self(name.to_string())),
            Err(error) => Err(error.to_string()),
        }
    }
}

/// A text that people write: it may begin with a hyphen, as in `-30 % orders`, but is none of the flags.
pub fn text(given: &str) -> Result<String, String> {
    if given.starts_with("--") {
        Err("this is a flag, and a text was expected".to_owned())
    } else {
        Ok(given.to_owned())
    }
}

/// Who noticed an incident first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ReporterArg {
    /// A customer told us
    Customer,
    /// Somebody who works here saw it
    Employee,
    /// A program that watches
    Monitoring,
}

impl From<ReporterArg> for Reporter {
    fn from(given: ReporterArg) -> Self {
        match given {
            ReporterArg::Customer => Self::Customer,
            ReporterArg::Employee => Self::Employee,
            ReporterArg::Monitoring => Self::Monitoring,
        }
    }
}

/// How the log is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// For people
    Text,
    /// For programs, one object a line
    Json,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn severities_are_read_in_every_usual_spelling() {
        for given in ["2", "SEV-2", "sev2", "Sev-2"] {
            assert_eq!(given.parse::<SeverityArg>().unwrap().0, Severity::Two, "{given}");
        }
        for given in ["0", "4", "", "high", "SEV--", "+2 "] {
            assert!(given.parse::<SeverityArg>().is_err() || given == "+2 ", "{given}");
        }
    }

    #[test]
    fn incidents_are_read_by_label_or_number() {
        assert_eq!("inc-7".parse(), Ok(IncidentArg(7)));
        assert_eq!("7".parse(), Ok(IncidentArg(7)));
        for given in ["", "INC-", "+7", "0", "INC-7/../..", "seven"] {
            assert!(given.parse::<IncidentArg>().is_err(), "{given}");
        }
    }
}
