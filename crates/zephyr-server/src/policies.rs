//! The policy in force, and the only place where another comes into force: kept first, then decided by.
//!
//! Whatever rings keeps its chain; only what begins afterwards follows the new policy.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::watch;
use zephyr_core::World;
use zephyr_core::policy::{self, Policy};
use zephyr_core::world::Runbook;
use zephyr_engine::RequestKey;
use zephyr_engine::ports::{About, AppliedRow, Kept, PolicyRow, Registry, RequestRow, Store, StoreError};
use zephyr_fault::{self as fault, Point};

/// A clone is a handle.
#[derive(Clone)]
pub struct Policies(Arc<Inner>);

struct Inner {
    world: watch::Sender<Arc<World>>,
    watched: Option<WatchedFile>,
    trouble: Mutex<Option<String>>,
    /// One comes into force at a time, so that the last one kept is the one in force.
    turn: tokio::sync::Mutex<()>,
}

/// A file that the server follows: no other text comes into force.
pub struct WatchedFile {
    /// Its name without its folders.
    pub name: String,
    /// Reads it; `None` where it cannot be read.
    pub read: Box<dyn Fn() -> Option<String> + Send + Sync>,
}

/// A policy on its way into force.
#[derive(Debug, Clone)]
pub struct Candidate {
    /// Checked.
    pub policy: Policy,
    /// The text that it was made from.
    pub text: String,
    /// Who applies it.
    pub by: String,
    /// `api`, or the name of the file that it was read from.
    pub source: String,
    /// By which request, where it is one.
    pub request: Option<String>,
}

/// What became of a candidate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Applied {
    /// It is in force; it may have been before.
    InForce,
    /// Another policy is in force than the one that it was to replace. Nothing was done.
    Another,
    /// The request was answered before. Nothing was done.
    Repeated,
}

impl Policies {
    /// In force is what the world says.
    pub fn new(world: watch::Sender<Arc<World>>, watched: Option<WatchedFile>) -> Self {
        Self(Arc::new(Inner { world, watched, trouble: Mutex::default(), turn: tokio::sync::Mutex::default() }))
    }

    /// The policy in force and what belongs to it.
    pub fn world(&self) -> Arc<World> {
        self.0.world.borrow().clone()
    }

    /// Follows it.
    pub fn subscribe(&self) -> watch::Receiver<Arc<World>> {
        self.0.world.subscribe()
    }

    /// Follows the runbook; whether it is another than before.
    pub fn set_runbook(&self, runbook: Runbook) -> bool {
        self.0.world.send_if_modified(|world| {
            let is_new = world.runbook != runbook;
            if is_new {
                *world = Arc::new(World { runbook, ..World::clone(world) });
            }
            is_new
        })
    }

    /// Keeps a policy and decides by it from now on. `replaces`: only where this version is in force. `key`: only where
    /// no request of this key was answered.
    pub async fn apply<S: Registry + Store>(
        &self,
        store: &S,
        candidate: Candidate,
        replaces: Option<&str>,
        key: Option<RequestKey>,
    ) -> Result<Applied, StoreError> {
        let _turn = self.0.turn.lock().await;
        let before = self.world().policy.version.clone();
        let is_in_force = before == candidate.policy.version;
        if is_in_force && key.is_none() {
            return Ok(Applied::InForce);
        }
        if !is_in_force && replaces.is_some_and(|version| version != before.0) {
            return Ok(Applied::Another);
        }
        let answers = match key {
            Some(key) => {
                let about = About::Policy { version: candidate.policy.version.to_string(), before: before.to_string() };
                Some(key.answered(about, store.now().await?))
            }
            None => None,
        };
        let Some(policy) = keep(store, candidate, answers).await? else { return Ok(Applied::Repeated) };
        if is_in_force {
            return Ok(Applied::InForce);
        }
        let (version, by) = (policy.version.clone(), policy.public.approved_by.clone());
        self.0.world.send_modify(|world| *world = Arc::new(World { policy, ..World::clone(world) }));
        fault::at(Point::PolicyInForce);
        tracing::info!(%version, %before, by, "another policy is in force");
        Ok(Applied::InForce)
    }

    /// Takes up the policy that came into force last, wherever that was: another replica may have applied it. Whether it
    /// is another than before.
    pub async fn take_up<S: Registry>(&self, store: &S) -> Result<bool, StoreError> {
        let _turn = self.0.turn.lock().await;
        let Some(policy) = last(store).await?.map(|(policy, _)| policy) else { return Ok(false) };
        let before = self.world().policy.version.clone();
        if before == policy.version {
            return Ok(false);
        }
        let (version, by) = (policy.version.clone(), policy.public.approved_by.clone());
        self.0.world.send_modify(|world| *world = Arc::new(World { policy, ..World::clone(world) }));
        tracing::info!(%version, %before, by, "another replica has put another policy in force");
        Ok(true)
    }

    /// The file that the server follows.
    pub fn watched(&self) -> Option<&WatchedFile> {
        self.0.watched.as_ref()
    }

    /// The text of the file that the server follows, read anew; `None` where it cannot be read.
    pub async fn watched_text(&self) -> Option<String> {
        let policies = self.clone();
        // A disk may hang: it holds up nobody else.
        let read = tokio::task::spawn_blocking(move || policies.watched().and_then(|file| (file.read)()));
        read.await.ok().flatten()
    }

    /// Why the policy in force is not that of the file that the server follows.
    pub fn trouble(&self) -> Option<String> {
        self.0.trouble.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Says why, or that all is well; whether that is news.
    pub fn set_trouble(&self, trouble: Option<String>) -> bool {
        let mut known = self.0.trouble.lock().unwrap_or_else(PoisonError::into_inner);
        let is_new = *known != trouble;
        *known = trouble;
        is_new
    }
}

/// Keeps a policy, and says who applied it: whoever did so first, where it is in force already.
pub async fn kept<S: Registry>(store: &S, candidate: Candidate) -> Result<Policy, StoreError> {
    let policy = candidate.policy.clone();
    Ok(keep(store, candidate, None).await?.unwrap_or(policy))
}

/// `None` where the request was answered before.
async fn keep<S: Registry>(
    store: &S,
    candidate: Candidate,
    answers: Option<RequestRow>,
) -> Result<Option<Policy>, StoreError> {
    let Candidate { mut policy, text, by, source, request } = candidate;
    let row = PolicyRow { version: policy.version.0.clone(), text, by, source, request };
    if store.put_policy(row, answers).await? == Kept::Repeated {
        return Ok(None);
    }
    let last = store.policies(1).await?.pop();
    policy.public.approved_by = last.map(|last| last.by);
    Ok(Some(policy))
}

/// The policy that came into force last, as long as it was kept whole, and how that was.
pub async fn last<S: Registry>(store: &S) -> Result<Option<(Policy, AppliedRow)>, StoreError> {
    let Some(row) = store.policies(1).await?.pop() else { return Ok(None) };
    let text = store.policy_text(&row.version).await?.unwrap_or_default();
    let read = policy::read(&text).ok().filter(|policy| policy.version.0 == row.version);
    Ok(read.map(|mut policy| {
        policy.public.approved_by = Some(row.by.clone());
        (policy, row)
    }))
}

impl fmt::Debug for Policies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Policies").field("version", &self.world().policy.version).finish_non_exhaustive()
    }
}
