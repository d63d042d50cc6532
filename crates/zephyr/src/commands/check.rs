//! `zephyr check`: reads a policy file, and says what is wrong with it, else whom it would page now. No server is asked,
//! but with `--people`.

use std::collections::BTreeSet;
use std::path::Path;

use jiff::Timestamp;
use serde::Serialize;
use zephyr_core::incident::{self, Declaration, Open};
use zephyr_core::page::Paging;
use zephyr_core::policy::{Mistake, Policy, Rule, Severity};
use zephyr_core::text::Summary;
use zephyr_core::{Actor, Cause, IncidentId, PersonId, ServiceId, World};

use super::annotations::{self, Note};
use super::people::{self, People};
use super::proof::{self, Proven};
use crate::cli::{self, CheckFormat};
use crate::failure::{Exit, Failure};
use crate::machine;
use crate::printer::{Line, Printer, Style};
use crate::rules;
use crate::serve::policy_file;
use crate::serve::runbook::{self, Place};
use crate::settings::Settings;

/// What is printed for programs. Its names do not change.
#[derive(Debug, Serialize)]
struct Report {
    file: String,
    sound: bool,
    /// In the order of the file.
    mistakes: Vec<Told>,
    /// The rest is there only where the file is sound: the version as the server tells it.
    version: Option<String>,
    /// When it was looked who is on call.
    at: Timestamp,
    severities: Vec<Paged>,
    services: Vec<Owned>,
    /// Rotations without anybody on call at that moment: a page for one begins further up its chain.
    nobody_on_call: Vec<String>,
    /// Only where it was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    proof: Option<Proven>,
    /// Only where it was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    people: Option<People>,
}

#[derive(Debug, Serialize)]
struct Told {
    rule: &'static str,
    line: usize,
    column: usize,
    text: String,
    message: String,
    help: String,
}

/// What `--explain` prints for programs.
#[derive(Debug, Serialize)]
struct Explained {
    rule: &'static str,
    /// Markdown.
    page: String,
}

/// Whom a severity pages at once.
#[derive(Debug, Serialize)]
struct Paged {
    severity: u8,
    /// Whether the owner of the service is paged as well, where the service is known.
    pages_service: bool,
    /// While the service is not known.
    pages: Vec<Wanted>,
}

#[derive(Debug, Serialize)]
struct Wanted {
    target: String,
    people: Vec<String>,
}

/// Whom the page for a service rings at once.
#[derive(Debug, Serialize)]
struct Owned {
    service: String,
    owner: String,
    people: Vec<String>,
}

/// Runs it.
pub async fn run(printer: &mut Printer, settings: &Settings, given: cli::Check) -> Result<Exit, Failure> {
    let json = settings.json;
    if let Some(rule) = given.explain {
        explain(printer, rule, json);
        return Ok(Exit::Done);
    }
    let read = policy_file::read(&given.file, "`zephyr check FILE`")?;
    let now = machine::now();
    let format = if json { CheckFormat::Json } else { given.format };
    let file = match read {
        Ok(file) => file,
        Err(mistakes) => {
            let notes: Vec<Note> = mistakes.iter().map(Note::from).collect();
            match format {
                CheckFormat::Json => printer.json(&unsound(&given.file, &mistakes, now)),
                CheckFormat::Sarif | CheckFormat::Github => annotate(printer, &given.file, format, &notes),
                CheckFormat::Text => {
                    policy_file::tell(&given.file, &mistakes, printer);
                    return Err(policy_file::failure(&given.file, &mistakes));
                }
            }
            return Ok(Exit::Refused);
        }
    };
    let runbook = Place::beside(&given.file, &file.policy.runbook).version().await;
    let world = World::new(file.policy, runbook);
    let mut report = sound(&given.file, &world, now);
    report.proof = proof::of(&given, &world, &file.text, now);
    report.people = people::of(&given, settings, &file.text).await?;
    let failure = report.proof.as_ref().and_then(|proof| proof.failure(&given.file, given.strict));
    let failure = failure.or_else(|| report.people.as_ref()?.failure(&given.file, given.strict));
    match format {
        CheckFormat::Json => printer.json(&report),
        CheckFormat::Sarif | CheckFormat::Github => {
            let mut notes = report.proof.as_ref().map(Proven::notes).unwrap_or_default();
            notes.extend(report.people.iter().flat_map(People::notes));
            annotate(printer, &given.file, format, &notes);
        }
        CheckFormat::Text => {
            show(printer, &report, &world);
            report.proof.iter().for_each(|proof| proof.show(&given.file, printer));
            report.people.iter().for_each(|people| people.show(&given.file, printer));
            return failure.map_or(Ok(Exit::Done), Err);
        }
    }
    Ok(if failure.is_some() { Exit::Refused } else { Exit::Done })
}

fn annotate(printer: &mut Printer, file: &Path, format: CheckFormat, notes: &[Note]) {
    match format {
        CheckFormat::Github => {
            annotations::github(file, notes).iter().for_each(|line| printer.line(Line::new().plain(line)));
        }
        CheckFormat::Sarif | CheckFormat::Text | CheckFormat::Json => printer.json(&annotations::sarif(file, notes)),
    }
}

fn explain(printer: &mut Printer, rule: Rule, json: bool) {
    let page = rules::explained(rule);
    if json {
        printer.json(&Explained { rule: rule.id(), page });
        return;
    }
    for line in page.lines() {
        let indent = line.chars().take_while(|c| *c == ' ').count();
        printer.line(Line::indented(indent).plain(line.trim_start()));
    }
}

