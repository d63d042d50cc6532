//! How outside systems are spoken to: an effect becomes a request, a response becomes an outcome. Bytes in, bytes out.
//!
//! Deliberately not here: sockets, async, clocks, deadlines, and when a try is made again (`zephyr-engine`).

mod answer;
pub mod builtin;

use bytes::Bytes;
use http::{Request, Response};
use zephyr_core::EffectId;
use zephyr_core::effect::{Effect, Outcome};

/// The request that carries out an effect, the same bytes at every try. Its header `Idempotency-Key` names the try:
/// the effect's id for pages and hushes, the step's own key for mirrored things. A lookup has the key in its query.
pub fn encode(id: EffectId, effect: &Effect) -> Request<Bytes> {
    builtin::encode(id, effect)
}

/// What became of the effect, by the provider's response.
///
/// 2xx is done; 408, 425, 429 and 5xx are tried again, not before `Retry-After`; any other refusal is final; a success
/// that cannot be read leaves open whether it was done. Error texts hold no control characters and at most
/// [`zephyr_core::limits::ERROR_CHARS`].
pub fn decode(effect: &Effect, response: &Response<Bytes>) -> Outcome {
    answer::outcome(name(effect), response, |body| builtin::read_answer(effect, body))
}

/// What people call the provider of an effect: `inbox`, `chat room`, `status page`, `tickets`.
pub fn name(effect: &Effect) -> &'static str {
    match effect {
        Effect::Page(_) | Effect::Hush(_) | Effect::Notice(_) => "inbox",
        Effect::Channel(_) => "chat room",
        Effect::Status(_) => "status page",
        Effect::Ticket(_) => "tickets",
        Effect::Inform(_) => "zephyr",
    }
}
