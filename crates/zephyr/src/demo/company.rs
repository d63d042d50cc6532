//! Acme, the example company, as part of the program.

use std::path::{Path, PathBuf};
use std::{fs, io};

/// Its files, by their paths.
const FILES: [(&str, &str); 4] = [
    (POLICY, include_str!("../../../../examples/acme/zephyr.toml")),
    ("runbooks/incident.md", include_str!("../../../../examples/acme/runbooks/incident.md")),
    ("runbooks/post-mortem-template.md", include_str!("../../../../examples/acme/runbooks/post-mortem-template.md")),
    ("comms/incident-email-template.md", include_str!("../../../../examples/acme/comms/incident-email-template.md")),
];
const POLICY: &str = "zephyr.toml";

/// Writes them into a folder; the path of the policy.
pub fn write(folder: &Path) -> io::Result<PathBuf> {
    for (path, text) in FILES {
        let file = folder.join(path);
        if let Some(parent) = file.parent() {
            fs::create_dir_all(parent)?;
        }
        fs::write(file, text)?;
    }
    Ok(folder.join(POLICY))
}
