//! `--json`: the API's own answers, whose shape is a promise.

use crate::harness::{MISSION, Place};
use serde_json::Value;

/// The names of all fields, with the kinds of their values.
fn shape(value: &Value) -> Value {
    match value {
        Value::Object(fields) => fields.iter().map(|(name, value)| (name.clone(), shape(value))).collect(),
        Value::Array(items) => Value::Array(items.iter().take(1).map(shape).collect()),
        Value::Null => "null".into(),
        Value::Bool(_) => "bool".into(),
        Value::Number(_) => "number".into(),
        Value::String(_) => "text".into(),
    }
}

#[test]
fn every_command_prints_the_answer_of_the_api() {
    let place = Place::new();
    let _server = place.start();
    let mut shapes = serde_json::Map::new();
    let mut see = |name: &str, args: &[&str]| {
        shapes.insert(name.to_owned(), shape(&place.json(args)));
    };
    see("1 incident open", &MISSION);
    see("2 incident list", &["incident", "list"]);
    see("3 incident show", &["incident", "show"]);
    see("4 page list", &["page", "list"]);
    see("5 page take", &["--as", "nora", "page", "take", "1", "service"]);
    see("6 ack", &["--as", "ines", "ack"]);
    see("7 incident resolve", &["--as", "ines", "incident", "resolve"]);
    see("8 oncall", &["oncall"]);
    see("9 token create", &["token", "create", "--bot", "watcher"]);
    see("10 token list", &["token", "list"]);
    see("audit", &["audit", "--since", "1d", "--limit", "3"]);
    see("why", &["why", "1"]);
    see("report missed", &["report", "missed"]);
    see("policy apply", &["policy", "apply", "--dry-run"]);
    see("policy diff", &["policy", "diff", "zephyr.toml"]);
    see("policy history", &["policy", "history"]);
    see("policy show", &["policy", "show"]);
    insta::assert_json_snapshot!(shapes);
}
