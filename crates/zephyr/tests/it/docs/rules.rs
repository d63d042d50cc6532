//! Every rule of the policy file has a page, and every page of a rule shows it broken and kept.

use std::collections::BTreeSet;

use zephyr_core::policy::Rule;

use super::page::{Page, Step};
use super::{pages, read};
use crate::harness::{Place, seen};

#[test]
fn rules_and_pages_are_the_same_set() {
    let name = |path: &String| Some(path.strip_prefix("docs/rules/")?.strip_suffix(".md")?.to_owned());
    let pages: BTreeSet<String> = pages().iter().filter_map(name).collect();
    let rules: BTreeSet<String> = Rule::ALL.iter().map(ToString::to_string).collect();
    assert_eq!(pages, rules);
    let sorted: Vec<String> = rules.into_iter().collect();
    assert_eq!(Rule::ALL.iter().map(ToString::to_string).collect::<Vec<_>>(), sorted, "the table is in order");
}

#[test]
fn the_summary_links_every_rule() {
    let summary = read("docs/SUMMARY.md");
    for rule in Rule::ALL {
        assert!(summary.contains(&format!("[{rule}](rules/{rule}.md)")), "docs/SUMMARY.md does not link {rule}");
    }
}

#[test]
fn every_page_shows_its_rule_broken_and_then_kept() {
    for rule in Rule::ALL {
        let path = format!("docs/rules/{rule}.md");
        let checks: Vec<String> = Page::read(&path)
            .steps
            .into_iter()
            .filter_map(|step| match step {
                Step::Run { command, prints, .. } if command.starts_with("zephyr check") => {
                    prints.map(|lines| lines.join("\n"))
                }
                _ => None,
            })
            .collect();
        let [wrong, right] = checks.as_slice() else { panic!("{path} does not check twice") };
        let told: Vec<&str> = wrong.lines().filter(|line| line.starts_with("zephyr.toml:")).collect();
        assert!(!told.is_empty() && told.iter().all(|line| line.contains(&format!(": {rule}: "))), "{path}: {wrong}");
        assert!(right.contains(" is sound to read"), "{path}: {right}");
    }
}

#[test]
fn a_rule_is_explained_by_its_page() {
    let place = Place::new();
    for rule in Rule::ALL {
        let explained = seen(&place.run(&["check", "--explain", rule.id()]));
        assert!(explained.starts_with(&format!("exit 0\n# {rule}\n\n")), "{explained}");
        assert!(!explained.contains("<!--"), "{explained}");
    }
    let json = place.json(&["check", "--explain", "unknown-person"]);
    assert_eq!(json["rule"], "unknown-person");
    assert!(json["page"].as_str().unwrap().contains("## Right"));
    let unknown = seen(&place.run(&["check", "--explain", "nonsense"]));
    assert!(unknown.starts_with("exit 2\n") && unknown.contains("there is no rule `nonsense`"), "{unknown}");
}
