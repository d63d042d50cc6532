//! Stores that fail and providers that hang: one failure stays one failure.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use zephyr_core::StreamId;
use zephyr_core::effect::Lane;
use zephyr_engine::ports::{
    AppliedRow, AuditPlace, AuditRow, Backlog, Claimed, Commit, Committed, Due, EventRow, Kept, Lease, Loaded,
    NoticeRow, ObjectKey, Objects, PolicyRow, Registry, RequestRow, Retry, Store, StoreError, TokenRow,
};
use zephyr_server::ServeError;
use zephyr_store::ModelStore;

use crate::kit::{LOCAL, checkout, get, model, page, post, start_on, wanted};

/// A store in memory that does badly what it is told to do badly.
#[derive(Clone)]
struct Faulty {
    inner: ModelStore,
    faults: Arc<Faults>,
}

#[derive(Default)]
struct Faults {
    /// Commits fail.
    down: AtomicBool,
    /// Streams are unreadable for the engine.
    corrupt: AtomicBool,
    /// Looking up a token panics.
    explosive: AtomicBool,
    /// The built-in pager panics this many times.
    panics: AtomicUsize,
    /// Documents of this kind and id never come: a provider that hangs.
    hanging: Option<(&'static str, &'static str)>,
}

fn faulty(faults: Faults) -> Faulty {
    Faulty { inner: model(), faults: Arc::new(faults) }
}

impl Faulty {
    fn check(&self) -> Result<(), StoreError> {
        if self.faults.down.load(Ordering::SeqCst) {
            Err(StoreError::Unavailable("pulled out".to_owned()))
        } else {
            Ok(())
        }
    }
}

impl Store for Faulty {
    async fn now(&self) -> Result<Timestamp, StoreError> {
        self.inner.now().await
    }
    async fn renew(&self, lasts: SignedDuration) -> Result<Lease, StoreError> {
        self.inner.renew(lasts).await
    }
    async fn load(&self, ids: &[StreamId]) -> Result<Loaded, StoreError> {
        self.inner.load(ids).await
    }
    async fn commit(&self, commits: &[Commit]) -> Result<Vec<Committed>, StoreError> {
        self.check()?;
        self.inner.commit(commits).await
    }
    async fn due(&self, limit: usize) -> Result<Due, StoreError> {
        if self.faults.corrupt.load(Ordering::SeqCst) {
            return Err(StoreError::Corrupt("eaten by mice".to_owned()));
        }
        self.check()?;
        self.inner.due(limit).await
    }
    async fn claim(&self, lane: Lane, urgency: u8, limit: usize) -> Result<Vec<Claimed>, StoreError> {
        self.check()?;
        self.inner.claim(lane, urgency, limit).await
    }
    async fn retry(&self, retries: &[Retry]) -> Result<(), StoreError> {
        self.check()?;
        self.inner.retry(retries).await
    }
    async fn find(&self, key: &str, value: &str, limit: usize) -> Result<Vec<StreamId>, StoreError> {
        self.inner.find(key, value, limit).await
    }
    async fn greatest(&self, key: &str) -> Result<Option<String>, StoreError> {
        self.inner.greatest(key).await
    }
    async fn events(&self, stream: StreamId, after: u64, limit: usize) -> Result<Vec<EventRow>, StoreError> {
        self.inner.events(stream, after, limit).await
    }
    async fn request(&self, key: &str) -> Result<Option<RequestRow>, StoreError> {
        self.inner.request(key).await
    }
    async fn backlog(&self) -> Result<Backlog, StoreError> {
        self.check()?;
        self.inner.backlog().await
    }
}

