//! HTTP as the command line speaks it: connections, deadlines, and answers within bounds.

use std::sync::Arc;
use std::time::Duration;

use reqwest::{RequestBuilder, redirect};
use serde::de::DeserializeOwned;
use zephyr_api::Problem;

use super::error::CallError;

/// No answer is longer: a list of 200 incidents with all their pages takes about 1 MB.
const BYTES: usize = 32 * 1024 * 1024;

/// A client for one server. `connect` is the time to reach it.
#[expect(clippy::disallowed_methods, reason = "the command line's one HTTP client, with its deadlines")]
pub fn http(url: &str, connect: Duration) -> reqwest::Result<reqwest::Client> {
    let mut client = reqwest::Client::builder()
        .connect_timeout(connect)
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

/// Asks.
#[expect(clippy::disallowed_methods, reason = "the command line's one way out")]
pub async fn send(request: RequestBuilder) -> Result<reqwest::Response, CallError> {
    request.send().await.map_err(|error| {
        let why = why(&error);
        if error.is_connect() || error.is_builder() { CallError::Unreached(why) } else { CallError::Lost(why) }
    })
}

/// Says of an answer that it was given before, to a request with the same key.
const REPLAYED: &str = "idempotent-replayed";

/// Reads the answer, and whether it was given before.
pub async fn read<Answer: DeserializeOwned>(mut response: reqwest::Response) -> Result<(Answer, bool), CallError> {
    let status = response.status();
    let replayed = response.headers().contains_key(REPLAYED);
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| CallError::Lost(why(&error)))? {
        if body.len() + chunk.len() > BYTES {
            return Err(CallError::Nonsense(format!("its answer is longer than {BYTES} bytes")));
        }
        body.extend_from_slice(&chunk);
    }
    if status.is_success() {
        let answer = serde_json::from_slice(&body).map_err(|error| CallError::Nonsense(error.to_string()))?;
        return Ok((answer, replayed));
    }
    Err(match serde_json::from_slice::<Problem>(&body) {
        Ok(problem) => CallError::Problem(problem),
        // Something between here and the server: whether the request went through is not known.
        Err(_) if status.is_server_error() => CallError::Lost(format!("status {status}")),
        Err(_) => CallError::Nonsense(format!("status {status}")),
    })
}

/// The innermost reason, which is the one that says something: `Connection refused`.
pub fn why(error: &reqwest::Error) -> String {
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
