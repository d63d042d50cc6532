//! One send: to its provider and back. It always comes back, whatever becomes of it on the way.

use std::time::Duration;

use bytes::Bytes;
use tokio::sync::mpsc;
use zephyr_core::effect::{Effect, Lane, Outcome};
use zephyr_core::limits;
use zephyr_core::reach::CodeKey;
use zephyr_engine::Send;
use zephyr_engine::ports::{ObjectKey, Objects, Store, StoreError};
use zephyr_fault::{self as fault, Point};
use zephyr_providers::builtin::{self, Key};

use crate::metrics::Metrics;

use super::lease::Permit;

/// A send with its outcome and the provider's name, as the engine takes it.
pub type Returned = (Send, Outcome, &'static str);

/// A send that is owed an outcome. Dropped without one, because its task panicked or was given up, it is ambiguous.
#[derive(Debug)]
pub struct Owed {
    send: Option<Send>,
    returns: mpsc::UnboundedSender<Returned>,
}

impl Owed {
    /// A send that goes out now.
    pub fn new(send: Send, returns: mpsc::UnboundedSender<Returned>) -> Self {
        Self { send: Some(send), returns }
    }

    fn settle(mut self, outcome: Outcome) {
        self.give_back(outcome);
    }

    fn give_back(&mut self, outcome: Outcome) {
        if let Some(send) = self.send.take() {
            let provider = zephyr_providers::name(&send.effect);
            // The engine's task is gone: the next start finds the effect abandoned in the store.
            drop(self.returns.send((send, outcome, provider)));
        }
    }
}

impl Drop for Owed {
    fn drop(&mut self) {
        self.give_back(Outcome::Ambiguous { error: "zephyr failed while it waited for the answer".to_owned() });
    }
}

/// Takes a send to its provider, within the deadline, and gives the outcome back. What it answered, and how late, is
/// measured. It does not leave where the lease it was handed out under is over: somebody else has it then, or will have.
pub async fn carry<S: Store + Objects>(store: S, owed: Owed, permit: Permit, codes: Option<CodeKey>, metrics: Metrics) {
    let Some(send) = &owed.send else { return };
    let is_page = send.effect.lane() == Lane::Page;
    fault::at(if is_page { Point::PageLeaving } else { Point::TellLeaving });
    if !permit.is_good() {
        tracing::warn!(effect = %send.id, "a send was held back: the lease ended before it could leave");
        return owed.settle(Outcome::Retry { after: None, error: "the lease ended before it could leave".to_owned() });
    }
    let deadline = Duration::from_millis(limits::PROVIDER_DEADLINE_MS);
    let outcome = match tokio::time::timeout(deadline, deliver(&store, send, codes.as_ref())).await {
        Ok(outcome) => outcome,
        Err(_) => Outcome::Ambiguous { error: format!("no answer within {} s", deadline.as_secs()) },
    };
    fault::at(match (is_page, &outcome) {
        (true, Outcome::Done(_)) => Point::PageAccepted,
        (true, _) => Point::PageFailed,
        (false, _) => Point::TellAccepted,
    });
    let now = store.now().await.ok();
    metrics.sent(&send.effect, &outcome, now.map(|now| now.duration_since(send.due_at)));
    owed.settle(outcome);
    fault::at(if is_page { Point::PageReturned } else { Point::TellReturned });
}

async fn deliver<S: Objects>(store: &S, send: &Send, codes: Option<&CodeKey>) -> Outcome {
    let request = match (&send.effect, codes) {
        // The code is made here, and is nowhere else.
        (Effect::Code(to), Some(key)) => zephyr_providers::encode_code(send.id, to, &key.code(send.id)),
        (effect, _) => zephyr_providers::encode(send.id, effect),
    };
    if request.uri().host() != Some(builtin::HOST) {
        return Outcome::Permanent { error: "this version speaks to the built-in providers only".to_owned() };
    }
    match to_built_in(store, request).await {
        Ok(response) => zephyr_providers::decode(&send.effect, &response),
        Err(StoreError::Unavailable(error) | StoreError::Lapsed(error)) => Outcome::Retry { after: None, error },
        Err(StoreError::Unknown(error)) => Outcome::Ambiguous { error },
        Err(StoreError::Corrupt(error)) => Outcome::Permanent { error },
    }
}

/// The built-in providers live in the store, behind requests and responses like every other.
async fn to_built_in<S: Objects>(
    store: &S,
    request: http::Request<Bytes>,
) -> Result<http::Response<Bytes>, StoreError> {
    let key = |Key { kind, id }| ObjectKey { kind: kind.to_owned(), id };
    let keys = builtin::keys(&request).into_iter().map(key).collect();
    let handle = move |now, documents| {
        let (response, written) = builtin::handle(now, &request, documents);
        (response, written.into_iter().map(|(of, text)| (key(of), text)).collect())
    };
    store.exchange(keys, handle).await
}
