//! Follows the policy file while a server runs: what is sound comes into force, anything else is told and changes nothing.

use std::path::Path;
use std::time::Duration;

use zephyr_core::policy::{self, Mistake, Policy};
use zephyr_engine::ports::StoreError;
use zephyr_server::{Candidate, Policies, WatchedFile};

use crate::serve::database::Kept;
use crate::serve::origin::{self, BY};
use crate::serve::policy_file;

/// How often the file is read. It is short, and most often in the system's memory.
const EVERY: Duration = Duration::from_secs(1);

/// The file as the server reads it.
pub fn file(path: &Path) -> WatchedFile {
    let whole = path.to_owned();
    let read = move || policy_file::text(&whole, "--policy FILE").ok();
    WatchedFile { name: origin::name(path), read: Box::new(read) }
}

/// Follows it for as long as it is let. Where other servers share the store, only what is new in the file counts: what
/// they put in force in the meantime stays.
pub async fn keep_up<S: Kept>(path: &Path, policies: Policies, store: S) {
    let name = origin::name(path);
    let mut before = None;
    let mut followed = policies.watched_text().await.filter(|_| S::SHARED);
    loop {
        tokio::time::sleep(EVERY).await;
        let now = policies.watched_text().await;
        // Somebody may be writing it: only what stood there twice is read.
        if before.as_ref() == Some(&now) && (followed.is_none() || followed != now) {
            let outcome = look(&name, path, now.as_deref(), &policies, &store).await;
            if let Err(error) = outcome {
                tracing::warn!(%error, "the policy cannot be kept; trying again");
            } else if S::SHARED {
                followed.clone_from(&now);
            }
        }
        before = Some(now);
    }
}

async fn look<S: Kept>(
    name: &str,
    path: &Path,
    text: Option<&str>,
    policies: &Policies,
    store: &S,
) -> Result<(), StoreError> {
    let world = policies.world();
    let Some(text) = text else {
        if policies.set_trouble(Some(origin::unusable(path, &world.policy))) {
            tracing::warn!(file = name, in_force = %world.policy.version, "the policy file is gone or cannot be read");
        }
        return Ok(());
    };
    if policy::version(text) != world.policy.version {
        match policy::read(text) {
            Err(mistakes) => {
                broken(name, &mistakes, &world.policy, policies);
                return Ok(());
            }
            Ok(policy) => {
                let (text, by, source) = (text.to_owned(), BY.to_owned(), name.to_owned());
                let candidate = Candidate { policy, text, by, source, request: None };
                policies.apply(store, candidate, None, None).await?;
            }
        }
    }
    if policies.set_trouble(None) {
        tracing::info!(file = name, "the policy file is in force again");
    }
    Ok(())
}

fn broken(name: &str, mistakes: &[Mistake], policy: &Policy, policies: &Policies) {
    let count = if mistakes.len() == 1 { "a mistake".to_owned() } else { format!("{} mistakes", mistakes.len()) };
    let trouble = format!("{name} has {count}; policy {} stays in force", policy.version);
    if policies.set_trouble(Some(trouble)) {
        // The text itself is told by `zephyr check`: it may hold addresses.
        let first = mistakes.first().map(|mistake| (mistake.line, mistake.column, mistake.rule.id()));
        let (line, column, rule) = first.unwrap_or_default();
        tracing::warn!(file = name, line, column, rule, mistakes = mistakes.len(), in_force = %policy.version,
            "the policy file has mistakes; nothing was changed");
    }
}
