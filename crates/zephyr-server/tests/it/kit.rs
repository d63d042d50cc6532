//! A server with the example company, and a client that sends exactly what it is told to.

use std::io::Write as _;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{oneshot, watch};
use tokio::task::JoinHandle;
use zephyr_core::policy::{self, Policy};
use zephyr_core::reach::CodeKey;
use zephyr_core::world::Runbook;
use zephyr_core::{SignedDuration, World};
use zephyr_engine::ports::{Entropy, Objects, Registry, Store};
use zephyr_server::{Policies, ServeError, Settings, serve};
use zephyr_store::ModelStore;

/// The operator's token of every test.
pub const LOCAL: &str = "the-operators-own";

/// A Tuesday, 11:30 in Berlin. On call: maya for payments, ines for platform, petra as EM.
pub const START: &str = "2026-02-03T10:30:00Z";

pub fn acme() -> Policy {
    let text = include_str!("../../../../examples/acme/zephyr.toml");
    policy::read(text).unwrap_or_else(|mistakes| panic!("{mistakes:?}"))
}

pub fn world() -> World {
    let runbook = Runbook::Content { path: "runbooks/incident.md".to_owned(), hash: "0123456789ab".to_owned() };
    World { codes: Some(CodeKey::new([7; 32])), ..World::new(acme(), runbook) }
}

pub fn model() -> ModelStore {
    ModelStore::new(START.parse().unwrap())
}

/// Numbers that never repeat, the same in every run.
struct Counting(u64);

impl Counting {
    fn fill(&mut self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(8) {
            self.0 += 1;
            chunk.copy_from_slice(&self.0.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes()[..chunk.len()]);
        }
    }
}

impl Entropy for Counting {
    fn fill(&mut self, bytes: &mut [u8]) {
        Counting::fill(self, bytes);
    }
}

/// A running server.
pub struct Server<S> {
    pub at: SocketAddr,
    pub store: S,
    pub world: watch::Sender<Arc<World>>,
    pub policies: Policies,
    stop: Option<oneshot::Sender<()>>,
    running: JoinHandle<Result<(), ServeError>>,
}

pub async fn start() -> Server<ModelStore> {
    start_on(model()).await
}

pub async fn start_on<S: Store + Objects + Registry>(store: S) -> Server<S> {
    start_at_speed(store, 1).await
}

/// On a store whose clock runs so many times as fast as real time.
pub async fn start_at_speed<S: Store + Objects + Registry>(store: S, speed: u32) -> Server<S> {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let at = listener.local_addr().unwrap();
    let (sender, _) = watch::channel(Arc::new(world()));
    let policies = Policies::new(sender.clone(), None);
    let (stop, stopped) = oneshot::channel::<()>();
    let settings = Settings {
        public_url: "https://zephyr.acme.example/".to_owned(),
        speed,
        local_token: LOCAL.to_owned(),
        version: "1.2.3",
    };
    let mut chance = Counting(1 << 32);
    let shutdown = async move { drop(stopped.await) };
    let tokens = move |bytes: &mut [u8]| chance.fill(bytes);
    let served = serve(listener, store.clone(), Counting(0), tokens, policies.clone(), settings, shutdown);
    Server { at, store, world: sender, policies, stop: Some(stop), running: tokio::spawn(served) }
}

/// An answer.
#[derive(Debug, Clone)]
pub struct Response {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Response {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Whether it says of itself that it was given before.
    pub fn is_replayed(&self) -> bool {
        self.header("idempotent-replayed") == Some("true")
    }

    /// Whether it is the same as another one, byte for byte, and says so.
    #[track_caller]
    pub fn replays(&self, first: &Self) -> bool {
        assert_eq!((self.status, &self.body), (first.status, &first.body));
        assert_eq!(self.header("location"), first.header("location"));
        self.is_replayed()
    }

    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// The body, of an answer with this status.
    #[track_caller]
    pub fn expect(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{self:?}");
        self.json()
    }

    /// Title, detail and hint of a problem with this code.
    #[track_caller]
    pub fn problem(&self, code: &str) -> String {
        assert_eq!(self.header("content-type"), Some("application/problem+json"), "{self:?}");
        let problem = self.json();
        assert_eq!(problem["code"], code, "{self:?}");
        assert_eq!(problem["status"], self.status, "{self:?}");
        let part = |name: &str| problem[name].as_str().unwrap_or_default().to_owned();
        format!("{} | {} | {}", part("title"), part("detail"), part("hint"))
    }
}

/// One request.
#[derive(Debug, Clone, Default)]
pub struct Ask {
    pub method: String,
    pub path: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

pub fn get(path: &str) -> Ask {
    Ask { method: "GET".to_owned(), path: path.to_owned(), ..Ask::default() }
}

pub fn post(path: &str, body: Value) -> Ask {
    let ask = Ask { method: "POST".to_owned(), path: path.to_owned(), body: body.to_string().into(), ..Ask::default() };
    ask.header("content-type", "application/json")
}

impl Ask {
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub fn token(self, token: &str) -> Self {
        self.header("authorization", &format!("Bearer {token}"))
    }

    /// As the operator, in a person's name.
    pub fn of(self, person: &str) -> Self {
        self.token(LOCAL).header("zephyr-as", person)
    }

