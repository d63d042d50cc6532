//! What `zephyr check --horizon` adds: the proof of so many days, for people and for programs.

use std::path::Path;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use zephyr_core::proof::{self, Finding, Level, Proof};
use zephyr_core::{World, policy};

use super::annotations::Note;
use crate::cli;
use crate::failure::Failure;
use crate::machine;
use crate::printer::{Line, Printer, Style};

/// The proof, for programs. Its names do not change.
#[derive(Debug, Serialize)]
pub struct Proven {
    from: Timestamp,
    until: Timestamp,
    /// Whether nothing is an error.
    holds: bool,
    errors: usize,
    warnings: usize,
    findings: Vec<Found>,
}

#[derive(Debug, Serialize)]
struct Found {
    rule: &'static str,
    level: &'static str,
    rotation: Option<String>,
    person: Option<String>,
    message: String,
    help: String,
    line: usize,
    column: usize,
    incidents: Vec<Incident>,
    /// The zone whose wall clock `from_local` and `until_local` are of.
    zone: String,
    count: usize,
    gaps: Vec<Gap>,
    example: Option<String>,
    /// Who is awake in all of the first gap, or at its beginning.
    could_fill: Vec<String>,
    /// Whether it is so at some times only.
    #[serde(skip)]
    timed: bool,
    #[serde(skip)]
    first: String,
    #[serde(skip)]
    met_by: Option<String>,
}

#[derive(Debug, Serialize)]
struct Incident {
    severity: u8,
    service: Option<String>,
    page: String,
}

#[derive(Debug, Serialize)]
struct Gap {
    from: Timestamp,
    until: Timestamp,
    from_local: String,
    until_local: String,
}

/// Proves what was asked for; `None` where nothing was.
pub fn of(given: &cli::Check, world: &World, text: &str, now: Timestamp) -> Option<Proven> {
    let days = given.horizon?.0;
    let from = given.from.as_ref().map_or(now, |from| from.meant(machine::zone()).at);
    let until = from.checked_add(SignedDuration::from_hours(24 * i64::from(days))).unwrap_or(Timestamp::MAX);
    Some(Proven::new(world, text, &proof::prove(world, from, until)))
}

impl Proven {
    fn new(world: &World, text: &str, proof: &Proof) -> Self {
        let of = |level: Level| proof.findings.iter().filter(|finding| finding.level() == level).count();
        Self {
            from: proof.from,
            until: proof.until,
            holds: proof.holds(),
            errors: of(Level::Error),
            warnings: of(Level::Warning),
            findings: proof.findings.iter().map(|finding| Found::new(world, text, finding)).collect(),
        }
    }

    /// For SARIF and annotations.
    pub fn notes(&self) -> Vec<Note> {
        let note = |found: &Found| {
            let times = found.timed.then(|| found.when());
            let said = [Some(found.message.clone()), times, found.example.clone(), Some(found.help.clone())];
            Note {
                rule: found.rule,
                level: found.level,
                line: found.line,
                column: found.column,
                message: said.into_iter().flatten().collect::<Vec<_>>().join("\n"),
            }
        };
        self.findings.iter().map(note).collect()
    }

    /// Tells it to people.
    pub fn show(&self, file: &Path, printer: &mut Printer) {
        for found in &self.findings {
            let warning = if found.level == "warning" { "warning: " } else { "" };
            let place = format!("{}:{}:{}: ", file.display(), found.line, found.column);
            let style = if found.level == "warning" { Style::Strong } else { Style::Bad };
            let line = Line::new().plain(&place).plain(warning).push(style, found.rule);
            printer.line(line.plain(": ").plain(&found.message));
            found.details().into_iter().for_each(|(label, text)| {
                printer.line(Line::indented(2).push(Style::Faint, &format!("{label}: ")).plain(&text));
            });
        }
        let days = self.until.duration_since(self.from).as_hours() / 24;
        let span = format!(" for {days} days from {} UTC", self.from.strftime("%Y-%m-%d %H:%M"));
        let counted = format!(": {}, {}", count(self.errors, "error"), count(self.warnings, "warning"));
        let proved = match self.holds {
            true => Line::new().push(Style::Good, "proved").plain(&span),
            false => Line::new().push(Style::Bad, "not proved").plain(&span),
        };
        printer.line(proved.plain(&counted));
    }

    /// Why it is refused; `None` where it holds. `strict` lets warnings count.
    pub fn failure(&self, file: &Path, strict: bool) -> Option<Failure> {
        let counts = |found: &&Found| strict || found.level == "error";
        let first = self.findings.iter().find(counts)?;
        let counted = match (self.errors, self.warnings) {
            (0, warnings) => count(warnings, "warning"),
            (errors, _) => count(errors, "error"),
        };
        let what = format!("{} is not proved: {counted}, listed above", file.display());
        let hint = format!("`zephyr check --explain {}` says more, with an example", first.rule);
        Some(Failure::refused(what).hint(hint))
    }
}

fn count(number: usize, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}

impl Found {
    fn new(world: &World, text: &str, finding: &Finding) -> Self {
        let policy = &world.policy;
        let zone = finding.zone(policy);
        let place = match (finding.rotation(), finding.person()) {
            (Some(rotation), _) => policy::locate(text, &["rotations", rotation.as_str()]),
            (None, Some(person)) => policy::locate(text, &["people", person.as_str()]),
            (None, None) => None,
        };
        let (line, column) = place.unwrap_or((1, 1));
        let first = finding.gaps.first().copied().unwrap_or_default();
        let incident = |case: &proof::Case| Incident {
            severity: case.severity.into(),
            service: case.service.as_ref().map(ToString::to_string),
            page: case.target.clone(),
        };
        Self {
            rule: finding.rule().id(),
            level: finding.level().as_str(),
            rotation: finding.rotation().map(ToString::to_string),
            person: finding.person().map(ToString::to_string),
            message: finding.message(policy),
            help: finding.help(),
            line,
            column,
            incidents: finding.cases.iter().map(incident).collect(),
            zone: zone.iana_name().unwrap_or("UTC").to_owned(),
            count: finding.gaps.len(),
            gaps: finding.gaps.iter().map(|gap| Gap::new(*gap, &zone)).collect(),
            example: proof::example(world, finding),
            could_fill: proof::could_fill(world, finding, first).iter().map(ToString::to_string).collect(),
            timed: finding.is_timed(),
            first: proof::clock(&zone, first),
            met_by: finding.incidents(),
        }
    }

    fn details(&self) -> Vec<(&'static str, String)> {
        let when = self.timed.then(|| ("when", self.when()));
        let met_by = self.met_by.clone().map(|incidents| ("incidents", incidents));
        let example = self.example.clone().map(|example| ("example", example));
        let fill = (!self.could_fill.is_empty()).then(|| ("could fill it", self.could_fill.join(", ")));
        let help = Some(("help", self.help.clone()));
        [when, met_by, example, fill, help].into_iter().flatten().collect()
    }

    /// The first time, and how often.
    fn when(&self) -> String {
        match self.gaps.last().filter(|_| self.count > 1) {
            None => self.first.clone(),
            Some(last) => {
                let more =
                    if self.count == 2 { "once more".to_owned() } else { format!("{} more times", self.count - 1) };
                format!("{}; {more}, the last on {}", self.first, last.from_local.get(..10).unwrap_or_default())
            }
        }
    }
}

impl Gap {
    fn new((from, until): (Timestamp, Timestamp), zone: &TimeZone) -> Self {
        let local = |at: Timestamp| at.to_zoned(zone.clone()).to_string();
        Self { from, until, from_local: local(from), until_local: local(until) }
    }
}
