//! `[organisation]`: its name, its regions, its admins, and defaults for its people.

use std::ops::Range;

use jiff::civil::Time;

use super::names::{self, Names};
use super::notes::Notes;
use super::people;
use super::section::{Section, Text, as_text, one_line, wrong_type};
use crate::policy::{DailyWindow, Region, Rule};
use crate::{PersonId, limits};

/// When people are awake where neither they nor the organisation say otherwise.
const AWAKE: DailyWindow = DailyWindow { from: Time::constant(7, 0, 0, 0), to: Time::constant(23, 0, 0, 0) };

pub(super) struct Organisation<'a> {
    pub(super) name: String,
    pub(super) regions: Vec<(Region, Range<usize>)>,
    pub(super) admins: Vec<PersonId>,
    pub(super) awake: DailyWindow,
    /// The ladder of people who have none of their own.
    pub(super) pages: Option<Vec<Text<'a>>>,
}

const KEYS: [&str; 5] = ["name", "regions", "admins", "awake", "pages"];

pub(super) fn read<'a>(notes: &mut Notes<'_>, root: &Section<'a, '_>, names: &Names<'_>) -> Organisation<'a> {
    let nothing =
        Organisation { name: String::new(), regions: Vec::new(), admins: Vec::new(), awake: AWAKE, pages: None };
    if root.get("organisation").is_none() {
        let message = "there is no section [organisation]";
        notes.add(Rule::MissingSection, &root.at, message, "add [organisation] with name = \"Acme\" and its regions");
    }
    let Some(section) = root.child(notes, "organisation", &KEYS) else { return nothing };
    if section.get("name").is_none() {
        section.missing(notes, "name", "\"Acme\"");
    }
    let admins = section.texts(notes, "admins", limits::PEOPLE).unwrap_or_default();
    Organisation {
        name: section.line(notes, "name", "name", limits::DISPLAY_NAME_CHARS).unwrap_or_default(),
        regions: regions(notes, &section),
        admins: admins.iter().filter_map(|admin| names.person(notes, admin)).collect(),
        awake: people::window(notes, &section, "awake").unwrap_or(AWAKE),
        pages: section.texts(notes, "pages", limits::LADDER_STEPS),
    }
}

fn regions(notes: &mut Notes<'_>, section: &Section<'_, '_>) -> Vec<(Region, Range<usize>)> {
    if section.get("regions").is_none() {
        section.missing(notes, "regions", "[\"eu-frankfurt\"]");
    }
    let Some(array) = section.array(notes, "regions") else { return Vec::new() };
    if array.is_empty() || array.len() > limits::REGIONS {
        let help = format!("write 1 to {} regions, such as regions = [\"eu-frankfurt\"]", limits::REGIONS);
        notes.add(Rule::RegionCount, &section.at("regions"), format!("there are {} regions", array.len()), help);
        return Vec::new();
    }
    let mut regions: Vec<(Region, Range<usize>)> = Vec::new();
    for value in array {
        let found = if value.get_ref().is_str() {
            as_text(notes, "regions", value).map(|name| (name, Vec::new()))
        } else if value.get_ref().is_table() {
            region_table(notes, value)
        } else {
            let help = "write \"eu-frankfurt\" or { name = \"eu-frankfurt\", also_called = [\"frankfurt\"] }";
            wrong_type(notes, "regions", value, "strings or tables", help);
            None
        };
        let Some((name, also_called)) = found else { continue };
        let Some(id) = names::name(notes, &name) else { continue };
        if regions.iter().any(|(region, _)| region.id == id) {
            notes.add(Rule::Duplicate, &name.at, format!("the region `{id}` is listed twice"), "leave one out");
            continue;
        }
        regions.push((Region { id, also_called }, name.at));
    }
    regions
}

fn region_table<'a>(notes: &mut Notes<'_>, value: &'a super::section::Value<'_>) -> Option<(Text<'a>, Vec<String>)> {
    let section = Section::open(notes, "organisation.regions", &value.span(), value, &["name", "also_called"])?;
    let name = section.required(notes, "name", "\"eu-frankfurt\"")?;
    Some((name, also_called(notes, &section)))
}

/// Other names of a service or region.
pub(super) fn also_called(notes: &mut Notes<'_>, section: &Section<'_, '_>) -> Vec<String> {
    let given = section.texts(notes, "also_called", limits::ALSO_CALLED).unwrap_or_default();
    given.iter().filter_map(|name| one_line(notes, name, "name", limits::DISPLAY_NAME_CHARS)).collect()
}
