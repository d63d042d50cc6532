//! The outside checker: reads the events and what the providers hold, and holds them against the standing rules I1 to
//! I7 of docs/faults.md. It is written from that page and knows nothing of the engine.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde_json::Value;

use crate::life::Life;
use crate::stored;

/// An event of the incident.
#[derive(Debug)]
struct Event {
    seq: i64,
    at: i64,
    cause: Value,
    event: Value,
}

impl Event {
    fn is(&self, kind: &str) -> bool {
        self.event["kind"] == kind
    }
}

/// Holds everything against the rules. The server has ended.
pub fn check(life: &Life) {
    life.check_store();
    let streams = stored::read(life, "SELECT DISTINCT stream FROM events WHERE kind = 'opened'");
    assert_eq!(streams.len(), life.accepted.len(), "I1: what was accepted is there, once");
    for stream in streams {
        let events = events(life, &stream[0]);
        let entries = entries(life, &stream[0]);
        whole(&events);
        steps(life, &events);
        ended(&events);
        sends(life, &events, &entries);
    }
    nothing_left(life);
    policies(life);
}

fn events(life: &Life, stream: &str) -> Vec<Event> {
    let query = format!(
        "SELECT CAST(seq AS TEXT), CAST(at AS TEXT), body FROM events WHERE stream = '{stream}' ORDER BY events.seq"
    );
    let event = |row: Vec<String>| {
        let body: Value = serde_json::from_str(&row[2]).unwrap();
        let (seq, at) = (row[0].parse().unwrap(), row[1].parse().unwrap());
        Event { seq, at, cause: body["cause"].clone(), event: body["event"].clone() }
    };
    stored::read(life, &query).into_iter().map(event).collect()
}

/// What reached people: the provider's own history, entry by entry.
fn entries(life: &Life, stream: &str) -> Vec<Value> {
    let incident = stream.split_once('/').map_or(stream, |(_, id)| id);
    let rows = stored::read(life, "SELECT body FROM objects WHERE kind = 'inbox'");
    let inboxes = rows.iter().map(|row| serde_json::from_str::<Value>(&row[0]).unwrap());
    let entries = inboxes.flat_map(|inbox| {
        let person = inbox["person"].clone();
        inbox["entries"].as_array().unwrap().iter().map(|entry| with_person(entry, &person)).collect::<Vec<_>>()
    });
    entries.filter(|entry| entry["incident"] == incident).collect()
}

fn with_person(entry: &Value, person: &Value) -> Value {
    let mut entry = entry.clone();
    entry["person"] = person.clone();
    entry
}

/// No event is missing, and time does not run backwards.
fn whole(events: &[Event]) {
    for (index, event) in events.iter().enumerate() {
        assert_eq!(event.seq, i64::try_from(index).unwrap() + 1, "no holes");
    }
    assert!(events.is_sorted_by_key(|event| event.at), "time runs on");
}

/// I3 and I4: each step follows the one before, not early and not late.
fn steps(life: &Life, events: &[Event]) {
    // What a busy machine takes; and on a database, how long the lease of a dead server lasts at most.
    let slack = Duration::from_secs(if life.database.is_some() { 5 } else { 2 });
    let bound = i64::try_from((life.down + slack).as_micros()).unwrap() * i64::from(life.speed);
    let mut last: BTreeMap<&str, (&Event, i64)> = BTreeMap::new();
    let mut answered: BTreeSet<&str> = BTreeSet::new();
    let mut over = false;
    for event in events {
        let body = &event.event;
        if event.is("acknowledged") {
            answered.extend(body["targets"].as_array().unwrap().iter().map(|target| target.as_str().unwrap()));
        } else if event.is("page_taken") {
            answered.insert(body["target"].as_str().unwrap());
        } else if event.is("resolved") {
            over = true;
        } else if event.is("step_began") {
            let target = body["target"].as_str().unwrap();
            assert!(!over && !answered.contains(target), "I4: a step after the answer or the end: {event:?}");
            if let Some((before, until)) = last.get(target) {
                let late = event.at - until;
                assert!(late >= 0, "I4: {event:?} is {late} µs early");
                assert!(late <= bound, "I3: {event:?} is {late} µs late, more than {bound}");
                follows(&before.event, body);
            }
            let until: jiff::Timestamp = body["until"].as_str().unwrap().parse().unwrap();
            last.insert(target, (event, until.as_microsecond()));
        }
    }
    assert!(last.contains_key("service") && last.contains_key("platform"), "{events:?}");
}

