//! What is kept of tokens and policies, and who did what: a part of the ports.
//!
//! The audit is a view over what is kept anyway. Only what is kept nowhere else, as that somebody signed in, is a
//! [`NoticeRow`] of its own.

use std::future::Future;

use jiff::Timestamp;

use crate::ports::{RequestRow, StoreError};

/// Tokens, applied policies, and who did what.
///
/// What changes something takes the request that it answers. One whose key was answered before changes nothing.
pub trait Registry: Clone + Send + Sync + 'static {
    /// Keeps a token by its hash. The same hash again changes nothing.
    fn put_token(
        &self,
        token: TokenRow,
        answers: Option<RequestRow>,
    ) -> impl Future<Output = Result<Kept, StoreError>> + Send;
    /// The token with this hash.
    fn token(&self, hash: &str) -> impl Future<Output = Result<Option<TokenRow>, StoreError>> + Send;
    /// The token with this public id.
    fn token_by_id(&self, id: &str) -> impl Future<Output = Result<Option<TokenRow>, StoreError>> + Send;
    /// The tokens made last, newest first (by `at`, then `id`), at most `limit`.
    fn tokens(&self, limit: usize) -> impl Future<Output = Result<Vec<TokenRow>, StoreError>> + Send;
    /// Ends a token for good, in somebody's name. One that was revoked before stays as it was.
    fn revoke_token(
        &self,
        id: &str,
        by: &str,
        request: Option<&str>,
        answers: Option<RequestRow>,
    ) -> impl Future<Output = Result<Kept, StoreError>> + Send;
    /// Keeps a policy that is in force from now on. One that is in force already changes nothing.
    fn put_policy(
        &self,
        policy: PolicyRow,
        answers: Option<RequestRow>,
    ) -> impl Future<Output = Result<Kept, StoreError>> + Send;
    /// The policies that came into force, the last first, at most `limit`. One that came back is there twice.
    fn policies(&self, limit: usize) -> impl Future<Output = Result<Vec<AppliedRow>, StoreError>> + Send;
    /// The text of a policy that was in force.
    fn policy_text(&self, version: &str) -> impl Future<Output = Result<Option<String>, StoreError>> + Send;
    /// Keeps what the audit would find nowhere else, at the store's time.
    fn note(&self, notice: NoticeRow) -> impl Future<Output = Result<(), StoreError>> + Send;
    /// Everything that was done, by whomever, the newest first, from before a place; at most `limit`.
    fn audit(
        &self,
        before: Option<&AuditPlace>,
        limit: usize,
    ) -> impl Future<Output = Result<Vec<AuditRow>, StoreError>> + Send;
}

/// What became of something to keep.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    /// It is kept, or was kept already.
    Done,
    /// The request key was used already: nothing changed, read the answer that was kept.
    Repeated,
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
    /// By which request; `None` where that was not noted.
    pub created_request: Option<String>,
    /// From when on it is worth nothing.
    pub expires_at: Option<Timestamp>,
    /// Its end, where it was revoked.
    pub revoked: Option<Revocation>,
}

/// That a token was revoked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revocation {
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub by: String,
    /// By which request; `None` where that was not noted.
    pub request: Option<String>,
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
    /// By which request, where it was one.
    pub request: Option<String>,
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
    /// By which request, where it was one and was noted.
    pub request: Option<String>,
}

/// What is kept for the audit alone. Never a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoticeRow {
    /// What kind: `signed_in`, `refused`, `flooded`.
    pub kind: String,
    /// Who did it; `None` where that is not known.
    pub actor: Option<String>,
    /// What it is about: an address, a token's id.
    pub about: String,
    /// By which request.
    pub request: Option<String>,
}

/// Where an entry of the audit stands among all of them: by time, then by what it is. Texts compare by their bytes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct AuditPlace {
    /// When.
    pub at: Timestamp,
    /// Where it was found: `event`, `token`, `policy` or `notice`.
    pub source: String,
    /// Of what: a stream, a token's id, a version, or what a notice is about.
    pub name: String,
    /// Its number there.
    pub seq: u64,
}

/// Something that was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditRow {
    /// Where it stands.
    pub place: AuditPlace,
    /// What kind, among those of its source.
    pub kind: String,
    /// By whom; of an event its body says so.
    pub actor: Option<String>,
    /// By which request; of an event its body says so.
    pub request: Option<String>,
    /// Of an event its stored body; of a token `kind holder`; of a policy where it came from; else nothing.
    pub body: String,
}
