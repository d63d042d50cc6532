//! Which crate may know which: arrows point downwards only, pure crates stay pure, and banned crates stay out.
//!
//! Deliberately not here: dependencies of tests. A test may reach for any crate.

use toml::{Table, Value};

use super::{Finding, Tree};

/// A crate of ours and the crates of ours that it may depend on.
struct Edge {
    from: &'static str,
    to: &'static [&'static str],
    /// No IO, no async, no clock, no chance.
    pure: bool,
}

/// All arrows of the workspace.
const EDGES: &[Edge] = &[
    Edge { from: "zephyr-core", to: &[], pure: true },
    Edge { from: "zephyr-engine", to: &["zephyr-core"], pure: true },
    // Points for tests; nothing at all in what is shipped.
    Edge { from: "zephyr-fault", to: &[], pure: false },
    Edge { from: "zephyr-store", to: &["zephyr-core", "zephyr-engine", "zephyr-fault"], pure: false },
    Edge { from: "zephyr-providers", to: &["zephyr-core"], pure: true },
    Edge { from: "zephyr-api", to: &[], pure: true },
    Edge {
        from: "zephyr-server",
        to: &["zephyr-api", "zephyr-core", "zephyr-engine", "zephyr-fault", "zephyr-providers"],
        pure: false,
    },
    Edge {
        from: "zephyr",
        to: &[
            "zephyr-api",
            "zephyr-core",
            "zephyr-engine",
            "zephyr-fault",
            "zephyr-providers",
            "zephyr-server",
            "zephyr-store",
        ],
        pure: false,
    },
    Edge { from: "zephyr-sim", to: &["zephyr-core", "zephyr-engine", "zephyr-providers", "zephyr-store"], pure: false },
    Edge { from: "xtask", to: &[], pure: false },
];

/// Crates that bring sockets, tasks, storage or chance; none of a pure crate's business.
const IMPURE: &[&str] = &["tokio", "reqwest", "hyper", "axum", "sqlx", "getrandom", "rand", "async-std", "rusqlite"];

pub fn check(tree: &Tree) -> Vec<Finding> {
    let mut found = Vec::new();
    for (path, text) in tree.files() {
        if is_manifest(path) {
            check_manifest(path, text, &mut found);
        }
    }
    check_banned(tree, &mut found);
    found
}

fn is_manifest(path: &str) -> bool {
    path == "xtask/Cargo.toml"
        || path
            .strip_prefix("crates/")
            .and_then(|rest| rest.strip_suffix("/Cargo.toml"))
            .is_some_and(|name| !name.contains('/'))
}

fn check_manifest(path: &str, text: &str, found: &mut Vec<Finding>) {
    let manifest: Table = match text.parse() {
        Ok(manifest) => manifest,
        Err(error) => return found.push(Finding::file(path, format!("cannot be read: {}", error.message()))),
    };
    let name = manifest.get("package").and_then(|package| package.get("name")).and_then(Value::as_str).unwrap_or("");
    let Some(edge) = EDGES.iter().find(|edge| edge.from == name) else {
        return found.push(Finding::file(path, format!("crate `{name}` has no row in the table of edges in xtask")));
    };
    for dependency in dependencies(&manifest) {
        let ours = dependency == "xtask" || dependency == "zephyr" || dependency.starts_with("zephyr-");
        if ours && !edge.to.contains(&dependency.as_str()) {
            found.push(Finding::file(path, format!("{name} must not depend on {dependency}")));
        } else if edge.pure && IMPURE.contains(&dependency.as_str()) {
            found.push(Finding::file(path, format!("{name} is pure and must not depend on {dependency}")));
        }
    }
}

/// Names of all packages that the crate itself is built with.
fn dependencies(manifest: &Table) -> Vec<String> {
    let mut tables = vec![manifest];
    let targets = manifest.get("target").and_then(Value::as_table);
    tables.extend(targets.into_iter().flat_map(Table::values).filter_map(Value::as_table));
    let sections = tables
        .into_iter()
        .flat_map(|table| ["dependencies", "build-dependencies"].map(|section| table.get(section)))
        .flatten()
        .filter_map(Value::as_table);
    sections
        .flatten()
        .map(|(key, value)| value.get("package").and_then(Value::as_str).unwrap_or(key).to_owned())
        .collect()
}

