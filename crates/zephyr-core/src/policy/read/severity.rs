//! `[severity.1]` to `[severity.3]`: what each means and whom it pages.

use std::collections::BTreeMap;

use super::escalation;
use super::names::Names;
use super::notes::Notes;
use super::section::{Section, Text, one_line};
use super::words;
use crate::limits;
use crate::policy::{Rule, Severity, SeverityRule, TargetRule, TargetWho};

const KEYS: [&str; 4] = ["when", "page", "status_page", "chain"];
const NUMBERS: [(&str, Severity); 3] = [("1", Severity::One), ("2", Severity::Two), ("3", Severity::Three)];

pub(super) fn read(
    notes: &mut Notes<'_>,
    root: &Section<'_, '_>,
    names: &Names<'_>,
) -> BTreeMap<Severity, SeverityRule> {
    let Some(section) = root.child(notes, "severity", &NUMBERS.map(|(number, _)| number)) else {
        return if root.get("severity").is_none() { default_ladder(notes, root, names) } else { BTreeMap::new() };
    };
    let mut rules = BTreeMap::new();
    for (number, severity) in NUMBERS {
        if section.get(number).is_none() {
            let message = format!("the ladder has 1, 2 and 3, and [severity.{number}] is missing");
            let help = format!("add [severity.{number}], or leave all three out for the defaults");
            notes.add(Rule::MissingSeverity, &section.at, message, help);
        }
        if let Some(table) = section.child(notes, number, &KEYS) {
            rules.insert(severity, rule(notes, &table, names));
        }
    }
    let by_service = |rule: &SeverityRule| rule.page.iter().any(|target| target.who == TargetWho::Service);
    if rules.values().any(by_service) && !names.has_rotation("platform") {
        let message = "an incident whose service nobody knows pages `platform`, and there is no such rotation";
        notes.add(Rule::MissingRotation, &section.at, message, "add [rotations.platform]");
    }
    rules
}

fn rule(notes: &mut Notes<'_>, section: &Section<'_, '_>, names: &Names<'_>) -> SeverityRule {
    if section.get("when").is_none() {
        section.missing(notes, "when", "[\"One service unhealthy, customers notice\"]");
    }
    let when = section.texts(notes, "when", limits::SEVERITY_EXAMPLES).unwrap_or_default();
    let when = when.iter().filter_map(|line| one_line(notes, line, "example", limits::SUMMARY_CHARS)).collect();
    SeverityRule {
        when,
        page: targets(notes, section, names),
        status_page: section.flag(notes, "status_page").unwrap_or(true),
        chain: escalation::chain(notes, section, names),
    }
}

fn targets(notes: &mut Notes<'_>, section: &Section<'_, '_>, names: &Names<'_>) -> Vec<TargetRule> {
    if section.get("page").is_none() {
        section.missing(notes, "page", "[\"service\", \"platform\"]");
    }
    let Some(given) = section.texts(notes, "page", limits::TARGETS) else { return Vec::new() };
    if section.array(notes, "page").is_some_and(|array| array.is_empty()) {
        let message = "this severity pages nobody";
        notes.add(Rule::EmptyPage, &section.at("page"), message, "name at least one target, such as \"service\"");
    }
    let mut targets: Vec<TargetRule> = Vec::new();
    for text in &given {
        let Some(target) = target(notes, text, names) else { continue };
        if targets.iter().any(|known| known.who == target.who) {
            let message = format!("{} names a target for the second time", words::quoted(text.text));
            notes.add(Rule::Duplicate, &text.at, message, "leave one out");
            continue;
        }
        targets.push(target);
    }
    targets
}

/// `service`, `platform`, `platform:everyone`.
fn target(notes: &mut Notes<'_>, given: &Text<'_>, names: &Names<'_>) -> Option<TargetRule> {
    let (name, everyone) = match given.text.split_once(':') {
        None => (given.text, false),
        Some((name, "everyone")) => (name, true),
        Some((name, other)) => {
            let message = format!("{} is not a way to page a rotation", words::quoted(other));
            notes.add(Rule::BadTarget, &given.at, message, format!("write \"{name}\" or \"{name}:everyone\""));
            return None;
        }
    };
    if name == "service" {
        return Some(TargetRule { who: TargetWho::Service, everyone });
    }
    if !names.has_rotation(name)
        && names.rotations().all(|known| words::near(name, [known]).is_none())
        && words::near(name, ["service"]).is_some()
    {
        let message = format!("there is no rotation {}", words::quoted(name));
        notes.add(Rule::UnknownRotation, &given.at, message, "did you mean `service`?");
        return None;
    }
    Some(TargetRule { who: TargetWho::Rotation(names.rotation(notes, given, name)?), everyone })
}

/// What holds where the file says nothing about severities.
fn default_ladder(
    notes: &mut Notes<'_>,
    root: &Section<'_, '_>,
    names: &Names<'_>,
) -> BTreeMap<Severity, SeverityRule> {
    for name in ["platform", "em", "founder"] {
        if !names.has_rotation(name) {
            let message =
                format!("the default severities page platform, em and founder: there is no rotation `{name}`");
            let help = format!("add [rotations.{name}], or write [severity.1], [severity.2] and [severity.3]");
            notes.add(Rule::MissingRotation, &root.at, message, help);
        }
    }
    let rotation =
        |name: &str, everyone| name.parse().ok().map(|name| TargetRule { who: TargetWho::Rotation(name), everyone });
    let service = || Some(TargetRule { who: TargetWho::Service, everyone: false });
    let rule = |when: &[&str], page: Vec<Option<TargetRule>>, status_page| SeverityRule {
        when: when.iter().map(|&line| line.to_owned()).collect(),
        page: page.into_iter().flatten().collect(),
        status_page,
        chain: None,
    };
    let worst = ["A region is down", "The payment provider is down for several tenants", "Data breach"];
    let everybody = vec![rotation("platform", true), rotation("em", false), rotation("founder", false)];
    let middle = ["One service unhealthy, customers notice, no data lost"];
    let least = ["Internal degradation, customers notice nothing"];
    BTreeMap::from([
        (Severity::One, rule(&worst, everybody, true)),
        (Severity::Two, rule(&middle, vec![service(), rotation("platform", false)], true)),
        (Severity::Three, rule(&least, vec![service()], false)),
    ])
}
