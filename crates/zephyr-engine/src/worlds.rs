//! The world that decisions are made in: the policy and runbook that the runtime gives, with what the stored roster
//! arranges outside the policy.

use std::sync::Arc;

use zephyr_core::World;
use zephyr_core::roster::Roster;

/// The world as it was given, and as it is with the roster that was stored last.
#[derive(Debug)]
pub(crate) struct Worlds {
    given: Arc<World>,
    /// With the roster of this version.
    arranged: Option<(u64, Arc<World>)>,
}

impl Worlds {
    pub fn new(given: Arc<World>) -> Self {
        Self { given, arranged: None }
    }

    /// The policy and runbook, as they were given.
    pub fn given(&self) -> &Arc<World> {
        &self.given
    }

    /// The world with the roster that is stored; made anew only where another is.
    pub fn stored(&mut self, roster: Option<&Roster>) -> Arc<World> {
        let version = roster.map_or(0, |roster| roster.version);
        match &self.arranged {
            Some((of, world)) if *of == version => world.clone(),
            _ => {
                let world = self.with(roster);
                self.arranged = Some((version, world.clone()));
                world
            }
        }
    }

    /// The world with a roster that may never be stored.
    pub fn with(&self, roster: Option<&Roster>) -> Arc<World> {
        match roster {
            Some(roster) if roster.latest > 0 => {
                Arc::new(World { changes: roster.changes.clone(), ..World::clone(&self.given) })
            }
            // Before anything is arranged the world is as it was given.
            _ => self.given.clone(),
        }
    }
}
