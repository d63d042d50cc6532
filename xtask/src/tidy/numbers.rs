//! Numbers of mechanisms and faults: a test named `p28_…` or `f07_…` names something that docs explain.
//!
//! Deliberately not here: whether the test tests it.

use super::{Finding, Tree};

/// Letter of the test names, and the page that explains its numbers.
const PAGES: &[(char, &str)] = &[('p', "docs/mechanisms.md"), ('f', "docs/faults.md")];

pub fn check(tree: &Tree) -> Vec<Finding> {
    let mut found = Vec::new();
    for (letter, page) in PAGES {
        let Some(explained) = tree.get(page) else { continue };
        for (path, text) in tree.files().filter(|(path, _)| path.ends_with(".rs")) {
            for (line, number) in test_numbers(text, *letter) {
                let name = format!("{}{number}", letter.to_ascii_uppercase());
                if !has_word(explained, &name) {
                    found.push(Finding::line(path, line, format!("{name} is explained nowhere in {page}")));
                }
            }
        }
    }
    found
}

/// Line and number of every function whose name begins with the letter and two digits.
fn test_numbers(text: &str, letter: char) -> Vec<(usize, String)> {
    let number = |line: &str| {
        let name = line.trim_start().trim_start_matches("async ").strip_prefix("fn ")?.strip_prefix(letter)?;
        let digits: String = name.chars().take_while(char::is_ascii_digit).collect();
        let numbered = digits.len() == 2 && name.strip_prefix(digits.as_str())?.starts_with('_');
        numbered.then_some(digits)
    };
    text.lines().zip(1..).filter_map(|(line, at)| Some((at, number(line)?))).collect()
}

fn has_word(text: &str, word: &str) -> bool {
    text.split(|c: char| !c.is_ascii_alphanumeric()).any(|found| found == word)
}

#[cfg(test)]
mod tests {
    use crate::tidy::tests::{clean, one_error};

    const TEST: &str = "//! x\n#[test]\nfn p28_moves_on() {}\n";

    #[test]
    fn a_number_that_no_page_explains_is_found() {
        let files = [("crates/a/src/lib.rs", TEST), ("docs/mechanisms.md", "P2, P280 and P29.\n")];
        one_error(&files, "crates/a/src/lib.rs:3", "P28");
    }

    #[test]
    fn a_fault_is_looked_up_among_the_faults_also_in_async_tests() {
        let test = "//! x\nasync fn f07_loses_the_reply() {}\n";
        let files = [("crates/a/tests/it/main.rs", test), ("docs/faults.md", "P07\n"), ("docs/mechanisms.md", "F07\n")];
        one_error(&files, "crates/a/tests/it/main.rs:2", "docs/faults.md");
    }

    #[test]
    fn explained_numbers_and_missing_pages_are_fine() {
        clean(&[("crates/a/src/lib.rs", TEST), ("docs/mechanisms.md", "| P28 | an unanswered page |\n")]);
        clean(&[("crates/a/src/lib.rs", TEST)]);
        clean(&[("crates/a/src/lib.rs", "//! x\nfn p2_x() {}\nfn page() {}\n"), ("docs/mechanisms.md", "\n")]);
    }
}
