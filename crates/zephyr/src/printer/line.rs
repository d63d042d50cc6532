//! One line of output: pieces of text with a style each, folded where it is too long for the screen.

use super::clean;

/// How a piece looks; never the only sign of what it means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// As it is.
    Plain,
    /// What the eye should find first.
    Strong,
    /// What matters less.
    Faint,
    /// As it should be.
    Good,
    /// What somebody has to look at.
    Bad,
}

impl Style {
    /// The escape that begins it; `anstream` leaves it out where no colour is wanted.
    fn begin(self) -> &'static str {
        match self {
            Self::Plain => "",
            Self::Strong => "\u{1b}[1m",
            Self::Faint => "\u{1b}[2m",
            Self::Good => "\u{1b}[32m",
            Self::Bad => "\u{1b}[1;31m",
        }
    }

    fn end(self) -> &'static str {
        if self == Self::Plain { "" } else { "\u{1b}[0m" }
    }
}

/// A line to be printed.
#[derive(Debug, Clone, Default)]
pub struct Line {
    indent: usize,
    /// Where lines that had to be folded go on.
    hang: usize,
    pieces: Vec<(Style, String)>,
}

impl Line {
    /// An empty line.
    pub fn new() -> Self {
        Self { hang: 2, ..Self::default() }
    }

    /// A line that begins further right.
    pub fn indented(columns: usize) -> Self {
        Self { indent: columns, hang: columns, pieces: Vec::new() }
    }

    /// `  label     text`: the label in a column of its own.
    pub fn labelled(label: &str) -> Self {
        let line = Self { indent: 2, hang: 2 + LABEL, pieces: Vec::new() };
        line.push(Style::Faint, &format!("{label:<LABEL$}"))
    }

    /// Adds text.
    #[must_use]
    pub fn push(mut self, style: Style, text: &str) -> Self {
        self.pieces.push((style, text.to_owned()));
        self
    }

    /// Adds text as it is.
    #[must_use]
    pub fn plain(self, text: &str) -> Self {
        self.push(Style::Plain, text)
    }

    /// Adds what the eye should find first.
    #[must_use]
    pub fn strong(self, text: &str) -> Self {
        self.push(Style::Strong, text)
    }

    /// Adds what matters less.
    #[must_use]
    pub fn faint(self, text: &str) -> Self {
        self.push(Style::Faint, text)
    }

    /// With escapes for styles, without the line end.
    pub(super) fn render(&self, columns: Option<usize>, unicode: bool) -> String {
        let mut text = " ".repeat(self.indent);
        let mut at = self.indent;
        for (style, piece) in &self.pieces {
            text.push_str(style.begin());
            let piece = clean::text(piece, unicode);
            for word in piece.split_inclusive(' ') {
                let wide = columns_of(word.trim_end_matches(' '));
                let too_long = columns.is_some_and(|columns| at + wide > columns && at > self.hang);
                if too_long && !word.trim().is_empty() {
                    text.truncate(text.trim_end_matches(' ').len());
                    text.push('\n');
                    text.push_str(&" ".repeat(self.hang));
                    at = self.hang;
                }
                text.push_str(word);
                at += wide + (word.len() - word.trim_end_matches(' ').len());
            }
            text.push_str(style.end());
        }
        text.truncate(text.trim_end_matches(' ').len());
        text
    }
}

/// `status page` and a blank.
const LABEL: usize = 12;

impl From<&str> for Line {
    fn from(text: &str) -> Self {
        Self::new().plain(text)
    }
}

impl From<String> for Line {
    fn from(text: String) -> Self {
        Self::new().plain(&text)
    }
}

/// Columns that a text takes: two for the scripts and pictures that terminals show wide (Unicode UAX #11, coarsely).
fn columns_of(text: &str) -> usize {
    let wide = |c: char| {
        matches!(c,
            '\u{1100}'..='\u{115f}' | '\u{2e80}'..='\u{a4cf}' | '\u{ac00}'..='\u{d7a3}' | '\u{f900}'..='\u{faff}'
            | '\u{fe30}'..='\u{fe6f}' | '\u{ff00}'..='\u{ff60}' | '\u{1f300}'..='\u{1faff}' | '\u{20000}'..='\u{3fffd}')
    };
    let none = |c: char| matches!(c, '\u{300}'..='\u{36f}' | '\u{200d}' | '\u{fe00}'..='\u{fe0f}');
    text.chars().map(|c| if wide(c) { 2 } else { usize::from(!none(c)) }).sum()
}

#[cfg(test)]
mod tests {
    use crate::printer::testing::printed;

    use super::*;

    #[test]
    fn a_long_line_is_folded_under_its_label() {
        let line = || {
            Line::labelled("service")
                .plain("paging Maya Okafor, Lena Brandt and 東京の人 by push; ")
                .faint("then the rest of them")
        };
        assert_eq!(
            printed(Some(40), true, |printer| printer.line(line())),
            "  service     paging Maya Okafor, Lena\n\
             \x20             Brandt and 東京の人 by\n\
             \x20             push; then the rest of\n\
             \x20             them\n"
        );
        assert_eq!(
            printed(None, false, |printer| printer.line(line())),
            "  service     paging Maya Okafor, Lena Brandt and ???? by push; then the rest of them\n"
        );
    }
}
