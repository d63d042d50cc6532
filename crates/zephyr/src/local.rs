//! How the command line finds the server of this machine: `local.json` in its data folder, readable only by whoever
//! started it, and a pointer to that file in the user's state folder.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

/// The file in the data folder.
pub const FILE: &str = "local.json";
/// The file in the state folder; holds the path of the other.
const POINTER: &str = "server";
/// No file of these is longer.
const BYTES: u64 = 16 * 1024;

/// What is written into it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Local {
    /// Where it listens.
    pub url: String,
    /// The machine's own token, good until the server ends.
    pub token: String,
    /// Its process.
    pub pid: u32,
}

impl Local {
    /// Writes it whole or not at all, readable by this user only.
    pub fn write(&self, data: &Path) -> io::Result<()> {
        let text = serde_json::to_string(self).map_err(io::Error::other)?;
        write_private(data, FILE, &text)
    }

    /// The one in a data folder.
    pub fn read(data: &Path) -> Option<Self> {
        serde_json::from_str(&read_short(&data.join(FILE))?).ok()
    }

    /// Takes it away, if it is still the one that this process wrote.
    pub fn remove(&self, data: &Path) {
        if Self::read(data).is_some_and(|found| found == *self) {
            let _ = fs::remove_file(data.join(FILE));
        }
    }
}

/// Notes where the data of this user's last server is, for a command that is called from another folder.
pub fn write_pointer(state: &Path, data: &Path) -> io::Result<()> {
    let text = data.to_str().ok_or_else(|| io::Error::other("the path is not UTF-8"))?;
    fs::create_dir_all(state)?;
    write_private(state, POINTER, text)
}

/// The data folder of this user's last server.
pub fn read_pointer(state: &Path) -> Option<PathBuf> {
    Some(PathBuf::from(read_short(&state.join(POINTER))?.trim_end()))
}

/// Writes a file that appears whole or not at all, and that only this user can read.
pub fn write_private(folder: &Path, name: &str, text: &str) -> io::Result<()> {
    // Temporary files are made with mode 0600.
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(text.as_bytes())?;
    file.persist(folder.join(name)).map_err(|error| error.error)?;
    Ok(())
}

/// Reads a small file; `None` where there is none, or it is too long to be one of ours.
pub fn read_short(path: &Path) -> Option<String> {
    read_up_to(path, BYTES)
}

/// The same with a bound of its own.
pub fn read_up_to(path: &Path, bytes: u64) -> Option<String> {
    let short = fs::metadata(path).ok().filter(|found| found.is_file() && found.len() <= bytes);
    short.and_then(|_| fs::read_to_string(path).ok())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn only_its_own_user_reads_it_and_only_its_own_process_removes_it() {
        let data = tempfile::tempdir().unwrap();
        let ours = Local { url: "http://127.0.0.1:1".into(), token: "secret".into(), pid: 1 };
        let theirs = Local { pid: 2, ..ours.clone() };
        theirs.write(data.path()).unwrap();
        ours.remove(data.path());
        assert!(Local::read(data.path()).is_some_and(|found| found == theirs));
        let mode = fs::metadata(data.path().join(FILE)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        theirs.remove(data.path());
        assert!(Local::read(data.path()).is_none());
    }
}
