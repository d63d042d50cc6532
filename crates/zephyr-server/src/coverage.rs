//! The proof of the year ahead, kept while policy and arrangements stay as they are. One is made at a time, beside
//! whatever pages, and nobody waits long for it.
//!
//! Deliberately not here: what is proved (`zephyr_core::proof`), and how it is shown.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use tokio::sync::watch;
use zephyr_core::World;
use zephyr_core::proof::{self, Proof};

use crate::bounds;

/// The last one, finished or under way.
#[derive(Default)]
pub struct Coverages(Mutex<Option<Known>>);

/// A proof with what it is of.
#[derive(Clone)]
pub struct Proven {
    /// What was looked at.
    pub world: Arc<World>,
    /// What was found.
    pub proof: Arc<Proof>,
}

#[derive(Clone)]
struct Known {
    world: Arc<World>,
    from: Timestamp,
    made: watch::Receiver<Option<Arc<Proof>>>,
}

impl Known {
    fn begun(world: Arc<World>, from: Timestamp) -> Self {
        let until = from.checked_add(bounds::COVERAGE).unwrap_or(Timestamp::MAX);
        let (sender, made) = watch::channel(None);
        let looked_at = Arc::clone(&world);
        tokio::task::spawn_blocking(move || {
            sender.send_replace(Some(Arc::new(proof::prove(&looked_at, from, until))));
        });
        Self { world, from, made }
    }

    /// Whether it is under way. One that failed is not.
    fn is_under_way(&self) -> bool {
        self.made.borrow().is_none() && self.made.has_changed().is_ok()
    }

    fn is_of(&self, world: &World, now: Timestamp) -> bool {
        let is_made = self.made.borrow().is_some();
        let alike = self.world.policy.version == world.policy.version && self.world.changes == world.changes;
        is_made && alike && now.duration_since(self.from) < bounds::COVERAGE_KEPT
    }
}

impl Coverages {
    /// The proof of a year from about now; `None` where it is not there in time: it is being made.
    pub async fn of(&self, world: Arc<World>, now: Timestamp) -> Option<Proven> {
        let mut known = {
            let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            match last.as_ref().filter(|known| known.is_under_way() || known.is_of(&world, now)) {
                Some(known) => known.clone(),
                None => last.insert(Known::begun(Arc::clone(&world), now)).clone(),
            }
        };
        let made = tokio::time::timeout(bounds::COVERAGE_WAIT, known.made.wait_for(Option::is_some)).await;
        let proof = made.ok()?.ok()?.clone()?;
        // What was under way may be of what was in force before: another look begins the next.
        let alike = known.world.policy.version == world.policy.version && known.world.changes == world.changes;
        alike.then_some(Proven { world: known.world, proof })
    }
}

impl fmt::Debug for Coverages {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Coverages")
    }
}
