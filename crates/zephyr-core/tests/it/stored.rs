//! Every kind of event ever written must still be read, and mean the same.

use std::collections::BTreeMap;
use std::path::PathBuf;

use zephyr_core::effect::{Effect, Outcome};
use zephyr_core::incident::{Command, Event, Incident};
use zephyr_core::page::Target;
use zephyr_core::text::Reason;

use crate::scene::{Scene, done, person, refused};

fn corpus() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/events.jsonl")
}

/// One of each kind, as this version writes them: `ZEPHYR_WRITE_CORPUS=1` adds kinds that the corpus lacks.
#[test]
#[expect(clippy::disallowed_methods, reason = "a switch for whoever adds a kind, not a setting of the program")]
fn every_kind_of_event_is_in_the_corpus_and_reads_back_as_it_was_written() {
    let text = std::fs::read_to_string(corpus()).unwrap_or_default();
    let mut known: BTreeMap<String, String> = BTreeMap::new();
    for line in text.lines() {
        let event = Event::from_stored(1, jiff::Timestamp::UNIX_EPOCH, line).unwrap();
        let stored = event.to_stored().unwrap();
        let written: serde_json::Value = serde_json::from_str(line).unwrap();
        let read: serde_json::Value = serde_json::from_str(&stored.body).unwrap();
        assert_eq!(written, read, "{} means the same as when it was written", stored.kind);
        known.insert(stored.kind, line.to_owned());
    }
    let present = kinds();
    let missing: Vec<&String> = present.keys().filter(|kind| !known.contains_key(*kind)).collect();
    if std::env::var_os("ZEPHYR_WRITE_CORPUS").is_some() && !missing.is_empty() {
        let added: Vec<String> = missing.iter().map(|kind| present[*kind].clone()).collect();
        std::fs::create_dir_all(corpus().parent().unwrap()).unwrap();
        std::fs::write(corpus(), format!("{text}{}\n", added.join("\n"))).unwrap();
        return;
    }
    assert!(missing.is_empty(), "not in the corpus: {missing:?}; run once with ZEPHYR_WRITE_CORPUS=1");
    assert_eq!(present.len(), 39, "a new kind of event needs a scene below that makes it");
}

