//! What `zephyr init` writes: the texts, filled in, and all of them or none.
//!
//! Deliberately not here: what is asked (`commands::init`).

use std::fs::{self, Permissions};
use std::io::{self, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use jiff::civil::Date;
use zephyr_core::policy::{self, Mistake};
use zephyr_core::{PersonId, RegionId, ServiceId};

/// The policy file.
pub const POLICY: &str = "zephyr.toml";

/// Who somebody is and what they run.
pub struct Answers {
    /// As customers know it.
    pub organisation: String,
    /// Their id.
    pub person: PersonId,
    /// Their name.
    pub name: String,
    /// Their mail address.
    pub email: Option<String>,
    /// Their telephone.
    pub phone: Option<String>,
    /// Their zone, an IANA name.
    pub zone: String,
    /// What they answer for.
    pub services: Vec<ServiceId>,
    /// Where they run; at least one.
    pub regions: Vec<RegionId>,
}

/// The policy file, or what is wrong with the answers. `since` is a Monday in the past: its rotations begin there.
pub fn policy(answers: &Answers, since: Date) -> Result<String, Vec<Mistake>> {
    let contact = |key: &str, given: &Option<String>| {
        given.as_ref().map(|given| format!("{key} = {}\n", quoted(given))).unwrap_or_default()
    };
    let contacts = format!("{}{}", contact("email", &answers.email), contact("phone", &answers.phone));
    let service = |service: &ServiceId| format!("\n[services.{service}]\nowner = \"platform\"\n");
    let services: String = answers.services.iter().map(service).collect();
    let services = match services.is_empty() {
        true => "\n# [services.checkout]\n# owner = \"platform\"              # the rotation that answers for it\n"
            .to_owned(),
        false => format!("\n# Services, and the rotation that answers for each.{services}"),
    };
    let regions: Vec<String> = answers.regions.iter().map(|region| format!("\"{region}\"")).collect();
    let layer = format!(
        "{{ zone = {}, every = \"1 week\", handoff = \"Monday 09:00\", from = {since}, people = [\"{}\"] }}",
        quoted(&answers.zone),
        answers.person
    );
    // One piece after the other, so that nothing that was typed is taken for a place to fill.
    let places = [
        ("{organisation}", quoted(&answers.organisation)),
        ("{regions}", regions.join(", ")),
        ("{person}", answers.person.to_string()),
        ("{name}", quoted(&answers.name)),
        ("{contacts}", contacts),
        ("{zone}", quoted(&answers.zone)),
        ("{services}", services),
        ("{layer}", layer),
    ];
    let text: String = include_str!("policy.toml").split_inclusive('\n').map(|line| filled(line, &places)).collect();
    policy::read(&text).map(|_| text)
}

/// Fills the places of one line, from left to right.
fn filled(line: &str, places: &[(&str, String)]) -> String {
    let first = places.iter().filter_map(|(place, text)| Some((line.find(place)?, place, text))).min();
    let Some((at, place, text)) = first else { return line.to_owned() };
    let (before, rest) = line.split_at(at);
    format!("{before}{text}{}", filled(rest.strip_prefix(place).unwrap_or_default(), places))
}

/// The three templates, each with its place.
pub fn templates(organisation: &str) -> [(&'static str, String); 3] {
    let mail = include_str!("../../../../examples/acme/comms/incident-email-template.md");
    [
        ("runbooks/incident.md", include_str!("runbook.md").to_owned()),
        (
            "runbooks/post-mortem-template.md",
            include_str!("../../../../examples/acme/runbooks/post-mortem-template.md").to_owned(),
        ),
        ("comms/incident-email-template.md", mail.replace("<Name>, Acme", &format!("<Name>, {organisation}"))),
    ]
}

/// Whether something is there, be it a link to nowhere.
pub fn is_there(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok()
}

/// Writes all of them, or none: what was made before one failed is taken away again.
pub fn write(folder: &Path, files: &[(&str, String)]) -> io::Result<()> {
    let mut made = Vec::new();
    let written = files.iter().try_for_each(|(name, text)| write_one(&folder.join(name), text, &mut made));
    if written.is_err() {
        // The last first: a folder is empty by then.
        for path in made.iter().rev() {
            let _ = if path.is_dir() { fs::remove_dir(path) } else { fs::remove_file(path) };
        }
    }
    written
}

fn write_one(path: &Path, text: &str, made: &mut Vec<PathBuf>) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let missing: Vec<&Path> =
        folder.ancestors().take_while(|above| !above.as_os_str().is_empty() && !above.exists()).collect();
    for above in missing.iter().rev() {
        fs::create_dir(above)?;
        made.push((*above).to_owned());
    }
    // For everybody who works in the repository, as far as the umask lets them.
    let mut file = tempfile::Builder::new().permissions(Permissions::from_mode(0o666)).tempfile_in(folder)?;
    file.write_all(text.as_bytes())?;
    file.persist_noclobber(path).map_err(|error| error.error)?;
    made.push(path.to_owned());
    Ok(())
}

/// A string of TOML: JSON's escapes are among those that it knows.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