impl Objects for Faulty {
    async fn exchange<R, F>(&self, keys: Vec<ObjectKey>, handle: F) -> Result<R, StoreError>
    where
        R: Send + 'static,
        F: FnOnce(Timestamp, Vec<Option<String>>) -> (R, Vec<(ObjectKey, String)>) + Send + 'static,
    {
        let hangs = |key: &ObjectKey| self.faults.hanging == Some((key.kind.as_str(), key.id.as_str()));
        if keys.iter().any(|key| key.kind == "inbox") {
            let left = self.faults.panics.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
            assert!(left.is_err(), "a provider that panics");
        }
        if self.faults.hanging.is_some()
            && keys.iter().any(|key| hangs(key) || self.faults.hanging == Some((key.kind.as_str(), "")))
        {
            std::future::pending::<()>().await;
        }
        self.inner.exchange(keys, handle).await
    }
    async fn objects(&self, kind: &str, limit: usize) -> Result<Vec<(String, String)>, StoreError> {
        self.inner.objects(kind, limit).await
    }
}

impl Registry for Faulty {
    async fn put_token(&self, token: TokenRow, answers: Option<RequestRow>) -> Result<Kept, StoreError> {
        self.inner.put_token(token, answers).await
    }
    async fn token_by_id(&self, id: &str) -> Result<Option<TokenRow>, StoreError> {
        self.inner.token_by_id(id).await
    }
    async fn note(&self, notice: NoticeRow) -> Result<(), StoreError> {
        self.inner.note(notice).await
    }
    async fn audit(&self, before: Option<&AuditPlace>, limit: usize) -> Result<Vec<AuditRow>, StoreError> {
        self.inner.audit(before, limit).await
    }
    async fn token(&self, hash: &str) -> Result<Option<TokenRow>, StoreError> {
        assert!(!self.faults.explosive.load(Ordering::SeqCst), "a fault with a secret in it");
        self.inner.token(hash).await
    }
    async fn tokens(&self, limit: usize) -> Result<Vec<TokenRow>, StoreError> {
        self.inner.tokens(limit).await
    }
    async fn revoke_token(
        &self,
        id: &str,
        by: &str,
        request: Option<&str>,
        answers: Option<RequestRow>,
    ) -> Result<Kept, StoreError> {
        self.inner.revoke_token(id, by, request, answers).await
    }
    async fn put_policy(&self, policy: PolicyRow, answers: Option<RequestRow>) -> Result<Kept, StoreError> {
        self.inner.put_policy(policy, answers).await
    }
    async fn policies(&self, limit: usize) -> Result<Vec<AppliedRow>, StoreError> {
        self.inner.policies(limit).await
    }
    async fn policy_text(&self, version: &str) -> Result<Option<String>, StoreError> {
        self.inner.policy_text(version).await
    }
}

fn accepted(incident: &serde_json::Value, target: &str) -> bool {
    page(incident, target)["wanted"][0]["methods"][0]["state"] == "accepted"
}

#[tokio::test]
async fn f56_a_pager_that_hangs_delays_no_other_and_the_next_method_goes() {
    let server = start_on(faulty(Faults { hanging: Some(("inbox", "maya")), ..Faults::default() })).await;
    server.open("sam", checkout()).await;
    let incident = server.until(1, |it| accepted(it, "platform") && it["channel"]["url"].is_string()).await;
    assert_eq!(page(&incident, "service")["wanted"][0]["methods"][0]["state"], "sent");
    // Another one still goes out at once.
    server.open("sam", json!({ "summary": "Search is slow", "severity": 3 })).await;
    server.until(2, |it| accepted(it, "service")).await;
    tokio::time::sleep(Duration::from_millis(5_200)).await;
    let story = server.story(1).await;
    assert!(story.contains("maya: answer of push lost, sent once more: no answer within 5 s"), "{story}");
    assert!(story.contains("ringing maya by sms"), "{story}");
}

#[tokio::test]
async fn p11_f82_a_chat_that_hangs_delays_neither_pages_nor_status_nor_ticket() {
    let server = start_on(faulty(Faults { hanging: Some(("channel", "")), ..Faults::default() })).await;
    server.open("sam", checkout()).await;
    let incident = server
        .until(1, |it| {
            accepted(it, "platform")
                && accepted(it, "service")
                && it["status_page"]["url"].is_string()
                && it["ticket"]["url"].is_string()
        })
        .await;
    assert_eq!(incident["channel"]["state"], "pending");
}

