//! The documents of the built-in providers: a part of the ports.

use std::future::Future;

use jiff::Timestamp;

use crate::ports::StoreError;

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

/// A document of a built-in provider.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ObjectKey {
    /// What it is: `channel`, `inbox`, …
    pub kind: String,
    /// Its id among its kind.
    pub id: String,
}
