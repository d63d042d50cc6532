//! The statements of one transaction with the values that they write.
//!
//! Deliberately not here: how a database runs them; rows to read. What a decision needs is read before.

use std::borrow::Cow;

use crate::statements::Rows;

/// Statements whose placeholders stand in the order of their values, each once.
#[derive(Debug, Default)]
pub(super) struct Script<'v> {
    /// Each statement with the number of values up to its end.
    pub(super) statements: Vec<(&'static str, usize)>,
    pub(super) values: Vec<Value<'v>>,
    /// Statements that count as overtaken by somebody else where they change fewer rows.
    pub(super) wanted: Vec<(usize, u64)>,
}

#[derive(Debug)]
pub(super) enum Value<'v> {
    Text(Cow<'v, str>),
    Number(i64),
    NoText,
    NoNumber,
}

impl<'v> Script<'v> {
    /// Begins a statement; its values follow.
    pub(super) fn statement(&mut self, text: &'static str) -> &mut Self {
        self.statements.push((text, self.values.len()));
        self
    }

    /// The last statement has to change this many rows.
    pub(super) fn changes(&mut self, rows: usize) -> &mut Self {
        let last = self.statements.len().saturating_sub(1);
        self.wanted.push((last, u64::try_from(rows).unwrap_or(u64::MAX)));
        self
    }

    /// A statement over rows, as often as its sizes need; `bind` gives the values of one row.
    pub(super) fn rows<T>(&mut self, statement: &Rows, rows: &'v [T], bind: impl Fn(&mut Self, &'v T)) {
        for (text, portion) in statement.portions(rows) {
            self.statement(text);
            portion.iter().for_each(|row| bind(self, row));
        }
    }

    pub(super) fn text(&mut self, text: impl Into<Cow<'v, str>>) -> &mut Self {
        self.value(Value::Text(text.into()))
    }

    pub(super) fn maybe_text(&mut self, text: Option<&'v str>) -> &mut Self {
        self.value(text.map_or(Value::NoText, |text| Value::Text(text.into())))
    }

    /// A text of its own, or none.
    pub(super) fn maybe_own(&mut self, text: Option<String>) -> &mut Self {
        self.value(text.map_or(Value::NoText, |text| Value::Text(text.into())))
    }

    pub(super) fn number(&mut self, number: i64) -> &mut Self {
        self.value(Value::Number(number))
    }

    pub(super) fn maybe_number(&mut self, number: Option<i64>) -> &mut Self {
        self.value(number.map_or(Value::NoNumber, Value::Number))
    }

    fn value(&mut self, value: Value<'v>) -> &mut Self {
        self.values.push(value);
        if let Some((_, end)) = self.statements.last_mut() {
            *end = self.values.len();
        }
        self
    }
}
