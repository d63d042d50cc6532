//! What is kept beside the streams: documents of the built-in providers, tokens and applied policies.
//!
//! Deliberately not here: anything that the engine decides by.

use std::future::Future;

use jiff::Timestamp;

use super::StoreError;

/// What the built-in providers hold: plain JSON documents, in transactions of their own.
pub trait Objects: Clone + Send + Sync + 'static {
    /// Reads `keys` and writes what `handle` makes of them, in one transaction. `handle` gets the documents in the
    /// order of `keys` and returns its result with the documents to write.
    fn exchange<R, F>(&self, keys: Vec<ObjectKey>, handle: F) -> impl Future<Output = Result<R, StoreError>> + Send
    where
        R: Send + 'static,
        F: FnOnce(Timestamp, Vec<Option<String>>) -> (R, Vec<(ObjectKey, String)>) + Send + 'static;

    /// Documents of a kind, the last written first, at most `limit`: id and JSON text.
    fn objects(
        &self,
        kind: &str,
        limit: usize,
    ) -> impl Future<Output = Result<Vec<(String, String)>, StoreError>> + Send;
}

/// Tokens and applied policies.
pub trait Registry: Clone + Send + Sync + 'static {
    /// Keeps a token by its hash. The same hash again changes nothing.
    fn put_token(&self, token: TokenRow) -> impl Future<Output = Result<(), StoreError>> + Send;
    /// The token with this hash.
    fn token(&self, hash: &str) -> impl Future<Output = Result<Option<TokenRow>, StoreError>> + Send;
    /// The tokens made last, newest first (by `at`, then `id`), at most `limit`.
    fn tokens(&self, limit: usize) -> impl Future<Output = Result<Vec<TokenRow>, StoreError>> + Send;
    /// Ends a token for good, in somebody's name, and returns it. One that was revoked before stays as it was.
    fn revoke_token(&self, id: &str, by: &str) -> impl Future<Output = Result<Option<TokenRow>, StoreError>> + Send;
    /// Keeps a policy that is in force from now on. One that is in force already changes nothing.
    fn put_policy(&self, policy: PolicyRow) -> impl Future<Output = Result<(), StoreError>> + Send;
    /// The policies that came into force, the last first, at most `limit`. One that came back is there twice.
    fn policies(&self, limit: usize) -> impl Future<Output = Result<Vec<AppliedRow>, StoreError>> + Send;
    /// The text of a policy that was in force.
    fn policy_text(&self, version: &str) -> impl Future<Output = Result<Option<String>, StoreError>> + Send;
}

/// A token, without the secret itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenRow {
    /// How it is named where its secret must not be: `tok_` and hexadecimal digits.
    pub id: String,
    /// SHA-256 of the secret, hexadecimal.
    pub hash: String,
    /// `person`, `bot` or `local`.
    pub kind: String,
    /// The person's id, or the bot's name.
    pub holder: String,
    /// Names of scopes with a blank between; `None` is all that the holder may.
    pub scopes: Option<String>,
    /// When it was made.
    pub at: Timestamp,
    /// By whom; `None` where that was not noted.
    pub created_by: Option<String>,
    /// From when on it is worth nothing.
    pub expires_at: Option<Timestamp>,
    /// When and by whom it was revoked.
    pub revoked: Option<(Timestamp, String)>,
}

/// A policy to keep.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyRow {
    /// Its version.
    pub version: String,
    /// Its whole text, with people's addresses: a server without a file starts from it.
    pub text: String,
    /// Who applied it, as a timeline names them.
    pub by: String,
    /// Where it came from: `api`, or the name of a file without its folders.
    pub source: String,
}

/// That a policy came into force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppliedRow {
    /// From 1, without holes.
    pub seq: u64,
    /// Which.
    pub version: String,
    /// When.
    pub at: Timestamp,
    /// Who applied it.
    pub by: String,
    /// Where it came from.
    pub source: String,
}

/// A document of a built-in provider.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ObjectKey {
    /// What it is: `channel`, `inbox`, …
    pub kind: String,
    /// Its id among its kind.
    pub id: String,
}
