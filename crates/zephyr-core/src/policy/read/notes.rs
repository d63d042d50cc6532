//! Collects mistakes while a file is read, and knows where in the text each of them is.

use std::ops::Range;

use crate::limits;
use crate::policy::{Mistake, Rule};

/// Offending text longer than this is cut: it has to fit a line of a terminal.
const SHOWN_CHARS: usize = 80;

/// The mistakes found so far.
pub(super) struct Notes<'t> {
    text: &'t str,
    found: Vec<Found>,
}

struct Found {
    rule: Rule,
    at: Range<usize>,
    message: String,
    help: String,
}

impl<'t> Notes<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self { text, found: Vec::new() }
    }

    /// Takes down a mistake. `at` is in bytes of the text; an empty range shows no text.
    pub(super) fn add(&mut self, rule: Rule, at: &Range<usize>, message: impl Into<String>, help: impl Into<String>) {
        self.found.push(Found { rule, at: at.clone(), message: message.into(), help: help.into() });
    }

    pub(super) fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// How many there are; whoever reads a part compares before and after.
    pub(super) fn len(&self) -> usize {
        self.found.len()
    }

    /// All that were found, in the order of the file, not more than anybody would read.
    pub(super) fn finish(mut self) -> Vec<Mistake> {
        self.found.sort_by_key(|found| found.at.start);
        let text = self.text;
        self.found.into_iter().take(limits::POLICY_MISTAKES).map(|found| found.placed(text)).collect()
    }
}

impl Found {
    fn placed(self, text: &str) -> Mistake {
        let before = text.get(..self.at.start).unwrap_or(text);
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        Mistake {
            rule: self.rule,
            line: before.matches('\n').count() + 1,
            column: before.get(line_start..).map_or(0, |line| line.chars().count()) + 1,
            text: shown(text.get(self.at).unwrap_or_default()),
            message: self.message,
            help: self.help,
        }
    }
}

/// The first line of a piece of the file, cut, without what a terminal would obey.
fn shown(piece: &str) -> String {
    let mut lines = piece.trim().lines();
    let first = lines.next().unwrap_or_default();
    let mut shown: String = first.chars().filter(|c| !c.is_control()).take(SHOWN_CHARS).collect();
    if lines.next().is_some() || first.chars().count() > SHOWN_CHARS {
        shown.push('…');
    }
    shown
}
