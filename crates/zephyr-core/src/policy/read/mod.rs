//! Makes a [`Policy`] out of the text of a policy file, or says everything that is wrong with it.
//!
//! One file a section. Whoever meets a mistake takes it down and reads on with something in its place; a policy leaves
//! here only if nothing was taken down.

use std::fmt::Write;

use jiff::SignedDuration;
use sha2::{Digest, Sha256};
use toml::de::DeTable;

use self::escalation::Escalation;
use self::names::Names;
use self::notes::Notes;
use self::section::Section;
use super::{Mistake, Policy, PolicyVersion, Rule, SeverityRule};
use crate::limits;

mod afterwards;
mod contacts;
mod dates;
mod escalation;
mod holidays;
mod layer;
mod names;
mod notes;
mod organisation;
mod people;
mod place;
mod rotations;
mod section;
mod sentences;
mod services;
mod severity;
mod syntax;
mod words;

pub use contacts::without_contacts;
pub use place::locate;

const KEYS: [&str; 18] = [
    "organisation",
    "people",
    "holidays",
    "services",
    "rotations",
    "severity",
    "escalation",
    "updates",
    "drills",
    "runbook",
    "public",
    "postmortem",
    "email",
    "chat",
    "tickets",
    "status_page",
    "paging",
    "repository",
];

/// Reads a policy file. On mistakes, all that were found, in the order of the file.
pub fn read(text: &str) -> Result<Policy, Vec<Mistake>> {
    let mut notes = Notes::new(text);
    if text.len() > limits::POLICY_BYTES {
        let message = format!("the file has {} bytes, and at most {} are read", text.len(), limits::POLICY_BYTES);
        notes.add(Rule::TooLarge, &(0..0), message, "leave out what is not policy");
        return Err(notes.finish());
    }
    let (tree, errors) = DeTable::parse_recoverable(text);
    if !errors.is_empty() {
        syntax::report(&mut notes, text, &errors);
        return Err(notes.finish());
    }
    let policy = policy(&mut notes, tree.get_ref(), version(text));
    if notes.is_empty() { Ok(policy) } else { Err(notes.finish()) }
}

/// The version that a text has: the first 12 hexadecimal digits of its SHA-256.
pub fn version(text: &str) -> PolicyVersion {
    let mut hex = String::new();
    for byte in Sha256::digest(text).iter().take(6) {
        // Writing to a string cannot fail.
        let _ = write!(hex, "{byte:02x}");
    }
    PolicyVersion(hex)
}

fn policy(notes: &mut Notes<'_>, tree: &DeTable<'_>, version: PolicyVersion) -> Policy {
    let root = Section::root(notes, tree, &KEYS);
    let names = Names::of(&root);
    let organisation = organisation::read(notes, &root, &names);
    let escalation = escalation::read(notes, &root, &names);
    let severities = severity::read(notes, &root, &names);
    let shortest = shortest_step(&escalation, severities.values());
    people::check_default(notes, &organisation, shortest);
    let calendars = holidays::read(notes, &root);
    let people = people::read(notes, &root, &organisation, &calendars, shortest);
    let services = services::read(notes, &root, &names);
    names::report_collisions(notes, &organisation.regions, &services);
    let rotations = rotations::read(notes, &root, &names);
    afterwards::check_owed(notes, &root);
    afterwards::report_not_yet(notes, &root);
    Policy {
        version,
        organisation: organisation.name,
        regions: organisation.regions.into_iter().map(|(region, _)| region).collect(),
        people,
        services: services.into_iter().map(|(id, (service, _))| (id, service)).collect(),
        rotations,
        severities,
        chain: escalation.chain,
        round_wait: escalation.round_wait,
        held_for: escalation.held_for,
        update_every: afterwards::update_every(notes, &root),
        drills_every: afterwards::drills_every(notes, &root),
        runbook: afterwards::runbook(notes, &root),
        public: sentences::read(notes, &root),
    }
}

/// The shortest time that any step of any chain lasts.
fn shortest_step<'r>(escalation: &Escalation, rules: impl Iterator<Item = &'r SeverityRule>) -> SignedDuration {
    let own = rules.filter_map(|rule| rule.chain.as_ref()).flatten();
    let waits = escalation.chain.iter().chain(own).map(|step| step.after).filter(|after| !after.is_zero());
    waits.chain([escalation.round_wait]).min().unwrap_or(escalation.round_wait)
}
