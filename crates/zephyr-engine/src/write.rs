//! Writing what was decided, and finding out what was written where the store's answer was lost.

use zephyr_core::StreamId;

use crate::engine::Engine;
use crate::ports::{Commit, Committed, Entropy, Store, StoreError};

impl<S: Store, E: Entropy> Engine<S, E> {
    /// Commits, and takes note of what was committed. Where the store's answer was lost, what it holds is read before
    /// anything else is done.
    pub(crate) async fn write(&mut self, commits: Vec<Commit>) -> Result<Vec<(Committed, StreamId)>, StoreError> {
        self.writes += 1;
        let results = match self.store.commit(&commits).await {
            Ok(results) => results,
            Err(StoreError::Unknown(why)) => {
                self.doubtful.extend(commits.iter().cloned());
                return match self.settle_doubts().await {
                    Ok(results) => Ok(results),
                    Err(_) => Err(StoreError::Unknown(why)),
                };
            }
            Err(error) => return Err(error),
        };
        let streams: Vec<StreamId> = commits.iter().map(|commit| commit.stream).collect();
        for (commit, result) in commits.into_iter().zip(&results) {
            if *result == Committed::Done {
                self.adopt(commit);
            }
        }
        Ok(results.into_iter().zip(streams).collect())
    }

    /// Finds out which commits without an answer were written: those whose events are in the store.
    pub(crate) async fn settle_doubts(&mut self) -> Result<Vec<(Committed, StreamId)>, StoreError> {
        let mut results = Vec::new();
        while let Some(commit) = self.doubtful.first() {
            let written = match commit.events.is_empty() {
                // Nothing but the end of an effect or a request key: doing it again is harmless.
                true => false,
                false => {
                    let found = self.store.events(commit.stream, commit.expected, commit.events.len()).await?;
                    found == commit.events
                }
            };
            let commit = self.doubtful.remove(0);
            results.push((if written { Committed::Done } else { Committed::Conflict }, commit.stream));
            if written {
                self.adopt(commit);
            }
        }
        Ok(results)
    }

    fn adopt(&mut self, commit: Commit) {
        if let Some(wake_at) = commit.wake_at {
            self.wake_no_later_than(wake_at);
        }
        for effect in commit.effects {
            self.outbox.committed(commit.stream, effect, self.writes);
        }
    }
}