/// Scenes that together make every kind of event.
fn kinds() -> BTreeMap<String, String> {
    let mut kinds = BTreeMap::new();
    let mut scenes = vec![Scene::open(2, "Checkout p99 elevated in eu-frankfurt", Some("rosa"))];
    scenes[0].after(1);
    scenes[0].acts("ines", Command::Decline { target: None }).unwrap();
    scenes[0].acknowledges("tomas");
    scenes[0].acts("quinn", Command::Take { target: Target::named("platform") }).unwrap();
    let reason = Reason::new("known").unwrap();
    scenes[0].acts("quinn", Command::Stop { target: Target::named("platform"), reason }).unwrap();
    scenes[0].acts("quinn", Command::Resolve { public: None, reported_by: None }).unwrap();

    let mut everyone = Scene::open(1, "Region down", None);
    everyone.acknowledges("rosa").after(6);
    everyone.acts("rosa", Command::RingAgain { target: Target::named("platform"), person: person("pat") }).unwrap();
    everyone.acts("rosa", Command::Cancel { public: None }).unwrap();
    everyone.deliver(|effect| Some(if matches!(effect, Effect::Page(_)) { Outcome::NotDue } else { done() }));
    scenes.push(everyone);

    let mut lost = Scene::open(2, "Checkout", None);
    lost.deliver(|effect| match effect {
        Effect::Page(send) if send.entry == 0 => Some(Outcome::Ambiguous { error: "lost".into() }),
        Effect::Page(_) => Some(Outcome::Retry { after: None, error: "503".into() }),
        Effect::Channel(send) if send.lookup => None,
        Effect::Channel(_) => Some(Outcome::Ambiguous { error: "lost".into() }),
        Effect::Status(_) => Some(Outcome::Retry { after: None, error: "503".into() }),
        Effect::Ticket(_) => Some(refused()),
        Effect::Hush(_) | Effect::Inform(_) | Effect::Notice(_) => Some(done()),
    });
    lost.deliver(|effect| match effect {
        Effect::Channel(send) if send.lookup => Some(Outcome::NotDue),
        _ => None,
    });
    lost.after(3);
    scenes.push(lost);

    let mut unreceipted = Scene::open(3, "Checkout", None);
    unreceipted.deliver(|_| Some(Outcome::Done(zephyr_core::effect::Receipt::default())));
    unreceipted.after(1);
    unreceipted.deliver(|_| Some(refused()));
    scenes.push(unreceipted);

    let mut failed = Scene::open(3, "Checkout", None);
    failed.deliver(|effect| matches!(effect, Effect::Page(_)).then(refused));
    failed.after(1);
    scenes.push(failed);

    let mut changed = Scene::open(2, "Checkout p99 elevated in eu-frankfurt", None);
    changed.acknowledges("ines");
    let text = zephyr_core::text::PublicLine::new("Still investigating.").unwrap();
    changed.acts("ines", Command::Update { text }).unwrap();
    let severity = zephyr_core::policy::Severity::One;
    changed.acts("ines", Command::Reclassify { severity, correct: false }).unwrap();
    let severity = zephyr_core::policy::Severity::Two;
    changed.acts("ines", Command::Reclassify { severity, correct: true }).unwrap();
    let service = changed.world.policy.services.get_mut(&"checkout".parse().unwrap()).unwrap();
    service.owner = "em".parse().unwrap();
    changed.acts("ines", Command::SetService { service: None, region: Some("eu-frankfurt".parse().unwrap()) }).unwrap();
    let other = changed.world.policy.services.values().next().unwrap().clone();
    changed.world.policy.services.insert("search".parse().unwrap(), other);
    changed.acts("ines", Command::SetService { service: Some("search".parse().unwrap()), region: None }).unwrap();
    let reported_by = Some(zephyr_core::incident::Reporter::Customer);
    changed.acts("ines", Command::Resolve { public: None, reported_by }).unwrap();
    changed.acts("ines", Command::Reopen { public: None, ring_me: false }).unwrap();
    scenes.push(changed);

    let mut again = Scene::open(2, "Checkout p99 elevated in eu-frankfurt", None);
    again.acts("quinn", Command::Join(crate::similar::again("Carts are empty", Some(3)))).unwrap();
    let beside = again.opens_beside(1, "Checkout is down in eu-frankfurt");
    again.is_told_of(&beside);
    scenes.extend([again, beside]);

    let mut silent = Scene::open(2, "Checkout", None);
    silent.acknowledges("ines").after(31).acknowledges("ines").after(40);
    scenes.push(silent);

    for scene in scenes {
        reads_back(&scene.state);
        for event in scene.events {
            let stored = event.to_stored().unwrap();
            kinds.entry(stored.kind).or_insert(stored.body);
        }
    }
    kinds
}

/// A state reads back from its text as it was, and its text is not longer than it has to be.
fn reads_back(state: &Incident) {
    let text = serde_json::to_string(state).unwrap();
    assert_eq!(&serde_json::from_str::<Incident>(&text).unwrap(), state);
    for empty in ["\"refusals\":0", "\"lookup\":false", "\"posts\":[],\"archived\"", "\"made\":false"] {
        assert!(!text.contains(empty), "{empty} in {text}");
    }
}

#[test]
fn the_corpus_never_makes_the_fold_fail() {
    let text = std::fs::read_to_string(corpus()).unwrap();
    let opening = text.lines().find(|line| line.contains("\"opened\"")).unwrap();
    let open = Event::from_stored(1, jiff::Timestamp::UNIX_EPOCH, opening).unwrap();
    for line in text.lines() {
        let event = Event::from_stored(2, jiff::Timestamp::UNIX_EPOCH, line).unwrap();
        let state = Incident::fold(None, &open);
        assert!(Incident::fold(state, &event).is_some());
    }
}
