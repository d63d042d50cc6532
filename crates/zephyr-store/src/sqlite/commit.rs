//! `commit`: one statement reads what the slice must know, a plan is made of it, and the rows of all its commits are
//! written together, many to a statement.

use sqlx::sqlite::{SqliteArguments, SqliteConnection, SqliteRow};
use sqlx::{Sqlite, query::Query};
use zephyr_core::StreamId;
use zephyr_engine::ports::{Commit, Committed, End, Retry, StoreError};

use super::rows::{effect_id, get, lane, number, stored, stream_id};
use super::writing::Writing;
use super::{Inner, errors};
use crate::plan::{IndexChange, IndexRow, Known, NewRow, Plan, numbers};
use crate::statements::{
    ADD_EFFECTS, ADD_EVENTS, ADD_INDEX, CHECK, Check, DROP_INDEX, END_EFFECTS, PUT_REQUESTS, PUT_STREAMS, RETRY, Rows,
};

type Bound<'q> = Query<'q, Sqlite, SqliteArguments>;

impl Inner {
    pub(super) async fn commit(&self, commits: &[Commit]) -> Result<Vec<Committed>, StoreError> {
        if commits.is_empty() {
            return Ok(Vec::new());
        }
        let mut writing = self.begin().await?;
        let now = self.clock.now();
        let known = self.known(&mut writing, commits, now).await?;
        let (plan, index) = Plan::of(commits, known);
        if plan.is_empty() {
            writing.nothing().await?;
        } else {
            self.write(writing.connection(), &plan, &index, now).await?;
            writing.commit().await?;
        }
        Ok(plan.answers)
    }

    /// Reads what the commits must know, and refuses to go on in an epoch that is over.
    async fn known(&self, writing: &mut Writing<'_>, commits: &[Commit], now: i64) -> Result<Known, StoreError> {
        let mut known = Known::default();
        for asked in Asked::of(commits).portions() {
            let rows = asked.query(self.epoch, now).fetch_all(writing.connection()).await;
            for row in rows.map_err(errors::before_commit)? {
                learn(&mut known, &row, |epoch| writing.check_epoch(epoch))?;
            }
        }
        Ok(known)
    }

    async fn write(
        &self,
        connection: &mut SqliteConnection,
        plan: &Plan<'_>,
        index: &IndexChange,
        now: i64,
    ) -> Result<(), StoreError> {
        let streams: Vec<_> = plan.streams.values().copied().collect();
        insert(connection, &PUT_STREAMS, &streams, bind_stream).await?;
        insert(connection, &ADD_EVENTS, &plan.events, |query, (stream, seq, event)| {
            let query = query.bind(stream.to_string()).bind(stored(*seq)).bind(event.at.as_microsecond());
            Ok(query.bind(event.kind.as_str()).bind(event.body.as_str()))
        })
        .await?;
        insert(connection, &DROP_INDEX, &index.dropped, bind_index).await?;
        insert(connection, &ADD_INDEX, &index.added, bind_index).await?;
        let epoch = self.epoch;
        insert(connection, &ADD_EFFECTS, &plan.effects, |query, row| bind_effect(query, row, epoch, now)).await?;
        for (text, ids) in END_EFFECTS.portions(&plan.over) {
            let query = sqlx::query(text).bind(now).bind(epoch);
            let query = ids.iter().fold(query, |query, id| query.bind(id.to_string()));
            run(connection, query).await?;
        }
        for (id, retry) in &plan.again {
            run(connection, retry_query(id.to_string(), retry, epoch)).await?;
        }
        insert(connection, &PUT_REQUESTS, &plan.requests, |query, request| {
            let query = query.bind(request.key.as_str()).bind(request.body_hash.as_str());
            Ok(query.bind(request.stream.to_string()).bind(request.at.as_microsecond()))
        })
        .await
    }
}

/// The statement that notes a failed try of an effect that the epoch holds.
pub(super) fn retry_query(id: String, retry: &Retry, epoch: i64) -> Bound<'_> {
    let query = sqlx::query(RETRY).bind(i64::from(retry.attempt)).bind(retry.due_at.as_microsecond());
    query.bind(retry.error.as_str()).bind(id).bind(epoch)
}

async fn run(connection: &mut SqliteConnection, query: Bound<'_>) -> Result<(), StoreError> {
    query.execute(connection).await.map(drop).map_err(errors::before_commit)
}

/// Runs a statement over rows, as often as its sizes need.
async fn insert<'q, T>(
    connection: &mut SqliteConnection,
    statement: &Rows,
    rows: &'q [T],
    bind: impl Fn(Bound<'q>, &'q T) -> Result<Bound<'q>, StoreError>,
) -> Result<(), StoreError> {
    for (text, portion) in statement.portions(rows) {
        let query = portion.iter().try_fold(sqlx::query(text), &bind)?;
        run(connection, query).await?;
    }
    Ok(())
}

fn bind_stream<'q>(query: Bound<'q>, commit: &&'q Commit) -> Result<Bound<'q>, StoreError> {
    let written = u64::try_from(commit.events.len()).unwrap_or(u64::MAX);
    let version = stored(commit.expected.saturating_add(written));
    let query = query.bind(commit.stream.to_string()).bind(commit.stream.kind.as_str()).bind(version);
    let query = query.bind(i64::from(commit.format)).bind(commit.state.as_str());
    Ok(query.bind(commit.wake_at.map(|at| at.as_microsecond())).bind(i64::from(commit.urgency)))
}

