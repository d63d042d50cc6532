//! `zephyr simulate`: who would ring when, if an incident were opened and nobody answered. No server is asked.

use jiff::Timestamp;
use serde::Serialize;
use zephyr_core::incident::{Deed, What, rehearse};
use zephyr_core::oncall::wall::Odd;
use zephyr_core::page::PauseWhy;
use zephyr_core::policy::{Policy, Severity};
use zephyr_core::{PersonId, ServiceId, World};

use crate::cli::{self, Moment};
use crate::failure::{Exit, Failure};
use crate::machine;
use crate::printer::{Line, Printer, Style};
use crate::serve::policy_file;
use crate::serve::runbook::Place;
use crate::settings::{Person, Settings};

/// What is printed for programs. Its names do not change.
#[derive(Debug, Serialize)]
struct Simulated {
    severity: u8,
    service: Option<String>,
    at: Timestamp,
    /// The same by the wall clock that was meant.
    local: String,
    /// `skipped` or `twice`, where the wall clock that was typed has it never or twice.
    clock: Option<&'static str>,
    policy: String,
    /// In order of time, until every chain has come round.
    deeds: Vec<Told>,
}

#[derive(Debug, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum Told {
    /// A page wants people.
    Step {
        at: Timestamp,
        page: String,
        round: u32,
        /// From 1; `null` where everybody is rung who can be reached.
        step: Option<usize>,
        /// `on call`, `next in rotation`, `em on call`.
        who: Option<String>,
        people: Vec<Rung>,
        until: Timestamp,
        passed: Vec<String>,
    },
    /// A page rings nobody for a while.
    Pause { at: Timestamp, page: String, why: &'static str, until: Timestamp, passed: Vec<String> },
    /// A device rings.
    Rings { at: Timestamp, person: String, name: String, method: &'static str, awake: bool },
}

#[derive(Debug, Serialize)]
struct Rung {
    person: String,
    name: String,
    awake: bool,
}

/// Runs it.
pub async fn run(printer: &mut Printer, settings: &Settings, given: &cli::Simulate) -> Result<Exit, Failure> {
    let file = match policy_file::read(&given.policy, "--policy FILE")? {
        Ok(file) => file,
        Err(mistakes) => {
            policy_file::tell(&given.policy, &mistakes, printer);
            return Err(policy_file::failure(&given.policy, &mistakes));
        }
    };
    let service = given.service.as_deref().map(|name| service(&file.policy, name)).transpose()?;
    let runbook = Place::beside(&given.policy, &file.policy.runbook).version().await;
    let world = World::new(file.policy, runbook);
    let when = when(settings, given, &world.policy);
    let severity = given.severity.0;
    let deeds = rehearse(&world, severity, service.as_ref(), when.at).deeds;
    if settings.json {
        printer.json(&simulated(&world, severity, service.as_ref(), &when, &deeds));
    } else {
        show(printer, &world, severity, service.as_ref(), &when, &deeds);
    }
    Ok(Exit::Done)
}

fn service(policy: &Policy, name: &str) -> Result<ServiceId, Failure> {
    let known = policy.services.keys().find(|id| id.as_str() == name);
    known.cloned().ok_or_else(|| {
        let shown: String = name.chars().filter(|c| !c.is_control()).take(60).collect();
        let names: Vec<&str> = policy.services.keys().map(ServiceId::as_str).take(20).collect();
        Failure::refused(format!("there is no service `{shown}`")).hint(format!("one of: {}", names.join(", ")))
    })
}

/// A time without a zone is in that of whoever asks.
fn when(settings: &Settings, given: &cli::Simulate, policy: &Policy) -> Moment {
    let person = match &settings.connection.person {
        Person::Given(person) | Person::Guessed(person) => person.parse::<PersonId>().ok(),
        Person::Nobody => None,
    };
    let zone = person.and_then(|person| policy.people.get(&person)).map(|person| person.zone.clone());
    let zone = zone.unwrap_or_else(machine::zone);
    match &given.at {
        Some(at) => at.meant(zone),
        None => Moment { at: machine::now(), zone, odd: None },
    }
}

fn simulated(
    world: &World,
    severity: Severity,
    service: Option<&ServiceId>,
    when: &Moment,
    deeds: &[Deed],
) -> Simulated {
    Simulated {
        severity: severity.into(),
        service: service.map(ToString::to_string),
        at: when.at,
        local: when.at.to_zoned(when.zone.clone()).to_string(),
        clock: when.odd.map(|(_, odd)| match odd {
            Odd::Skipped => "skipped",
            Odd::Twice => "twice",
        }),
        policy: world.policy.version.to_string(),
        deeds: deeds.iter().map(|deed| told(&world.policy, deed)).collect(),
    }
}

fn told(policy: &Policy, deed: &Deed) -> Told {
    let at = deed.at;
    let rung = |person: &PersonId| Rung {
        person: person.to_string(),
        name: policy.display_name(person),
        awake: policy.is_awake(person, at),
    };
    match &deed.what {
        What::Step { target, round, step, wanted, until, passed } => Told::Step {
            at,
            page: target.to_string(),
            round: *round,
            step: step.as_ref().map(|(index, _)| index + 1),
            who: step.as_ref().map(|(_, who)| who.to_string()),
            people: wanted.iter().map(rung).collect(),
            until: *until,
            passed: passed.iter().map(ToString::to_string).collect(),
        },
        What::Pause { target, why, until, passed } => Told::Pause {
            at,
            page: target.to_string(),
            why: pause(*why),
            until: *until,
            passed: passed.iter().map(ToString::to_string).collect(),
        },
        What::Rings { person, method } => {
            let Rung { person, name, awake } = rung(person);
            Told::Rings { at, person, name, method: method.as_str(), awake }
        }
    }
}

fn pause(why: PauseWhy) -> &'static str {
    match why {
        PauseWhy::RoundTooShort => "the round before began only just now",
        PauseWhy::SomebodyAnswered => "somebody answers already",
        PauseWhy::Nobody => "nobody can be reached",
    }
}

