//! Which text of the runbook is the present one: the commit that last changed it, else the hash of its text.
//!
//! The `git` program is asked, with an environment of its own and nothing of the user's configuration that could run
//! another program. Where it does not answer, the text's hash is told: an incident never waits for git.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use sha2::{Digest as _, Sha256};
use tokio::process::Command;
use zephyr_core::world::Runbook;
use zephyr_server::Policies;

use crate::env;
use crate::machine;

/// How often it is looked for anew.
const EVERY: Duration = Duration::from_secs(5);
/// How long git may take.
const GIT: Duration = Duration::from_secs(5);
/// A runbook is for people: more than this is not read.
const BYTES: u64 = 10 * 1024 * 1024;

/// Where a runbook stands: beside the policy.
#[derive(Debug, Clone)]
pub struct Place {
    folder: PathBuf,
    path: String,
}

impl Place {
    /// The runbook that a policy file names.
    pub fn beside(policy: &Path, path: &str) -> Self {
        Self::within(&folder(Some(policy)), path)
    }

    /// The runbook of this path within a folder.
    pub fn within(folder: &Path, path: &str) -> Self {
        Self { folder: folder.to_owned(), path: path.to_owned() }
    }

    /// Its present version.
    pub async fn version(&self) -> Runbook {
        let path = self.path.clone();
        let Some(hash) = self.hash().await else { return Runbook::Missing { path } };
        match self.commit().await {
            Some((path, commit)) => Runbook::Commit { path, commit },
            None => Runbook::Content { path, hash },
        }
    }

    /// The first 12 hexadecimal digits of the SHA-256 of its text.
    async fn hash(&self) -> Option<String> {
        let file = self.folder.join(&self.path);
        let found = tokio::fs::metadata(&file).await.ok().filter(|found| found.is_file() && found.len() <= BYTES);
        found?;
        let text = tokio::fs::read(&file).await.ok()?;
        Some(machine::hex(&Sha256::digest(text)).chars().take(12).collect())
    }

    /// Its path in the repository and the commit that last changed it; `None` where it was changed since.
    async fn commit(&self) -> Option<(String, String)> {
        let changed = self.git(&["status", "--porcelain", "--untracked-files=all", "--ignored"]).await?;
        if !changed.trim().is_empty() {
            return None;
        }
        let log = self.git(&["log", "-1", "--format=%H", "--name-only"]).await?;
        let mut lines = log.lines().filter(|line| !line.is_empty());
        let commit = lines.next()?.to_owned();
        let path = lines.next()?.to_owned();
        let is_hash = commit.len() >= 40 && commit.bytes().all(|byte| byte.is_ascii_hexdigit());
        is_hash.then_some((path, commit))
    }

    /// What git says about the file.
    async fn git(&self, ask: &[&str]) -> Option<String> {
        let mut git = Command::new("git");
        git.env_clear().env("LC_ALL", "C").env("GIT_OPTIONAL_LOCKS", "0").env("GIT_TERMINAL_PROMPT", "0");
        git.env("GIT_CONFIG_NOSYSTEM", "1").env("GIT_CONFIG_GLOBAL", "/dev/null");
        if let Some(path) = env::path() {
            git.env("PATH", path);
        }
        git.arg("-C").arg(&self.folder).args(["-c", "core.fsmonitor=false", "-c", "core.quotePath=false"]);
        git.args(["-c", "core.hooksPath=/dev/null", "-c", "log.showSignature=false"]);
        git.args(ask).arg("--").arg(&self.path);
        git.stdin(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true);
        let output = tokio::time::timeout(GIT, git.output()).await.ok()?.ok()?;
        let text = String::from_utf8(output.stdout).ok()?;
        output.status.success().then_some(text)
    }
}

/// Which text it is, in a line.
pub fn told(runbook: &Runbook) -> String {
    match runbook {
        Runbook::Commit { path, commit } => format!("{path} at commit {}", commit.chars().take(12).collect::<String>()),
        Runbook::Content { path, hash } => format!("{path}, content {hash}"),
        Runbook::Missing { path } => format!("missing: there is no {path} beside the policy"),
    }
}

/// The folder that a runbook's path begins in: that of the policy file; without one, where the server was started.
pub fn folder(policy: Option<&Path>) -> PathBuf {
    let folder = policy.and_then(Path::parent).filter(|folder| !folder.as_os_str().is_empty());
    folder.unwrap_or(Path::new(".")).to_owned()
}

/// Keeps the runbook the present one, for as long as it is let: an opening pins what was found last and never waits.
pub async fn keep_fresh(folder: PathBuf, policies: Policies) {
    let mut changes = policies.subscribe();
    loop {
        tokio::select! {
            // Another policy may name another runbook.
            _ = changes.changed() => {}
            () = tokio::time::sleep(EVERY) => {}
        }
        let path = policies.world().policy.runbook.clone();
        let runbook = Place::within(&folder, &path).version().await;
        if policies.set_runbook(runbook.clone()) {
            tracing::info!(runbook = ?runbook, "the runbook has changed");
        }
    }
}
