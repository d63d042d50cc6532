//! What is due, who has it, and what is given back; and forgetting what is long over, a little at a time.

use std::sync::atomic::{AtomicI64, Ordering};

use jiff::Timestamp;
use sqlx::sqlite::SqliteRow;
use zephyr_core::effect::Lane;
use zephyr_core::{EffectId, StreamId};
use zephyr_engine::ports::{Claimed, Due, Retry, StoreError};
use zephyr_fault::{self as fault, Point};

use super::read::REQUEST_KEPT_MICROS;
use super::rows::{effect, effect_id, get, instant, limit, maybe_time, number, stream_id};
use super::{Inner, errors};
use crate::FINISHED_KEPT;
use crate::rows::lane as lane_name;
use crate::script::Script;
use crate::statements::{CLAIM, CLAIMABLE, DUE_STREAMS, LOOK, PRUNABLE, PRUNE_EFFECTS, PRUNE_REQUESTS};
use crate::writes::note_retry;

/// How often old rows are looked for.
const PRUNE_EVERY_MICROS: i64 = 1_000_000;
/// How many old rows of a table go at a time: about a millisecond.
const PRUNE_ROWS: i64 = 256;

/// When old rows were last looked for.
#[derive(Debug, Default)]
pub(super) struct Prune {
    looked_at: AtomicI64,
}

impl Inner {
    pub(super) async fn due(&self, most: usize) -> Result<Due, StoreError> {
        self.guard.check(self.clock.lived())?;
        let now = self.clock.now();
        let (mut urgencies, mut next) = (Vec::new(), None::<Timestamp>);
        for row in self.rows(sqlx::query(LOOK).bind(now)).await? {
            next = next.into_iter().chain(maybe_time(&row, 2)?).min();
            if get::<Option<i64>>(&row, 1)?.is_some_and(|first| first <= now) {
                urgencies.push(get::<i64>(&row, 0)?);
            }
        }
        urgencies.sort_unstable();
        let streams = self.due_streams(&urgencies, now, most).await?;
        self.prune_sometimes(now).await;
        Ok(Due { now: instant(now)?, streams, next })
    }

    async fn due_streams(&self, urgencies: &[i64], now: i64, most: usize) -> Result<Vec<StreamId>, StoreError> {
        let mut streams = Vec::new();
        for urgency in urgencies {
            let left = most.saturating_sub(streams.len());
            if left == 0 {
                break;
            }
            let found = self.rows(sqlx::query(DUE_STREAMS).bind(*urgency).bind(now).bind(limit(left))).await?;
            for row in found {
                streams.push(stream_id(&row, 0)?);
            }
        }
        Ok(streams)
    }

    pub(super) async fn claim(&self, lane: Lane, urgency: u8, most: usize) -> Result<Vec<Claimed>, StoreError> {
        let now = self.clock.now();
        // Only this server frees effects, so that a look without the write lock misses nothing for long.
        let query = sqlx::query(CLAIMABLE).bind(lane_name(lane)).bind(now).bind(i64::from(urgency));
        let found = self.rows(query).await?;
        if found.is_empty() || most == 0 {
            return Ok(Vec::new());
        }
        fault::at(Point::ClaimBegun);
        let mut writing = self.begin().await?;
        let mut claimed = Vec::new();
        for row in found {
            let left = most.saturating_sub(claimed.len());
            if left == 0 {
                break;
            }
            let urgency = get::<i64>(&row, 0)?;
            let query = sqlx::query(CLAIM).bind(self.epoch).bind(lane_name(lane)).bind(urgency);
            let rows = query.bind(now).bind(limit(left)).fetch_all(writing.connection()).await;
            let mut batch = Vec::new();
            for row in rows.map_err(errors::before_commit)? {
                let id = effect_id(&row, 0)?;
                batch.push((get::<i64>(&row, 5)?, claimed_effect(id, urgency, &row)?));
            }
            batch.sort_by_key(|(due_at, effect)| (*due_at, effect.id));
            claimed.extend(batch.into_iter().map(|(_, effect)| effect));
        }
        writing.commit(Script::default()).await?;
        fault::at(Point::ClaimDurable);
        Ok(claimed)
    }

    pub(super) async fn retry(&self, retries: &[Retry]) -> Result<(), StoreError> {
        if retries.is_empty() {
            return Ok(());
        }
        let mut script = Script::default();
        retries.iter().for_each(|retry| note_retry(&mut script, retry.effect, retry, self.epoch));
        fault::at(Point::RetryBegun);
        self.begin().await?.commit(script).await?;
        fault::at(Point::RetryDurable);
        Ok(())
    }

    /// Forgets a little when it is time. Whoever asked what is due does not fail because of it.
    async fn prune_sometimes(&self, now: i64) {
        let looked_at = self.prune.looked_at.load(Ordering::Relaxed);
        if now.saturating_sub(looked_at) >= PRUNE_EVERY_MICROS {
            self.prune.looked_at.store(now, Ordering::Relaxed);
            self.reserve.look_again();
            errors::note(self.prune(now).await);
        }
    }

    async fn prune(&self, now: i64) -> Result<(), StoreError> {
        let finished = now.saturating_sub(FINISHED_KEPT.as_secs().saturating_mul(1_000_000));
        let answered = now.saturating_sub(REQUEST_KEPT_MICROS);
        if self.rows(sqlx::query(PRUNABLE).bind(finished).bind(answered)).await?.is_empty() {
            return Ok(());
        }
        let mut script = Script::default();
        script.statement(PRUNE_EFFECTS).number(finished).number(PRUNE_ROWS);
        script.statement(PRUNE_REQUESTS).number(answered).number(PRUNE_ROWS);
        self.begin().await?.commit(script).await
    }
}

/// `id, stream, body, attempt, abandoned, due_at`
fn claimed_effect(id: EffectId, urgency: i64, row: &SqliteRow) -> Result<Claimed, StoreError> {
    Ok(Claimed {
        id,
        stream: stream_id(row, 1)?,
        effect: effect(row, 2)?,
        urgency: u8::try_from(urgency).unwrap_or(u8::MAX),
        attempt: number(row, 3)?,
        abandoned: get::<i64>(row, 4)? != 0,
        due_at: instant(get(row, 5)?)?,
    })
}
