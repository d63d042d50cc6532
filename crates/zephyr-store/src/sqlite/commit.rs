//! `commit`: one statement reads what the slice must know, a plan is made of it, and the rows of all its commits are
//! written together, many to a statement, in one script.

use sqlx::Sqlite;
use sqlx::query::Query;
use sqlx::sqlite::{SqliteArguments, SqliteRow};
use zephyr_core::{EffectId, StreamId};
use zephyr_engine::ports::{Commit, Committed, End, RequestRow, Retry, StoreError};
use zephyr_fault::{self as fault, Point};

use super::read::REQUEST_KEPT_MICROS;
use super::rows::{effect_id, get, lane, number, stored, stream_id};
use super::script::Script;
use super::writing::Writing;
use super::{Inner, errors};
use crate::plan::{IndexChange, IndexRow, Known, NewRow, Plan, numbers};
use crate::statements::{
    ADD_EFFECTS, ADD_EVENTS, ADD_INDEX, CHECK, Check, DROP_INDEX, END_EFFECTS, PUT_REQUESTS, PUT_STREAMS, RETRY,
};

type Bound<'q> = Query<'q, Sqlite, SqliteArguments>;

impl Inner {
    pub(super) async fn commit(&self, commits: &[Commit]) -> Result<Vec<Committed>, StoreError> {
        if commits.is_empty() {
            return Ok(Vec::new());
        }
        if self.reserve.is_low() && commits.iter().all(|commit| commit.expected == 0) {
            return Err(StoreError::Unavailable("the disk is full, what is left is for what is known".to_owned()));
        }
        let mut writing = self.writing().await?;
        let now = self.clock.now();
        let known = self.begin_knowing(&mut writing, commits, now).await?;
        let (plan, index) = Plan::of(commits, known);
        if plan.is_empty() {
            writing.nothing().await?;
        } else {
            fault::at(Point::CommitBegun);
            writing.commit(script(&plan, &index, self.epoch, now)?).await?;
            fault::at(Point::CommitDurable);
        }
        Ok(plan.answers)
    }

    /// Begins the transaction and reads what the commits must know. Refuses to go on in an epoch that is over.
    async fn begin_knowing(
        &self,
        writing: &mut Writing<'_>,
        commits: &[Commit],
        now: i64,
    ) -> Result<Known, StoreError> {
        let mut known = Known::default();
        for (number, asked) in Asked::of(commits).portions().enumerate() {
            let Some(check) = CHECK.of_size(asked.most()) else { continue };
            let text = if number == 0 { check.beginning } else { check.following };
            let rows = asked.query(text, check.size, self.epoch, now).fetch_all(writing.connection()).await;
            for row in rows.map_err(errors::before_commit)? {
                learn(&mut known, &row, |epoch| writing.check_epoch(epoch))?;
            }
        }
        Ok(known)
    }
}

/// All that a plan writes.
fn script<'p>(plan: &'p Plan<'_>, index: &'p IndexChange, epoch: i64, now: i64) -> Result<Script<'p>, StoreError> {
    let bodies: Result<Vec<_>, _> = plan.effects.iter().map(|row| Ok((row, body(row)?))).collect();
    let (mut script, streams) = (Script::default(), plan.streams.values().copied().collect::<Vec<_>>());
    for (text, portion) in PUT_STREAMS.portions(&streams) {
        script.statement(text);
        portion.iter().for_each(|commit| stream(&mut script, commit));
    }
    script.rows(&ADD_EVENTS, &plan.events, |script, (stream, seq, event)| {
        script.text(stream.to_string()).number(stored(*seq)).number(event.at.as_microsecond());
        script.text(&event.kind).text(&event.body);
    });
    script.rows(&DROP_INDEX, &index.dropped, index_row);
    script.rows(&ADD_INDEX, &index.added, index_row);
    for (text, portion) in ADD_EFFECTS.portions(&bodies?) {
        script.statement(text);
        portion.iter().for_each(|(row, body)| effect(&mut script, row, body.clone(), epoch, now));
    }
    for (text, ids) in END_EFFECTS.portions(&plan.over) {
        script.statement(text).number(now).number(epoch);
        ids.iter().for_each(|id| {
            script.text(id.to_string());
        });
    }
    plan.again.iter().for_each(|(id, retry)| note_retry(&mut script, *id, retry, epoch));
    script.rows(&PUT_REQUESTS, &plan.requests, |script, request| put_request(script, request));
    Ok(script)
}

/// An answered request.
pub(super) fn put_request<'p>(script: &mut Script<'p>, request: &'p RequestRow) {
    script.text(&request.key).text(&request.body_hash).text(request.about.to_string());
    script.number(request.at.as_microsecond());
}

/// Notes a failed try of an effect that the epoch holds.
pub(super) fn note_retry<'p>(script: &mut Script<'p>, id: EffectId, retry: &'p Retry, epoch: i64) {
    script.statement(RETRY).number(i64::from(retry.attempt)).number(retry.due_at.as_microsecond());
    script.text(&retry.error).text(id.to_string()).number(epoch);
}

fn stream<'p>(script: &mut Script<'p>, commit: &'p Commit) {
    let written = u64::try_from(commit.events.len()).unwrap_or(u64::MAX);
    script.text(commit.stream.to_string()).text(commit.stream.kind.as_str());
    script.number(stored(commit.expected.saturating_add(written))).number(i64::from(commit.format));
    script.text(&commit.state).maybe_number(commit.wake_at.map(|at| at.as_microsecond()));
    script.number(i64::from(commit.urgency));
}

fn index_row<'p>(script: &mut Script<'p>, (stream, (key, value)): &'p (StreamId, IndexRow)) {
    script.text(stream.to_string()).text(key).text(value);
}

/// The stored text of an effect; nothing of one that is over.
fn body(row: &NewRow<'_>) -> Result<String, StoreError> {
    match row.end {
        Some(End::Over) => Ok(String::new()),
        Some(End::Again(_)) | None => serde_json::to_string(row.effect).map_err(errors::unreadable),
    }
}

fn effect<'p>(script: &mut Script<'p>, row: &NewRow<'p>, body: String, epoch: i64, now: i64) {
    let (again, done_at) = match row.end {
        Some(End::Again(retry)) => (Some(retry), None),
        Some(End::Over) => (None, Some(now)),
        None => (None, None),
    };
    let due_at = again.map_or(row.due_at, |retry| retry.due_at);
    let held = row.held && row.end.is_none();
    script.text(row.id.to_string()).text(row.stream.to_string()).text(lane(row.effect.lane()));
    script.number(i64::from(row.urgency)).number(due_at.as_microsecond()).text(body);
    script.number(again.map_or(0, |retry| i64::from(retry.attempt)));
    script.maybe_text(again.map(|retry| retry.error.as_str()));
    script.maybe_number(held.then_some(epoch)).number(0).maybe_number(done_at);
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
    /// How many of the most frequent kind.
    fn most(&self) -> usize {
        let counts = [self.streams.len(), self.numbers.len(), self.effects.len(), self.requests.len()];
        counts.into_iter().max().unwrap_or_default()
    }

    fn query(&self, text: &'static str, size: usize, epoch: i64, now: i64) -> Bound<'a> {
        let counting_from = now.saturating_sub(REQUEST_KEPT_MICROS);
        let query = sqlx::query(text).bind(epoch).bind(counting_from);
        let query = bind_list(query, self.streams.iter().map(String::as_str), size);
        let query = bind_list(query, self.numbers.iter().copied(), size);
        let query = bind_list(query, self.effects.iter().map(String::as_str), size);
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
