//! What docs/operate promises: alert rules that fire, metrics that are there, and every error explained.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::harness::{MISSION, Place, project, seen, skipped};

fn page(name: &str) -> String {
    std::fs::read_to_string(project().join("docs/operate").join(name)).unwrap()
}

#[test]
fn the_alert_rules_fire_when_they_should_and_else_not() {
    let test = "the_alert_rules_fire_when_they_should_and_else_not";
    for args in [["check", "rules", "alerts.yml"], ["test", "rules", "alerts-test.yml"]] {
        match Command::new("promtool").args(args).current_dir(project().join("docs/operate")).output() {
            Ok(output) => assert!(output.status.success(), "{}", seen(&output)),
            Err(error) => return skipped(test, &format!("it asks promtool, which cannot be run: {error}")),
        }
    }
}

/// The names after `alert:` or `alertname:`.
fn alerts<'t>(text: &'t str, key: &str) -> BTreeSet<&'t str> {
    text.lines().filter_map(|line| line.trim_start_matches([' ', '-']).strip_prefix(key)).map(str::trim).collect()
}

#[test]
fn every_alert_is_tested_and_explained() {
    let (rules, tests, explained) = (page("alerts.yml"), page("alerts-test.yml"), page("alerts.md"));
    let named = alerts(&rules, "alert: ");
    assert!(named.len() >= 15, "{named:?}");
    assert_eq!(named, alerts(&tests, "alertname: "), "each fires in a test");
    for alert in named {
        assert!(explained.contains(&format!("\n| `{alert}` |")), "docs/operate/alerts.md does not explain {alert}");
    }
}

/// The metrics that a text names; a histogram's parts are one.
fn metrics(text: &str) -> BTreeSet<String> {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    let named = words.filter(|word| word.starts_with("zephyr_") || word.starts_with("process_"));
    named
        .map(|word| word.trim_end_matches("_bucket").trim_end_matches("_sum").trim_end_matches("_count").to_owned())
        .collect()
}

#[test]
fn every_metric_that_is_named_is_there() {
    let place = Place::new();
    let _server = place.start();
    assert!(place.run(&MISSION).status.success());
    let local = place.local().unwrap();
    let host = local["url"].as_str().unwrap().trim_start_matches("http://");
    let token = local["token"].as_str().unwrap();
    let request = format!("GET /metrics HTTP/1.0\r\nHost: {host}\r\nAuthorization: Bearer {token}\r\n\r\n");
    let exported = metrics(&String::from_utf8(crate::proxy::talk(host, request.as_bytes())).unwrap());
    for name in ["alerts.yml", "metrics.md", "alerts.md"] {
        let missing: Vec<String> = metrics(&page(name)).difference(&exported).cloned().collect();
        assert!(missing.is_empty(), "docs/operate/{name} names what no server tells: {missing:?}");
    }
}

/// All files of Rust in a folder.
fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|kind| kind == "rs") {
            found.push(path);
        }
    }
}

/// What the server logs as a warning or an error: the last text of each such call.
fn logged(source: &str) -> Vec<String> {
    let mut found = Vec::new();
    for call in ["tracing::warn!(", "tracing::error!("] {
        for (at, _) in source.match_indices(call) {
            let rest = &source[at + call.len()..];
            let text = rest[..rest.find(");").unwrap()].rsplit('"').nth(1).unwrap();
            found.push(text.to_owned());
        }
    }
    found
}

#[test]
fn every_warning_of_the_server_is_explained() {
    let explained = page("errors.md");
    let mut files = Vec::new();
    for folder in ["crates/zephyr-server/src", "crates/zephyr-store/src", "crates/zephyr/src/serve"] {
        sources(&project().join(folder), &mut files);
    }
    let texts: BTreeSet<String> =
        files.iter().flat_map(|file| logged(&std::fs::read_to_string(file).unwrap())).collect();
    assert!(texts.len() >= 12, "{texts:?}");
    let missing: Vec<&String> =
        texts.iter().filter(|text| !explained.contains(&format!("`{}`", text.replace('`', "")))).collect();
    assert!(missing.is_empty(), "docs/operate/errors.md does not explain {missing:#?}");
}

#[test]
fn every_way_in_which_a_store_cannot_be_opened_is_explained() {
    let explained = page("errors.md");
    let source = ["sqlite/open.rs", "postgres/connect.rs"]
        .map(|file| std::fs::read_to_string(project().join("crates/zephyr-store/src").join(file)).unwrap());
    let source = source.concat();
    let mut errors = 0;
    for text in source.split("#[error(").skip(1) {
        let text = text.split('"').nth(1).unwrap().split(": ").next().unwrap();
        // Between the placeholders.
        let pieces: Vec<&str> = text.split(['{', '}']).step_by(2).map(|piece| piece.trim_matches([' ', '('])).collect();
        let told = pieces.iter().any(|piece| piece.len() > 7 && explained.contains(&format!("`{piece}`")));
        assert!(told, "docs/operate/errors.md does not explain `{text}`");
        errors += 1;
    }
    assert!(errors >= 19, "{errors}");
}