/// I4: a step that is passed over is named with its reason.
fn follows(before: &Value, step: &Value) {
    let round = |step: &Value| step["round"].as_u64().unwrap();
    let place = |step: &Value| step["place"]["step"].as_u64();
    let (Some(was), Some(is)) = (place(before), place(step)) else { return };
    let passed = step["passed"].as_array().map_or(0, Vec::len);
    let next = round(step) == round(before) && is == was + 1;
    let again = round(step) == round(before) + 1 && is == 0;
    assert!(next || again || passed > 0, "I4: a step was skipped without a word: {before} then {step}");
}

/// I6: every page ended by a person.
fn ended(events: &[Event]) {
    let stopped = events.iter().filter(|event| event.is("pages_stopped"));
    for event in stopped {
        assert!(event.event["why"] != Value::Null, "I6: {event:?}");
    }
    let last = events.iter().rfind(|event| ["opened", "resolved"].iter().any(|kind| event.is(kind))).unwrap();
    assert!(last.is("resolved"), "it was resolved, and stays so");
    assert_eq!(events.iter().filter(|event| event.is("resolved")).count(), 1, "once");
    assert_eq!(events.iter().filter(|event| event.is("updated")).count(), 1, "an update is told once");
}

/// I5 and I7: what left reached its provider once, and once more for each answer that was lost; and the timeline
/// says of each that it was sent, and what came of it as long as its ring went on.
fn sends(life: &Life, events: &[Event], entries: &[Value]) {
    let caused = |kind: &str| -> BTreeSet<String> {
        let of_kind = events.iter().filter(|event| event.is(kind));
        of_kind.map(|event| event.cause["effect"].as_str().unwrap().to_owned()).collect()
    };
    let (accepted, unclear) = (caused("send_accepted"), caused("send_unclear"));
    let rings = Rings::of(events);
    let mut delivered = BTreeSet::new();
    for entry in entries {
        let id = entry["id"].as_str().unwrap();
        let deliveries = entry["deliveries"].as_u64().unwrap();
        assert!(delivered.insert(id.to_owned()), "one entry for each send");
        assert!(deliveries <= 1 + u64::from(life.deaths), "I5: {deliveries} times: {entry}");
        assert!(deliveries == 1 || unclear.contains(id), "I7: sent again without a word: {entry}");
        let ring = (entry["person"].as_str().unwrap().to_owned(), entry["ring"].as_u64().unwrap());
        let rung = rings.rang.contains(&(ring.clone(), entry["entry"].as_u64().unwrap()));
        assert!(rung, "I7: the timeline does not say that it was sent: {entry}");
        let known = accepted.contains(id) || unclear.contains(id) || rings.over.contains(&ring);
        assert!(known, "I7: what came of it is not told, and its ring goes on: {entry}");
    }
    let invented: Vec<_> = accepted.difference(&delivered).collect();
    assert!(invented.is_empty(), "I7: told as sent, and never reached anybody: {invented:?}");
    if life.deaths == 0 {
        assert!(unclear.is_empty(), "nothing was lost: {unclear:?}");
    }
}

/// A person, and which of their rings.
type Ring = (String, u64);

/// What the timeline says of rings.
#[derive(Debug, Default)]
struct Rings {
    /// Each entry of a ladder that was sent.
    rang: BTreeSet<(Ring, u64)>,
    /// Rings that are over: what is answered afterwards is nobody's concern any more.
    over: BTreeSet<Ring>,
}

impl Rings {
    fn of(events: &[Event]) -> Self {
        let mut rings = Self::default();
        let mut begun: BTreeMap<String, u64> = BTreeMap::new();
        for event in events {
            let Some(person) = event.event["person"].as_str() else { continue };
            if event.is("ring_began") {
                *begun.entry(person.to_owned()).or_default() += 1;
            }
            let ring = (person.to_owned(), begun.get(person).copied().unwrap_or_default());
            if event.is("rang") {
                rings.rang.insert((ring, event.event["entry"]["index"].as_u64().unwrap()));
            } else if event.is("ring_over") {
                rings.over.insert(ring);
            }
        }
        rings
    }
}

/// I8, afterwards: no effect is left.
fn nothing_left(life: &Life) {
    let left = stored::read(life, "SELECT lane, body FROM effects WHERE done_at IS NULL");
    assert!(left.is_empty(), "I8: {left:?}");
}

/// Each policy came into force once, in order.
fn policies(life: &Life) {
    let query = "SELECT version FROM policy_history WHERE seq > 0 ORDER BY seq";
    let history: Vec<String> = stored::read(life, query).into_iter().map(|mut row| row.remove(0)).collect();
    let distinct: BTreeSet<&String> = history.iter().collect();
    assert_eq!((history.len(), distinct.len()), (2, 2), "{history:?}");
}
