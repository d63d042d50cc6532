//! The bytes that leave for each effect.

use std::fmt::Write;

use bytes::Bytes;
use http::Request;
use zephyr_core::effect::{ChannelOp, Effect};

use crate::remote::{all_effects, channel, effect_id, lookup, room};

fn show(request: &Request<Bytes>) -> String {
    let mut text = format!("{} {}\n", request.method(), request.uri());
    for (name, value) in request.headers() {
        writeln!(text, "{name}: {}", value.to_str().unwrap()).unwrap();
    }
    writeln!(text, "\n{}", std::str::from_utf8(request.body()).unwrap()).unwrap();
    text
}

#[test]
fn every_effect_as_a_request() {
    let mut text = String::new();
    for (name, effect) in all_effects() {
        let request = zephyr_providers::encode(effect_id(1), &effect);
        writeln!(text, "# {name}, to the {}\n{}", zephyr_providers::name(&effect), show(&request)).unwrap();
    }
    insta::assert_snapshot!(text);
}

#[test]
fn every_lookup_as_a_request() {
    let mut text = String::new();
    for (name, effect) in all_effects().iter().map(|(name, effect)| (name, lookup(effect))) {
        if !matches!(effect, Effect::Page(_) | Effect::Hush(_)) {
            writeln!(text, "# {name}\n{}", show(&zephyr_providers::encode(effect_id(1), &effect))).unwrap();
        }
    }
    insta::assert_snapshot!(text);
}

#[test]
fn names_and_keys_cannot_leave_their_place_in_the_address() {
    let odd = channel(Some("../inbox/maya?key=x#y"), "a b&key=c\r\nx: y", ChannelOp::Archive);
    let mut text = show(&zephyr_providers::encode(effect_id(1), &odd));
    text.push_str(&show(&zephyr_providers::encode(effect_id(1), &lookup(&odd))));
    text.push_str(&show(&zephyr_providers::encode(effect_id(1), &channel(None, "k", ChannelOp::Archive))));
    insta::assert_snapshot!(text);
}

#[test]
fn the_same_effect_gives_the_same_bytes() {
    for (name, effect) in all_effects() {
        let once = zephyr_providers::encode(effect_id(1), &effect);
        let twice = zephyr_providers::encode(effect_id(1), &effect);
        assert_eq!(show(&once), show(&twice), "{name}");
    }
}

#[test]
fn every_request_stays_on_the_reserved_host() {
    let long = room("k", ChannelOp::Archive);
    let Effect::Channel(mut send) = long else { unreachable!() };
    send.remote = Some("x".repeat(100_000));
    let effects = all_effects().into_iter().map(|(_, effect)| effect).chain([Effect::Channel(send)]);
    for effect in effects {
        let request = zephyr_providers::encode(effect_id(1), &effect);
        assert_eq!(request.uri().host(), Some(zephyr_providers::builtin::HOST));
    }
}