#[tokio::test]
async fn a_send_whose_task_panics_is_sent_once_more() {
    let server = start_on(faulty(Faults { panics: AtomicUsize::new(1), ..Faults::default() })).await;
    server.open("sam", checkout()).await;
    server.until(1, |it| accepted(it, "platform") && accepted(it, "service")).await;
    let story = server.story(1).await;
    assert!(story.contains("sent once more: zephyr failed while it waited for the answer"), "{story}");
}

#[tokio::test]
async fn a_store_that_is_down_is_said_and_survived() {
    let server = start_on(faulty(Faults::default())).await;
    server.open("sam", checkout()).await;
    server.settled(1).await;
    server.store.faults.down.store(true, Ordering::SeqCst);
    let answer = server.send(post("/api/v1/incidents/1/ack", json!({})).of("maya")).await;
    assert_eq!((answer.status, answer.header("retry-after")), (503, Some("1")));
    assert!(answer.problem("unavailable").contains("Nothing changed"));
    let ready = server.send(get("/readyz")).await;
    assert_eq!(ready.expect(503)["status"], "the store cannot be reached");
    assert_eq!(server.send(get("/healthz")).await.status, 200);
    server.store.faults.down.store(false, Ordering::SeqCst);
    let acked = server.send(post("/api/v1/incidents/1/ack", json!({})).of("maya")).await.expect(200);
    assert_eq!(wanted(page(&acked["incident"], "service")), Vec::<&str>::new());
}

#[tokio::test]
async fn outcomes_wait_for_a_store_that_is_down_and_none_is_lost() {
    let server = start_on(faulty(Faults::default())).await;
    server.open("sam", checkout()).await;
    server.store.faults.down.store(true, Ordering::SeqCst);
    tokio::time::sleep(Duration::from_millis(300)).await;
    server.store.faults.down.store(false, Ordering::SeqCst);
    server.until(1, |it| accepted(it, "platform") && accepted(it, "service")).await;
    server.settled(1).await;
    let unfinished = server.store.inner.peek_effects().into_iter().filter(|(_, row)| row.done_at.is_none()).count();
    assert_eq!(unfinished, 0);
}

#[tokio::test]
async fn a_store_that_cannot_be_read_ends_the_server_with_an_error() {
    let server = start_on(faulty(Faults::default())).await;
    server.send(get("/api/v1/me").token(LOCAL)).await.expect(200);
    server.store.faults.corrupt.store(true, Ordering::SeqCst);
    let ended = tokio::time::timeout(Duration::from_secs(5), server.ended()).await.unwrap();
    assert!(matches!(ended, Err(ServeError::Store(StoreError::Corrupt(_)))), "{ended:?}");
}

#[tokio::test]
async fn a_request_that_panics_is_a_problem_and_no_other_suffers() {
    let server = start_on(faulty(Faults::default())).await;
    server.store.faults.explosive.store(true, Ordering::SeqCst);
    let answer = server.send(get("/api/v1/me").token("zph_x")).await;
    assert_eq!(answer.status, 500);
    assert!(!answer.problem("internal").contains("secret"));
    assert!(answer.header("content-security-policy").is_some());
    server.open("sam", checkout()).await;
}

#[tokio::test]
async fn ending_waits_for_sends_under_way() {
    let server = start_on(faulty(Faults { hanging: Some(("inbox", "maya")), ..Faults::default() })).await;
    server.open("sam", checkout()).await;
    let store = server.store.clone();
    tokio::time::timeout(Duration::from_secs(9), server.stop()).await.unwrap().unwrap();
    let story: String =
        store.inner.peek_streams().iter().flat_map(|(_, stream)| &stream.events).map(|it| it.body.as_str()).collect();
    assert!(story.contains("no answer within 5 s"), "the answer, or that there was none, was written down: {story}");
}
