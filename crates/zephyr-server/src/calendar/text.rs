//! Lines of iCalendar: escaped, folded, and ended as RFC 5545 wants them (3.1, 3.3.11).

/// Bytes of a line before it is folded.
const LINE_BYTES: usize = 75;

/// A text in the making.
#[derive(Debug, Default)]
pub struct Text(String);

impl Text {
    /// Adds a line that holds nothing to escape.
    pub fn line(&mut self, line: &str) {
        let mut width = 0;
        for letter in line.chars() {
            if width + letter.len_utf8() > LINE_BYTES {
                self.0.push_str("\r\n ");
                width = 1;
            }
            self.0.push(letter);
            width += letter.len_utf8();
        }
        self.0.push_str("\r\n");
    }

    /// Adds a property whose value is text.
    pub fn words(&mut self, name: &str, value: &str) {
        let mut line = format!("{name}:");
        for letter in value.chars() {
            match letter {
                '\\' | ';' | ',' => line.extend(['\\', letter]),
                '\n' => line.push_str("\\n"),
                letter if letter.is_control() => {}
                letter => line.push(letter),
            }
        }
        self.line(&line);
    }
}

impl From<Text> for String {
    fn from(text: Text) -> Self {
        text.0
    }
}

#[cfg(test)]
mod tests {
    use super::Text;

    fn written(value: &str) -> String {
        let mut text = Text::default();
        text.words("SUMMARY", value);
        text.into()
    }

    #[test]
    fn what_means_something_to_a_reader_is_escaped() {
        assert_eq!(written("a;b,c\\d\ne\r\u{7}f"), "SUMMARY:a\\;b\\,c\\\\d\\nef\r\n");
        assert_eq!(written("x\r\nEND:VEVENT"), "SUMMARY:x\\nEND:VEVENT\r\n", "no line of its own");
    }

    #[test]
    fn long_lines_are_folded_between_letters() {
        let long = "ä".repeat(100);
        let text = written(&long);
        assert!(text.lines().all(|line| line.len() <= 75), "{text}");
        assert_eq!(text.replace("\r\n ", ""), format!("SUMMARY:{long}\r\n"));
    }
}
