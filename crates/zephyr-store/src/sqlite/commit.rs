//! `commit`: one statement reads what the slice must know, a plan is made of it, and the rows of all its commits are
//! written together, many to a statement, in one script.

use sqlx::Sqlite;
use sqlx::query::Query;
use sqlx::sqlite::SqliteArguments;
use zephyr_engine::ports::{Commit, Committed, StoreError};
use zephyr_fault::{self as fault, Point};

use super::read::REQUEST_KEPT_MICROS;
use super::rows::{effect_id, get, number, stream_id};
use super::writing::Writing;
use super::{Inner, errors};
use crate::plan::{Known, Plan};
use crate::statements::{CHECK, PUT_REQUESTS};
use crate::writes::{Asked, Portion, learn, put_request, script};

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
            let mut script = script(&plan, &index, self.epoch, now)?;
            script.rows(&PUT_REQUESTS, &plan.requests, |script, request| put_request(script, request));
            fault::at(Point::CommitBegun);
            writing.commit(script).await?;
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
            let rows = query(text, &asked, check.size, self.epoch, now).fetch_all(writing.connection()).await;
            for row in rows.map_err(errors::before_commit)? {
                learn!(known, &row, |epoch| writing.check_epoch(epoch));
            }
        }
        Ok(known)
    }
}

fn query<'a>(text: &'static str, asked: &'a Portion<'_>, size: usize, epoch: i64, now: i64) -> Bound<'a> {
    let query = sqlx::query(text).bind(epoch).bind(now.saturating_sub(REQUEST_KEPT_MICROS));
    asked.values(size).fold(query, |query, value| query.bind(value))
}
