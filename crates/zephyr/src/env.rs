//! Every environment variable that zephyr reads, each declared once; and the only place that reads one.
//!
//! Those with a flag of the same meaning are read by the definitions in `cli`, which name the constants here. Two
//! libraries read their own: `anstream` asks `NO_COLOR`, `CLICOLOR` and `TERM` whether to use colours, and `reqwest` asks
//! `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY` for servers that are not on this machine.

use std::ffi::OsString;
use std::path::PathBuf;

/// The server to talk to, `http://127.0.0.1:7878`, or several with commas. As `--server`.
pub const SERVER: &str = "ZEPHYR_SERVER";
/// The token to show it. As `--token`, but invisible to other users of the machine.
pub const TOKEN: &str = "ZEPHYR_TOKEN";
/// Who you are, a person of the policy file; only with the machine's own token. As `--as`.
pub const AS: &str = "ZEPHYR_AS";
/// The folder that a server keeps its data in. As `--data`.
pub const DATA: &str = "ZEPHYR_DATA";
/// The PostgreSQL database that a server shares with its replicas. As `--database`, but invisible to other users of the
/// machine.
pub const DATABASE: &str = "ZEPHYR_DATABASE";
/// What is logged by `zephyr serve`: `info`, `debug`, `zephyr_server=debug`, …; `info` where it is not set.
pub const LOG: &str = "ZEPHYR_LOG";
/// Where programs keep what should outlive a restart; `~/.local/state` where it is not set. XDG base directories.
const STATE_HOME: &str = "XDG_STATE_HOME";
/// The user's home folder.
const HOME: &str = "HOME";
/// Where programs are found; handed on to `git`, the only thing it is given.
const PATH: &str = "PATH";
/// The name of the user at this machine, in the order asked for.
const USER: [&str; 2] = ["USER", "LOGNAME"];
/// The character set of the terminal, in the order of POSIX: the first that is set counts.
const LOCALE: [&str; 3] = ["LC_ALL", "LC_CTYPE", "LANG"];

#[expect(clippy::disallowed_methods, reason = "the one place where the environment is read")]
fn read(name: &str) -> Option<OsString> {
    std::env::var_os(name).filter(|value| !value.is_empty())
}

/// The folder for what the command line remembers between two runs.
pub fn state_dir() -> Option<PathBuf> {
    let absolute = |value: OsString| Some(PathBuf::from(value)).filter(|path| path.is_absolute());
    let base = read(STATE_HOME).and_then(absolute).or_else(|| Some(PathBuf::from(read(HOME)?).join(".local/state")))?;
    Some(base.join("zephyr"))
}

/// The name of the user at this machine.
pub fn user() -> Option<String> {
    USER.iter().find_map(|name| read(name)?.into_string().ok())
}

/// What is to be logged.
pub fn log_filter() -> Option<String> {
    read(LOG)?.into_string().ok()
}

/// Where programs are found.
pub fn path() -> Option<OsString> {
    read(PATH)
}

/// Whether the terminal shows more than ASCII. A locale that is not set says nothing, and counts as UTF-8.
pub fn shows_unicode() -> bool {
    let Some(locale) = LOCALE.iter().find_map(|name| read(name)) else { return true };
    let locale = locale.to_string_lossy().to_ascii_lowercase();
    locale.contains("utf-8") || locale.contains("utf8")
}

/// Gives a command a state folder of its own, and no user's name.
pub fn away_from_home(command: &mut tokio::process::Command, state: &std::path::Path) {
    command.env(STATE_HOME, state);
    for name in USER {
        command.env_remove(name);
    }
}
