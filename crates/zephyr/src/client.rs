//! Speaks to a server: one connection, short deadlines, answers bounded.
//!
//! Deliberately not here: where the server is (`discover`), and what an answer looks like on screen (`render`).

use std::cell::{Cell, RefCell};
use std::sync::Arc;
use std::time::Duration;

use reqwest::{Method, RequestBuilder, redirect};
use serde::Serialize;
use serde::de::DeserializeOwned;
use zephyr_api::{Code, Problem};

use crate::discover::{self, Found};
use crate::failure::Failure;
use crate::settings::{Connection, Person};

/// Time to reach the server.
const CONNECT: Duration = Duration::from_secs(3);
/// Time for an answer.
const ANSWER: Duration = Duration::from_secs(10);
/// No answer is longer: a list of 200 incidents with all their pages takes about 1 MB.
const BYTES: usize = 32 * 1024 * 1024;
/// Names the person that the machine's own token speaks for.
const AS: &str = "zephyr-as";
/// RFC draft-ietf-httpapi-idempotency-key-header.
const KEY: &str = "idempotency-key";

/// Waits between the tries of a request whose answer was lost: seven seconds in all, enough for a server to restart.
const AGAIN: [Duration; 6] = [
    Duration::from_millis(100),
    Duration::from_millis(300),
    Duration::from_millis(600),
    Duration::from_millis(1_000),
    Duration::from_millis(2_000),
    Duration::from_millis(3_000),
];

/// A server that can be asked.
pub struct Client {
    http: reqwest::Client,
    /// Looked for again after an answer was lost: a server that was started anew has another token.
    found: RefCell<Found>,
    connection: Option<Connection>,
    person: Person,
    /// There is no person of this machine's user name.
    guessed_wrong: Cell<bool>,
}

/// Why there is no answer.
#[derive(Debug)]
pub enum CallError {
    /// It was not reached: nothing was asked of it.
    Unreached(String),
    /// It was asked, and its answer did not come: nobody knows what it did.
    Lost(String),
    /// It answered that it would not.
    Problem(Problem),
    /// What answered does not speak as zephyr does.
    Nonsense(String),
}

/// What to ask.
struct Call<'a, Body> {
    method: Method,
    path: &'a str,
    body: Option<&'a Body>,
    key: Option<&'a str>,
    within: Duration,
}

impl Client {
    /// Finds the server. No request is made.
    pub fn find(connection: &Connection) -> Result<Self, Failure> {
        let client = Self::new(discover::find(connection)?, connection.person.clone())?;
        Ok(Self { connection: Some(connection.clone()), ..client })
    }

    /// A client for a server that is known.
    pub fn new(found: Found, person: Person) -> Result<Self, Failure> {
        let http = http(&found.url).map_err(|error| Failure::refused("cannot make a connection").why(error))?;
        Ok(Self { http, found: RefCell::new(found), connection: None, person, guessed_wrong: Cell::new(false) })
    }

    /// Its address.
    pub fn url(&self) -> String {
        self.found.borrow().url.clone()
    }

    /// Whom the token speaks for may be one of two: part of what makes two requests the same.
    pub fn speaks_for(&self) -> &Person {
        &self.person
    }

    /// Reads.
    pub async fn get<Answer: DeserializeOwned>(&self, path: &str) -> Result<Answer, CallError> {
        self.wait(path, Duration::ZERO).await
    }

    /// Reads what the server may hold back for a while.
    pub async fn wait<Answer: DeserializeOwned>(&self, path: &str, wait: Duration) -> Result<Answer, CallError> {
        let call = Call::<()> { method: Method::GET, path, body: None, key: None, within: ANSWER + wait };
        self.call(call).await.map_err(|error| match error {
            // Reading changes nothing: an answer that was lost is none.
            CallError::Lost(why) => CallError::Unreached(why),
            error => error,
        })
    }

    /// Asks for a change. With the same key it is made once only.
    pub async fn post<Body: Serialize, Answer: DeserializeOwned>(
        &self,
        path: &str,
        body: &Body,
        key: &str,
    ) -> Result<Answer, CallError> {
        self.call(Call { method: Method::POST, path, body: Some(body), key: Some(key), within: ANSWER }).await
    }

    /// Asks for a change, and again under the same key where the answer was lost. Where the server is not even reached
    /// at first, nothing has been asked of it, and that is said at once.
    pub async fn post_surely<Body: Serialize, Answer: DeserializeOwned>(
        &self,
        path: &str,
        body: &Body,
        key: &str,
    ) -> Result<Answer, CallError> {
        let mut error = match self.post(path, body, key).await {
            Err(error @ CallError::Lost(_)) => error,
            Err(error) if error.may_pass() && !matches!(error, CallError::Unreached(_)) => error,
            answer => return answer,
        };
        for wait in AGAIN {
            tokio::time::sleep(wait).await;
            self.find_again();
            match self.post(path, body, key).await {
                // That it is not reached now, or has a new token by now, says nothing about what it did before.
                Err(CallError::Unreached(_)) => {}
                Err(CallError::Problem(problem)) if problem.code == Code::Unauthorized => {}
                Err(again) if again.may_pass() => error = again,
                answer => return answer,
            }
        }
        Err(error)
    }

    /// Whether a token was given where the machine's own would do.
    fn has_a_better_token(&self) -> bool {
        let found = self.found.borrow();
        found.read_from.is_some() && !found.is_machines_own
    }

    /// Looks for the server anew: one that was started again has another token.
    pub fn find_again(&self) {
        if let Some(Ok(found)) = self.connection.as_ref().map(discover::find) {
            self.found.replace(found);
        }
    }

