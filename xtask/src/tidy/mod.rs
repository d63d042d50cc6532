//! The rules of the house that no compiler holds. Each is a function over a [`Tree`], so that it is tested on small
//! trees that break it.
//!
//! Deliberately not here: what rustfmt and clippy hold.

mod deciding;
mod edges;
mod numbers;
mod text;
mod tree;

use std::path::Path;

pub use tree::Tree;

use crate::say;

/// Something that a rule found.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// Path from the root, with the line where there is one.
    pub place: String,
    /// What is wrong and what to do.
    pub what: String,
    /// A warning is said and passes.
    pub warning: bool,
}

impl Finding {
    fn file(path: &str, what: impl Into<String>) -> Self {
        Self { place: path.to_owned(), what: what.into(), warning: false }
    }

    fn line(path: &str, line: usize, what: impl Into<String>) -> Self {
        Self { place: format!("{path}:{line}"), what: what.into(), warning: false }
    }

    fn warning(path: &str, what: impl Into<String>) -> Self {
        Self { place: path.to_owned(), what: what.into(), warning: true }
    }
}

/// Checks the repository; `false` when something other than a warning was found.
pub fn run(root: &Path) -> anyhow::Result<bool> {
    let tree = Tree::read(root)?;
    let findings = check(&tree);
    for finding in &findings {
        let kind = if finding.warning { "warning" } else { "error" };
        say::talk(&format!("{kind}: {}: {}", finding.place, finding.what));
    }
    let errors = findings.iter().filter(|finding| !finding.warning).count();
    say::print(&format!("tidy: {} files read, {errors} errors", tree.len()));
    Ok(errors == 0)
}

fn check(tree: &Tree) -> Vec<Finding> {
    let mut found = edges::check(tree);
    found.extend(text::check(tree));
    found.extend(numbers::check(tree));
    found.extend(deciding::check(tree));
    found.sort();
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Checks a small tree and gives `place: what` of all that is no warning.
    pub(super) fn errors(files: &[(&str, &str)]) -> Vec<String> {
        check(&Tree::of(files)).into_iter().filter(|f| !f.warning).map(|f| format!("{}: {}", f.place, f.what)).collect()
    }

    #[track_caller]
    pub(super) fn one_error(files: &[(&str, &str)], place: &str, words: &str) {
        let found = errors(files);
        assert!(found.len() == 1 && found[0].starts_with(place) && found[0].contains(words), "{found:#?}");
    }

    #[track_caller]
    pub(super) fn clean(files: &[(&str, &str)]) {
        assert_eq!(errors(files), Vec::<String>::new());
    }

    #[test]
    fn an_empty_tree_has_no_errors_but_warns_of_the_missing_pages() {
        clean(&[]);
        assert_eq!(check(&Tree::of(&[])).len(), 4);
    }

    #[test]
    fn warnings_come_with_a_place() {
        let found = check(&Tree::of(&[("README.md", "# zephyr\n")]));
        let places: Vec<&str> = found.iter().map(|f| f.place.as_str()).collect();
        assert_eq!(places, ["ARCHITECTURE.md", "CHANGELOG.md", "CONTRIBUTING.md"]);
    }
}
