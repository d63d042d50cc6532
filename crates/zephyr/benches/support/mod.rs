//! A server in this process whose pages are timed as they are handed to their provider.

use std::fmt;
use std::path::Path;
use std::process::Stdio;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{oneshot, watch};
use zephyr_core::incident::Declaration;
use zephyr_core::policy::{self, Severity};
use zephyr_core::text::Summary;
use zephyr_core::world::Runbook;
use zephyr_core::{Actor, Timestamp, World};
use zephyr_engine::ports::Entropy;
use zephyr_engine::{Ask, Engine, Request};
use zephyr_server::Settings;
use zephyr_store::{ManualClock, Options, SqliteStore, TimeSource};

mod timed;

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
        found.map_or_else(|| "-".to_owned(), |(_, time)| format!("{:.2} ms", time.as_secs_f64() * 1e3))
    }
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (p50, p99) = (self.quantile(0.5), self.quantile(0.99));
        write!(f, "{:<66} {:>7} {p50:>10} {p99:>10} {:>14}", self.what, self.times.len(), self.aim)
    }
}

/// A server, and what it hands to the pager inbox.
pub struct Bench {
    pub pages: Pages,
    address: String,
    folder: tempfile::TempDir,
    store: SqliteStore,
    end: oneshot::Sender<()>,
    server: tokio::task::JoinHandle<()>,
}

impl Bench {
    /// On an empty database.
    pub async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(&folder.path().join("zephyr.db"), Options::default()).await.unwrap();
        Self::serve(store, folder).await
    }

    /// On a database that exists, under a clock that stands.
    pub async fn on(file: &Path, clock: ManualClock) -> Self {
        let options = Options { clock: TimeSource::Manual(clock), ..Options::default() };
        let store = SqliteStore::open(file, options).await.unwrap();
        Self::serve(store, tempfile::tempdir().unwrap()).await
    }

    async fn serve(store: SqliteStore, folder: tempfile::TempDir) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let pages = Pages::default();
        let timed = TimedStore::new(store.clone(), pages.clone());
        let (world, _) = watch::channel(world());
        let policies = zephyr_server::Policies::new(world, None);
        let (end, ended) = oneshot::channel();
        let settings = Settings {
            public_url: format!("http://{address}"),
            speed: 1,
            local_token: TOKEN.to_owned(),
            version: "bench",
        };
        let ended = async move { drop(ended.await) };
        let server = zephyr_server::serve(listener, timed, Chance(1), fill, policies, settings, ended);
        let server = tokio::spawn(async move { server.await.unwrap() });
        Self { pages, address, folder, store, end, server }
    }

    pub async fn stop(self) {
        drop(self.end);
        self.server.await.unwrap();
        self.store.close().await;
    }

    /// A connection that is kept open.
    pub async fn client(&self) -> Client {
        let stream = TcpStream::connect(&self.address).await.unwrap();
        stream.set_nodelay(true).unwrap();
        Client { stream, host: self.address.clone() }
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
    stream: TcpStream,
    host: String,
}

impl Client {
    pub async fn open(&mut self, summary: &str) {
        let body = format!(r#"{{"summary":"{summary}","severity":2}}"#);
        let request = format!(
            "POST /api/v1/incidents HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {TOKEN}\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            self.host,
            body.len()
        );
        self.stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = vec![0; 64 * 1024];
        let read = self.stream.read(&mut answer).await.unwrap();
        let answer = String::from_utf8_lossy(answer.get(..read).unwrap_or_default()).into_owned();
        assert!(answer.starts_with("HTTP/1.1 201"), "{answer}");
    }
}

/// Opens many incidents that nobody answers, in batches as a storm is; how long it took, and their clock.
pub async fn armed(file: &Path, count: u64) -> (Duration, ManualClock) {
    let clock = ManualClock::new(Timestamp::from_second(1_790_000_000).unwrap());
    let options = Options { clock: TimeSource::Manual(clock.clone()), ..Options::default() };
    let store = SqliteStore::open(file, options).await.unwrap();
    let mut engine = Engine::new(store.clone(), Chance(2), world());
    let began = Instant::now();
    let numbers: Vec<u64> = (0..count).collect();
    for batch in numbers.chunks(256) {
        engine.execute(batch.iter().map(|number| declare(*number)).collect()).await.unwrap();
    }
    let took = began.elapsed();
    store.close().await;
    (took, clock)
}

fn declare(number: u64) -> Request {
    Request {
        id: format!("bench-{number}"),
        actor: Actor::Bot("bench".into()),
        key: None,
        ask: Ask::Open(Declaration {
            summary: Summary::new(&format!("Checkout slow {number}")).unwrap(),
            severity: Severity::Three,
            service: None,
            region: None,
            private: false,
            reported_by: None,
            public: None,
            ring_me: false,
            // They are all about the same: a storm that nobody joins.
            anyway: true,
        }),
    }
}

fn world() -> Arc<World> {
    let policy = policy::read(include_str!("../../../../examples/acme/zephyr.toml")).unwrap();
    Arc::new(World::new(policy, Runbook::Missing { path: "runbooks/incident.md".into() }))
}

/// Five hundred people in a hundred rotations that follow the sun, each with a service.
pub fn large() -> World {
    const LAYERS: [(&str, &str); 3] =
        [("Europe/Berlin", "08:00-19:00"), ("America/Denver", "09:00-19:00"), ("Asia/Singapore", "08:00-18:00")];
    let mut text = "[organisation]\nname = \"Large\"\nregions = [\"eu\"]\n\
                    [holidays]\nfeasts = [2026-12-25, 2027-01-01, 2027-05-01]\n"
        .to_owned();
    for (n, (zone, _)) in (0..500).zip(LAYERS.into_iter().cycle()) {
        text.push_str(&format!("[people.p{n}]\nzone = \"{zone}\"\nphone = \"+4477009{n:05}\"\n"));
    }
    for n in 0..100 {
        let name = match n {
            0 => "platform".to_owned(),
            1 => "em".to_owned(),
            2 => "founder".to_owned(),
            n => format!("r{n}"),
        };
        text.push_str(&format!("[services.s{n}]\nowner = \"{name}\"\n[rotations.{name}]\nlayers = [\n"));
        for (index, (zone, hours)) in LAYERS.into_iter().enumerate() {
            let people: Vec<String> =
                (0..4).map(|turn| format!("\"p{}\"", (n * 5 + turn * 3) / 3 * 3 % 498 + index)).collect();
            let people = people.join(", ");
            text.push_str(&format!(
                "  {{ zone = \"{zone}\", hours = \"{hours}\", every = \"1 week\", handoff = \"Monday 09:00\", \
                 from = 2026-01-05, people = [{people}] }},\n"
            ));
        }
        text.push_str("]\n");
    }
    let policy = zephyr_core::policy::read(&text).unwrap();
    World::new(policy, Runbook::Missing { path: "runbooks/incident.md".into() })
}

/// Numbers that look random enough for ids.
struct Chance(u64);

impl Entropy for Chance {
    fn fill(&mut self, bytes: &mut [u8]) {
        for byte in bytes {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            *byte = self.0.to_be_bytes().first().copied().unwrap_or(0);
        }
    }
}

fn fill(bytes: &mut [u8]) {
    Chance(3).fill(bytes);
}
