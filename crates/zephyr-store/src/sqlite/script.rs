//! The statements of one transaction, sent to the connection together with their COMMIT. Each way there and back costs
//! two changes of thread, which is most of the time of a single commit; SQLite runs several statements of one text one
//! after the other.
//!
//! Deliberately not here: rows to read. What a decision needs is read before.

use std::borrow::Cow;

use sqlx::query::Query;
use sqlx::sqlite::{SqliteArguments, SqliteConnection};
use sqlx::{AssertSqlSafe, Sqlite};

use crate::statements::{COMMIT, Rows};

/// Up to this many values the statements go as one text. Such texts are few, small, and stay prepared. More values go
/// statement by statement, of which each size is prepared once.
const JOINED_VALUES: usize = 160;

/// Statements whose placeholders stand in the order of their values, each once.
#[derive(Debug, Default)]
pub(super) struct Script<'v> {
    /// Each statement with the number of values up to its end.
    statements: Vec<(&'static str, usize)>,
    values: Vec<Value<'v>>,
}

#[derive(Debug)]
enum Value<'v> {
    Text(Cow<'v, str>),
    Number(i64),
    Null,
}

impl<'v> Script<'v> {
    /// Begins a statement; its values follow.
    pub(super) fn statement(&mut self, text: &'static str) -> &mut Self {
        self.statements.push((text, self.values.len()));
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
        self.value(text.map_or(Value::Null, |text| Value::Text(text.into())))
    }

    pub(super) fn number(&mut self, number: i64) -> &mut Self {
        self.value(Value::Number(number))
    }

    pub(super) fn maybe_number(&mut self, number: Option<i64>) -> &mut Self {
        self.value(number.map_or(Value::Null, Value::Number))
    }

    fn value(&mut self, value: Value<'v>) -> &mut Self {
        self.values.push(value);
        if let Some((_, end)) = self.statements.last_mut() {
            *end = self.values.len();
        }
        self
    }

    /// Runs the statements and makes them durable.
    pub(super) async fn commit(self, connection: &mut SqliteConnection) -> Result<(), sqlx::Error> {
        if self.values.len() <= JOINED_VALUES {
            let query = sqlx::query(AssertSqlSafe(self.joined()));
            return self.values.iter().fold(query, bind).execute(connection).await.map(drop);
        }
        let mut values = self.values.iter();
        let mut bound = 0;
        for (text, end) in &self.statements {
            let query = values.by_ref().take(end - bound).fold(sqlx::query(*text), bind);
            query.execute(&mut *connection).await?;
            bound = *end;
        }
        sqlx::query(COMMIT).execute(connection).await.map(drop)
    }

    /// All statements in one text. Numbered placeholders would name the same values in each: they become plain ones.
    fn joined(&self) -> String {
        let mut joined = String::new();
        for (text, _) in &self.statements {
            let mut pieces = text.split('$');
            joined.extend(pieces.next());
            for piece in pieces {
                joined.push('?');
                joined.push_str(piece.trim_start_matches(|c: char| c.is_ascii_digit()));
            }
            joined.push(';');
        }
        joined + COMMIT
    }
}

fn bind<'q>(query: Query<'q, Sqlite, SqliteArguments>, value: &'q Value<'_>) -> Query<'q, Sqlite, SqliteArguments> {
    match value {
        Value::Text(text) => query.bind(text.as_ref()),
        Value::Number(number) => query.bind(*number),
        Value::Null => query.bind(None::<i64>),
    }
}
