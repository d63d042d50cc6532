//! Makes text from elsewhere harmless: to the terminal, to the reader's eye, and to terminals that know only ASCII.

use std::fmt::Write;

/// Shows as `<1b>` what would act on the terminal or reorder and hide what stands beside it. Where only ASCII can be
/// shown, puts the nearest sign in place of the few that zephyr writes, and `?` for all others.
pub fn text(given: &str, unicode: bool) -> String {
    let mut cleaned = String::with_capacity(given.len());
    for c in given.chars() {
        match c {
            '\n' | '\r' | '\t' => cleaned.push(' '),
            c if acts(c) => {
                // Writing to a string cannot fail.
                let _ = write!(cleaned, "<{:02x}>", u32::from(c));
            }
            c if unicode || c.is_ascii() => cleaned.push(c),
            c => cleaned.push_str(ascii(c)),
        }
    }
    cleaned
}

/// The same for JSON, where an escape keeps the value as it is.
pub fn json(given: &str) -> String {
    let mut cleaned = String::with_capacity(given.len());
    for c in given.chars() {
        if c != '\n' && acts(c) {
            let mut units = [0_u16; 2];
            for unit in c.encode_utf16(&mut units) {
                // Writing to a string cannot fail.
                let _ = write!(cleaned, "\\u{unit:04x}");
            }
        } else {
            cleaned.push(c);
        }
    }
    cleaned
}

/// Control characters of both sets, and the marks that reorder or hide text.
fn acts(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{180e}' | '\u{200b}'..='\u{200c}' | '\u{200e}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}'
            | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

fn ascii(c: char) -> &'static str {
    match c {
        '–' | '—' | '‑' => "-",
        '…' => "...",
        '→' => "->",
        '·' | '•' => "*",
        '‘' | '’' => "'",
        '“' | '”' => "\"",
        _ => "?",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_acts_on_a_terminal_is_printed() {
        let hostile = "\u{1b}]0;title\u{7}a\u{9b}31mb\u{202e}c\u{2066}d\u{200b}e\rf\ng\u{7f}";
        insta::assert_snapshot!(text(hostile, true), @"<1b>]0;title<07>a<9b>31mb<202e>c<2066>d<200b>e f g<7f>");
    }

    #[test]
    fn people_write_in_their_own_scripts() {
        let given = "Zürich 東京 שלום 🔥 👩‍🚒";
        assert_eq!(text(given, true), given);
        assert_eq!(text("Zürich — 5 → 6…", false), "Z?rich - 5 -> 6...");
    }

    #[test]
    fn json_keeps_its_value() {
        let given = serde_json::to_string("a\u{1b}\u{202e}\u{9b}\u{e0041}b").unwrap();
        let cleaned = json(&given);
        assert!(cleaned.is_ascii(), "{cleaned}");
        assert_eq!(serde_json::from_str::<String>(&cleaned).unwrap(), "a\u{1b}\u{202e}\u{9b}\u{e0041}b");
    }
}
