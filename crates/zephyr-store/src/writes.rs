//! What a slice of commits reads and writes, as statements and values: the same for every database.
//!
//! Deliberately not here: how they are run, and what is decided, which is [`plan`](crate::plan).

use zephyr_core::{EffectId, StreamId};
use zephyr_engine::ports::{Commit, End, RequestRow, Retry, StoreError};

use crate::plan::{IndexChange, IndexRow, NewRow, Plan, numbers};
use crate::rows::{lane, stored, unreadable};
use crate::script::Script;
use crate::statements::{ADD_EFFECTS, ADD_EVENTS, ADD_INDEX, Check, DROP_INDEX, END_EFFECTS, PUT_STREAMS, RETRY};

/// All that a plan writes, but for the requests that it answers.
pub(crate) fn script<'p>(
    plan: &'p Plan<'_>,
    index: &'p IndexChange,
    epoch: i64,
    now: i64,
) -> Result<Script<'p>, StoreError> {
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
    Ok(script)
}

/// An answered request.
pub(crate) fn put_request<'p>(script: &mut Script<'p>, request: &'p RequestRow) {
    script.text(&request.key).text(&request.body_hash).text(request.about.to_string());
    script.number(request.at.as_microsecond());
}

/// Notes a failed try of an effect that the epoch holds.
pub(crate) fn note_retry<'p>(script: &mut Script<'p>, id: EffectId, retry: &'p Retry, epoch: i64) {
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
        Some(End::Again(_)) | None => serde_json::to_string(row.effect).map_err(unreadable),
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
pub(crate) struct Asked<'c> {
    streams: Vec<String>,
    numbers: Vec<&'c str>,
    effects: Vec<String>,
    requests: Vec<&'c str>,
}

impl<'c> Asked<'c> {
    pub(crate) fn of(commits: &'c [Commit]) -> Self {
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
    pub(crate) fn portions(&self) -> impl Iterator<Item = Portion<'_>> {
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
pub(crate) struct Portion<'a> {
    streams: &'a [String],
    numbers: &'a [&'a str],
    effects: &'a [String],
    requests: &'a [&'a str],
}

impl<'a> Portion<'a> {
    /// How many of the most frequent kind.
    pub(crate) fn most(&self) -> usize {
        let counts = [self.streams.len(), self.numbers.len(), self.effects.len(), self.requests.len()];
        counts.into_iter().max().unwrap_or_default()
    }

    /// What is bound after the epoch and the time from which requests count, filled up with nothing to `size` of each.
    pub(crate) fn values(&self, size: usize) -> impl Iterator<Item = Option<&str>> {
        let texts = |list: &'a [String]| list.iter().map(|text| Some(text.as_str()));
        let fill = |list: &[String]| std::iter::repeat_n(None, size.saturating_sub(list.len()));
        let filled = |list: &[&str]| std::iter::repeat_n(None, size.saturating_sub(list.len()));
        let streams = texts(self.streams).chain(fill(self.streams));
        let numbers = self.numbers.iter().copied().map(Some).chain(filled(self.numbers));
        let effects = texts(self.effects).chain(fill(self.effects));
        let requests = self.requests.iter().copied().map(Some).chain(filled(self.requests));
        streams.chain(numbers).chain(effects).chain(requests)
    }
}

fn part<T>(list: &[T], from: usize) -> &[T] {
    let to = list.len().min(from.saturating_add(Check::MOST));
    list.get(from..to).unwrap_or_default()
}

/// Takes in a row of the check: what it is, three texts and a number. `$check_epoch` is asked about the epoch.
macro_rules! learn {
    ($known:expr, $row:expr, $check_epoch:expr) => {
        match get::<&str>($row, 0)? {
            "epoch" => $check_epoch(get::<i64>($row, 4)?)?,
            "stream" => {
                $known.versions.insert(stream_id($row, 1)?, number($row, 4)?);
            }
            "index" => {
                $known.index.entry(stream_id($row, 1)?).or_default().insert((get($row, 2)?, get($row, 3)?));
            }
            "number" => {
                $known.numbers.insert(get($row, 2)?, stream_id($row, 1)?);
            }
            "held" => {
                $known.held.insert(effect_id($row, 1)?);
            }
            _ => {
                $known.answered.insert(get($row, 1)?);
            }
        }
    };
}
pub(crate) use learn;
