//! `cargo xtask fuzz-api`: somebody else's fuzzer against the real server, by the document that is checked in.
//!
//! The fuzzer is schemathesis, in a virtual environment of Python below `target`. Where there is no Python, or it cannot
//! be installed, this says what is missing. What no schema can say is in `schemathesis.toml`.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};

use crate::{ci, say};

/// The version that the findings are of.
const VERSION: &str = "4.32.5";
/// Cases of each operation in each phase: some three thousand requests in all.
const EXAMPLES: &str = "20";
/// The seed where none is given; another is given as an argument.
const SEED: &str = "1";
/// A run takes half a minute; one that takes so much longer hangs.
const DEADLINE: Duration = Duration::from_secs(240);
/// A server is there within this.
const START: Duration = Duration::from_secs(20);

/// Runs it; `false` when something was found.
pub fn run(root: &Path, more: &[String]) -> anyhow::Result<bool> {
    let fuzzer = fuzzer(root).context("the API cannot be fuzzed here")?;
    if !ci::cargo(root, &["build", "--locked", "--quiet", "--package", "zephyr"], &[])? {
        return Ok(false);
    }
    let server = Server::start(root)?;
    let token = server.token()?;
    let mut args = vec!["run", "docs/reference/openapi.json", "--url", &server.url];
    let header = format!("Authorization: Bearer {token}");
    args.extend(["--header", &header, "--max-examples", EXAMPLES, "--generation-database", "none", "--no-color"]);
    args.extend(["--continue-on-failure", "--request-timeout", "20", "--warnings", "off"]);
    if !more.iter().any(|given| given.starts_with("--seed")) {
        args.extend(["--seed", SEED]);
    }
    let mut fuzzing = Command::new(fuzzer)
        .args(args)
        .args(more)
        .current_dir(root)
        .stdin(Stdio::null())
        .spawn()
        .context("cannot start schemathesis")?;
    let found_nothing = within(&mut fuzzing, DEADLINE)?;
    Ok(server.is_well()? && found_nothing)
}

/// The program, installed if it is not there yet.
fn fuzzer(root: &Path) -> anyhow::Result<PathBuf> {
    let folder = root.join("target/fuzz-venv");
    let (program, mark) = (folder.join("bin/schemathesis"), folder.join(VERSION));
    if program.exists() && mark.exists() {
        return Ok(program);
    }
    let quietly = |command: &mut Command| -> anyhow::Result<bool> {
        let status = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
        Ok(status.context("there is no python3")?.success())
    };
    if !quietly(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&folder))? {
        bail!("python3 cannot make a virtual environment (Debian: python3-venv)");
    }
    let wanted = format!("schemathesis=={VERSION}");
    let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--only-binary", ":all:", &wanted];
    if !quietly(Command::new(folder.join("bin/python")).args(pip))? {
        bail!("pip cannot install {wanted}");
    }
    std::fs::write(mark, "")?;
    Ok(program)
}

/// The server with the example company, on data of its own.
struct Server {
    program: PathBuf,
    folder: PathBuf,
    child: Child,
    url: String,
}

impl Server {
    fn start(root: &Path) -> anyhow::Result<Self> {
        let folder = root.join("target/fuzz");
        if folder.exists() {
            std::fs::remove_dir_all(&folder).context("cannot empty target/fuzz")?;
        }
        std::fs::create_dir_all(&folder).context("cannot make target/fuzz")?;
        let program = root.join("target/debug/zephyr");
        let log = File::create(folder.join("log"))?;
        let mut child = at_home(&program, &folder)
            .args(["serve", "--json", "--while-stdin", "--listen", "127.0.0.1:0", "--policy"])
            .arg(root.join("examples/acme/zephyr.toml"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .context("cannot start the server")?;
        let out = child.stdout.take().context("the server has no output")?;
        let (tell, told) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            let address = BufReader::new(out).lines().map_while(Result::ok).find_map(|line| url_of(&line));
            // Nobody listens where it took too long.
            drop(tell.send(address));
        });
        match told.recv_timeout(START) {
            Ok(Some(url)) => Ok(Self { program, folder, child, url }),
            Ok(None) | Err(_) => {
                drop(child.kill());
                bail!("the server did not start; target/fuzz/log says more");
            }
        }
    }

    /// A token of an admin.
    fn token(&self) -> anyhow::Result<String> {
        let made = at_home(&self.program, &self.folder)
            .args(["token", "create", "--person", "nora", "--server", &self.url])
            .output()
            .context("cannot make a token")?;
        let token = String::from_utf8_lossy(&made.stdout).trim().to_owned();
        anyhow::ensure!(made.status.success() && !token.is_empty(), "no token was made");
        Ok(token)
    }

    /// Whether it still answers, and its log has nothing of its own faults.
    fn is_well(&self) -> anyhow::Result<bool> {
        let asked = at_home(&self.program, &self.folder).args(["oncall", "--server", &self.url]).output()?;
        if !asked.status.success() {
            say::talk("the server does not answer any more; target/fuzz/log says more");
            return Ok(false);
        }
        let log = std::fs::read_to_string(self.folder.join("log"))?;
        let faults: Vec<&str> =
            log.lines().filter(|line| line.contains("ERROR") || line.contains("panicked")).collect();
        faults.iter().for_each(|line| say::talk(line));
        Ok(faults.is_empty())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It ends with its input.
        drop(self.child.stdin.take());
        if !within(&mut self.child, Duration::from_secs(15)).unwrap_or(false) {
            say::talk("the server did not end well; target/fuzz/log says more");
        }
    }
}

/// The program with data, state and cache of its own, and nothing of whoever runs it.
fn at_home(program: &Path, folder: &Path) -> Command {
    let mut command = Command::new(program);
    for name in ["ZEPHYR_SERVER", "ZEPHYR_TOKEN", "ZEPHYR_AS", "ZEPHYR_DATA"] {
        command.env_remove(name);
    }
    for name in ["XDG_STATE_HOME", "XDG_CACHE_HOME", "XDG_RUNTIME_DIR"] {
        command.env(name, folder);
    }
    command.current_dir(folder).arg("--data").arg(folder.join("data")).stdin(Stdio::null());
    command
}

fn url_of(line: &str) -> Option<String> {
    let from = line.find("http://127.0.0.1:")?;
    let url: String =
        line.get(from..)?.chars().take_while(|c| c.is_ascii_alphanumeric() || ":/.".contains(*c)).collect();
    Some(url.trim_end_matches('/').to_owned())
}

/// Whether it ends well, within a time.
fn within(child: &mut Child, time: Duration) -> anyhow::Result<bool> {
    let began = now();
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(status.success());
        }
        if began.elapsed() > time {
            child.kill()?;
            child.wait()?;
            say::talk(&format!("stopped after {} s", time.as_secs()));
            return Ok(false);
        }
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[expect(clippy::disallowed_methods, reason = "xtask is a composition root of its own and times what it runs")]
fn now() -> Instant {
    Instant::now()
}