/// What `deny.toml` bans is not in `Cargo.lock`, so that the ban holds where cargo-deny is not installed.
fn check_banned(tree: &Tree, found: &mut Vec<Finding>) {
    let (Some(deny), Some(lock)) = (tree.get("deny.toml"), tree.get("Cargo.lock")) else { return };
    let Ok(deny) = deny.parse::<Table>() else {
        return found.push(Finding::file("deny.toml", "cannot be read"));
    };
    let Ok(lock) = lock.parse::<Table>() else {
        return found.push(Finding::file("Cargo.lock", "cannot be read"));
    };
    let banned = names(deny.get("bans").and_then(|bans| bans.get("deny")));
    let locked = names(lock.get("package"));
    for name in banned.iter().filter(|name| locked.contains(name)) {
        found.push(Finding::file("Cargo.lock", format!("`{name}` is banned in deny.toml: see `cargo tree -i {name}`")));
    }
}

fn names(rows: Option<&Value>) -> Vec<&str> {
    let rows = rows.and_then(Value::as_array).into_iter().flatten();
    rows.filter_map(|row| row.get("name").and_then(Value::as_str)).collect()
}

#[cfg(test)]
mod tests {
    use crate::tidy::tests::{clean, one_error};

    #[track_caller]
    fn manifest(path: &str, text: &str, words: &str) {
        if words.is_empty() { clean(&[(path, text)]) } else { one_error(&[(path, text)], path, words) }
    }

    const CORE: &str = "crates/zephyr-core/Cargo.toml";
    const STORE: &str = "crates/zephyr-store/Cargo.toml";

    #[test]
    fn an_arrow_that_points_up_is_found() {
        manifest(
            CORE,
            "[package]\nname = \"zephyr-core\"\n[dependencies]\nzephyr-engine.workspace = true\n",
            "must not depend on zephyr-engine",
        );
        manifest(STORE, "[package]\nname = \"zephyr-store\"\n[dependencies]\nzephyr-core.workspace = true\n", "");
    }

    #[test]
    fn the_binary_does_not_know_the_simulator() {
        let text = "[package]\nname = \"zephyr\"\n[dependencies]\nzephyr-sim.workspace = true\n";
        manifest("crates/zephyr/Cargo.toml", text, "must not depend on zephyr-sim");
    }

    #[test]
    fn an_arrow_under_another_name_a_target_or_in_a_build_script_is_found() {
        for section in [
            "[dependencies]\nfriend = { package = \"zephyr-server\", path = \"../x\" }",
            "[target.'cfg(unix)'.dependencies]\nzephyr-server = \"1\"",
            "[build-dependencies]\nzephyr-server = \"1\"",
        ] {
            manifest(STORE, &format!("[package]\nname = \"zephyr-store\"\n{section}\n"), "zephyr-server");
        }
    }

    #[test]
    fn tests_may_reach_for_any_crate() {
        manifest(STORE, "[package]\nname = \"zephyr-store\"\n[dev-dependencies]\nzephyr-sim.workspace = true\n", "");
    }

    #[test]
    fn a_pure_crate_has_no_runtime() {
        manifest(
            "crates/zephyr-providers/Cargo.toml",
            "[package]\nname = \"zephyr-providers\"\n[dependencies]\ntokio = \"1\"\n",
            "is pure",
        );
    }

    #[test]
    fn a_crate_without_a_row_and_a_broken_manifest_are_found() {
        manifest("crates/zephyr-extra/Cargo.toml", "[package]\nname = \"zephyr-extra\"\n", "no row");
        manifest("crates/zephyr-core/Cargo.toml", "[package\n", "cannot be read");
    }

    #[test]
    fn a_banned_crate_in_the_lock_file_is_found() {
        let deny = "[bans]\ndeny = [{ name = \"chrono\", reason = \"jiff\" }]\n";
        let lock = |name: &str| format!("[[package]]\nname = \"{name}\"\nversion = \"1.0.0\"\n");
        one_error(&[("deny.toml", deny), ("Cargo.lock", &lock("chrono"))], "Cargo.lock", "`chrono` is banned");
        clean(&[("deny.toml", deny), ("Cargo.lock", &lock("jiff"))]);
    }
}
