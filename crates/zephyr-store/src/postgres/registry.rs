//! Tokens, policies, and who did what. They belong to no replica: any of them writes them, whatever its lease.

use jiff::Timestamp;
use sqlx::PgPool;
use zephyr_engine::ports::{
    AppliedRow, AuditPlace, AuditRow, Kept, NoticeRow, PolicyRow, Registry, RequestRow, StoreError, TokenRow,
};
use zephyr_fault::{self as fault, Point};

use super::commit::put_requests;
use super::read::REQUEST_KEPT_MICROS;
use super::rows::{self, get, limit, stored};
use super::writing::{Failed, storable};
use super::{Inner, PostgresStore};
use crate::script::Script;
use crate::statements::{
    AUDIT, NOTE, NOTE_POLICY, POLICIES, POLICY_TEXT, PUT_POLICY, PUT_TOKEN, REQUEST, REVOKE_TOKEN, TOKEN, TOKEN_BY_ID,
    TOKENS,
};

impl Inner {
    /// Runs the statements that `written` makes at a time, and keeps the request that they answer, unless it was answered
    /// before.
    async fn keep<'v>(
        &self,
        written: impl Fn(&mut Script<'v>, i64),
        answers: Option<&'v RequestRow>,
    ) -> Result<Kept, StoreError> {
        let written = &written;
        let kept = self.tried(|| async move {
            let mut writing = self.begin(&self.pools.sends).await?;
            let now = self.now_of(&mut writing).await?;
            let mut script = Script::default();
            written(&mut script, now);
            if let Some(request) = answers {
                let counting_from = now.saturating_sub(REQUEST_KEPT_MICROS);
                let query = sqlx::query(REQUEST).bind(storable(&request.key)).bind(counting_from);
                if query.fetch_optional(writing.connection()?).await?.is_some() {
                    writing.nothing().await?;
                    return Ok(Kept::Repeated);
                }
                put_requests(&mut script, &[request], now);
            }
            writing.write(&script).await?;
            writing.finish().await?;
            Ok::<Kept, Failed>(Kept::Done)
        });
        let kept = self.in_time(kept).await?;
        self.hint.tell(self.epoch());
        Ok(kept)
    }

    fn kept(&self) -> &PgPool {
        &self.pools.readers
    }
}

impl Registry for PostgresStore {
    async fn put_token(&self, token: TokenRow, answers: Option<RequestRow>) -> Result<Kept, StoreError> {
        let token = &token;
        let written = |script: &mut Script<'_>, _| {
            script.statement(PUT_TOKEN).text(token.hash.clone()).text(token.kind.clone()).text(token.holder.clone());
            script.number(token.at.as_microsecond()).text(token.id.clone()).maybe_own(token.scopes.clone());
            script.maybe_own(token.created_by.clone()).maybe_own(token.created_request.clone());
            script.maybe_number(token.expires_at.map(|at| at.as_microsecond()));
        };
        fault::at(Point::TokenBegun);
        let kept = self.inner.keep(written, answers.as_ref()).await?;
        fault::at(Point::TokenDurable);
        Ok(kept)
    }

    async fn token(&self, hash: &str) -> Result<Option<TokenRow>, StoreError> {
        let found = self.inner.rows(self.inner.kept(), sqlx::query(TOKEN).bind(storable(hash))).await?;
        found.first().map(rows::token).transpose()
    }

    async fn token_by_id(&self, id: &str) -> Result<Option<TokenRow>, StoreError> {
        let found = self.inner.rows(self.inner.kept(), sqlx::query(TOKEN_BY_ID).bind(storable(id))).await?;
        found.first().map(rows::token).transpose()
    }

    async fn tokens(&self, most: usize) -> Result<Vec<TokenRow>, StoreError> {
        let found = self.inner.rows(self.inner.kept(), sqlx::query(TOKENS).bind(limit(most))).await?;
        found.iter().map(rows::token).collect()
    }

    async fn revoke_token(
        &self,
        id: &str,
        by: &str,
        request: Option<&str>,
        answers: Option<RequestRow>,
    ) -> Result<Kept, StoreError> {
        let written = |script: &mut Script<'_>, now| {
            script.statement(REVOKE_TOKEN).number(now).text(by.to_owned()).maybe_own(request.map(str::to_owned));
            script.text(id.to_owned());
        };
        self.inner.keep(written, answers.as_ref()).await
    }

    async fn put_policy(&self, policy: PolicyRow, answers: Option<RequestRow>) -> Result<Kept, StoreError> {
        let policy = &policy;
        let written = |script: &mut Script<'_>, now| {
            let PolicyRow { version, text, by, source, request } = policy.clone();
            script.statement(PUT_POLICY).text(version.clone()).text(text).number(now);
            script.statement(NOTE_POLICY).text(version.clone()).number(now).text(by).text(source);
            script.maybe_own(request).text(version);
        };
        fault::at(Point::PolicyBegun);
        let kept = self.inner.keep(written, answers.as_ref()).await?;
        fault::at(Point::PolicyDurable);
        Ok(kept)
    }

    async fn policies(&self, most: usize) -> Result<Vec<AppliedRow>, StoreError> {
        let found = self.inner.rows(self.inner.kept(), sqlx::query(POLICIES).bind(limit(most))).await?;
        found.iter().map(rows::applied).collect()
    }

    async fn policy_text(&self, version: &str) -> Result<Option<String>, StoreError> {
        let found = self.inner.rows(self.inner.kept(), sqlx::query(POLICY_TEXT).bind(storable(version))).await?;
        found.first().map(|row| get(row, 0)).transpose()
    }

    async fn note(&self, notice: NoticeRow) -> Result<(), StoreError> {
        let notice = &notice;
        let written = |script: &mut Script<'_>, now| {
            let NoticeRow { kind, actor, about, request } = notice.clone();
            script.statement(NOTE).number(now).text(kind).maybe_own(actor).text(about).maybe_own(request);
        };
        self.inner.keep(written, None).await.map(drop)
    }

    async fn audit(&self, before: Option<&AuditPlace>, most: usize) -> Result<Vec<AuditRow>, StoreError> {
        let (at, source, name, seq) = match before {
            Some(place) => (place.at.as_microsecond(), place.source.as_str(), place.name.as_str(), stored(place.seq)),
            None => (Timestamp::MAX.as_microsecond(), "", "", 0),
        };
        let query = sqlx::query(AUDIT).bind(at).bind(source).bind(storable(name)).bind(seq).bind(limit(most));
        self.inner.rows(self.inner.kept(), query).await?.iter().map(rows::audit).collect()
    }
}