fn unsound(file: &Path, mistakes: &[Mistake], at: Timestamp) -> Report {
    let told = |mistake: &Mistake| {
        let Mistake { rule, line, column, text, message, help } = mistake.clone();
        Told { rule: rule.id(), line, column, text, message, help }
    };
    Report {
        file: file.display().to_string(),
        sound: false,
        mistakes: mistakes.iter().map(told).collect(),
        version: None,
        at,
        severities: Vec::new(),
        services: Vec::new(),
        nobody_on_call: Vec::new(),
        proof: None,
        people: None,
    }
}

fn sound(file: &Path, world: &World, at: Timestamp) -> Report {
    let policy = &world.policy;
    let severities = policy.severities.keys().map(|severity| paged(world, *severity, at)).collect();
    let services = policy.services.keys().filter_map(|service| owned(world, service, at)).collect();
    let empty = policy.rotations.keys().filter(|rotation| world.schedule().at(rotation, at).is_empty());
    Report {
        file: file.display().to_string(),
        sound: true,
        mistakes: Vec::new(),
        version: Some(policy.version.to_string()),
        at,
        severities,
        services,
        nobody_on_call: empty.map(ToString::to_string).collect(),
        proof: None,
        people: None,
    }
}

fn paged(world: &World, severity: Severity, at: Timestamp) -> Paged {
    let pages = opened(world, severity, None, at).unwrap_or_default().pages;
    let pages = pages.iter().map(|(target, page)| Wanted { target: target.to_string(), people: names(page.wanted()) });
    Paged { severity: severity.into(), pages_service: pages_service(&world.policy, severity), pages: pages.collect() }
}

fn pages_service(policy: &Policy, severity: Severity) -> bool {
    policy.severities.get(&severity).is_some_and(|rule| rule.page.iter().any(|target| target.rotation().is_none()))
}

/// The page for a service, where any severity has one.
fn owned(world: &World, service: &ServiceId, at: Timestamp) -> Option<Owned> {
    let severity = Severity::ALL.into_iter().find(|severity| pages_service(&world.policy, *severity))?;
    let paging = opened(world, severity, Some(service), at)?;
    let page = paging.pages.iter().find(|(target, _)| target.as_str() == "service").map(|(_, page)| page)?;
    let owner = page.rotation.as_ref()?.to_string();
    Some(Owned { service: service.to_string(), owner, people: names(page.wanted()) })
}

/// What would be rung if an incident were opened: decided by what decides it in a server, and thrown away.
fn opened(world: &World, severity: Severity, service: Option<&ServiceId>, at: Timestamp) -> Option<Paging> {
    let declared = Declaration {
        summary: Summary::new("check").ok()?,
        severity,
        service: service.cloned(),
        region: None,
        private: false,
        reported_by: None,
        public: None,
        ring_me: false,
        anyway: false,
    };
    let open = Open { id: IncidentId(uuid::Uuid::nil()), number: 1, declared, similar: None };
    let decided = incident::open(open, Actor::System, Cause::Request("check".to_owned()), world, at)?;
    Some(decided.state.paging)
}

fn names(people: Option<&BTreeSet<PersonId>>) -> Vec<String> {
    people.into_iter().flatten().map(ToString::to_string).collect()
}

fn show(printer: &mut Printer, report: &Report, world: &World) {
    let policy = &world.policy;
    let counted = format!(
        ", version {}: {}, {}, {}",
        policy.version,
        count(policy.people.len(), "person", "people"),
        count(policy.services.len(), "service", "services"),
        count(policy.rotations.len(), "rotation", "rotations"),
    );
    printer.line(Line::new().strong(&report.file).plain(" is ").push(Style::Good, "sound to read").plain(&counted));
    printer.line(Line::labelled("runbook").plain(&runbook::told(&world.runbook)));
    printer.line("Opened now, an incident would page");
    for paged in &report.severities {
        let line = Line::labelled(&format!("SEV-{}", paged.severity));
        printer.line(targets(line, paged, policy));
    }
    for owned in &report.services {
        let line = Line::labelled("service").plain(&format!("{} ({}): ", owned.service, owned.owner));
        printer.line(people(line, &owned.people, policy));
    }
    let of_service = report.severities.iter().find(|paged| paged.pages_service);
    if let Some(unknown) = of_service.and_then(|paged| paged.pages.first()) {
        let line = Line::labelled("service").plain(&format!("not known ({}): ", unknown.target));
        printer.line(people(line, &unknown.people, policy));
    }
    for rotation in &report.nobody_on_call {
        printer
            .line(Line::labelled("on call").plain(&format!("{rotation}: ")).push(Style::Bad, "NOBODY").plain(" now"));
    }
}

/// Whom a severity pages, in the order of the file.
fn targets(mut line: Line, paged: &Paged, policy: &Policy) -> Line {
    let rules = policy.severities.iter().find(|(severity, _)| u8::from(**severity) == paged.severity);
    for (index, rule) in rules.into_iter().flat_map(|(_, rules)| &rules.page).enumerate() {
        line = line.plain(if index == 0 { "" } else { "; " });
        let target = rule.rotation().map(ToString::to_string);
        let wanted = target.and_then(|target| paged.pages.iter().find(|wanted| wanted.target == target));
        line = match wanted {
            Some(wanted) => people(line.plain(&format!("{}: ", wanted.target)), &wanted.people, policy),
            None => line.plain("the service's owner"),
        };
    }
    line
}

fn people(line: Line, people: &[String], policy: &Policy) -> Line {
    let name = |person: &String| person.parse().map_or_else(|_| person.clone(), |id| policy.display_name(&id));
    match people {
        [] => line.push(Style::Bad, "NOBODY"),
        people => line.plain(&people.iter().map(name).collect::<Vec<_>>().join(", ")),
    }
}

fn count(number: usize, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}
