//! Bounds of the built-in providers, each with its reason.
//!
//! Deliberately not here: bounds of the domain, which are `zephyr_core::limits`.

/// The body of a request: the longest text below, escaped, with room around it.
pub const REQUEST_BYTES: usize = 256 * 1024;
/// One text: about what other chat services take in one message.
pub const TEXT_CHARS: usize = 12_000;
/// A name of a channel: what other chat services take.
pub const CHANNEL_NAME_CHARS: usize = 80;
/// A key that names a step: longer than any that zephyr makes, short enough for a header.
pub const KEY_CHARS: usize = 200;
/// Messages that a channel keeps, the latest: two days of a busy incident.
pub const MESSAGES: usize = 1_000;
/// Lines that a status entry keeps, the latest: a day at one every five minutes, and more.
pub const STATUS_LINES: usize = 500;
/// Entries that an inbox keeps, the latest.
pub const INBOX_ENTRIES: usize = 200;
/// Notices that an inbox keeps, the latest.
pub const INBOX_NOTICES: usize = 200;
/// Ended rings that an inbox remembers, so that a page that comes late does not ring again.
pub const ENDED_RINGS: usize = 200;
/// Steps that a thing remembers, the latest: one is in flight at a time, so a duplicate is never older.
pub const STEPS: usize = 1_000;
