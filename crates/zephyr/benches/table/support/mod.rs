//! A server in this process whose pages are timed as they are handed to their provider, on either store.

use std::fmt;
use std::future::Future;
use std::path::Path;
use std::pin::Pin;
use std::process::Stdio;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{oneshot, watch};
use zephyr_core::{Timestamp, World};
use zephyr_engine::ports::{Entropy, Objects, Registry, Store};
use zephyr_server::Settings;
use zephyr_store::{Options, PostgresOptions, PostgresStore, SqliteStore};

pub mod armed;
pub mod storm;
mod timed;
pub mod worlds;

pub use timed::{Pages, TimedStore};

const TOKEN: &str = "zph_bench";

/// One row of the table.
pub struct Row {
    what: String,
    times: Vec<Duration>,
    aim: &'static str,
}

impl Row {
    pub fn new(what: &str, mut times: Vec<Duration>, aim: &'static str) -> Self {
        times.sort_unstable();
        Self { what: what.to_owned(), times, aim }
    }

    fn quantile(&self, of: f64) -> String {
        let last = self.times.len().saturating_sub(1);
        let index = (f64::from(u32::try_from(last).unwrap()) * of).round();
        let found = self.times.iter().enumerate().find(|(at, _)| f64::from(u32::try_from(*at).unwrap()) >= index);
        found.map_or_else(|| "-".to_owned(), |(_, time)| shown(*time))
    }
}

/// A time in the unit that a person would choose.
fn shown(time: Duration) -> String {
    match time.as_secs_f64() {
        short if short < 1e-3 => format!("{:.2} µs", short * 1e6),
        middle if middle < 10.0 => format!("{:.2} ms", middle * 1e3),
        long => format!("{long:.1} s"),
    }
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (p50, p99) = (self.quantile(0.5), self.quantile(0.99));
        write!(f, "{:<78} {:>6} {p50:>11} {p99:>11}  {}", self.what, self.times.len(), self.aim)
    }
}

/// A server, and what it hands to the pager inbox.
pub struct Bench {
    pub pages: Pages,
    /// The store's clock, and when it said so.
    pub clock: (Timestamp, Instant),
    address: String,
    folder: tempfile::TempDir,
    end: oneshot::Sender<()>,
    server: tokio::task::JoinHandle<()>,
    close: Pin<Box<dyn Future<Output = ()> + Send>>,
}

impl Bench {
    /// On an empty file.
    pub async fn on_a_file(world: Arc<World>, dead: Option<&'static str>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut bench = Self::on_file(&folder.path().join("zephyr.db"), Options::default(), world, dead).await;
        bench.folder = folder;
        bench
    }

    /// On a file.
    pub async fn on_file(path: &Path, options: Options, world: Arc<World>, dead: Option<&'static str>) -> Self {
        let store = SqliteStore::open(path, options).await.unwrap();
        Self::serve(store.clone(), store.close(), world, dead).await
    }

    /// On a database.
    pub async fn on_database(url: &str, world: Arc<World>, dead: Option<&'static str>) -> Self {
        let store = PostgresStore::open(url, PostgresOptions::default()).await.unwrap();
        Self::serve(store.clone(), store.close(), world, dead).await
    }

    async fn serve<S: Store + Objects + Registry>(
        store: S,
        close: impl Future<Output = ()> + Send + 'static,
        world: Arc<World>,
        dead: Option<&'static str>,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let pages = Pages::default();
        let clock = (store.now().await.unwrap(), Instant::now());
        let timed = TimedStore::new(store, pages.clone(), dead);
        let (world, _) = watch::channel(world);
        let policies = zephyr_server::Policies::new(world, None);
        let (end, ended) = oneshot::channel();
        let settings = Settings {
            public_url: format!("http://{address}"),
            speed: 1,
            local_token: TOKEN.to_owned(),
            version: "bench",
        };
        let ended = async move { drop(ended.await) };
        let server = zephyr_server::serve(listener, timed, Chance::new(), fill, policies, settings, ended);
        let server = tokio::spawn(async move { server.await.unwrap() });
        let folder = tempfile::tempdir().unwrap();
        Self { pages, clock, address, folder, end, server, close: Box::pin(close) }
    }

