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

    /// With escapes for styles, without the line end. Blanks are written once a word follows them, so that none is left
    /// where a line is folded.
    pub(super) fn render(&self, columns: Option<usize>, unicode: bool) -> String {
        let hang = if columns.is_some_and(|columns| columns < NARROW) { self.hang.min(NARROW_HANG) } else { self.hang };
        let mut text = " ".repeat(self.indent);
        let mut at = self.indent;
        let mut blanks = 0;
        for (style, piece) in &self.pieces {
            let piece = clean::text(piece, unicode);
            let mut begun = false;
            for word in piece.split_inclusive(' ') {
                let bare = word.trim_end_matches(' ');
                if bare.is_empty() {
                    blanks += word.len();
                    continue;
                }
                let wide = columns_of(bare);
                if columns.is_some_and(|columns| at + blanks + wide > columns && at > hang) {
                    text.push('\n');
                    (at, blanks) = (0, hang);
                }
                text.push_str(&" ".repeat(blanks));
                if !begun {
                    text.push_str(style.begin());
                    begun = true;
                }
                text.push_str(bare);
                at += blanks + wide;
                blanks = word.len() - bare.len();
            }
            if begun {
                text.push_str(style.end());
            }
        }
        if at == self.indent { String::new() } else { text }
    }
}

/// A terminal that is narrower has no room for a column of labels beside folded text.
const NARROW: usize = 60;
/// How far folded text is indented there.
const NARROW_HANG: usize = 4;

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
    fn no_blank_is_left_where_a_line_is_folded() {
        let line = Line::new().strong("INC-2").plain("  ringing  ines").faint("  ").plain("Search is slow");
        assert_eq!(
            line.render(Some(23), true),
            "\u{1b}[1mINC-2\u{1b}[0m  ringing  ines\n  Search is slow",
            "the terminal would break the line once more"
        );
        assert_eq!(Line::indented(4).plain(" ").render(Some(23), true), "");
    }

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
             \x20   Brandt and 東京の人 by push; then\n\
             \x20   the rest of them\n"
        );
        assert_eq!(
            printed(Some(60), true, |printer| printer.line(line())),
            "  service     paging Maya Okafor, Lena Brandt and 東京の人\n\
             \x20             by push; then the rest of them\n"
        );
        assert_eq!(
            printed(None, false, |printer| printer.line(line())),
            "  service     paging Maya Okafor, Lena Brandt and ???? by push; then the rest of them\n"
        );
    }
}
