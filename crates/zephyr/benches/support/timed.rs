//! The real store, with a stopwatch where pages are handed to the pager inbox.

use std::future::Future;
use std::time::Instant;

use tokio::sync::watch;
use zephyr_core::effect::Lane;
use zephyr_core::{SignedDuration, StreamId, Timestamp};
use zephyr_engine::ports::{
    AppliedRow, AuditPlace, AuditRow, Backlog, Claimed, Commit, Committed, Due, EventRow, Kept, Lease, Loaded,
    NoticeRow, ObjectKey, Objects, PolicyRow, Registry, RequestRow, Retry, Store, StoreError, TokenRow,
};
use zephyr_store::SqliteStore;

/// When each page was handed over.
#[derive(Clone)]
pub struct Pages(watch::Sender<Vec<Instant>>);

impl Default for Pages {
    fn default() -> Self {
        Self(watch::Sender::new(Vec::new()))
    }
}

impl Pages {
    pub fn forget(&self) {
        self.0.send_modify(Vec::clear);
    }

    /// When the `count`th page was handed over.
    pub async fn wait_for(&self, count: usize) -> Instant {
        let mut seen = self.0.subscribe();
        let pages = seen.wait_for(|pages| pages.len() >= count).await.unwrap();
        pages.get(count - 1).copied().unwrap()
    }
}

#[derive(Clone)]
pub struct TimedStore {
    store: SqliteStore,
    pages: Pages,
}

impl TimedStore {
    pub fn new(store: SqliteStore, pages: Pages) -> Self {
        Self { store, pages }
    }
}

impl Objects for TimedStore {
    async fn exchange<R, F>(&self, keys: Vec<ObjectKey>, handle: F) -> Result<R, StoreError>
    where
        R: Send + 'static,
        F: FnOnce(Timestamp, Vec<Option<String>>) -> (R, Vec<(ObjectKey, String)>) + Send + 'static,
    {
        if keys.iter().any(|key| key.kind == "inbox") {
            self.pages.0.send_modify(|pages| pages.push(Instant::now()));
        }
        self.store.exchange(keys, handle).await
    }

    async fn objects(&self, kind: &str, limit: usize) -> Result<Vec<(String, String)>, StoreError> {
        self.store.objects(kind, limit).await
    }
}

macro_rules! through {
    ($($name:ident($($arg:ident: $kind:ty),*) -> $answer:ty;)*) => {
        $(fn $name(&self $(, $arg: $kind)*) -> impl Future<Output = Result<$answer, StoreError>> + Send {
            self.store.$name($($arg),*)
        })*
    };
}

impl Store for TimedStore {
    through! {
        now() -> Timestamp;
        renew(lasts: SignedDuration) -> Lease;
        load(ids: &[StreamId]) -> Loaded;
        commit(commits: &[Commit]) -> Vec<Committed>;
        due(limit: usize) -> Due;
        claim(lane: Lane, limit: usize) -> Vec<Claimed>;
        retry(retries: &[Retry]) -> ();
        find(key: &str, value: &str, limit: usize) -> Vec<StreamId>;
        greatest(key: &str) -> Option<String>;
        events(stream: StreamId, after: u64, limit: usize) -> Vec<EventRow>;
        request(key: &str) -> Option<RequestRow>;
        backlog() -> Backlog;
    }
}

impl Registry for TimedStore {
    through! {
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