fn show(
    printer: &mut Printer,
    world: &World,
    severity: Severity,
    service: Option<&ServiceId>,
    when: &Moment,
    deeds: &[Deed],
) {
    let on = service.map_or_else(|| ", service not known".to_owned(), |service| format!(" on {service}"));
    printer.line(Line::new().strong(&format!("{severity}{on}")).plain(&format!(", opened {when}; nobody answers")));
    when.oddity().into_iter().for_each(|odd| printer.line(Line::indented(2).plain(&odd)));
    let policy = &world.policy;
    for deed in deeds {
        let told = told(policy, deed);
        let time = deed.at.to_zoned(when.zone.clone()).strftime("%H:%M:%S").to_string();
        printer.line(line(&time, &told));
    }
    let end = deeds.last().map(|deed| deed.at.duration_since(when.at).as_mins());
    match end {
        Some(minutes) => printer.line(format!("After {minutes} min every chain has come round, and goes on so.")),
        None => printer.line(Line::new().push(Style::Bad, "nobody is paged")),
    }
}

fn line(time: &str, told: &Told) -> Line {
    let line = Line::new().push(Style::Faint, &format!("{time}  "));
    match told {
        Told::Step { page, round, step, who, people, passed, .. } => {
            let step = step.map_or_else(|| "everybody who can be reached".to_owned(), |step| format!("step {step}"));
            let who = who.as_ref().map(|who| format!(", {who}")).unwrap_or_default();
            let round = if *round > 1 { format!(", round {round}") } else { String::new() };
            let names: Vec<String> = people.iter().map(|rung| sleeper(&rung.name, rung.awake)).collect();
            let line = line.plain(&format!("page {page}, {step}{who}{round}: ")).strong(&names.join(", "));
            if passed.is_empty() { line } else { line.faint(&format!(" (passed over: {})", passed.join("; "))) }
        }
        Told::Pause { page, why, .. } => line.plain(&format!("page {page} rings nobody: {why}")),
        Told::Rings { name, method, awake, .. } => line.plain(&format!("  {method:<6}{}", sleeper(name, *awake))),
    }
}

fn sleeper(name: &str, awake: bool) -> String {
    if awake { name.to_owned() } else { format!("{name} (asleep)") }
}
