//! How lists and inbound messages find an incident.

use std::collections::BTreeSet;

use super::Incident;
use crate::page::Page;

impl Incident {
    /// The index key of an incident's number: its value has ten digits, so that it sorts, and is unique.
    pub const NUMBER: &'static str = "number";
    /// The index key of its phase.
    pub const PHASE: &'static str = "phase";
    /// The index key of a person who can answer one of its pages, or is asked for a sign of life.
    pub const RINGS: &'static str = "rings";

    /// The value under which a number is indexed.
    pub fn number_value(number: u64) -> String {
        format!("{number:010}")
    }

    /// All its index rows.
    pub fn index(&self) -> Vec<(String, String)> {
        let row = |key: &str, value: String| (key.to_owned(), value);
        let mut rows =
            vec![row(Self::NUMBER, Self::number_value(self.number)), row(Self::PHASE, self.phase.as_str().to_owned())];
        rows.extend(self.about().into_iter().map(|value| row(Self::ABOUT, value)));
        let rung = self.paging.pages.values().filter(|page| page.is_ringing()).flat_map(|page| &page.rung);
        let also = self.paging.pages.values().filter_map(Page::wanted).flatten();
        let people: BTreeSet<_> = rung.chain(also).chain(self.paging.asked()).collect();
        rows.extend(people.into_iter().map(|person| row(Self::RINGS, person.to_string())));
        rows
    }
}
