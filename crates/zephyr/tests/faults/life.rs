//! A server that may die at any moment, and whoever starts it again: a caller that repeats what got no answer.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::os::unix::process::ExitStatusExt as _;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::harness::{PATIENCE, Place, seen};
use crate::stored;

/// Store time passes so many times as fast as real time: five minutes in two seconds.
const SPEED: u32 = 150;
/// A server that does not answer within this is dead, or as good as that.
const ANSWER: Duration = Duration::from_secs(10);

/// One data folder and the servers that live on it, one after another.
pub struct Life {
    pub place: Place,
    /// The database that it lives on, where that is not a file of its own.
    pub database: Option<String>,
    /// How many times as fast as real time store time passes.
    pub speed: u32,
    /// The environment of the next one.
    pub envs: Vec<(String, String)>,
    /// At which point the next one ends.
    plan: Option<String>,
    child: Option<Child>,
    /// How often one was killed.
    pub deaths: u32,
    /// How long there was none, in real time.
    pub down: Duration,
    died_at: Option<Instant>,
    /// Incidents that a caller was told of.
    pub accepted: Vec<u64>,
}

impl Life {
    /// A folder whose first server ends at a point; `None`: at none.
    pub fn new(plan: Option<&str>) -> Self {
        Self {
            place: Place::new(),
            database: None,
            speed: SPEED,
            envs: Vec::new(),
            plan: plan.map(str::to_owned),
            child: None,
            deaths: 0,
            down: Duration::ZERO,
            died_at: None,
            accepted: Vec::new(),
        }
    }

    /// The same on a database, whose time passes as everybody's does.
    pub fn on(url: &str, plan: Option<&str>) -> Self {
        let mut life = Self::new(plan);
        life.place = Place::new().on(url);
        life.database = Some(url.to_owned());
        life.speed = 1;
        life
    }

    /// Starts a server, and another where that one dies before anybody can find it.
    pub fn start(&mut self) {
        while !self.try_start() {}
    }

    fn try_start(&mut self) -> bool {
        let log = std::fs::OpenOptions::new().create(true).append(true).open(self.place.path("log")).unwrap();
        let mut command = self.place.command(&["serve", "--listen", "127.0.0.1:0", "--log", "json", "--speed"]);
        command.arg(self.speed.to_string()).envs(self.envs.iter().cloned());
        if let Some(plan) = self.plan.take() {
            command.env("ZEPHYR_FAULT_POINT", plan);
        }
        let child = command.stdout(Stdio::null()).stderr(log).spawn().unwrap();
        let pid = child.id();
        self.child = Some(child);
        let begun = Instant::now();
        while self.place.local().is_none_or(|local| local["pid"] != pid) {
            if !self.is_alive() {
                return false;
            }
            assert!(begun.elapsed() < PATIENCE, "it does not start: {}", self.log());
            thread::sleep(Duration::from_millis(5));
        }
        self.down += self.died_at.take().map_or(Duration::ZERO, |at| at.elapsed());
        true
    }

    /// Whether it runs. That it was killed is noted, and what it left is looked at; that it ended otherwise is a failure.
    pub fn is_alive(&mut self) -> bool {
        let Some(child) = &mut self.child else { return false };
        match child.try_wait().unwrap() {
            None => true,
            Some(status) => {
                self.note_death(status);
                false
            }
        }
    }

    fn note_death(&mut self, status: ExitStatus) {
        assert_eq!(status.signal(), Some(9), "it ended by itself, {status}: {}", self.log());
        self.child = None;
        self.deaths += 1;
        self.died_at = Some(Instant::now());
        if !self.accepted.is_empty() {
            self.check_store();
        }
    }

