//! What is made of a provider's response.

use bytes::Bytes;
use http::Response;
use jiff::SignedDuration;
use zephyr_core::effect::{ChannelOp, Effect, Outcome};
use zephyr_core::limits;

use crate::remote::{channel, create_room, hush, lookup, page, room};

fn response(status: u16, body: &str) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from(body.to_owned()));
    *response.status_mut() = status.try_into().unwrap();
    response
}

fn decode(status: u16, body: &str) -> Outcome {
    zephyr_providers::decode(&Effect::Page(page()), &response(status, body))
}

fn kind(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Done(_) => "done",
        Outcome::Retry { .. } => "retry",
        Outcome::Permanent { .. } => "permanent",
        Outcome::Ambiguous { .. } => "ambiguous",
        Outcome::NotDue => "not due",
    }
}

#[test]
fn every_status_has_one_meaning() {
    let good = r#"{"done":true,"id":"x","link":null,"delivered":true}"#;
    for status in 100..1_000 {
        let expected = match status {
            200..300 => "done",
            408 | 425 | 429 | 500..600 => "retry",
            300..500 => "permanent",
            _ => "ambiguous",
        };
        assert_eq!(kind(&decode(status, good)), expected, "{status}");
    }
}

#[test]
fn a_success_that_cannot_be_read_leaves_it_open() {
    let bodies = [
        "",
        "ok",
        "{}",
        "<html>",
        "[]",
        r#"{"done":false,"id":null,"link":null,"delivered":false}"#,
        r#"{"done":true,"id":null,"link":null,"delivered":true}"#,
        r#"{"done":true,"id":"","link":null,"delivered":true}"#,
        r#"{"done":true,"id":"x","link":null}"#,
    ];
    for body in bodies {
        assert_eq!(kind(&decode(200, body)), "ambiguous", "{body}");
    }
}

#[test]
fn only_a_lookup_can_be_told_that_it_was_not_done() {
    let no = response(200, r#"{"done":false,"id":null,"link":null,"delivered":false}"#);
    let create = channel(None, "k", create_room("a"));
    assert_eq!(kind(&zephyr_providers::decode(&create, &no)), "ambiguous");
    assert_eq!(kind(&zephyr_providers::decode(&hush("x"), &no)), "ambiguous");
    let Outcome::Done(receipt) = zephyr_providers::decode(&lookup(&create), &no) else { panic!() };
    assert!(receipt.absent);
}

#[test]
fn a_wait_that_was_asked_for_is_kept_within_reason() {
    let table = [
        ("7", Some(7)),
        (" 7 ", Some(7)),
        ("0", Some(0)),
        ("999999", Some(3_600)),
        ("-1", None),
        ("soon", None),
        ("Wed, 21 Oct 2026 07:28:00 GMT", None),
    ];
    for (given, expected) in table {
        for status in [429, 503] {
            let mut response = response(status, "");
            response.headers_mut().insert("retry-after", given.parse().unwrap());
            let Outcome::Retry { after, .. } = zephyr_providers::decode(&hush("x"), &response) else { panic!() };
            assert_eq!(after, expected.map(SignedDuration::from_secs), "{given}");
        }
    }
}

#[test]
fn an_error_says_who_answered_what() {
    let table = [
        (
            r#"{"error":"is_archived","message":"the channel is archived"}"#,
            "chat room answered 409: the channel is archived",
        ),
        (r#"{"error":"is_archived"}"#, "chat room answered 409: is_archived"),
        ("  plain\twords\r\n", "chat room answered 409: plain words"),
        ("a\u{1b}[31mred\u{7}\u{202e}b\u{0}", "chat room answered 409: a[31mredb"),
        ("", "chat room answered 409"),
    ];
    for (body, expected) in table {
        let outcome = zephyr_providers::decode(&room("k", ChannelOp::Archive), &response(409, body));
        assert_eq!(outcome, Outcome::Permanent { error: expected.to_owned() });
    }
}

#[test]
fn an_error_is_bounded_whatever_comes() {
    for body in ["é".repeat(100_000), format!("{{\"message\":\"{}\"}}", "x".repeat(100_000)), "𝒳".repeat(400)] {
        let Outcome::Permanent { error } = decode(400, &body) else { panic!() };
        assert_eq!(error.chars().count(), limits::ERROR_CHARS);
        assert!(error.ends_with('…') && !error.contains(char::REPLACEMENT_CHARACTER), "{error}");
    }
}
