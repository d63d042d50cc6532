//! A store that is timed: every call of the engine, the handlers and the built-in providers goes through it.
//!
//! Deliberately not here: what a call means. A store that hangs is seen by `commit_seconds` and by what falls due.

use std::fmt;
use std::future::Future;

use jiff::{SignedDuration, Timestamp};
use zephyr_core::StreamId;
use zephyr_core::effect::Lane;
use zephyr_engine::ports::{
    AppliedRow, AuditPlace, AuditRow, Backlog, Claimed, Commit, Committed, Due, EventRow, Kept, Lease, Loaded,
    NoticeRow, ObjectKey, Objects, PolicyRow, Registry, RequestRow, Retry, Store, StoreError, TokenRow,
};

use crate::metrics::{Metrics, instant};

/// A store and where its calls are measured. A clone is a handle.
#[derive(Clone)]
pub struct Metered<S> {
    store: S,
    metrics: Metrics,
}

impl<S> Metered<S> {
    /// Measures this store.
    pub fn new(store: S, metrics: Metrics) -> Self {
        Self { store, metrics }
    }

    async fn timed<T>(
        &self,
        call: &'static str,
        answer: impl Future<Output = Result<T, StoreError>>,
    ) -> Result<T, StoreError> {
        let begun = instant();
        let answer = answer.await;
        self.metrics.store_answered(call, begun.elapsed(), answer.as_ref().err());
        answer
    }
}

/// Ports' methods that are handed on and timed under their own name.
macro_rules! timed {
    ($($name:ident($($arg:ident: $kind:ty),*) -> $answer:ty;)*) => {
        $(fn $name(&self $(, $arg: $kind)*) -> impl Future<Output = Result<$answer, StoreError>> + Send {
            self.timed(stringify!($name), self.store.$name($($arg),*))
        })*
    };
}

impl<S: Store> Store for Metered<S> {
    /// Not timed: where the clock is this machine's it asks nobody.
    fn now(&self) -> impl Future<Output = Result<Timestamp, StoreError>> + Send {
        self.store.now()
    }

    fn aside(&self) -> Self {
        Self { store: self.store.aside(), metrics: self.metrics.clone() }
    }

    /// Not timed: it waits for others.
    fn news(&self) -> impl Future<Output = ()> + Send {
        self.store.news()
    }

    async fn commit(&self, commits: &[Commit]) -> Result<Vec<Committed>, StoreError> {
        let answers = self.timed("commit", self.store.commit(commits)).await?;
        answers.iter().for_each(|answer| self.metrics.committed(*answer));
        Ok(answers)
    }

    timed! {
        renew(lasts: SignedDuration) -> Lease;
        load(ids: &[StreamId]) -> Loaded;
        due(limit: usize) -> Due;
        claim(lane: Lane, urgency: u8, limit: usize) -> Vec<Claimed>;
        retry(retries: &[Retry]) -> ();
        find(key: &str, value: &str, limit: usize) -> Vec<StreamId>;
        find_each(key: &str, values: &[String], limit: usize) -> Vec<Vec<StreamId>>;
        greatest(key: &str) -> Option<String>;
        events(stream: StreamId, after: u64, limit: usize) -> Vec<EventRow>;
        request(key: &str) -> Option<RequestRow>;
        requests(keys: &[String]) -> Vec<RequestRow>;
        backlog() -> Backlog;
    }
}

impl<S: Objects> Objects for Metered<S> {
    fn exchange<R, F>(&self, keys: Vec<ObjectKey>, handle: F) -> impl Future<Output = Result<R, StoreError>> + Send
    where
        R: Send + 'static,
        F: FnOnce(Timestamp, Vec<Option<String>>) -> (R, Vec<(ObjectKey, String)>) + Send + 'static,
    {
        self.timed("exchange", self.store.exchange(keys, handle))
    }

    timed! {
        objects(kind: &str, limit: usize) -> Vec<(String, String)>;
    }
}

impl<S: Registry> Registry for Metered<S> {
    timed! {
        put_token(token: TokenRow, answers: Option<RequestRow>) -> Kept;
        token_by_id(id: &str) -> Option<TokenRow>;
        token(hash: &str) -> Option<TokenRow>;
        tokens(limit: usize) -> Vec<TokenRow>;
        revoke_token(id: &str, by: &str, request: Option<&str>, answers: Option<RequestRow>) -> Kept;
        put_policy(policy: PolicyRow, answers: Option<RequestRow>) -> Kept;
        policies(limit: usize) -> Vec<AppliedRow>;
        policy_text(version: &str) -> Option<String>;
        note(notice: NoticeRow) -> ();
        audit(before: Option<&AuditPlace>, limit: usize) -> Vec<AuditRow>;
    }
}

impl<S> fmt::Debug for Metered<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Metered")
    }
}
