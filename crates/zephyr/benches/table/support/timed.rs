//! The real store, with a stopwatch where pages are handed to the pager inbox, and a provider that can be dead.

use std::future::Future;
use std::time::Instant;

use tokio::sync::watch;
use zephyr_core::effect::Lane;
use zephyr_core::{SignedDuration, StreamId, Timestamp};
use zephyr_engine::ports::{
    AppliedRow, AuditPlace, AuditRow, Backlog, Claimed, Commit, Committed, Due, EventRow, Kept, Lease, Loaded,
    NoticeRow, ObjectKey, Objects, PolicyRow, Registry, RequestRow, Retry, Store, StoreError, TokenRow,
};

/// When each page was handed over, and to whom.
#[derive(Clone)]
pub struct Pages(watch::Sender<Vec<(Instant, String)>>);

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
        pages.get(count - 1).map(|(at, _)| *at).unwrap()
    }

    /// When the `count`th page of a person was handed over.
    pub async fn wait_for_person(&self, person: &str, count: usize) -> Instant {
        let mut seen = self.0.subscribe();
        let theirs = |pages: &[(Instant, String)]| {
            let mut theirs = pages.iter().filter(|(_, whose)| whose == person).map(|(at, _)| *at);
            theirs.nth(count - 1)
        };
        let pages = seen.wait_for(|pages| theirs(pages).is_some()).await.unwrap();
        theirs(&pages).unwrap()
    }

    /// How many went to a person.
    pub fn of(&self, person: &str) -> usize {
        self.0.borrow().iter().filter(|(_, whose)| whose == person).count()
    }

    /// When those were handed over, in order.
    pub fn times_of(&self, person: &str) -> Vec<Instant> {
        self.0.borrow().iter().filter(|(_, whose)| whose == person).map(|(at, _)| *at).collect()
    }
}

#[derive(Clone)]
pub struct TimedStore<S> {
    store: S,
    pages: Pages,
    /// Whose inbox takes everything and never answers.
    dead: Option<&'static str>,
}

impl<S> TimedStore<S> {
    pub fn new(store: S, pages: Pages, dead: Option<&'static str>) -> Self {
        Self { store, pages, dead }
    }
}

impl<S: Objects> Objects for TimedStore<S> {
    async fn exchange<R, F>(&self, keys: Vec<ObjectKey>, handle: F) -> Result<R, StoreError>
    where
        R: Send + 'static,
        F: FnOnce(Timestamp, Vec<Option<String>>) -> (R, Vec<(ObjectKey, String)>) + Send + 'static,
    {
        let inbox = keys.iter().find(|key| key.kind == "inbox").map(|key| key.id.clone());
        if let Some(person) = inbox {
            let dead = self.dead == Some(person.as_str());
            self.pages.0.send_modify(|pages| pages.push((Instant::now(), person)));
            if dead {
                std::future::pending::<()>().await;
            }
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

impl<S: Store> Store for TimedStore<S> {
    fn aside(&self) -> Self {
        Self { store: self.store.aside(), ..self.clone() }
    }

    fn news(&self) -> impl Future<Output = ()> + Send {
        self.store.news()
    }

    through! {
        now() -> Timestamp;
        renew(lasts: SignedDuration) -> Lease;
        load(ids: &[StreamId]) -> Loaded;
        commit(commits: &[Commit]) -> Vec<Committed>;
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

impl<S: Registry> Registry for TimedStore<S> {
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
