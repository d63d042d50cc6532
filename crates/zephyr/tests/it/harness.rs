//! A server, somebody at a terminal, and snapshots of what they see.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

/// The mission's line.
pub const MISSION: [&str; 6] = ["incident", "open", "--sev", "2", "--summary", "Checkout p99 elevated in eu-frankfurt"];

/// How long anything may take before a test gives up.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// A folder with policy, runbook, data and a home.
pub struct Place {
    folder: tempfile::TempDir,
    /// The database that its servers share with those of other places.
    database: Option<String>,
}

impl Place {
    /// A new one, with the policy of the tests.
    pub fn new() -> Self {
        Self::with_policy(include_str!("policy.toml"))
    }

    /// A new one, with a policy of its own.
    pub fn with_policy(policy: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("zephyr.toml"), policy).unwrap();
        std::fs::create_dir(folder.path().join("runbooks")).unwrap();
        std::fs::write(folder.path().join("runbooks/incident.md"), "# Steps\n").unwrap();
        Self { folder, database: None }
    }

    /// The same, on a database.
    pub fn on(self, url: &str) -> Self {
        Self { database: Some(url.to_owned()), ..self }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The program, as somebody without any settings would call it in this folder.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_zephyr"));
        command.env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command.env("HOME", self.folder.path()).env("LC_ALL", "C.UTF-8").env("TZ", "UTC");
        command.env("USER", "somebody-without-a-phone");
        command.envs(self.database.iter().map(|url| ("ZEPHYR_DATABASE", url)));
        command.args(args).current_dir(self.folder.path()).stdin(Stdio::null());
        command
    }

    /// Runs it to its end.
    pub fn run(&self, args: &[&str]) -> Output {
        self.command(args).output().unwrap()
    }

    /// Runs it and says what somebody saw.
    pub fn see(&self, args: &[&str]) -> String {
        seen(&self.run(args))
    }

    /// Runs it and reads the JSON that it prints.
    pub fn json(&self, args: &[&str]) -> Value {
        let output = self.run(&[args, &["--json"]].concat());
        serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {}", seen(&output)))
    }

    /// Everything in the timeline of an incident, detail and all, from the API.
    pub fn timeline(&self, label: &str) -> Vec<Value> {
        let mut entries = Vec::new();
        loop {
            let path = format!("/api/v1/incidents/{label}/timeline?after={}", entries.len());
            let more = self.get(&path);
            let more = more["entries"].as_array().unwrap().clone();
            if more.is_empty() {
                return entries;
            }
            entries.extend(more);
        }
    }

    /// Asks the API itself, as the machine's operator.
    pub fn get(&self, path: &str) -> Value {
        let local = self.local().expect("a server runs");
        let host = local["url"].as_str().unwrap().trim_start_matches("http://").to_owned();
        let token = local["token"].as_str().unwrap();
        let request = format!("GET {path} HTTP/1.0\r\nHost: {host}\r\nAuthorization: Bearer {token}\r\n\r\n");
        let answer = crate::proxy::talk(&host, request.as_bytes());
        let text = String::from_utf8(answer).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        assert!(head.contains(" 200 "), "{path}: {text}");
        serde_json::from_str(body).unwrap()
    }

    pub fn local(&self) -> Option<Value> {
        serde_json::from_str(&std::fs::read_to_string(self.path("zephyr-data/local.json")).ok()?).ok()
    }

    /// Polls until something is so.
    pub fn until<T>(&self, what: &str, mut look: impl FnMut() -> Option<T>) -> T {
        let begun = Instant::now();
        loop {
            if let Some(found) = look() {
                return found;
            }
            assert!(begun.elapsed() < PATIENCE, "waited too long until {what}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Polls until the timeline has an entry whose text contains this.
    pub fn until_told(&self, label: &str, text: &str) -> Value {
        self.until(text, || {
            self.timeline(label).into_iter().find(|entry| entry["text"].as_str().unwrap().contains(text))
        })
    }

    /// A token for a person.
    pub fn token_of(&self, person: &str) -> String {
        self.json(&["token", "create", "--person", person])["token"].as_str().unwrap().to_owned()
    }

    pub fn start(&self) -> Server<'_> {
        self.start_at(1)
    }

    pub fn start_at(&self, speed: u32) -> Server<'_> {
        self.start_as(speed, &[])
    }

    /// Starts a server in an environment of its own and waits until the command line finds it.
    pub fn start_as(&self, speed: u32, envs: &[(&str, String)]) -> Server<'_> {
        let log = std::fs::OpenOptions::new().create(true).append(true).open(self.path("log")).unwrap();
        let mut command = self.command(&["serve", "--listen", "127.0.0.1:0", "--log", "json", "--speed"]);
        command.envs(envs.iter().map(|(name, value)| (name, value)));
        let child = command.arg(speed.to_string()).stdout(Stdio::piped()).stderr(log).spawn().unwrap();
        let mut server = Server { place: self, child: Some(child) };
        let pid = server.pid();
        self.until("the server is up", || {
            let running = server.child.as_mut().is_some_and(|child| matches!(child.try_wait(), Ok(None)));
            assert!(running, "{}", std::fs::read_to_string(self.path("log")).unwrap());
            self.local().filter(|local| local["pid"] == pid)
        });
        server
    }
}

