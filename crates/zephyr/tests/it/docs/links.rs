//! Links lead somewhere, the book lists every page, and commands stand where they are run.

use std::collections::BTreeSet;
use std::path::Path;

use super::{page, pages, read};
use crate::harness::project;

/// Languages of blocks that hold no commands.
const OTHER_BLOCKS: [&str; 4] = ["toml", "json", "text", "yaml"];

#[test]
fn every_relative_link_leads_to_a_page_and_a_heading_that_are_there() {
    let mut dead = Vec::new();
    let more = ["ARCHITECTURE.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md"].map(str::to_owned);
    for path in pages().into_iter().chain(more) {
        for link in links(&read(&path)) {
            if let Some(why) = dead_because(&path, &link) {
                dead.push(format!("{path}: ({link}): {why}"));
            }
        }
    }
    assert!(dead.is_empty(), "{}", dead.join("\n"));
}

#[test]
fn the_book_lists_every_page_once() {
    let listed = links(&read("docs/SUMMARY.md"));
    let unique: BTreeSet<&String> = listed.iter().collect();
    assert_eq!(unique.len(), listed.len(), "docs/SUMMARY.md lists a page twice");
    for path in pages().iter().filter_map(|path| path.strip_prefix("docs/")).filter(|path| *path != "SUMMARY.md") {
        assert!(unique.contains(&path.to_owned()), "docs/SUMMARY.md does not list {path}");
    }
    let book = read("docs/book.toml");
    assert!(book.contains("src = \".\"") && book.contains("create-missing = false"), "{book}");
}

#[test]
fn commands_stand_in_blocks_that_are_run() {
    for path in pages() {
        for block in page::blocks(&path) {
            let language = block.language.as_str();
            let run = language == "console" || (path == "README.md" && language == "sh");
            let place = format!("{path}:{}", block.line);
            assert!(run || OTHER_BLOCKS.contains(&language), "{place}: a block `{language}` is not known");
            let shown = path == "README.md" && language == "text";
            let command = block.text.iter().find(|line| line.starts_with("$ ") || line.starts_with("zephyr "));
            assert!(run || shown || command.is_none(), "{place}: {command:?} stands in a block `{language}`");
        }
    }
}

/// What stands in `](…)`, outside of blocks.
fn links(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut in_block = false;
    for line in text.lines() {
        in_block ^= line.trim_start().starts_with("```");
        if !in_block {
            let targets = line.split("](").skip(1).filter_map(|rest| rest.split_once(')'));
            found.extend(targets.map(|(target, _)| target.to_owned()));
        }
    }
    found
}

fn dead_because(path: &str, link: &str) -> Option<&'static str> {
    if link.starts_with("https://") || link.starts_with("http://") || link.starts_with("mailto:") {
        return None;
    }
    let (file, anchor) = link.split_once('#').unwrap_or((link, ""));
    let folder = Path::new(path).parent().unwrap();
    let target = if file.is_empty() { Path::new(path).to_owned() } else { folder.join(file) };
    if !project().join(&target).exists() {
        return Some("there is no such file");
    }
    if anchor.is_empty() {
        return None;
    }
    let text = read(target.to_str().unwrap());
    let mut headings = text.lines().filter(|line| line.starts_with('#')).map(slug);
    if headings.any(|heading| heading == anchor) { None } else { Some("there is no such heading") }
}

/// As mdBook and code hosts make anchors of headings.
fn slug(heading: &str) -> String {
    let kept = heading.trim_start_matches('#').trim().chars().filter_map(|c| match c {
        ' ' => Some('-'),
        c if c.is_alphanumeric() || c == '-' || c == '_' => Some(c.to_ascii_lowercase()),
        _ => None,
    });
    kept.collect()
}

#[test]
fn dead_links_are_found() {
    assert!(dead_because("docs/SUMMARY.md", "nowhere.md").is_some());
    assert!(dead_because("docs/SUMMARY.md", "faults.md#nothing").is_some());
    assert!(dead_because("docs/SUMMARY.md", "faults.md#faults").is_none());
    assert_eq!(links("a [b](c.md) [d](e.md#f)\n```text\n[x](y)\n```\n"), ["c.md", "e.md#f"]);
}
