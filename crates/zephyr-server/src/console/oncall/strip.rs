//! A span of time drawn from left to right: lanes with bars in them, and marks where days or hours begin.
//!
//! Deliberately not here: what the bars mean.

use std::fmt;

use jiff::Timestamp;

/// A part of a whole, in hundredths of a percent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Part(i64);

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:02}%", self.0 / 100, self.0 % 100)
    }
}

impl askama::filters::HtmlSafe for Part {}

/// The time of one strip, half open.
#[derive(Debug, Clone, Copy)]
pub struct Frame {
    /// First instant.
    pub from: Timestamp,
    /// First instant after it.
    pub until: Timestamp,
}

impl Frame {
    /// Where an instant lies.
    pub fn place(&self, at: Timestamp) -> Part {
        let whole = self.until.duration_since(self.from).as_secs().max(1);
        let part = at.duration_since(self.from).as_secs().clamp(0, whole);
        Part(part.saturating_mul(10_000) / whole)
    }

    /// Where a span lies and how wide it is; `None` where nothing of it is in the frame.
    pub fn clip(&self, from: Timestamp, until: Timestamp) -> Option<(Part, Part)> {
        if until <= self.from || self.until <= from {
            return None;
        }
        let (left, right) = (self.place(from), self.place(until));
        Some((left, Part(right.0 - left.0)))
    }

    /// Whether an instant lies in it.
    pub fn has(&self, at: Timestamp) -> bool {
        self.from <= at && at < self.until
    }
}

/// One row of a page: a day of a week, a week of a month, a rotation's year.
#[derive(Debug)]
pub struct Strip {
    /// What it is of.
    pub name: String,
    /// What is to be said beside it.
    pub note: Option<String>,
    /// Whether the present lies in it, and where.
    pub now: Option<Part>,
    /// Where something begins.
    pub marks: Vec<Mark>,
    /// One below the other.
    pub lanes: Vec<Lane>,
}

/// Where an hour, a day or a month begins.
#[derive(Debug)]
pub struct Mark {
    /// Where.
    pub left: Part,
    /// What.
    pub text: String,
}

/// Bars beside each other.
#[derive(Debug)]
pub struct Lane {
    /// Its name in full, for those who do not see it.
    pub name: String,
    /// One or two characters before it.
    pub sign: String,
    /// In order of time.
    pub bars: Vec<Bar>,
}

/// Something that lasts.
#[derive(Debug)]
pub struct Bar {
    /// Where it begins.
    pub left: Part,
    /// How long it is.
    pub width: Part,
    /// How it looks.
    pub look: String,
    /// As much as there is room for.
    pub text: String,
    /// The whole, in words.
    pub words: String,
    /// Where it leads.
    pub href: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_a_day_are_where_they_should_be() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        // A day of 23 hours.
        let frame = Frame { from: at("2027-03-27T23:00:00Z"), until: at("2027-03-28T22:00:00Z") };
        let (left, width) = frame.clip(at("2027-03-28T07:00:00Z"), at("2027-03-28T17:00:00Z")).unwrap();
        assert_eq!((left.to_string(), width.to_string()), ("34.78%".to_owned(), "43.48%".to_owned()));
        let (left, width) = frame.clip(at("2027-03-01T00:00:00Z"), at("2027-04-01T00:00:00Z")).unwrap();
        assert_eq!((left.to_string(), width.to_string()), ("0.00%".to_owned(), "100.00%".to_owned()));
        assert!(frame.clip(frame.until, at("2027-04-01T00:00:00Z")).is_none());
    }
}
