//! Tokens, policies, and who did what, in memory.

use std::cmp::Reverse;

use jiff::Timestamp;
use zephyr_engine::ports::{
    AppliedRow, AuditPlace, AuditRow, Kept, NoticeRow, PolicyRow, Registry, RequestRow, Revocation, StoreError,
    TokenRow,
};

use super::ModelStore;
use super::data::{Data, whole};

impl Registry for ModelStore {
    async fn put_token(&self, token: TokenRow, answers: Option<RequestRow>) -> Result<Kept, StoreError> {
        let (mut data, _) = self.lock_for_writing()?;
        let kept = data.answer(answers);
        if kept == Kept::Done {
            data.tokens.entry(token.hash.clone()).or_insert(token);
        }
        Ok(kept)
    }

    async fn token(&self, hash: &str) -> Result<Option<TokenRow>, StoreError> {
        Ok(self.lock().tokens.get(hash).cloned())
    }

    async fn token_by_id(&self, id: &str) -> Result<Option<TokenRow>, StoreError> {
        Ok(self.lock().tokens.values().find(|token| token.id == id).cloned())
    }

    async fn tokens(&self, limit: usize) -> Result<Vec<TokenRow>, StoreError> {
        let mut all: Vec<TokenRow> = self.lock().tokens.values().cloned().collect();
        all.sort_by_key(|token| Reverse((token.at, token.id.clone())));
        all.truncate(limit);
        Ok(all)
    }

    async fn revoke_token(
        &self,
        id: &str,
        by: &str,
        request: Option<&str>,
        answers: Option<RequestRow>,
    ) -> Result<Kept, StoreError> {
        let (mut data, _) = self.lock_for_writing()?;
        let kept = data.answer(answers);
        let revocation = Revocation { at: data.now, by: by.to_owned(), request: request.map(str::to_owned) };
        if kept == Kept::Done
            && let Some(token) = data.tokens.values_mut().find(|token| token.id == id)
        {
            token.revoked.get_or_insert(revocation);
        }
        Ok(kept)
    }

    async fn put_policy(&self, policy: PolicyRow, answers: Option<RequestRow>) -> Result<Kept, StoreError> {
        let (mut data, _) = self.lock_for_writing()?;
        let kept = data.answer(answers);
        if kept == Kept::Repeated {
            return Ok(kept);
        }
        let PolicyRow { version, text, by, source, request } = policy;
        data.policy_texts.insert(version.clone(), text);
        if data.policies.last().is_none_or(|last| last.version != version) {
            let (seq, at) = (data.policies.len().saturating_add(1), data.now);
            let seq = u64::try_from(seq).unwrap_or(u64::MAX);
            data.policies.push(AppliedRow { seq, version, at, by, source, request });
        }
        Ok(kept)
    }

    async fn policies(&self, limit: usize) -> Result<Vec<AppliedRow>, StoreError> {
        Ok(self.lock().policies.iter().rev().take(limit).cloned().collect())
    }

    async fn policy_text(&self, version: &str) -> Result<Option<String>, StoreError> {
        Ok(self.lock().policy_texts.get(version).cloned())
    }

    async fn note(&self, notice: NoticeRow) -> Result<(), StoreError> {
        let (mut data, _) = self.lock_for_writing()?;
        let now = data.now;
        data.notices.push((now, notice));
        Ok(())
    }

    async fn audit(&self, before: Option<&AuditPlace>, limit: usize) -> Result<Vec<AuditRow>, StoreError> {
        let data = self.lock();
        let mut all = data.done();
        all.retain(|row| before.is_none_or(|before| row.place < *before));
        all.sort_by(|one, other| other.place.cmp(&one.place));
        all.truncate(limit);
        Ok(all)
    }
}

impl Data {
    /// Keeps the request that something answers, unless it was answered before.
    fn answer(&mut self, request: Option<RequestRow>) -> Kept {
        let Some(request) = request else { return Kept::Done };
        if self.answered(&request.key) {
            return Kept::Repeated;
        }
        self.requests.insert(request.key.clone(), request);
        Kept::Done
    }

    /// All that was done.
    fn done(&self) -> Vec<AuditRow> {
        let mut all = Vec::new();
        for (id, stream) in &self.streams {
            all.extend(stream.events.iter().map(|event| AuditRow {
                place: place(event.at, "event", &id.to_string(), event.seq),
                kind: event.kind.clone(),
                actor: None,
                request: None,
                body: event.body.clone(),
            }));
        }
        for token in self.tokens.values() {
            let body = format!("{} {}", token.kind, token.holder);
            let of = |at, seq, kind: &str, actor, request| AuditRow {
                place: place(at, "token", &token.id, seq),
                kind: kind.to_owned(),
                actor,
                request,
                body: body.clone(),
            };
            all.push(of(token.at, 0, "created", token.created_by.clone(), token.created_request.clone()));
            if let Some(Revocation { at, by, request }) = &token.revoked {
                all.push(of(*at, 1, "revoked", Some(by.clone()), request.clone()));
            }
        }
        all.extend(self.policies.iter().map(|row| AuditRow {
            place: place(row.at, "policy", &row.version, row.seq),
            kind: "applied".to_owned(),
            actor: Some(row.by.clone()),
            request: row.request.clone(),
            body: row.source.clone(),
        }));
        all.extend(self.notices.iter().zip(1..).map(|((at, notice), seq)| AuditRow {
            place: place(*at, "notice", &notice.about, seq),
            kind: notice.kind.clone(),
            actor: notice.actor.clone(),
            request: notice.request.clone(),
            body: String::new(),
        }));
        all
    }
}

fn place(at: Timestamp, source: &str, name: &str, seq: u64) -> AuditPlace {
    AuditPlace { at: whole(at), source: source.to_owned(), name: name.to_owned(), seq }
}
