//! A folder, a home, a free port and one shell, as a reader of one page has them.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use super::page::Step;
use crate::harness::{PATIENCE, project};

/// The port of the pages; each sandbox has another in its place.
const PORT: &str = "7878";
/// Begins the line that tells how a command ended.
const END: char = '\u{1}';

/// Programs that a test cannot run, and every line they are called with. Anything else fails.
const STANDINS: &[(&str, &[&str])] = &[
    ("cargo", &["run --release -- demo", "xtask ci", "install --locked --path crates/zephyr"]),
    (
        "sudo",
        &[
            "dpkg -i zephyr_*.deb",
            "systemctl enable --now zephyr",
            "journalctl -u zephyr",
            "-u zephyr zephyr --data /var/lib/zephyr doctor",
        ],
    ),
    (
        "docker",
        &[
            "build -t zephyr target/dist-out",
            "run -v zephyr:/var/lib/zephyr -v ./zephyr.toml:/etc/zephyr/zephyr.toml:ro \
             -p 127.0.0.1:7878:7878 zephyr",
        ],
    ),
];

pub struct Sandbox {
    folder: tempfile::TempDir,
    port: String,
    shell: Child,
    to: ChildStdin,
    from: Receiver<String>,
    servers: usize,
}

/// Whether a command is a server, which runs on in a terminal of its own.
pub fn serves(command: &str) -> bool {
    command.trim_start().starts_with("zephyr serve")
}

impl Sandbox {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port().to_string();
        for name in ["bin", "home", "here"] {
            std::fs::create_dir(folder.path().join(name)).unwrap();
        }
        programs(&folder.path().join("bin"), &port);
        std::os::unix::fs::symlink(project().join("examples"), folder.path().join("here/examples")).unwrap();
        let path = format!("{}:/usr/local/bin:/usr/bin:/bin", folder.path().join("bin").display());
        let mut shell = Command::new("bash")
            .args(["--norc", "--noprofile"])
            .env_clear()
            .envs([("PATH", path.as_str()), ("LC_ALL", "C.UTF-8"), ("TZ", "UTC"), ("USER", "reader")])
            .env("HOME", folder.path().join("home"))
            .current_dir(folder.path().join("here"))
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let (to, out) = (shell.stdin.take().unwrap(), shell.stdout.take().unwrap());
        let (send, from) = channel();
        std::thread::spawn(move || {
            BufReader::new(out).lines().map_while(Result::ok).try_for_each(|line| send.send(line))
        });
        let mut sandbox = Self { folder, port, shell, to, from, servers: 0 };
        sandbox.type_in("exec 2>&1");
        sandbox
    }

    /// Does one step of a page.
    pub fn take(&mut self, step: &Step) -> Result<(), String> {
        match step {
            Step::Write { name, text, .. } => {
                let path = self.here().join(name);
                std::fs::create_dir_all(path.parent().unwrap()).unwrap();
                std::fs::write(path, text.replace(PORT, &self.port)).unwrap();
                Ok(())
            }
            Step::Run { command, prints, .. } if serves(command) => self.serve(command, prints.as_deref()),
            Step::Run { command, prints, may_fail, .. } => {
                let (code, printed) = self.run(command)?;
                if code != 0 && !may_fail {
                    return Err(format!("`{command}` ended with {code}, and the page does not say so:\n{printed}"));
                }
                if code == 0 && *may_fail && prints.iter().flatten().any(|line| line.starts_with("error:")) {
                    return Err(format!("`{command}` succeeded, and the page shows an error"));
                }
                if command.starts_with("cp -r examples/acme ") {
                    self.own_names(command);
                }
                let Some(prints) = prints else { return Ok(()) };
                compare(command, prints, &printed)
            }
        }
    }

    fn here(&self) -> PathBuf {
        self.folder.path().join("here")
    }

    /// "Then write your own names into it": the people of the tests, who are on call at every hour.
    fn own_names(&self, command: &str) {
        let folder = command.split_whitespace().nth(3).unwrap();
        std::fs::write(self.here().join(folder).join("zephyr.toml"), include_str!("../policy.toml")).unwrap();
    }

    fn type_in(&mut self, text: &str) {
        writeln!(self.to, "{text}").unwrap();
    }

    fn run(&mut self, command: &str) -> Result<(i32, String), String> {
        let command = command.replace(PORT, &self.port);
        // The code is handed on, so that a page may ask for it.
        self.type_in(&format!("{{ {command}\n}} </dev/null\ns=$?; printf '\\n\\001%s\\n' $s; (exit $s)"));
        let begun = Instant::now();
        let mut printed = Vec::new();
        loop {
            let left = PATIENCE.saturating_sub(begun.elapsed());
            let Ok(line) = self.from.recv_timeout(left) else {
                return Err(format!("`{command}` does not end; so far:\n{}", printed.join("\n")));
            };
            if let Some(code) = line.strip_prefix(END) {
                return Ok((code.parse().unwrap(), self.plain(&printed.join("\n"))));
            }
            printed.push(line);
        }
    }

    /// Starts it in the background and waits until it has printed what the page says.
    fn serve(&mut self, command: &str, prints: Option<&[String]>) -> Result<(), String> {
        self.servers += 1;
        let log = self.folder.path().join(format!("server-{}", self.servers));
        let command = command.split(" #").next().unwrap().trim_end().trim_end_matches('&').replace(PORT, &self.port);
        self.type_in(&format!("{command} >{} 2>&1 </dev/null &", log.display()));
        let begun = Instant::now();
        loop {
            std::thread::sleep(Duration::from_millis(20));
            let printed = self.plain(&std::fs::read_to_string(&log).unwrap_or_default());
            let found = match prints {
                Some(prints) => compare(&command, prints, &printed),
                None if printed.contains("http://") => Ok(()),
                None => Err(format!("`{command}` does not start:\n{printed}")),
            };
            if found.is_ok() || begun.elapsed() > PATIENCE {
                return found;
            }
        }
    }

    /// As the reader would see it, in another folder and at the usual port.
    fn plain(&self, printed: &str) -> String {
        printed.replace(&format!("{}/", self.here().display()), "").replace(&self.port, PORT)
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        // The shell leads a group of its own, in which its servers are.
        let group = format!("-{}", self.shell.id());
        let _ = Command::new("kill").args(["-KILL", "--", &group]).status();
        let _ = self.shell.wait();
    }
}