/// A running server. A line of level ERROR in its log fails the test.
pub struct Server<'a> {
    place: &'a Place,
    child: Option<Child>,
}

impl Server<'_> {
    pub fn pid(&self) -> u32 {
        self.child.as_ref().unwrap().id()
    }

    /// Waits until it has ended by itself, and hands over its exit code. Its log may hold errors.
    pub fn ended(mut self) -> Option<i32> {
        let mut child = self.child.take().unwrap();
        self.place.until("it has ended by itself", || child.try_wait().unwrap()).code()
    }

    /// kill −9.
    pub fn kill(mut self) {
        let mut child = self.child.take().unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
    }

    /// SIGTERM, and what it printed.
    pub fn terminate(mut self) -> Output {
        let child = self.child.take().unwrap();
        let killed = Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap();
        assert!(killed.success());
        let output = child.wait_with_output().unwrap();
        self.check_log();
        output
    }

    fn check_log(&self) {
        let log = std::fs::read_to_string(self.place.path("log")).unwrap();
        let errors: Vec<&str> =
            log.lines().filter(|line| line.contains("\"ERROR\"") || line.contains("panicked")).collect();
        assert!(errors.is_empty(), "{}", errors.join("\n"));
    }
}

impl Drop for Server<'_> {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
            if !std::thread::panicking() {
                self.check_log();
            }
        }
    }
}

/// Says that a test could not run where it is: here, and in the summary of `cargo xtask ci`.
#[expect(clippy::print_stdout, reason = "whoever runs the tests is told")]
pub fn skipped(test: &str, why: &str) {
    let line = format!("{test} — {why}\n");
    print!("SKIPPED: {line}");
    if let Some(path) = std::env::var_os("ZEPHYR_SKIPPED") {
        let list = std::fs::OpenOptions::new().append(true).create(true).open(path);
        list.unwrap().write_all(line.as_bytes()).unwrap();
    }
}

/// Exit code, stdout and stderr as one text.
pub fn seen(output: &Output) -> String {
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    let code = output.status.code().map_or("killed".to_owned(), |code| code.to_string());
    let err = if err.is_empty() { String::new() } else { format!("--- stderr\n{err}") };
    format!("exit {code}\n{out}{err}")
}

/// Replaces what differs from run to run.
pub fn filters() -> Vec<(&'static str, &'static str)> {
    vec![
        (r"/[^\s]*/\.tmp[A-Za-z0-9]+", "[FOLDER]"),
        (r"toml:(\d+):(\d+)", "toml:$1, column $2"),
        (r"127\.0\.0\.1:\d+", "127.0.0.1:[PORT]"),
        (r"((Mon|Tue|Wed|Thu|Fri|Sat|Sun) \d+ [A-Z][a-z]{2} )?\b\d{2}:\d{2}\b(:\d{2})?", "[TIME]"),
        (r"\d{4}-\d{2}-\d{2}T[0-9:.]+Z", "[INSTANT]"),
        (r"\((now|\d+ s ago|\d+ min ago)\)", "([AGE])"),
        (r"\(in (\d+ s|\d+ min|\d+ h|\d+ days)\)", "(in [WAIT])"),
        (r" +(just now|\d+ (s|min))  ", " [AGE]  "),
        (r"\b[0-9a-f]{40,64}\b", "[HASH]"),
        (r"\b[0-9a-f]{12}\b", "[HASH]"),
        (r"process \d+", "process [PID]"),
        (r"zephyr \d+\.\d+\.\d+", "zephyr [VERSION]"),
    ]
}

/// Compares what was seen with the snapshots beside the tests.
#[macro_export]
macro_rules! see {
    ($seen:expr) => {
        insta::with_settings!({ filters => $crate::harness::filters(), omit_expression => true }, {
            insta::assert_snapshot!($seen)
        })
    };
}

/// The folder of the whole project.
pub fn project() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}