    async fn call<Body: Serialize, Answer: DeserializeOwned>(&self, call: Call<'_, Body>) -> Result<Answer, CallError> {
        let guess = match &self.person {
            Person::Guessed(name) if self.found.borrow().is_machines_own && !self.guessed_wrong.get() => {
                Some(name.as_str())
            }
            Person::Given(_) | Person::Guessed(_) | Person::Nobody => None,
        };
        let given = if let Person::Given(name) = &self.person { Some(name.as_str()) } else { guess };
        match self.once(&call, given).await {
            // Whoever sits here is nobody that the policy knows: they ask as this machine.
            Err(CallError::Problem(problem)) if guess.is_some() && is_about_person(&problem) => {
                self.guessed_wrong.set(true);
                self.once(&call, None).await
            }
            answer => answer,
        }
    }

    async fn once<Body: Serialize, Answer: DeserializeOwned>(
        &self,
        call: &Call<'_, Body>,
        person: Option<&str>,
    ) -> Result<Answer, CallError> {
        let Found { url, token, .. } = self.found.borrow().clone();
        let mut request = self.http.request(call.method.clone(), format!("{url}{}", call.path)).timeout(call.within);
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        if let Some(person) = person {
            request = request.header(AS, person);
        }
        if let Some(key) = call.key {
            request = request.header(KEY, key);
        }
        if let Some(body) = call.body {
            request = request.json(body);
        }
        read(send(request).await?).await
    }

    /// What to tell of a call that was not answered.
    pub fn failure(&self, error: CallError) -> Failure {
        match error {
            CallError::Problem(problem) if problem.code == Code::Unauthorized && self.has_a_better_token() => {
                Failure::from(problem).hint("leave out --token and ZEPHYR_TOKEN: this machine has a token of its own")
            }
            CallError::Problem(problem) => problem.into(),
            CallError::Unreached(why) => discover::unreachable(&self.found.borrow(), &why),
            CallError::Lost(why) => {
                Failure::new(crate::failure::Exit::Unreachable, format!("the answer of {} was lost", self.url()))
                    .why(why)
                    .hint("it may be done: `zephyr` shows how things stand")
            }
            CallError::Nonsense(why) => Failure::refused(format!("{} does not answer as zephyr does", self.url()))
                .why(why)
                .hint("look whether the address is right, and both are of the same version"),
        }
    }
}

/// Says which people it knows: the answer to a name that the policy does not have.
fn is_about_person(problem: &Problem) -> bool {
    problem.field.as_deref().is_some_and(|field| field.eq_ignore_ascii_case(AS))
}

#[expect(clippy::disallowed_methods, reason = "the command line's one HTTP client, with its deadlines")]
fn http(url: &str) -> reqwest::Result<reqwest::Client> {
    let mut client = reqwest::Client::builder()
        .connect_timeout(CONNECT)
        .redirect(redirect::Policy::none())
        .http1_only()
        .tcp_nodelay(true);
    if url.starts_with("http://") {
        client = client.tls_backend_preconfigured(no_tls());
    } else {
        // An error says that it is installed already.
        drop(rustls::crypto::ring::default_provider().install_default());
    }
    if is_loopback(url) {
        client = client.no_proxy();
    }
    client.build()
}

/// Reading the machine's certificates takes longer than an opening may take: left out where no TLS is spoken.
fn no_tls() -> rustls::ClientConfig {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = rustls::ClientConfig::builder_with_provider(provider);
    let versions = builder.with_protocol_versions(rustls::ALL_VERSIONS);
    #[expect(clippy::expect_used, reason = "ring's own suites fit the protocol's own versions")]
    let builder = versions.expect("ring speaks TLS");
    builder.with_root_certificates(rustls::RootCertStore::empty()).with_no_client_auth()
}

fn is_loopback(url: &str) -> bool {
    let host = url.split("://").nth(1).unwrap_or_default();
    host.starts_with("127.") || host.starts_with("localhost") || host.starts_with("[::1]")
}

#[expect(clippy::disallowed_methods, reason = "the command line's one way out")]
async fn send(request: RequestBuilder) -> Result<reqwest::Response, CallError> {
    request.send().await.map_err(|error| {
        let why = why(&error);
        if error.is_connect() || error.is_builder() { CallError::Unreached(why) } else { CallError::Lost(why) }
    })
}

async fn read<Answer: DeserializeOwned>(mut response: reqwest::Response) -> Result<Answer, CallError> {
    let status = response.status();
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| CallError::Lost(why(&error)))? {
        if body.len() + chunk.len() > BYTES {
            return Err(CallError::Nonsense(format!("its answer is longer than {BYTES} bytes")));
        }
        body.extend_from_slice(&chunk);
    }
    if status.is_success() {
        return serde_json::from_slice(&body).map_err(|error| CallError::Nonsense(error.to_string()));
    }
    Err(match serde_json::from_slice::<Problem>(&body) {
        Ok(problem) => CallError::Problem(problem),
        // Something between here and the server: whether the request went through is not known.
        Err(_) if status.is_server_error() => CallError::Lost(format!("status {status}")),
        Err(_) => CallError::Nonsense(format!("status {status}")),
    })
}

/// The innermost reason, which is the one that says something: `Connection refused`.
fn why(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        return "it took too long".to_owned();
    }
    let mut inner: &dyn std::error::Error = error;
    while let Some(source) = inner.source() {
        inner = source;
    }
    let text = inner.to_string();
    text.split(" (os error").next().unwrap_or_default().to_lowercase()
}

impl CallError {
    /// Whether the same request may be answered in a moment.
    pub fn may_pass(&self) -> bool {
        match self {
            Self::Unreached(_) | Self::Lost(_) => true,
            Self::Problem(problem) => matches!(problem.code, Code::Unavailable | Code::TooMany),
            Self::Nonsense(_) => false,
        }
    }
}
