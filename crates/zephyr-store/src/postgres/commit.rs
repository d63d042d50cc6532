//! `commit`: one statement takes the streams' rows and reads what the slice must know, a plan is made of it, and the rows
//! of all its commits are written together. Another replica that wants the same rows waits, and then sees them as they
//! were written.

use std::fmt::Write as _;
use std::sync::OnceLock;

use sqlx::Postgres;
use sqlx::postgres::PgArguments;
use sqlx::query::Query;
use zephyr_engine::ports::{Commit, Committed, RequestRow, StoreError};
use zephyr_fault::{self as fault, Point};

use super::Inner;
use super::read::REQUEST_KEPT_MICROS;
use super::rows::{effect_id, get, number, stream_id};
use super::texts::PUT_REQUESTS;
use super::writing::{Failed, Writing, storable};
use crate::plan::{Known, Plan};
use crate::script::Script;
use crate::statements::Check;
use crate::writes::{Asked, Portion, learn, put_request, script};

type Bound<'q> = Query<'q, Postgres, PgArguments>;

impl Inner {
    pub(super) async fn commit(&self, commits: &[Commit]) -> Result<Vec<Committed>, StoreError> {
        self.settled().await?;
        if commits.is_empty() {
            return Ok(Vec::new());
        }
        let answers = self.tried(|| self.commit_once(commits)).await?;
        self.hint.tell(self.epoch());
        Ok(answers)
    }

    async fn commit_once(&self, commits: &[Commit]) -> Result<Vec<Committed>, Failed> {
        let prepared = tokio::time::timeout(self.patience, self.prepare(commits)).await;
        let (writing, answers) = prepared.unwrap_or_else(|_| {
            let late = format!("no answer within {} s", self.patience.as_secs());
            Err(Failed::Lasting(StoreError::Unavailable(late)))
        })?;
        fault::at(Point::CommitBegun);
        writing.finish().await?;
        fault::at(Point::CommitDurable);
        Ok(answers)
    }

    /// Everything but COMMIT.
    async fn prepare(&self, commits: &[Commit]) -> Result<(Writing<'_>, Vec<Committed>), Failed> {
        let mut writing = self.begin(&self.pools.engine).await?;
        let now = self.now_of(&mut writing).await?;
        let known = self.know(&mut writing, commits, now).await?;
        let (plan, index) = Plan::of(commits, known);
        if !plan.is_empty() {
            let mut script = script(&plan, &index, self.epoch(), now)?;
            put_requests(&mut script, &plan.requests, now);
            writing.write(&script).await?;
        }
        Ok((writing, plan.answers))
    }

    /// Reads what the commits must know, and keeps it true until the end. Refuses an epoch that is over.
    async fn know(&self, writing: &mut Writing<'_>, commits: &[Commit], now: i64) -> Result<Known, Failed> {
        let mut known = Known::default();
        let mut held = None;
        for asked in Asked::of(commits).portions() {
            let Some((size, text)) = texts().iter().find(|(size, _)| *size >= asked.most()) else { continue };
            let rows = query(text, &asked, *size, self.epoch(), now).fetch_all(writing.connection()?).await?;
            for row in &rows {
                learn!(known, row, |epoch| {
                    held = Some(epoch);
                    Ok::<(), StoreError>(())
                });
            }
        }
        self.is_held(held)?;
        Ok(known)
    }
}

/// Keeps answered requests; where another replica has answered one in the meantime, everything is decided anew.
pub(super) fn put_requests<'v>(script: &mut Script<'v>, requests: &[&'v RequestRow], now: i64) {
    for (text, portion) in PUT_REQUESTS.portions(requests) {
        script.statement(text).number(now.saturating_sub(REQUEST_KEPT_MICROS));
        portion.iter().for_each(|request| put_request(script, request));
        script.changes(portion.len());
    }
}

fn query<'a>(text: &'static str, asked: &'a Portion<'_>, size: usize, epoch: i64, now: i64) -> Bound<'a> {
    let query = sqlx::query(text).bind(epoch).bind(now.saturating_sub(REQUEST_KEPT_MICROS));
    asked.values(size).fold(query, |query, value| query.bind(value.map(storable)))
}

/// The check in a few fixed sizes, the smallest first.
pub(super) fn texts() -> &'static [(usize, &'static str)] {
    static TEXTS: OnceLock<Vec<(usize, &'static str)>> = OnceLock::new();
    TEXTS.get_or_init(|| [1, 8, Check::MOST].map(|size| (size, &*check(size).leak())).into())
}

/// As [`CHECK`](crate::statements::CHECK), but it takes the rows of the lease and of the streams, in one order.
fn check(size: usize) -> String {
    let mut next = 3..;
    let mut list = || {
        let mut list = String::new();
        for number in next.by_ref().take(size) {
            let comma = if list.is_empty() { "" } else { ", " };
            let _ = write!(list, "{comma}${number}");
        }
        list
    };
    let (streams, numbers, effects, requests) = (list(), list(), list(), list());
    format!(
        "SELECT 'epoch', '', '', '', epoch FROM (SELECT epoch FROM replicas WHERE epoch = $1 AND over = 0 FOR SHARE) own
        UNION ALL SELECT 'stream', id, '', '', version FROM (
            SELECT id, version FROM streams WHERE id IN ({streams}) ORDER BY id FOR UPDATE) taken
        UNION ALL SELECT 'index', stream, key, value, 0 FROM index_rows WHERE stream IN ({streams})
        UNION ALL SELECT 'number', stream, value, '', 0 FROM index_rows WHERE key = 'number' AND value IN ({numbers})
        UNION ALL SELECT 'held', id, '', '', 0 FROM effects WHERE epoch = $1 AND id IN ({effects})
        UNION ALL SELECT 'answered', key, '', '', 0 FROM requests WHERE at > $2 AND key IN ({requests})"
    )
}