/// The program under its name, with a port of its own where none is given, and the stand-ins.
fn programs(bin: &Path, port: &str) {
    let zephyr = env!("CARGO_BIN_EXE_zephyr");
    let serve = format!(
        "case \" $* \" in *--listen*|*--help*) ;; \" serve \"*) set -- \"$@\" --listen 127.0.0.1:{port};; esac"
    );
    executable(&bin.join("zephyr"), &format!("#!/bin/sh\n{serve}\nexec {zephyr} \"$@\"\n"));
    for (name, lines) in STANDINS {
        let known: Vec<String> = lines.iter().map(|line| format!("\"{}\"", line.replace(PORT, port))).collect();
        let refuse = format!("echo \"the tests know no: {name} $*\" >&2; exit 97");
        let script = format!("#!/bin/sh\ncase \"$*\" in {}) ;; *) {refuse};; esac\n", known.join("|"));
        executable(&bin.join(name), &script);
    }
}

fn executable(path: &Path, script: &str) {
    std::fs::write(path, script).unwrap();
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
}

fn compare(command: &str, prints: &[String], printed: &str) -> Result<(), String> {
    let wanted: Vec<String> = prints.iter().map(|line| canonical(line)).collect();
    let wanted = trimmed(&wanted);
    let lines: Vec<String> = printed.lines().map(canonical).collect();
    if fits(wanted, trimmed(&lines)) {
        return Ok(());
    }
    Err(format!(
        "`{command}` prints something else\n--- the page\n{}\n--- printed\n{}\n",
        prints.join("\n"),
        printed.trim_end()
    ))
}

fn trimmed(lines: &[String]) -> &[String] {
    let end = lines.iter().rposition(|line| !line.is_empty()).map_or(0, |last| last + 1);
    &lines[..end]
}

/// `...` alone stands for any lines, `[..]` for any text inside one.
fn fits(wanted: &[String], lines: &[String]) -> bool {
    match wanted.split_first() {
        None => lines.is_empty(),
        Some((any, rest)) if any == "..." => (0..=lines.len()).any(|skip| fits(rest, &lines[skip..])),
        Some((first, rest)) => {
            lines.split_first().is_some_and(|(line, more)| fits_line(first, line) && fits(rest, more))
        }
    }
}

