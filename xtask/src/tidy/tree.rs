//! The files that rules look at: path from the root and text.
//!
//! Deliberately not here: files that are no text, and what git ignores.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::Context;

/// Text files by their path from the root, with `/` between folders.
#[derive(Debug, Default)]
pub struct Tree {
    files: BTreeMap<String, String>,
}

impl Tree {
    /// Reads what git tracks or would track; without git, everything but hidden folders, `target` and `node_modules`.
    pub fn read(root: &Path) -> anyhow::Result<Self> {
        let mut paths = match git_paths(root) {
            Some(paths) => paths,
            None => walk(root)?,
        };
        paths.sort();
        let mut tree = Self::default();
        for path in paths {
            // A tracked file may be deleted in the work tree; a file may be no text.
            let Ok(bytes) = std::fs::read(root.join(&path)) else { continue };
            if let Ok(text) = String::from_utf8(bytes) {
                tree.files.insert(path, text);
            }
        }
        Ok(tree)
    }

    /// A tree made of these, for tests.
    #[cfg(test)]
    pub fn of(files: &[(&str, &str)]) -> Self {
        Self { files: files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect() }
    }

    /// All files, by path.
    pub fn files(&self) -> impl Iterator<Item = (&str, &str)> {
        self.files.iter().map(|(path, text)| (path.as_str(), text.as_str()))
    }

    /// The text of one file.
    pub fn get(&self, path: &str) -> Option<&str> {
        self.files.get(path).map(String::as_str)
    }

    /// How many files.
    pub fn len(&self) -> usize {
        self.files.len()
    }
}

fn git_paths(root: &Path) -> Option<Vec<String>> {
    let listed = Command::new("git")
        .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        .current_dir(root)
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output()
        .ok()?;
    if !listed.status.success() {
        return None;
    }
    let text = String::from_utf8(listed.stdout).ok()?;
    Some(text.split('\0').filter(|path| !path.is_empty()).map(str::to_owned).collect())
}

fn walk(root: &Path) -> anyhow::Result<Vec<String>> {
    let mut paths = Vec::new();
    let mut folders = vec![String::new()];
    while let Some(folder) = folders.pop() {
        let entries = std::fs::read_dir(root.join(&folder)).with_context(|| format!("cannot list `{folder}`"))?;
        for entry in entries {
            let entry = entry.with_context(|| format!("cannot list `{folder}`"))?;
            let Ok(name) = entry.file_name().into_string() else { continue };
            let path = if folder.is_empty() { name.clone() } else { format!("{folder}/{name}") };
            let kind = entry.file_type().with_context(|| format!("cannot look at `{path}`"))?;
            let hidden = name.starts_with('.') && ![".ci", ".cargo", ".github"].contains(&name.as_str());
            if kind.is_dir() && !hidden && name != "target" && name != "node_modules" {
                folders.push(path);
            } else if kind.is_file() {
                paths.push(path);
            }
        }
    }
    Ok(paths)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn git_and_the_walk_see_the_same_sources() {
        let root = crate::root().unwrap();
        let walked = walk(&root).unwrap();
        let Some(listed) = git_paths(&root) else { return };
        let sources = |paths: &[String]| -> std::collections::BTreeSet<String> {
            paths.iter().filter(|path| path.starts_with("xtask/src/")).cloned().collect()
        };
        assert_eq!(sources(&walked), sources(&listed));
        assert!(walked.iter().any(|path| path == ".cargo/config.toml"));
    }
}
