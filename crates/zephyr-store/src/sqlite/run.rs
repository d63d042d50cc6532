//! Runs the statements of one transaction, sent to the connection together with their COMMIT. Each way there and back
//! costs two changes of thread, which is most of the time of a single commit; SQLite runs several statements of one text
//! one after the other.

use sqlx::query::Query;
use sqlx::sqlite::{SqliteArguments, SqliteConnection};
use sqlx::{AssertSqlSafe, Sqlite};

use crate::script::{Script, Value};
use crate::statements::COMMIT;

/// Up to this many values the statements go as one text. Such texts are few, small, and stay prepared. More values go
/// statement by statement, of which each size is prepared once.
const JOINED_VALUES: usize = 160;

impl Script<'_> {
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
        Value::NoText | Value::NoNumber => query.bind(None::<i64>),
    }
}
