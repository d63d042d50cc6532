//! Writing what was decided, and finding out what was written where the store's answer was lost.

use std::collections::BTreeMap;

use zephyr_core::StreamId;

use crate::engine::Engine;
use crate::ports::{Commit, Committed, Entropy, Store, StoreError};
use crate::state::State;

/// A commit whose answer was lost, the state it leads to, and the epoch that its claims were made under.
#[derive(Debug)]
pub(crate) struct Doubt {
    commit: Commit,
    after: State,
    epoch: Option<u64>,
}

/// What became of a commit, and the state it leads to.
pub(crate) type Written = (Committed, State);

impl<S: Store, E: Entropy> Engine<S, E> {
    /// Commits, and takes note of what was committed; `after` are the states they lead to. Where the store's answer was
    /// lost, what it holds is read before anything else is done.
    pub(crate) async fn write(&mut self, commits: Vec<Commit>, after: Vec<State>) -> Result<Vec<Written>, StoreError> {
        self.writes += 1;
        let results = match self.store.commit(&commits).await {
            Ok(results) => results,
            Err(StoreError::Unknown(why)) => {
                let doubt = |(commit, after)| Doubt { commit, after, epoch: self.epoch };
                self.doubtful.extend(commits.into_iter().zip(after).map(doubt));
                return match self.settle_doubts().await {
                    Ok(results) => Ok(results),
                    Err(_) => Err(StoreError::Unknown(why)),
                };
            }
            Err(error) => return Err(error),
        };
        // What was decided later in the same turn may have made undue what was decided before.
        let last: BTreeMap<StreamId, usize> =
            commits.iter().enumerate().map(|(index, commit)| (commit.stream, index)).collect();
        for (index, ((commit, state), result)) in commits.into_iter().zip(&after).zip(&results).enumerate() {
            if *result == Committed::Done {
                let decided_at = (last.get(&commit.stream) == Some(&index)).then_some(self.writes);
                self.adopt(commit, state.clone(), decided_at, true);
            }
        }
        Ok(results.into_iter().zip(after).collect())
    }

    /// Finds out which commits without an answer were written: those whose events are in the store.
    pub(crate) async fn settle_doubts(&mut self) -> Result<Vec<Written>, StoreError> {
        let mut results = Vec::new();
        while let Some(Doubt { commit, .. }) = self.doubtful.first() {
            let written = match commit.events.is_empty() {
                // Nothing but the end of an effect or a request key: doing it again is harmless.
                true => false,
                false => {
                    let found = self.store.events(commit.stream, commit.expected, commit.events.len()).await?;
                    found == commit.events
                }
            };
            let Doubt { commit, after, epoch } = self.doubtful.remove(0);
            results.push((if written { Committed::Done } else { Committed::Conflict }, after.clone()));
            if written {
                self.adopt(commit, after, None, epoch == self.epoch);
            }
        }
        Ok(results)
    }

    /// Takes note of what was written; `decided_at` is the count of writes where nothing was decided after it on the
    /// same stream, and `mine` says that its claims are still this replica's.
    fn adopt(&mut self, commit: Commit, state: State, decided_at: Option<u64>, mine: bool) {
        self.recent.keep(state);
        if let Some(wake_at) = commit.wake_at {
            self.wake_no_later_than(wake_at);
        }
        let now = commit.events.last().map(|event| event.at);
        for effect in commit.effects {
            if now.is_some_and(|at| at < effect.due_at) {
                self.wake_no_later_than(effect.due_at);
            }
            self.outbox.committed(commit.stream, effect, decided_at, mine);
        }
    }
}
