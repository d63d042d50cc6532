//! What every handler shares: store, engine, policy, chance.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use tokio::sync::{Semaphore, watch};
use zephyr_core::World;
use zephyr_engine::ports::{Objects, Registry, Store};

use crate::auth::Secret;
use crate::coverage::Coverages;
use crate::lately::Lately;
use crate::limiter::Limiter;
use crate::metrics::Metrics;
use crate::policies::Policies;
use crate::runtime::Handle;
use crate::serve::Settings;

/// A store that is all three ports.
pub trait Stores: Store + Objects + Registry {}
impl<S: Store + Objects + Registry> Stores for S {}

type Chance = Box<dyn FnMut(&mut [u8]) + Send>;

/// Shared by all handlers; a clone is a handle.
pub struct App<S>(Arc<Shared<S>>);

/// What is shared.
pub struct Shared<S> {
    /// Where everything is read.
    pub store: S,
    /// Where everything is asked.
    pub engine: Handle,
    /// As the composition root gave them.
    pub settings: Settings,
    /// What is measured.
    pub metrics: Metrics,
    /// The operator's own token.
    pub local: Secret,
    /// The public status page, with the engine's turn after which it was made.
    pub status_page: Mutex<Option<(u64, Bytes)>>,
    /// The policy in force, and how another comes into force.
    pub policies: Policies,
    /// The proof of the year ahead.
    pub coverages: Coverages,
    /// Who asks too much.
    pub limiter: Limiter,
    /// Figures of what was opened lately.
    pub lately: Lately,
    /// One permit for each stream of events that is open.
    pub streams: Arc<Semaphore>,
    ending: watch::Receiver<bool>,
    chance: Mutex<Chance>,
}

impl<S> App<S> {
    /// Puts the shared things together.
    pub fn new(
        store: S,
        engine: Handle,
        settings: Settings,
        metrics: Metrics,
        policies: Policies,
        ending: watch::Receiver<bool>,
        chance: impl FnMut(&mut [u8]) + Send + 'static,
    ) -> Self {
        let local = Secret::new(settings.local_token.clone());
        let chance: Mutex<Chance> = Mutex::new(Box::new(chance));
        let status_page = Mutex::new(None);
        let streams = Arc::new(Semaphore::new(crate::bounds::STREAMS));
        let (limiter, lately) = (Limiter::new(), Lately::default());
        let shared = Shared {
            store,
            engine,
            settings,
            metrics,
            local,
            status_page,
            coverages: Coverages::default(),
            limiter,
            lately,
            streams,
            policies,
            ending,
            chance,
        };
        Self(Arc::new(shared))
    }

    /// The policy and what belongs to it, as in force now.
    pub fn world(&self) -> Arc<World> {
        self.policies.world()
    }

    /// Becomes `true` when the server ends: whoever waits for news stops waiting.
    pub fn ending(&self) -> watch::Receiver<bool> {
        self.ending.clone()
    }

    /// Random bytes.
    pub fn random<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0_u8; N];
        let mut chance = self.chance.lock().unwrap_or_else(PoisonError::into_inner);
        (*chance)(&mut bytes);
        bytes
    }

    /// A name for a request, for the events that it causes.
    pub fn request_id(&self) -> String {
        crate::auth::hex(&self.random::<8>())
    }
}

impl<S> std::ops::Deref for App<S> {
    type Target = Shared<S>;
    fn deref(&self) -> &Shared<S> {
        &self.0
    }
}

impl<S> Clone for App<S> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<S> fmt::Debug for App<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("App")
    }
}
