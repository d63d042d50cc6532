//! Who noticed an incident first.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Who noticed it first: what is learnt afterwards starts from whether customers knew before we did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reporter {
    /// A customer told us.
    Customer,
    /// Somebody who works here saw it.
    Employee,
    /// A program that watches.
    Monitoring,
}

impl Reporter {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Customer, Self::Employee, Self::Monitoring];

    /// `customer`, `employee` or `monitoring`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Customer => "customer",
            Self::Employee => "employee",
            Self::Monitoring => "monitoring",
        }
    }

    /// `a customer`, `an employee` or `monitoring`: after "reported by".
    pub fn in_words(self) -> &'static str {
        match self {
            Self::Customer => "a customer",
            Self::Employee => "an employee",
            Self::Monitoring => "monitoring",
        }
    }
}

/// The name of nobody who reports.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("it is reported by `customer`, `employee` or `monitoring`")]
pub struct NoReporter;

impl FromStr for Reporter {
    type Err = NoReporter;
    fn from_str(given: &str) -> Result<Self, NoReporter> {
        Self::ALL.into_iter().find(|reporter| reporter.as_str() == given).ok_or(NoReporter)
    }
}

impl fmt::Display for Reporter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
