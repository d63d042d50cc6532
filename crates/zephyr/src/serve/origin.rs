//! Which policy a server starts with: the file's, else the one applied last. A file that is broken or gone keeps no
//! server from starting that has been served before: whatever rings has to go on.

use std::path::{Path, PathBuf};

use zephyr_core::policy::Policy;
use zephyr_server::{Candidate, kept};

use crate::failure::Failure;
use crate::printer::Printer;
use crate::serve::database::Kept;
use crate::serve::policy_file::{self, PolicyFile};

/// Taken where no other file is named, if there is one.
const HERE: &str = "zephyr.toml";
/// Who applies what a file says: whoever may write to it, on the server's own machine.
pub const BY: &str = "the operator";

/// How far back a file may be behind what other servers have put in force.
const APPLIED: usize = 1_000;

/// What was found before the store was opened.
pub struct Origin {
    /// The file to follow.
    pub file: Option<PathBuf>,
    read: Result<PolicyFile, Failure>,
}

/// The policy to start with.
pub struct Start {
    /// In force.
    pub policy: Policy,
    /// Where it is from, in a line.
    pub told: String,
    /// Why it is not that of the file.
    pub trouble: Option<String>,
}

impl Origin {
    /// Reads the file that was named, else the one that is here. `kept` tells whether there is a store that may know a
    /// policy; without one, what is wrong with the file is the end.
    pub fn look(named: Option<PathBuf>, kept: bool, printer: &mut Printer) -> Result<Self, Failure> {
        let here = Path::new(HERE);
        let file = named.or_else(|| here.exists().then(|| here.to_owned()));
        let read = match &file {
            None => Err(Failure::refused("there is no policy")
                .why("no zephyr.toml here, and none was kept from before")
                .hint("`zephyr init` writes one here; --policy FILE names another")),
            Some(path) => read(path, printer),
        };
        match read {
            Err(failure) if !kept => Err(failure),
            read => Ok(Self { file, read }),
        }
    }

    /// Brings the file's policy into force, else the one applied last. A file that says what was in force before, on a
    /// store that other servers share, is only behind them: it is followed once it changes.
    pub async fn start<S: Kept>(self, store: &S, printer: &mut Printer) -> Result<Start, Failure> {
        let failed = |error: zephyr_engine::ports::StoreError| Failure::refused("the policy cannot be kept").why(error);
        match self.read {
            Ok(PolicyFile { policy, .. }) if S::SHARED && is_behind(store, &policy).await.map_err(failed)? => {
                let Some((policy, told)) = last(store).await.map_err(failed)? else {
                    return Err(Failure::refused("the policy in force cannot be read")
                        .hint("apply one with `zephyr policy apply`"));
                };
                let trouble = self.file.map(|path| format!("{} is older than policy {}", name(&path), policy.version));
                Ok(Start { policy, told, trouble })
            }
            Ok(PolicyFile { policy, text }) => {
                let path = self.file.unwrap_or_default();
                let candidate = Candidate { policy, text, by: BY.to_owned(), source: name(&path), request: None };
                let policy = kept(store, candidate).await.map_err(failed)?;
                let told = format!("{} from {}", policy.version, path.display());
                Ok(Start { policy, told, trouble: None })
            }
            Err(failure) => {
                let Some((policy, told)) = last(store).await.map_err(failed)? else { return Err(failure) };
                let trouble = self.file.map(|path| unusable(&path, &policy));
                if trouble.is_some() {
                    printer.say(format!("{}; policy {} stays in force", failure.what, policy.version));
                }
                Ok(Start { policy, told, trouble })
            }
        }
    }
}

fn read(path: &Path, printer: &mut Printer) -> Result<PolicyFile, Failure> {
    policy_file::read(path, "--policy FILE")?.map_err(|mistakes| {
        policy_file::tell(path, &mistakes, printer);
        policy_file::failure(path, &mistakes).why("nothing was started")
    })
}

/// The policy that came into force last, as long as it was kept whole.
async fn last<S: Kept>(store: &S) -> Result<Option<(Policy, String)>, zephyr_engine::ports::StoreError> {
    Ok(zephyr_server::last(store).await?.map(|(policy, row)| {
        let told = format!("{}, applied last by {} from {}", policy.version, row.by, row.source);
        (policy, told)
    }))
}

/// Whether a policy was in force, and another one is now.
async fn is_behind<S: Kept>(store: &S, policy: &Policy) -> Result<bool, zephyr_engine::ports::StoreError> {
    let applied = store.policies(APPLIED).await?;
    let earlier = applied.iter().skip(1).any(|row| row.version == policy.version.0);
    Ok(earlier && applied.first().is_some_and(|row| row.version != policy.version.0))
}

/// That a file cannot be followed.
pub fn unusable(path: &Path, policy: &Policy) -> String {
    format!("{} cannot be used; policy {} stays in force", name(path), policy.version)
}

/// The name of a file without its folders, which are nobody's business elsewhere.
pub fn name(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}
