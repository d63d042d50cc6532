//! Takes the telephone numbers and mail addresses out of a policy file.

use std::ops::Range;

use toml::de::DeTable;

/// The same text with the `phone` and `email` of every person blanked: what may be kept. Only these values are touched;
/// comments stay as they are. A text that is not TOML gives nothing, because nobody knows where its contacts are.
pub fn without_contacts(text: &str) -> String {
    let Ok(tree) = DeTable::parse(text) else { return String::new() };
    let people = tree.get_ref().get("people").and_then(|people| people.get_ref().as_table());
    let mut spans: Vec<Range<usize>> = people
        .into_iter()
        .flat_map(|people| people.values())
        .filter_map(|person| person.get_ref().as_table())
        .flat_map(|person| ["phone", "email"].into_iter().filter_map(|key| person.get(key)))
        .map(|value| value.span())
        .collect();
    spans.sort_by_key(|span| span.start);

    let mut kept = String::with_capacity(text.len());
    let mut done = 0;
    for span in spans {
        kept.push_str(text.get(done..span.start).unwrap_or_default());
        kept.push_str("\"\"");
        done = span.end;
    }
    kept.push_str(text.get(done..).unwrap_or_default());
    kept
}
