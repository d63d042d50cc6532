//! One table of the file with typed access to its keys. Each access that goes wrong takes down a mistake and answers
//! `None`, so that reading goes on.

use std::ops::Range;

use jiff::SignedDuration;
use toml::Spanned;
use toml::de::{DeArray, DeTable, DeValue};

use super::notes::Notes;
use super::words;
use crate::policy::Rule;
use crate::text;

pub(super) type Value<'t> = Spanned<DeValue<'t>>;

/// A string of the file and where it stands.
#[derive(Debug, Clone)]
pub(super) struct Text<'a> {
    pub(super) text: &'a str,
    pub(super) at: Range<usize>,
}

/// A table of the file.
pub(super) struct Section<'a, 't> {
    /// As a person would name it, `people.maya`.
    pub(super) path: String,
    /// Where its name stands.
    pub(super) at: Range<usize>,
    table: &'a DeTable<'t>,
}

impl<'a, 't> Section<'a, 't> {
    /// A table whose keys are all known; `keys` is empty where the keys are names.
    pub(super) fn open(
        notes: &mut Notes<'_>,
        path: &str,
        at: &Range<usize>,
        value: &'a Value<'t>,
        keys: &[&str],
    ) -> Option<Self> {
        let Some(table) = value.get_ref().as_table() else {
            wrong_type(notes, path, value, "a table", &format!("write [{path}] and its keys below it"));
            return None;
        };
        let section = Self { path: path.to_owned(), at: at.clone(), table };
        if !keys.is_empty() {
            section.report_unknown(notes, keys);
        }
        Some(section)
    }

    /// The whole file.
    pub(super) fn root(notes: &mut Notes<'_>, table: &'a DeTable<'t>, keys: &[&str]) -> Self {
        let section = Self { path: String::new(), at: 0..0, table };
        section.report_unknown(notes, keys);
        section
    }