fn fits_line(wanted: &str, line: &str) -> bool {
    let mut parts = wanted.split("[..]");
    let Some(mut left) = parts.next().and_then(|begin| line.strip_prefix(begin)) else { return false };
    let parts: Vec<&str> = parts.collect();
    let Some((last, middle)) = parts.split_last() else { return left.is_empty() };
    for part in middle {
        let Some((_, after)) = left.split_once(part) else { return false };
        left = after;
    }
    left.ends_with(last)
}

/// A line without what differs from run to run: days and times of day, ages and waits, versions, hashes, and the width of columns.
fn canonical(line: &str) -> String {
    let words: Vec<&str> = line.split_whitespace().collect();
    let mut said: Vec<String> = Vec::new();
    let mut at = 0;
    while at < words.len() {
        let (before, core, after) = bare(words[at]);
        if DAYS.contains(&core) && words.len() > at + 3 {
            said.push(format!("{before}DATE"));
            at += 3;
            continue;
        }
        let unit = words.get(at + 1).map(|next| bare(next));
        if core.chars().all(|c| c.is_ascii_digit())
            && !core.is_empty()
            && let Some((_, "s" | "min" | "h", end)) = unit
        {
            said.push(format!("{before}WAIT{end}"));
            at += 2;
            continue;
        }
        let core = if is_time(core) {
            "TIME"
        } else if is_version(core) {
            "VERSION"
        } else if core.len() >= 12 && core.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b)) {
            "HASH"
        } else {
            core
        };
        said.push(format!("{before}{core}{after}"));
        at += 1;
    }
    // A push that was sent may have been accepted by the time it is looked at.
    let said = said.join(" ").replace("push accepted", "push sent");
    let said = said.replace("just now", "WAIT").replace("(now)", "(WAIT ago)");
    // How far a line is indented is part of what is shown.
    format!("{}{said}", " ".repeat(line.len() - line.trim_start().len()))
}

/// `Mon 5 Jan 09:00`.
const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

/// A word without the punctuation around it.
fn bare(word: &str) -> (&str, &str, &str) {
    let start = word.find(|c: char| c.is_ascii_alphanumeric()).unwrap_or(word.len());
    let (before, rest) = word.split_at(start);
    let end = rest.rfind(|c: char| c.is_ascii_alphanumeric()).map_or(0, |last| last + 1);
    let (core, after) = rest.split_at(end);
    (before, core, after)
}

fn is_version(word: &str) -> bool {
    let parts: Vec<&str> = word.split('.').collect();
    parts.len() == 3 && parts.iter().all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()))
}

fn is_time(word: &str) -> bool {
    let parts: Vec<&str> = word.split(':').collect();
    (2..=3).contains(&parts.len())
        && parts.iter().all(|part| part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit()))
}

#[test]
fn a_page_that_shows_something_else_is_found() {
    let page = |lines: &[&str]| lines.iter().map(|line| (*line).to_owned()).collect::<Vec<_>>();
    let printed = "INC-1 opened at 15:07 (in 5 min)\n  page sent\nlast\n";
    assert_eq!(compare("x", &page(&["INC-1 opened at 09:00 (in 4 min)", "...", "last"]), printed), Ok(()));
    assert_eq!(compare("x", &page(&["INC-1 [..] (in 5 min)", "  page [..]", "last"]), printed), Ok(()));
    for wrong in [&["INC-2 [..]", "..."][..], &["..."; 0], &["INC-1 [..]", "page sent", "last"], &["...", "first"]] {
        assert!(compare("x", &page(wrong), printed).is_err(), "{wrong:?}");
    }
}

#[test]
fn a_command_that_fails_is_found_unless_the_page_says_so() {
    let mut sandbox = Sandbox::new();
    let step = |command: &str, prints: &[&str], may_fail| Step::Run {
        line: 1,
        command: command.to_owned(),
        prints: Some(prints.iter().map(|line| (*line).to_owned()).collect()),
        may_fail,
    };
    assert!(sandbox.take(&step("zephyr check", &["..."], false)).is_err());
    assert_eq!(sandbox.take(&step("zephyr check", &["...", "error: [..]", "..."], true)), Ok(()));
    assert_eq!(sandbox.take(&step("(exit 3)", &[], true)), Ok(()));
    assert_eq!(sandbox.take(&step("echo $?", &["3"], false)), Ok(()));
    assert!(sandbox.take(&step("cargo publish", &["..."], false)).is_err());
    assert!(sandbox.take(&step("true", &["error: no"], true)).is_err());
}
