//! `[services.checkout]`: who owns a service, and how people and the status page call it.

use std::collections::BTreeMap;
use std::ops::Range;

use super::names::{self, Names};
use super::notes::Notes;
use super::organisation::also_called;
use super::section::Section;
use crate::policy::{Rule, Service};
use crate::{ServiceId, limits};

const KEYS: [&str; 4] = ["name", "owner", "also_called", "component"];

pub(super) fn read(
    notes: &mut Notes<'_>,
    root: &Section<'_, '_>,
    names: &Names<'_>,
) -> BTreeMap<ServiceId, (Service, Range<usize>)> {
    let Some(section) = root.child(notes, "services", &[]) else { return BTreeMap::new() };
    let mut services = BTreeMap::new();
    for given in section.names() {
        let id = names::name::<ServiceId>(notes, &given);
        let Some(table) = section.child(notes, given.text, &KEYS) else { continue };
        let Some(service) = service(notes, &table, given.text, names) else { continue };
        let Some(id) = id else { continue };
        services.insert(id, (service, given.at));
    }
    if services.len() > limits::SERVICES {
        let message = format!("there are {} services, and at most {} are read", services.len(), limits::SERVICES);
        notes.add(Rule::TooMany, &section.at, message, "leave some out");
    }
    services
}

fn service(notes: &mut Notes<'_>, section: &Section<'_, '_>, id: &str, names: &Names<'_>) -> Option<Service> {
    let name = section.line(notes, "name", "name", limits::DISPLAY_NAME_CHARS).unwrap_or_else(|| id.to_owned());
    let component = section.line(notes, "component", "component", limits::DISPLAY_NAME_CHARS);
    let also_called = also_called(notes, section);
    let owner = section.required(notes, "owner", "\"platform\", the rotation that answers for it")?;
    Some(Service {
        owner: names.rotation(notes, &owner, owner.text)?,
        also_called,
        component: component.unwrap_or_else(|| name.clone()),
        name,
    })
}
