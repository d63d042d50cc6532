//! Rules about the text of files.
//!
//! Deliberately not here: layout of Rust code, which rustfmt holds.

use super::{Finding, Tree};

/// The longest a source file may be, outside tests.
const LINES: usize = 800;

/// Pages that a newcomer looks for. Until all of them are written their absence is a warning.
const PAGES: &[&str] = &["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md"];

/// What stays out of code, and why. Written in two parts, so that this file does not find itself.
const UNWANTED: &[(&str, &str)] = &[
    (concat!("#[", "allow("), "say `#[expect(lint, reason = \"…\")]`, which is noticed when it is needed no more"),
    (concat!("#![", "allow("), "say `#![expect(lint, reason = \"…\")]`, which is noticed when it is needed no more"),
    (concat!("todo", "!("), "finish it, or leave it out"),
    (concat!("unimplemented", "!("), "finish it, or leave it out"),
    (concat!("FIX", "ME"), "fix it, or write down why not"),
];

/// Folders of somebody's machine.
const MACHINE: &[&str] = &[concat!("/wo", "rk/"), concat!("/ro", "ot/"), concat!("/ho", "me/"), concat!("/Us", "ers/")];

/// Endings of files that people write.
const WRITTEN: &[&str] =
    &[".rs", ".toml", ".md", ".css", ".js", ".mjs", ".html", ".sql", ".sh", ".yml", ".yaml", ".txt", ".ci/run"];

/// Endings of files that hold code.
const CODE: &[&str] = &[".rs", ".css", ".js", ".mjs", ".html", ".sql", ".sh", ".ci/run"];

pub fn check(tree: &Tree) -> Vec<Finding> {
    let mut found = Vec::new();
    for (path, text) in tree.files() {
        check_machine_paths(path, text, &mut found);
        if ends_with_any(path, WRITTEN) {
            check_white_space(path, text, &mut found);
        }
        if ends_with_any(path, CODE) {
            check_code(path, text, &mut found);
        }
        if is_module(path) && !text.starts_with("//!") {
            found.push(Finding::file(path, "begin with `//!`: what it is for, and what is deliberately not in it"));
        }
        if path.starts_with("crates/zephyr-core/src/page/") {
            check_page(path, text, &mut found);
        }
    }
    for page in PAGES.iter().filter(|page| tree.get(page).is_none()) {
        found.push(Finding::warning(page, "is missing"));
    }
    found
}

fn ends_with_any(path: &str, endings: &[&str]) -> bool {
    endings.iter().any(|ending| path.ends_with(ending))
}

/// A source file of a crate or of xtask; build scripts and tests are outside `src`.
fn is_module(path: &str) -> bool {
    let Some(rest) = path.strip_prefix("crates/").or_else(|| path.starts_with("xtask/").then_some(path)) else {
        return false;
    };
    rest.split_once('/').is_some_and(|(_, inner)| inner.starts_with("src/")) && path.ends_with(".rs")
}

fn is_test(path: &str) -> bool {
    path.contains("/tests/") || path.starts_with("tests/") || path.ends_with("/tests.rs") || path.contains("/e2e/")
}

fn check_machine_paths(path: &str, text: &str, found: &mut Vec<Finding>) {
    for (line, at) in text.lines().zip(1..) {
        if let Some(folder) = MACHINE.iter().find(|folder| mentions_root(line, folder)) {
            found.push(Finding::line(path, at, format!("names `{folder}`, a folder of one machine")));
        }
    }
}

/// Whether the folder is named as a path from the root, and not as the middle of a longer one.
fn mentions_root(line: &str, folder: &str) -> bool {
    line.match_indices(folder).any(|(at, _)| {
        let before = line.get(..at).and_then(|before| before.chars().next_back());
        !before.is_some_and(|c| c.is_alphanumeric() || ['.', '_', '-', '}', ')', '>', '*', '~'].contains(&c))
    })
}

fn check_white_space(path: &str, text: &str, found: &mut Vec<Finding>) {
    for (line, at) in text.split('\n').zip(1..) {
        if line.contains('\t') {
            found.push(Finding::line(path, at, "has a tab: use blanks"));
        }
        if line.ends_with([' ', '\t', '\r']) {
            found.push(Finding::line(path, at, "has white space at its end"));
        }
    }
    if !text.is_empty() && !text.ends_with('\n') {
        found.push(Finding::file(path, "does not end with a line break"));
    }
}

fn check_code(path: &str, text: &str, found: &mut Vec<Finding>) {
    let lines = text.lines().count();
    if lines > LINES && !is_test(path) {
        found.push(Finding::file(path, format!("has {lines} lines, more than {LINES}: one subject a file")));
    }
    for (line, at) in text.lines().zip(1..) {
        if let Some((unwanted, why)) = UNWANTED.iter().find(|(unwanted, _)| line.contains(unwanted)) {
            found.push(Finding::line(path, at, format!("has `{unwanted}`: {why}")));
        }
    }
}

/// The page machine rings people for other reasons too, so it knows nothing of incidents.
fn check_page(path: &str, text: &str, found: &mut Vec<Finding>) {
    let code: Vec<&str> = text.lines().map(|line| line.split("//").next().unwrap_or(line)).collect();
    for (line, at) in code.iter().zip(1..) {
        if mentions_incident(line) {
            found.push(Finding::line(path, at, "mentions the module `incident`: `page` must not know it"));
        }
    }
    // An import may open its braces on one line and name the module on another.
    let whole = code.join("\n");
    let grouped = whole.match_indices("crate::{").any(|(at, _)| {
        let group = whole.get(at..).and_then(|rest| rest.split(';').next()).unwrap_or("");
        group.contains('\n') && group.split(|c: char| !c.is_alphanumeric() && c != '_').any(|word| word == "incident")
    });
    if grouped {
        found.push(Finding::file(path, "imports the module `incident`: `page` must not know it"));
    }
}

fn mentions_incident(line: &str) -> bool {
    let words = || line.split(|c: char| !c.is_alphanumeric() && c != '_');
    ["crate::incident", "super::incident"].iter().any(|path| {
        line.match_indices(path).any(|(at, _)| {
            let after = line.get(at + path.len()..).and_then(|rest| rest.chars().next());
            !after.is_some_and(|c| c.is_alphanumeric() || c == '_')
        })
    }) || (line.contains("crate::{") && words().any(|word| word == "incident"))
}

#[cfg(test)]
#[path = "text_tests.rs"]
mod tests;
