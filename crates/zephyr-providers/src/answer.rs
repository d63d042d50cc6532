//! From an HTTP status to an outcome, the same for every provider that keeps to the meaning of statuses.
//!
//! Deliberately not here: what a body says when it went well; each provider reads its own.

use bytes::Bytes;
use http::{Response, StatusCode, header};
use jiff::SignedDuration;
use serde::Deserialize;
use zephyr_core::effect::{Outcome, Receipt};
use zephyr_core::limits;

/// The longest wait that a provider may ask for: a page that waits longer might as well have failed.
const RETRY_AFTER_MAX_SECS: u32 = 3_600;

/// Reads a response; `receipt` reads the body of a success and says `None` where it cannot.
pub fn outcome(name: &str, response: &Response<Bytes>, receipt: impl FnOnce(&[u8]) -> Option<Receipt>) -> Outcome {
    let status = response.status();
    if status.is_success() {
        return match receipt(response.body()) {
            Some(receipt) => Outcome::Done(receipt),
            None => Outcome::Ambiguous { error: error(name, status, "an answer that cannot be read") },
        };
    }
    let error = error(name, status, &said(response.body()));
    match status {
        StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_EARLY | StatusCode::TOO_MANY_REQUESTS => {
            Outcome::Retry { after: retry_after(response), error }
        }
        _ if status.is_server_error() => Outcome::Retry { after: retry_after(response), error },
        _ if status.is_client_error() || status.is_redirection() => Outcome::Permanent { error },
        // 1xx, or a number that means nothing: not an end that anybody understands.
        _ => Outcome::Ambiguous { error },
    }
}

/// Seconds only: a date would need a clock, and no provider of ours sends one.
fn retry_after(response: &Response<Bytes>) -> Option<SignedDuration> {
    let seconds: u32 = response.headers().get(header::RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()?;
    Some(SignedDuration::from_secs(i64::from(seconds.min(RETRY_AFTER_MAX_SECS))))
}

fn error(name: &str, status: StatusCode, said: &str) -> String {
    let status = status.as_u16();
    tidy(&if said.is_empty() {
        format!("{name} answered {status}")
    } else {
        format!("{name} answered {status}: {said}")
    })
}

/// The text of an error as providers commonly write it: `message`, else `error`, else the body itself.
fn said(body: &[u8]) -> String {
    #[derive(Deserialize)]
    struct Said {
        message: Option<String>,
        error: Option<String>,
    }
    let words = serde_json::from_slice::<Said>(body).ok().and_then(|said| said.message.or(said.error));
    // Four bytes a character at most; the rest would be cut anyway.
    words.unwrap_or_else(|| String::from_utf8_lossy(body.get(..limits::ERROR_CHARS * 4).unwrap_or(body)).into_owned())
}

/// One line without control characters and without marks that reorder or hide text, cut to the bound.
fn tidy(text: &str) -> String {
    let mut line = String::new();
    for c in text.chars().map(|c| if c.is_whitespace() { ' ' } else { c }) {
        let doubled = c == ' ' && line.ends_with(' ');
        if !c.is_control() && !is_mark(c) && !doubled {
            line.push(c);
        }
    }
    let line = line.trim();
    if line.chars().count() <= limits::ERROR_CHARS {
        return line.to_owned();
    }
    line.chars().take(limits::ERROR_CHARS - 1).chain(['…']).collect()
}

/// Marks of Unicode that are invisible or turn the direction of text.
fn is_mark(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
        | '\u{fff9}'..='\u{fffb}' | '\u{61c}' | '\u{e0000}'..='\u{e007f}')
}
