//! Finds the service and the region that a summary names.

use std::collections::BTreeSet;

use crate::policy::Policy;
use crate::{RegionId, ServiceId, limits};

/// What a summary names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Matched {
    /// Of services.
    pub service: Match<ServiceId>,
    /// Of regions.
    pub region: Match<RegionId>,
}

/// What of one kind a text names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Match<Id> {
    /// None of them.
    Nothing,
    /// This one.
    One(Id),
    /// These, in order, at least two: which is meant is for a person to say.
    Several(Vec<Id>),
}

impl<Id> Match<Id> {
    /// The only one.
    pub fn one(self) -> Option<Id> {
        match self {
            Self::One(id) => Some(id),
            Self::Nothing | Self::Several(_) => None,
        }
    }
}

/// Looks for names, ids and other names of services and regions: whole words, any case, any order. A name inside a
/// longer one that matches too, `checkout` in `checkout api`, does not count. No more than the first
/// [`limits::SUMMARY_CHARS`] characters are looked at.
pub fn find(policy: &Policy, summary: &str) -> Matched {
    let summary: String = summary.chars().take(limits::SUMMARY_CHARS).collect();
    let words = words(&summary);
    let services = policy.services.iter().flat_map(|(id, service)| {
        let names = [id.as_str(), &service.name].into_iter().chain(service.also_called.iter().map(String::as_str));
        names.map(move |name| (id, name))
    });
    let regions = policy.regions.iter().flat_map(|region| {
        let names = std::iter::once(region.id.as_str()).chain(region.also_called.iter().map(String::as_str));
        names.map(move |name| (&region.id, name))
    });
    Matched { service: matches(&words, services), region: matches(&words, regions) }
}

/// What two texts have in common that say the same: their words in lower case, in order, with one blank between. Where
/// there are no words, as in a text of signs, the text itself.
pub(crate) fn normalised(text: &str) -> String {
    let words = words(text);
    if words.is_empty() { text.trim().to_owned() } else { words.join(" ") }
}

/// What a name is recognised by: its words in lower case, in the order of the alphabet. Empty where it has none.
pub(crate) fn key(name: &str) -> Vec<String> {
    let mut words = words(name);
    words.sort();
    words
}

/// Runs of letters and digits, in lower case. Everything else, dashes too, is between words.
fn words(text: &str) -> Vec<String> {
    text.split(|c: char| !is_of_word(c))
        .filter(|word| !word.is_empty())
        // Through upper case, so that both kinds of a Greek sigma are one letter, and ß is ss.
        .map(|word| word.chars().flat_map(char::to_uppercase).flat_map(char::to_lowercase).collect())
        .collect()
}

fn is_of_word(c: char) -> bool {
    // An accent written as a character of its own belongs to its letter.
    c.is_alphanumeric() || matches!(c, '\u{300}'..='\u{36f}')
}

/// A name found in the summary: which of its words, half open.
struct Hit<'a, Id> {
    id: &'a Id,
    from: usize,
    to: usize,
}

fn matches<'a, Id: Ord + Clone + 'a>(words: &[String], names: impl Iterator<Item = (&'a Id, &'a str)>) -> Match<Id> {
    let hits: Vec<Hit<'a, Id>> = names.flat_map(|(id, name)| hits(words, id, &key(name))).collect();
    let inside_longer = |hit: &Hit<'_, Id>| {
        hits.iter().any(|o| o.from <= hit.from && hit.to <= o.to && o.to - o.from > hit.to - hit.from)
    };
    let matched: BTreeSet<&Id> = hits.iter().filter(|hit| !inside_longer(hit)).map(|hit| hit.id).collect();
    let mut matched: Vec<Id> = matched.into_iter().cloned().collect();
    match matched.pop() {
        None => Match::Nothing,
        Some(only) if matched.is_empty() => Match::One(only),
        Some(last) => {
            matched.push(last);
            Match::Several(matched)
        }
    }
}

fn hits<'a, Id>(words: &[String], id: &'a Id, key: &[String]) -> Vec<Hit<'a, Id>> {
    if key.is_empty() {
        return Vec::new();
    }
    let sits = |window: &[String]| {
        let mut window: Vec<&String> = window.iter().collect();
        window.sort();
        window.into_iter().eq(key)
    };
    let starts = words.windows(key.len()).enumerate().filter(|(_, window)| sits(window));
    starts.map(|(from, _)| Hit { id, from, to: from + key.len() }).collect()
}