    pub async fn stop(self) {
        drop(self.end);
        self.server.await.unwrap();
        self.close.await;
    }

    /// A connection that is kept open.
    pub async fn client(&self) -> Client {
        let stream = TcpStream::connect(&self.address).await.unwrap();
        stream.set_nodelay(true).unwrap();
        Client { stream: BufReader::new(stream), host: self.address.clone() }
    }

    /// Runs the binary; whether a line about a page reached the screen.
    pub async fn command_line(&self, summary: &str) -> bool {
        let mut child = tokio::process::Command::new(env!("CARGO_BIN_EXE_zephyr"))
            .args(["incident", "open", "--sev", "2", "--summary", summary])
            .env("ZEPHYR_SERVER", format!("http://{}", self.address))
            .env("ZEPHYR_TOKEN", TOKEN)
            .env("XDG_STATE_HOME", self.folder.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut seen = false;
        while let Some(line) = lines.next_line().await.unwrap() {
            if line.contains("reached by") || line.contains("paged") {
                seen = true;
                break;
            }
        }
        child.kill().await.unwrap();
        seen
    }
}

/// A connection of a client that only opens incidents.
pub struct Client {
    stream: BufReader<TcpStream>,
    host: String,
}

/// An answer.
#[derive(Debug)]
pub struct Heard {
    pub status: u16,
    pub head: String,
    pub body: String,
}

impl Heard {
    /// The number of the incident that it tells of.
    pub fn number(&self) -> u64 {
        let body: Value = serde_json::from_str(&self.body).unwrap();
        let incident = if self.status == 409 { &body["similar"] } else { &body["incident"] };
        incident["number"].as_u64().unwrap_or_else(|| panic!("{self:?}"))
    }
}

impl Client {
    /// Opens a SEV-2.
    pub async fn open(&mut self, summary: &str) {
        let answer = self.post(&format!(r#"{{"summary":"{summary}","severity":2,"anyway":true}}"#), None).await;
        assert_eq!(answer.status, 201, "{answer:?}");
    }

    /// Posts an opening, with a key.
    pub async fn post(&mut self, body: &str, key: Option<&str>) -> Heard {
        let key = key.map(|key| format!("Idempotency-Key: {key}\r\n")).unwrap_or_default();
        let request = format!(
            "POST /api/v1/incidents HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {TOKEN}\r\n{key}\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            self.host,
            body.len()
        );
        self.ask(&request).await
    }

    /// Gets a page.
    pub async fn get(&mut self, path: &str) -> Heard {
        let request = format!("GET {path} HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {TOKEN}\r\n\r\n", self.host);
        self.ask(&request).await
    }

    async fn ask(&mut self, request: &str) -> Heard {
        self.stream.get_mut().write_all(request.as_bytes()).await.unwrap();
        let mut head = String::new();
        loop {
            let read = self.stream.read_line(&mut head).await.unwrap();
            if read <= 2 {
                break;
            }
        }
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
        let length = head.lines().find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().ok())?
        });
        let mut body = vec![0; length.unwrap_or_else(|| panic!("no length: {head}"))];
        self.stream.read_exact(&mut body).await.unwrap();
        Heard { status: status.unwrap_or_else(|| panic!("{head}")), head, body: String::from_utf8(body).unwrap() }
    }
}

/// Waits until something is so.
pub async fn until(what: &str, patience: Duration, mut look: impl FnMut() -> bool) {
    let began = Instant::now();
    while !look() {
        assert!(began.elapsed() < patience, "waited too long until {what}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// Numbers that look random enough for ids.
pub struct Chance(u64);

impl Chance {
    /// Begins anew at the present, so that two servers on one store do not make the same.
    pub fn new() -> Self {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
        Self(u64::try_from(since.as_nanos() & u128::from(u64::MAX)).unwrap())
    }
}

impl Entropy for Chance {
    fn fill(&mut self, bytes: &mut [u8]) {
        for byte in bytes {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            *byte = self.0.to_be_bytes().first().copied().unwrap_or(0);
        }
    }
}

fn fill(bytes: &mut [u8]) {
    Chance::new().fill(bytes);
}