fn bind_index<'q>(query: Bound<'q>, row: &'q (StreamId, IndexRow)) -> Result<Bound<'q>, StoreError> {
    let (stream, (key, value)) = row;
    Ok(query.bind(stream.to_string()).bind(key.as_str()).bind(value.as_str()))
}

fn bind_effect<'q>(query: Bound<'q>, row: &'q NewRow<'_>, epoch: i64, now: i64) -> Result<Bound<'q>, StoreError> {
    let again = match row.end {
        Some(End::Again(retry)) => Some(retry),
        Some(End::Over) | None => None,
    };
    let is_over = matches!(row.end, Some(End::Over));
    let body = if is_over { String::new() } else { serde_json::to_string(row.effect).map_err(errors::unreadable)? };
    let due_at = again.map_or(row.due_at, |retry| retry.due_at);
    let query = query.bind(row.id.to_string()).bind(row.stream.to_string()).bind(lane(row.effect.lane()));
    let query = query.bind(i64::from(row.urgency)).bind(due_at.as_microsecond()).bind(body);
    let query = query.bind(again.map_or(0, |retry| i64::from(retry.attempt)));
    let query = query.bind(again.map(|retry| retry.error.as_str()));
    Ok(query.bind((row.held && row.end.is_none()).then_some(epoch)).bind(0_i64).bind(is_over.then_some(now)))
}

/// What a slice asks the store for.
#[derive(Debug, Default)]
struct Asked<'c> {
    streams: Vec<String>,
    numbers: Vec<&'c str>,
    effects: Vec<String>,
    requests: Vec<&'c str>,
}

impl<'c> Asked<'c> {
    fn of(commits: &'c [Commit]) -> Self {
        let mut asked = Self::default();
        for commit in commits {
            asked.streams.push(commit.stream.to_string());
            asked.numbers.extend(numbers(&commit.index).map(String::as_str));
            asked.effects.extend(commit.finish.iter().map(|finish| finish.effect.to_string()));
            asked.requests.extend(commit.request.iter().map(|request| request.key.as_str()));
        }
        asked
    }

    /// What one statement takes at a time; at least one, which asks for the epoch.
    fn portions(&self) -> impl Iterator<Item = Portion<'_>> {
        let count = [self.streams.len(), self.numbers.len(), self.effects.len(), self.requests.len()];
        let count = count.into_iter().max().unwrap_or_default();
        (0..count).step_by(Check::MOST).map(|from| Portion {
            streams: part(&self.streams, from),
            numbers: part(&self.numbers, from),
            effects: part(&self.effects, from),
            requests: part(&self.requests, from),
        })
    }
}

/// What is asked for in one statement.
struct Portion<'a> {
    streams: &'a [String],
    numbers: &'a [&'a str],
    effects: &'a [String],
    requests: &'a [&'a str],
}

impl<'a> Portion<'a> {
    fn query(&self, epoch: i64, now: i64) -> Bound<'a> {
        let counts = [self.streams.len(), self.numbers.len(), self.effects.len(), self.requests.len()];
        let (size, text) = CHECK.text(counts.into_iter().max().unwrap_or_default());
        let counting_from = now.saturating_sub(super::read::REQUEST_KEPT_MICROS);
        let mut query = sqlx::query(text).bind(epoch).bind(counting_from);
        for list in [self.streams, self.effects] {
            debug_assert!(list.len() <= size, "more than a statement takes");
        }
        query = bind_list(query, self.streams.iter().map(String::as_str), size);
        query = bind_list(query, self.numbers.iter().copied(), size);
        query = bind_list(query, self.effects.iter().map(String::as_str), size);
        bind_list(query, self.requests.iter().copied(), size)
    }
}

fn bind_list<'a>(query: Bound<'a>, list: impl Iterator<Item = &'a str>, size: usize) -> Bound<'a> {
    let padded = list.map(Some).chain(std::iter::repeat(None)).take(size);
    padded.fold(query, |query, value| query.bind(value))
}

fn part<T>(list: &[T], from: usize) -> &[T] {
    let to = list.len().min(from.saturating_add(Check::MOST));
    list.get(from..to).unwrap_or_default()
}

/// Takes in a row of the check: what it is, three texts and a number.
fn learn(
    known: &mut Known,
    row: &SqliteRow,
    check_epoch: impl Fn(i64) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    match get::<&str>(row, 0)? {
        "epoch" => check_epoch(get(row, 4)?)?,
        "stream" => {
            known.versions.insert(stream_id(row, 1)?, number(row, 4)?);
        }
        "index" => {
            known.index.entry(stream_id(row, 1)?).or_default().insert((get(row, 2)?, get(row, 3)?));
        }
        "number" => {
            known.numbers.insert(get(row, 2)?, stream_id(row, 1)?);
        }
        "held" => {
            known.held.insert(effect_id(row, 1)?);
        }
        _ => {
            known.answered.insert(get(row, 1)?);
        }
    }
    Ok(())
}