    pub fn key(self, key: &str) -> Self {
        self.header("idempotency-key", key)
    }
}

pub async fn send(at: SocketAddr, ask: Ask) -> Response {
    let mut request = format!("{} {} HTTP/1.1\r\nhost: {at}\r\nconnection: close\r\n", ask.method, ask.path);
    for (name, value) in &ask.headers {
        request += &format!("{name}: {value}\r\n");
    }
    if !ask.body.is_empty() || ask.method == "POST" {
        request += &format!("content-length: {}\r\n", ask.body.len());
    }
    let mut bytes = (request + "\r\n").into_bytes();
    bytes.extend(ask.body);
    exchange(at, &bytes).await
}

/// Sends bytes as they are and reads the answer.
pub async fn exchange(at: SocketAddr, bytes: &[u8]) -> Response {
    let mut stream = TcpStream::connect(at).await.unwrap();
    // The server may answer and close before it has read everything.
    drop(stream.write_all(bytes).await);
    let mut answer = Vec::new();
    drop(tokio::time::timeout(Duration::from_secs(40), stream.read_to_end(&mut answer)).await.expect("an answer"));
    let text = String::from_utf8(answer).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or_else(|| panic!("no answer: {text:?}"));
    let mut lines = head.lines();
    let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
    let headers =
        lines.filter_map(|line| line.split_once(": ")).map(|(name, value)| (name.to_owned(), value.to_owned()));
    Response { status, headers: headers.collect(), body: body.to_owned() }
}

impl<S> Server<S> {
    pub async fn send(&self, ask: Ask) -> Response {
        send(self.at, ask).await
    }

    /// Opens an incident in a person's name; its number.
    pub async fn open(&self, person: &str, body: Value) -> u64 {
        let answer = self.send(post("/api/v1/incidents", body).of(person)).await;
        answer.expect(201)["incident"]["number"].as_u64().unwrap()
    }

    pub async fn incident(&self, number: u64) -> Value {
        self.send(get(&format!("/api/v1/incidents/{number}")).token(LOCAL)).await.expect(200)
    }

    /// The incident, as soon as it is as wanted.
    #[track_caller]
    pub fn until(&self, number: u64, wanted: impl Fn(&Value) -> bool) -> impl Future<Output = Value> {
        let place = std::panic::Location::caller();
        async move {
            let mut last = Value::Null;
            for _ in 0..400 {
                last = self.incident(number).await;
                if wanted(&last) {
                    return last;
                }
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
            panic!("{place}: not within 4 s: {last:#}")
        }
    }

    /// The incident once channel, status entry and ticket need nothing more.
    pub async fn settled(&self, number: u64) -> Value {
        let done = |link: &Value| link["state"] != "pending";
        self.until(number, |it| done(&it["channel"]) && done(&it["status_page"]) && done(&it["ticket"])).await
    }

    /// The whole story, one line each.
    pub async fn story(&self, number: u64) -> String {
        let path = format!("/api/v1/incidents/{number}/timeline");
        let timeline = self.send(get(&path).token(LOCAL)).await.expect(200);
        let line = |entry: &Value| entry["text"].as_str().unwrap().to_owned();
        timeline["entries"].as_array().unwrap().iter().map(line).collect::<Vec<_>>().join("\n")
    }

    /// A token for a person.
    pub async fn token(&self, person: &str) -> String {
        let made = self.send(post("/api/v1/tokens", json!({ "person": person })).token(LOCAL)).await;
        made.expect(201)["token"].as_str().unwrap().to_owned()
    }

    /// Tells it to end, and waits for it.
    pub async fn stop(mut self) -> Result<(), ServeError> {
        drop(self.stop.take());
        self.running.await.unwrap()
    }

    /// Waits for it to end by itself.
    pub async fn ended(self) -> Result<(), ServeError> {
        self.running.await.unwrap()
    }
}

impl Server<ModelStore> {
    /// Lets time pass, all at once.
    pub fn pass(&self, minutes: i64) {
        self.store.advance(SignedDuration::from_mins(minutes));
    }
}

/// What the mission opens.
pub fn checkout() -> Value {
    json!({ "severity": 2, "summary": "Checkout p99 elevated in eu-frankfurt" })
}

/// The same, opened although one about the same is open.
pub fn anyway(mut declared: Value) -> Value {
    declared["anyway"] = json!(true);
    declared
}

/// The page of a target.
pub fn page<'a>(incident: &'a Value, target: &str) -> &'a Value {
    let pages = incident["pages"].as_array().unwrap();
    pages.iter().find(|page| page["target"] == target).unwrap_or_else(|| panic!("no page {target}: {incident:#}"))
}

/// The people whom a page wants.
pub fn wanted(page: &Value) -> Vec<&str> {
    page["wanted"].as_array().unwrap().iter().map(|wanted| wanted["person"].as_str().unwrap()).collect()
}

#[expect(clippy::disallowed_methods, reason = "the test run says where skipped tests are collected")]
pub fn skipped(test: &str, why: &str) {
    let line = format!("{test} — {why}\n");
    std::io::stdout().write_all(format!("SKIPPED: {line}").as_bytes()).unwrap();
    if let Some(path) = std::env::var_os("ZEPHYR_SKIPPED") {
        let list = std::fs::OpenOptions::new().append(true).create(true).open(path);
        list.unwrap().write_all(line.as_bytes()).unwrap();
    }
}
