//! Tokens, policies, and who did what.

use jiff::Timestamp;
use zephyr_engine::ports::{
    AppliedRow, AuditPlace, AuditRow, Kept, NoticeRow, PolicyRow, Registry, RequestRow, StoreError, TokenRow,
};
use zephyr_fault::{self as fault, Point};

use super::read::REQUEST_KEPT_MICROS;
use super::rows::{self, get, limit, stored};
use super::{Inner, SqliteStore, errors};
use crate::script::Script;
use crate::statements::{
    AUDIT, NOTE, NOTE_POLICY, POLICIES, POLICY_TEXT, PUT_POLICY, PUT_REQUESTS, PUT_TOKEN, REQUEST, REVOKE_TOKEN, TOKEN,
    TOKEN_BY_ID, TOKENS,
};
use crate::writes::put_request;

impl Inner {
    /// Runs the statements and keeps the request that they answer, unless it was answered before.
    async fn keep<'v>(&self, mut script: Script<'v>, answers: Option<&'v RequestRow>) -> Result<Kept, StoreError> {
        let mut writing = self.begin_aside().await?;
        if let Some(request) = answers {
            let counting_from = self.clock.now().saturating_sub(REQUEST_KEPT_MICROS);
            let query = sqlx::query(REQUEST).bind(&request.key).bind(counting_from);
            let found = query.fetch_optional(writing.connection()).await.map_err(errors::before_commit)?;
            if found.is_some() {
                writing.nothing().await?;
                return Ok(Kept::Repeated);
            }
            script.rows(&PUT_REQUESTS, std::slice::from_ref(request), put_request);
        }
        writing.commit(script).await?;
        Ok(Kept::Done)
    }
}

impl Registry for SqliteStore {
    async fn put_token(&self, token: TokenRow, answers: Option<RequestRow>) -> Result<Kept, StoreError> {
        let mut script = Script::default();
        script.statement(PUT_TOKEN).text(&token.hash).text(&token.kind).text(&token.holder);
        script.number(token.at.as_microsecond()).text(&token.id).maybe_text(token.scopes.as_deref());
        script.maybe_text(token.created_by.as_deref()).maybe_text(token.created_request.as_deref());
        script.maybe_number(token.expires_at.map(|at| at.as_microsecond()));
        fault::at(Point::TokenBegun);
        let kept = self.inner.keep(script, answers.as_ref()).await?;
        fault::at(Point::TokenDurable);
        Ok(kept)
    }

    async fn token(&self, hash: &str) -> Result<Option<TokenRow>, StoreError> {
        let found = self.inner.rows(sqlx::query(TOKEN).bind(hash)).await?;
        found.first().map(rows::token).transpose()
    }

    async fn token_by_id(&self, id: &str) -> Result<Option<TokenRow>, StoreError> {
        let found = self.inner.rows(sqlx::query(TOKEN_BY_ID).bind(id)).await?;
        found.first().map(rows::token).transpose()
    }

    async fn tokens(&self, most: usize) -> Result<Vec<TokenRow>, StoreError> {
        let found = self.inner.rows(sqlx::query(TOKENS).bind(limit(most))).await?;
        found.iter().map(rows::token).collect()
    }

    async fn revoke_token(
        &self,
        id: &str,
        by: &str,
        request: Option<&str>,
        answers: Option<RequestRow>,
    ) -> Result<Kept, StoreError> {
        let mut script = Script::default();
        script.statement(REVOKE_TOKEN).number(self.inner.clock.now()).text(by).maybe_text(request).text(id);
        self.inner.keep(script, answers.as_ref()).await
    }

    async fn put_policy(&self, policy: PolicyRow, answers: Option<RequestRow>) -> Result<Kept, StoreError> {
        let PolicyRow { version, text, by, source, request } = &policy;
        let mut script = Script::default();
        let now = self.inner.clock.now();
        script.statement(PUT_POLICY).text(version).text(text).number(now);
        script.statement(NOTE_POLICY).text(version).number(now).text(by).text(source);
        script.maybe_text(request.as_deref()).text(version);
        fault::at(Point::PolicyBegun);
        let kept = self.inner.keep(script, answers.as_ref()).await?;
        fault::at(Point::PolicyDurable);
        Ok(kept)
    }

    async fn policies(&self, most: usize) -> Result<Vec<AppliedRow>, StoreError> {
        let found = self.inner.rows(sqlx::query(POLICIES).bind(limit(most))).await?;
        found.iter().map(rows::applied).collect()
    }

    async fn policy_text(&self, version: &str) -> Result<Option<String>, StoreError> {
        let found = self.inner.rows(sqlx::query(POLICY_TEXT).bind(version)).await?;
        found.first().map(|row| get(row, 0)).transpose()
    }

    async fn note(&self, notice: NoticeRow) -> Result<(), StoreError> {
        let NoticeRow { kind, actor, about, request } = &notice;
        let mut script = Script::default();
        script.statement(NOTE).number(self.inner.clock.now()).text(kind).maybe_text(actor.as_deref());
        script.text(about).maybe_text(request.as_deref());
        self.inner.keep(script, None).await.map(drop)
    }

    async fn audit(&self, before: Option<&AuditPlace>, most: usize) -> Result<Vec<AuditRow>, StoreError> {
        let (at, source, name, seq) = match before {
            Some(place) => (place.at.as_microsecond(), place.source.as_str(), place.name.as_str(), stored(place.seq)),
            None => (Timestamp::MAX.as_microsecond(), "", "", 0),
        };
        let query = sqlx::query(AUDIT).bind(at).bind(source).bind(name).bind(seq).bind(limit(most));
        self.inner.rows(query).await?.iter().map(rows::audit).collect()
    }
}
