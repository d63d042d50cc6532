//! Which names the file gives, so that a reference to something that has mistakes of its own is no second mistake.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::str::FromStr;

use super::notes::Notes;
use super::section::{Section, Text};
use super::words;
use crate::ids::BadName;
use crate::policy::{Region, Rule, Service};
use crate::{PersonId, RotationId, ServiceId, catalog};

/// The names of people and rotations as written.
pub(super) struct Names<'a> {
    people: BTreeSet<&'a str>,
    rotations: BTreeSet<&'a str>,
}

impl<'a> Names<'a> {
    pub(super) fn of(root: &Section<'a, '_>) -> Self {
        let keys = |section: &str| {
            let table = root.get(section).and_then(|value| value.get_ref().as_table());
            table.into_iter().flat_map(|table| table.keys()).map(|key| &**key.get_ref()).collect()
        };
        Self { people: keys("people"), rotations: keys("rotations") }
    }

    pub(super) fn has_rotation(&self, name: &str) -> bool {
        self.rotations.contains(name)
    }

    /// The person that is meant.
    pub(super) fn person(&self, notes: &mut Notes<'_>, given: &Text<'_>) -> Option<PersonId> {
        if self.people.contains(given.text) {
            return given.text.parse().ok();
        }
        if misnamed(given.text, &self.people) {
            return None;
        }
        let message = format!("there is no person {}", words::quoted(given.text));
        notes.add(Rule::UnknownPerson, &given.at, message, help(given.text, &self.people, "people"));
        None
    }

    /// The rotation that is meant.
    pub(super) fn rotation(&self, notes: &mut Notes<'_>, given: &Text<'_>, name: &str) -> Option<RotationId> {
        if self.rotations.contains(name) {
            return name.parse().ok();
        }
        if misnamed(name, &self.rotations) {
            return None;
        }
        let message = format!("there is no rotation {}", words::quoted(name));
        notes.add(Rule::UnknownRotation, &given.at, message, help(name, &self.rotations, "rotations"));
        None
    }

    pub(super) fn rotations(&self) -> impl Iterator<Item = &'a str> {
        self.rotations.iter().copied()
    }
}

/// Whether it is there under a name that is a mistake already, `Kai` for `kai`.
fn misnamed(given: &str, known: &BTreeSet<&str>) -> bool {
    known.iter().any(|name| name.eq_ignore_ascii_case(given) && name.parse::<PersonId>().is_err())
}

fn help(given: &str, known: &BTreeSet<&str>, section: &str) -> String {
    match words::near(given, known.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None if given.parse::<PersonId>().is_ok() => format!("add [{section}.{given}], or name one that is there"),
        None => format!("name one of [{section}]"),
    }
}

/// A name that something is given.
pub(super) fn name<T: FromStr<Err = BadName>>(notes: &mut Notes<'_>, given: &Text<'_>) -> Option<T> {
    match given.text.parse() {
        Ok(name) => Some(name),
        Err(_) => {
            let message = format!("{} cannot be a name", words::quoted(given.text));
            let help = format!(
                "use 1 to {} of a-z, 0-9, `-` and `_`, beginning with a letter or digit",
                crate::limits::NAME_CHARS
            );
            notes.add(Rule::BadName, &given.at, message, help);
            None
        }
    }
}

/// Takes down names of services and regions that a summary could not tell apart.
pub(super) fn report_collisions(
    notes: &mut Notes<'_>,
    regions: &[(Region, Range<usize>)],
    services: &BTreeMap<ServiceId, (Service, Range<usize>)>,
) {
    let mut taken: BTreeMap<Vec<String>, (&'static str, &str)> = BTreeMap::new();
    let mut claim = |kind: &'static str, id, at: &Range<usize>, names: Vec<&str>| {
        for name in names {
            let key = catalog::key(name);
            let quoted = words::quoted(name);
            if key.is_empty() {
                let message = format!("{quoted} has no letter or digit to be recognised by");
                notes.add(Rule::UnusableName, at, message, "write a name with letters or digits");
                continue;
            }
            match taken.get(&key) {
                Some(&(other_kind, other)) if (other_kind, other) != (kind, id) => {
                    let message = format!("{quoted} means the {kind} `{id}` and the {other_kind} `{other}`");
                    notes.add(Rule::NameCollision, at, message, "give one of the two another name");
                }
                _ => {
                    taken.insert(key, (kind, id));
                }
            }
        }
    };
    for (region, at) in regions {
        let names = std::iter::once(region.id.as_str()).chain(region.also_called.iter().map(String::as_str));
        claim("region", region.id.as_str(), at, names.collect());
    }
    for (id, (service, at)) in services {
        let names = [id.as_str(), &service.name].into_iter().chain(service.also_called.iter().map(String::as_str));
        claim("service", id.as_str(), at, names.collect());
    }
}
