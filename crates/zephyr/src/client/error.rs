//! Why a server gave no answer that can be used.

use zephyr_api::{Code, Problem};

/// Why there is no answer.
#[derive(Debug)]
pub enum CallError {
    /// It was not reached: nothing was asked of it.
    Unreached(String),
    /// It was asked, and its answer did not come: nobody knows what it did.
    Lost(String),
    /// It answered that it would not.
    Problem(Problem),
    /// What answered does not speak as zephyr does.
    Nonsense(String),
}

impl CallError {
    /// Whether the same request may be answered in a moment.
    pub fn may_pass(&self) -> bool {
        match self {
            Self::Unreached(_) | Self::Lost(_) => true,
            Self::Problem(problem) => matches!(problem.code, Code::Unavailable | Code::TooMany),
            Self::Nonsense(_) => false,
        }
    }

    /// Whether another server of the same zephyr may answer it. What one of them refuses, all refuse.
    pub fn is_no_answer(&self) -> bool {
        match self {
            Self::Unreached(_) | Self::Lost(_) | Self::Nonsense(_) => true,
            Self::Problem(problem) => problem.code == Code::Unavailable,
        }
    }

    /// Of several servers without an answer, which error counts: that something may have been done is told first.
    pub fn weight(&self) -> u8 {
        match self {
            Self::Lost(_) => 3,
            Self::Problem(_) => 2,
            Self::Nonsense(_) => 1,
            Self::Unreached(_) => 0,
        }
    }

    /// In a few words.
    pub fn why(&self) -> &str {
        match self {
            Self::Unreached(why) | Self::Lost(why) | Self::Nonsense(why) => why,
            Self::Problem(problem) => &problem.title,
        }
    }
}
