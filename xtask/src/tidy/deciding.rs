//! Only the engine calls the deciding functions, and only the engine asks a store to commit.
//!
//! Deliberately not here: crate edges, which keep everybody else away from the core altogether (`edges`).

use super::{Finding, Tree};

/// The deciding functions of `zephyr_core::incident`.
const DECIDING: &[&str] = &["open", "command", "wake", "outcome", "inform"];

/// Looks what would happen and commits nothing.
const PREVIEW: &str = "crates/zephyr/src/commands/check.rs";

/// Crates that may decide: the core itself, and the engine that runs it. The simulator's store passes commits through.
const MAY: &[&str] = &["crates/zephyr-core/", "crates/zephyr-engine/", "crates/zephyr-store/", "crates/zephyr-sim/"];

pub fn check(tree: &Tree) -> Vec<Finding> {
    let mut found = Vec::new();
    let may = |path: &str| path == PREVIEW || MAY.iter().any(|may| path.starts_with(may));
    let others = tree.files().filter(|(path, _)| path.starts_with("crates/") && path.contains("/src/") && !may(path));
    for (path, text) in others {
        for (line, at) in text.lines().zip(1..) {
            let code = line.split("//").next().unwrap_or(line);
            if let Some(name) = DECIDING.iter().find(|name| decides(code, name)) {
                let what = format!("calls `incident::{name}`: only the engine decides; ask it through its handle");
                found.push(Finding::line(path, at, what));
            }
            if code.contains(".commit(&") {
                found.push(Finding::line(path, at, "commits: only the engine writes to streams"));
            }
        }
    }
    found
}

/// Whether a line names a deciding function, by its path or in an import's braces.
fn decides(code: &str, name: &str) -> bool {
    let path = format!("incident::{name}");
    let named = code.match_indices(&path).any(|(at, _)| {
        let after = code.get(at + path.len()..).and_then(|rest| rest.chars().next());
        !after.is_some_and(|c| c.is_alphanumeric() || c == '_')
    });
    let imported = code.split_once("incident::{").is_some_and(|(_, group)| {
        let group = group.split('}').next().unwrap_or(group);
        group.split(|c: char| !c.is_alphanumeric() && c != '_').any(|word| word == name)
    });
    named || imported
}

#[cfg(test)]
mod tests {
    use crate::tidy::tests::{clean, one_error};

    const SERVER: &str = "crates/zephyr-server/src/api/open.rs";

    #[test]
    fn a_handler_that_decides_is_found() {
        one_error(
            &[(SERVER, "//! A.\nlet a = incident::open(b);\n")],
            "crates/zephyr-server/src/api/open.rs:2",
            "decides",
        );
        one_error(&[(SERVER, "//! A.\nuse zephyr_core::incident::{Incident, wake};\n")], SERVER, "incident::wake");
        one_error(&[(SERVER, "//! A.\nstore.commit(&commits).await;\n")], SERVER, "commits");
    }

    #[test]
    fn others_are_left_alone() {
        clean(&[(SERVER, "//! A.\nuse zephyr_core::incident::{Command, Incident, narrate};\n// incident::open(a)\n")]);
        clean(&[("crates/zephyr-engine/src/transact.rs", "//! A.\nincident::open(a);\nstore.commit(&b);\n")]);
    }
}