    fn report_unknown(&self, notes: &mut Notes<'_>, keys: &[&str]) {
        for key in self.table.keys() {
            if !keys.contains(&&**key.get_ref()) {
                let name = words::quoted(key.get_ref());
                let message = match self.path.as_str() {
                    "" => format!("there is no section {name}"),
                    path => format!("[{path}] has no key {name}"),
                };
                let help = match words::near(key.get_ref(), keys.iter().copied()) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("known here: {}", keys.join(", ")),
                };
                notes.add(Rule::UnknownKey, &key.span(), message, help);
            }
        }
    }

    /// `[people.maya]` below `[people]`.
    pub(super) fn child(&self, notes: &mut Notes<'_>, key: &str, keys: &[&str]) -> Option<Self> {
        let (name, value) = self.table.get_key_value(key)?;
        Self::open(notes, &self.below(key), &name.span(), value, keys)
    }

    /// Keys in the order of the alphabet with where they stand.
    pub(super) fn names(&self) -> impl Iterator<Item = Text<'a>> + use<'a, 't> {
        self.table.keys().map(|key| Text { text: key.get_ref(), at: key.span() })
    }

    pub(super) fn get(&self, key: &str) -> Option<&'a Value<'t>> {
        self.table.get(key)
    }

    /// Where the key stands; the section where there is no such key.
    pub(super) fn at(&self, key: &str) -> Range<usize> {
        self.table.get_key_value(key).map_or_else(|| self.at.clone(), |(name, _)| name.span())
    }

    pub(super) fn below(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }

    /// Takes down that a key has to be there.
    pub(super) fn missing(&self, notes: &mut Notes<'_>, key: &str, example: &str) {
        let message = format!("[{}] has no `{key}`", self.path);
        notes.add(Rule::MissingKey, &self.at, message, format!("add {key} = {example}"));
    }

    /// A string.
    pub(super) fn text(&self, notes: &mut Notes<'_>, key: &str) -> Option<Text<'a>> {
        as_text(notes, &self.below(key), self.get(key)?)
    }

    /// A string that has to be there.
    pub(super) fn required(&self, notes: &mut Notes<'_>, key: &str, example: &str) -> Option<Text<'a>> {
        if self.get(key).is_none() {
            self.missing(notes, key, example);
        }
        self.text(notes, key)
    }

    /// A string of one line, tidied.
    pub(super) fn line(&self, notes: &mut Notes<'_>, key: &str, what: &'static str, max: usize) -> Option<String> {
        let given = self.text(notes, key)?;
        one_line(notes, &given, what, max)
    }

    /// An array.
    pub(super) fn array(&self, notes: &mut Notes<'_>, key: &str) -> Option<&'a DeArray<'t>> {
        let value = self.get(key)?;
        let array = value.get_ref().as_array();
        if array.is_none() {
            wrong_type(notes, &self.below(key), value, "a list", "put it into [ ]");
        }
        array
    }

    /// An array of at most `max` strings.
    pub(super) fn texts(&self, notes: &mut Notes<'_>, key: &str, max: usize) -> Option<Vec<Text<'a>>> {
        let array = self.array(notes, key)?;
        if array.len() > max {
            let message = format!("`{}` has {} entries, and at most {max} are read", self.below(key), array.len());
            notes.add(Rule::TooMany, &self.at(key), message, "leave some out");
            return None;
        }
        let path = self.below(key);
        Some(array.iter().filter_map(|value| as_text(notes, &path, value)).collect())
    }

    /// A boolean.
    pub(super) fn flag(&self, notes: &mut Notes<'_>, key: &str) -> Option<bool> {
        let value = self.get(key)?;
        let flag = value.get_ref().as_bool();
        if flag.is_none() {
            wrong_type(notes, &self.below(key), value, "true or false", "write true or false without quotes");
        }
        flag
    }

    /// A length of time within bounds.
    pub(super) fn duration(
        &self,
        notes: &mut Notes<'_>,
        key: &str,
        min: SignedDuration,
        max: SignedDuration,
    ) -> Option<SignedDuration> {
        let given = self.text(notes, key)?;
        duration(notes, &given, given.text, min, max)
    }
}

/// A length of time within bounds; `words` is the part of `given` that says it.
pub(super) fn duration(
    notes: &mut Notes<'_>,
    given: &Text<'_>,
    words: &str,
    min: SignedDuration,
    max: SignedDuration,
) -> Option<SignedDuration> {
    let Some(length) = words::duration(words) else {
        let message = format!("{} is not a length of time", words::quoted(words));
        notes.add(
            Rule::BadDuration,
            &given.at,
            message,
            "write a number and s, m or h, such as \"30s\", \"5m\" or \"72h\"",
        );
        return None;
    };
    if length < min || length > max {
        let message = format!("{} is out of bounds", words::quoted(words));
        let help = format!("write something from {} to {}", words::short(min), words::short(max));
        notes.add(Rule::DurationOutOfBounds, &given.at, message, help);
        return None;
    }
    Some(length)
}

/// One tidy line out of a string.
pub(super) fn one_line(notes: &mut Notes<'_>, given: &Text<'_>, what: &'static str, max: usize) -> Option<String> {
    match text::one_line(what, max, given.text) {
        Ok(line) => Some(line),
        Err(bad) => {
            notes.add(Rule::BadText, &given.at, bad.to_string(), format!("write one line of 1 to {max} characters"));
            None
        }
    }
}

pub(super) fn as_text<'a>(notes: &mut Notes<'_>, path: &str, value: &'a Value<'_>) -> Option<Text<'a>> {
    let text = value.get_ref().as_str();
    if text.is_none() {
        wrong_type(notes, path, value, "a string", "put it into double quotes");
    }
    Some(Text { text: text?, at: value.span() })
}

/// Takes down that a value is of another type.
pub(super) fn wrong_type(notes: &mut Notes<'_>, path: &str, value: &Value<'_>, wanted: &str, help: &str) {
    let is = match value.get_ref() {
        DeValue::String(_) => "a string",
        DeValue::Integer(_) | DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    };
    notes.add(Rule::WrongType, &value.span(), format!("`{path}` has to be {wanted}, and this is {is}"), help);
}