    /// I2 and the fold, by the program's own check on what a dead server left; and by the rows themselves.
    pub fn check_store(&self) {
        if self.database.is_none() {
            let checked = self.place.run(&["store", "check"]);
            assert!(checked.status.success(), "{}", seen(&checked));
        }
        let nothing = "SELECT id FROM streams WHERE wake_at IS NULL AND state LIKE '%\"ringing\"%'";
        let asleep = stored::read(self, nothing);
        assert!(asleep.is_empty(), "I2: a page rings, and nothing wakes it: {asleep:?}");
    }

    /// The server that runs, else one started anew.
    pub fn ensure(&mut self) {
        if !self.is_alive() {
            self.start();
        }
    }

    pub fn pid(&self) -> u32 {
        self.child.as_ref().unwrap().id()
    }

    /// kill −9.
    pub fn kill(&mut self) {
        self.signal("-KILL");
        let status = self.child.as_mut().unwrap().wait().unwrap();
        self.note_death(status);
    }

    pub fn signal(&self, signal: &str) {
        let sent = Command::new("kill").args([signal, &self.pid().to_string()]).status().unwrap();
        assert!(sent.success());
    }

    /// SIGTERM until one has ended in order.
    pub fn terminate(&mut self) {
        loop {
            self.ensure();
            self.signal("-TERM");
            let status = self.child.as_mut().unwrap().wait().unwrap();
            if status.success() {
                self.child = None;
                return;
            }
            self.note_death(status);
        }
    }

    /// Asks until it is answered, with the same key each time, as a caller does that got no answer.
    pub fn post(&mut self, path: &str, person: &str, key: &str, body: &Value) -> Result<Value, Value> {
        let head = format!("zephyr-as: {person}\r\nidempotency-key: {key}\r\ncontent-type: application/json\r\n");
        self.until_answered("POST", path, &head, &body.to_string())
    }

    pub fn get(&mut self, path: &str) -> Value {
        self.until_answered("GET", path, "", "").unwrap_or_else(|problem| panic!("{path}: {problem}"))
    }

    /// `Ok` for a 2xx, `Err` for what the server does not do; asked again for everything else.
    fn until_answered(&mut self, method: &str, path: &str, head: &str, body: &str) -> Result<Value, Value> {
        let begun = Instant::now();
        loop {
            self.ensure();
            match self.ask(method, path, head, body) {
                Some((200..=299, answer)) => return Ok(answer),
                Some((503, _)) | None => {}
                Some((_, problem)) => return Err(problem),
            }
            assert!(begun.elapsed() < PATIENCE, "{method} {path} is never answered: {}", self.log());
            thread::sleep(Duration::from_millis(5));
        }
    }

    fn ask(&self, method: &str, path: &str, head: &str, body: &str) -> Option<(u16, Value)> {
        let local = self.place.local()?;
        let host = local["url"].as_str()?.trim_start_matches("http://");
        let mut stream = TcpStream::connect(host).ok()?;
        stream.set_read_timeout(Some(ANSWER)).unwrap();
        let token = local["token"].as_str()?;
        let length = body.len();
        let request = format!(
            "{method} {path} HTTP/1.0\r\nhost: {host}\r\nauthorization: Bearer {token}\r\n{head}\
             content-length: {length}\r\n\r\n{body}"
        );
        stream.write_all(request.as_bytes()).ok()?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).ok()?;
        let (head, body) = answer.split_once("\r\n\r\n")?;
        Some((head.split(' ').nth(1)?.parse().ok()?, serde_json::from_str(body).ok()?))
    }

    /// Looks again and again, with a server that lives, until something is so.
    pub fn until<T>(&mut self, what: &str, mut look: impl FnMut(&mut Self) -> Option<T>) -> T {
        let begun = Instant::now();
        loop {
            self.ensure();
            if let Some(found) = look(self) {
                return found;
            }
            assert!(begun.elapsed() < PATIENCE, "waited too long until {what}: {}", self.log());
            thread::sleep(Duration::from_millis(10));
        }
    }

    pub fn log(&self) -> String {
        std::fs::read_to_string(self.place.path("log")).unwrap_or_default()
    }
}

impl Drop for Life {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}
