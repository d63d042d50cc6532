//! The key of an opening whose answer was not seen, kept for ten minutes: whoever types the same line again gets the
//! incident that there is, not a second one.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use sha2::{Digest, Sha256};

use crate::local;
use crate::machine;

/// How long a key is used again.
const KEPT: Duration = Duration::from_secs(600);
/// The folder, in the state folder.
const FOLDER: &str = "openings";

/// A key that is remembered until the answer has been seen.
pub struct OpeningKey {
    key: String,
    file: Option<PathBuf>,
}

impl OpeningKey {
    /// The key for an opening: a new one, or that of the same opening without an answer. `same` is all that makes two
    /// openings the same. Where nothing can be written, it is not remembered.
    pub fn for_opening(state: Option<&PathBuf>, same: &str) -> Self {
        let folder = state.map(|state| state.join(FOLDER));
        let name = machine::hex(&Sha256::digest(same));
        let file = folder.as_ref().map(|folder| folder.join(&name));
        if let Some(key) = file.as_deref().and_then(kept) {
            return Self { key, file };
        }
        let key = machine::unguessable();
        let written = folder.is_some_and(|folder| {
            fs::create_dir_all(&folder).and_then(|()| local::write_private(&folder, &name, &key)).is_ok()
        });
        Self { key, file: file.filter(|_| written) }
    }

    /// The key.
    pub fn as_str(&self) -> &str {
        &self.key
    }

    /// The answer has been seen: the next opening is another.
    pub fn forget(&self) {
        if let Some(file) = &self.file {
            let _ = fs::remove_file(file);
        }
    }
}

fn kept(file: &Path) -> Option<String> {
    let age = fs::metadata(file).ok()?.modified().ok()?.elapsed().ok()?;
    let key = local::read_short(file)?;
    (age < KEPT && key.len() == 32 && key.bytes().all(|byte| byte.is_ascii_hexdigit())).then_some(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn p12_a_key_is_kept_until_its_answer_was_seen() {
        let state = tempfile::tempdir().unwrap();
        let state = state.path().to_owned();
        let first = OpeningKey::for_opening(Some(&state), "a");
        assert_eq!(OpeningKey::for_opening(Some(&state), "a").as_str(), first.as_str());
        assert_ne!(OpeningKey::for_opening(Some(&state), "b").as_str(), first.as_str());
        first.forget();
        assert_ne!(OpeningKey::for_opening(Some(&state), "a").as_str(), first.as_str());
    }

    #[test]
    fn p12_an_old_or_damaged_key_is_not_used() {
        let state = tempfile::tempdir().unwrap();
        let state = state.path().to_owned();
        let first = OpeningKey::for_opening(Some(&state), "a");
        let file = first.file.clone().unwrap();
        let old = std::time::SystemTime::UNIX_EPOCH;
        fs::File::options().write(true).open(&file).unwrap().set_modified(old).unwrap();
        let second = OpeningKey::for_opening(Some(&state), "a");
        assert_ne!(second.as_str(), first.as_str());
        fs::write(&file, "not a key\n").unwrap();
        assert_ne!(OpeningKey::for_opening(Some(&state), "a").as_str(), second.as_str());
    }
}
