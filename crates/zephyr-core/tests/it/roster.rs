//! What people arrange outside the policy file: what is refused, what it changes, who is told, and that what was stored
//! is read for ever.

use std::path::PathBuf;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use zephyr_core::effect::Effect;
use zephyr_core::roster::{self, Command, Decided, Event, Refused, Roster};
use zephyr_core::world::Runbook;
use zephyr_core::{Actor, Cause, World, policy};

use crate::scene::person;

pub const NOW: &str = "2026-02-03T10:30:00Z";

/// A roster under the sample company's policy, and all that was ever decided about it.
pub struct Book {
    pub world: World,
    pub state: Roster,
    pub events: Vec<Event>,
    pub effects: Vec<Effect>,
    pub now: Timestamp,
}

pub fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

impl Book {
    pub fn new() -> Self {
        let policy = policy::read(include_str!("../../../../examples/acme/zephyr.toml")).unwrap();
        let world = World::new(policy, Runbook::Missing { path: "runbooks/incident.md".into() });
        Self { world, state: Roster::default(), events: Vec::new(), effects: Vec::new(), now: at(NOW) }
    }

    pub fn acts(&mut self, who: &str, command: Command) -> Result<&mut Self, Refused> {
        let (actor, cause) = (Actor::Person(person(who)), Cause::Request("r".to_owned()));
        self.world.changes = self.state.changes.clone();
        let decided = roster::command(&self.state, command, actor, cause, &self.world, self.now)?;
        self.take(decided);
        Ok(self)
    }

    pub fn take(&mut self, decided: Decided) {
        let mut folded = Some(self.state.clone()).filter(|state| state.version > 0);
        for event in &decided.events {
            let stored = event.to_stored().unwrap();
            let read = Event::from_stored(event.seq, event.at, &stored.body).unwrap();
            assert_eq!(read, *event);
            folded = Some(Roster::fold(folded, &read));
        }
        assert_eq!(folded.unwrap_or_default(), decided.state);
        self.state = decided.state;
        self.events.extend(decided.events);
        self.effects.extend(decided.effects.into_iter().map(|(_, effect)| effect));
        self.world.changes = self.state.changes.clone();
    }

    /// Who was told what, with times in UTC.
    pub fn told(&self) -> Vec<String> {
        let notice = |effect: &Effect| match effect {
            Effect::Notice(notice) => Some(format!("{}: {}", notice.person, notice.text(&TimeZone::UTC))),
            _ => None,
        };
        self.effects.iter().filter_map(notice).collect()
    }
}

pub fn put(person_id: &str, instead_of: Option<&str>, from: &str, until: &str) -> Command {
    let (rotation, instead_of) = ("payments".parse().unwrap(), instead_of.map(person));
    Command::Override { rotation, person: person(person_id), instead_of, from: at(from), until: at(until) }
}

pub fn leave(person_id: &str, from: &str, until: &str) -> Command {
    Command::Leave { person: person(person_id), from: at(from), until: at(until) }
}

#[test]
fn bad_input_is_named_and_changes_nothing() {
    let mut book = Book::new();
    let mut check = |command: Command, expected: &str| {
        let refused = book.acts("sam", command).err().unwrap();
        assert_eq!(refused.to_string(), expected);
        assert_eq!(book.state, Roster::default());
    };
    let (noon, one) = ("2026-02-04T12:00:00Z", "2026-02-04T13:00:00Z");
    check(
        put("sam", None, one, noon),
        "it ends at 2026-02-04T12:00:00Z, which is not after its beginning at 2026-02-04T13:00:00Z",
    );
    check(
        put("sam", None, noon, noon),
        "it ends at 2026-02-04T12:00:00Z, which is not after its beginning at 2026-02-04T12:00:00Z",
    );
    check(
        put("sam", None, "2026-01-01T00:00:00Z", NOW),
        "it ended at 2026-02-03T10:30:00Z, which is past: what is over is not changed",
    );
    check(put("nobody", None, noon, one), "the policy in force has no person `nobody`");
    check(put("sam", Some("nobody"), noon, one), "the policy in force has no person `nobody`");
    check(put("sam", Some("sam"), noon, one), "sam would take the place of sam: that changes nothing");
    check(
        leave("sam", noon, "2226-02-04T12:00:00Z"),
        "it would last 73048 days; at most 400 are taken at once: a change for longer belongs into the policy file",
    );
    check(
        leave("sam", "2126-02-04T12:00:00Z", "2126-02-05T12:00:00Z"),
        "it begins at 2126-02-04T12:00:00Z, more than 400 days from now",
    );
    check(Command::End { number: 1 }, "there is no override and no leave #1 that is not over");
    let rotation = "nothing".parse().unwrap();
    let unknown =
        Command::Override { rotation, person: person("sam"), instead_of: None, from: at(noon), until: at(one) };
    check(unknown, "the policy in force has no rotation `nothing`");
}

#[test]
fn an_override_holds_from_its_commit_and_can_be_ended_or_undone() {
    let mut book = Book::new();
    book.acts("sam", put("sam", None, NOW, "2026-02-03T18:00:00Z")).unwrap();
    let payments = "payments".parse().unwrap();
    assert_eq!(book.world.schedule().primary(&payments, book.now), [person("sam")]);
    book.now = at("2026-02-03T12:00:00Z");
    book.acts("sam", Command::End { number: 1 }).unwrap();
    assert_ne!(book.world.schedule().primary(&payments, book.now), [person("sam")]);
    assert_eq!(book.state.arranged(1).unwrap().until, book.now, "what was stays");
    // One that has not begun never was.
    book.acts("sam", put("sam", None, "2026-02-04T12:00:00Z", "2026-02-04T18:00:00Z")).unwrap();
    book.acts("sam", Command::End { number: 2 }).unwrap();
    assert!(book.state.arranged(2).is_none());
    assert_eq!(book.acts("sam", Command::End { number: 2 }).err(), Some(Refused::NoSuchNumber(2)));
}

#[test]
fn everybody_concerned_is_told_but_not_of_what_they_did_themselves() {
    let mut book = Book::new();
    book.acts("sam", put("maya", Some("ines"), "2026-02-04T12:00:00Z", "2026-02-04T18:00:00Z")).unwrap();
    book.acts("ines", Command::End { number: 1 }).unwrap();
    book.acts("sam", leave("tomas", "2026-02-04T12:00:00Z", "2026-02-05T12:00:00Z")).unwrap();
    book.acts("tomas", Command::End { number: 2 }).unwrap();
    insta::assert_snapshot!(book.told().join("\n"), @"
    ines: maya takes your place on call for payments, 2026-02-04 12:00 to 18:00 UTC. sam arranged it (#1).
    maya: You are on call for payments, in the place of ines, 2026-02-04 12:00 to 18:00 UTC. sam arranged it (#1).
    maya: Your override #1 on payments is over. ines ended it.
    tomas: You are noted as away, 2026-02-04 12:00 to 2026-02-05 12:00 UTC, and nobody rings you then. sam noted it (#2).
    ");
}

fn corpus() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/roster.jsonl")
}

/// One of each kind, as this version writes them: `ZEPHYR_WRITE_CORPUS=1` adds kinds that the corpus lacks.
#[test]
#[expect(clippy::disallowed_methods, reason = "a switch for whoever adds a kind, not a setting of the program")]
fn every_kind_of_event_of_the_roster_is_in_the_corpus_and_reads_back_as_it_was_written() {
    let text = std::fs::read_to_string(corpus()).unwrap_or_default();
    let mut known = Vec::new();
    for line in text.lines() {
        let stored = Event::from_stored(1, Timestamp::UNIX_EPOCH, line).unwrap().to_stored().unwrap();
        let written: serde_json::Value = serde_json::from_str(line).unwrap();
        let read: serde_json::Value = serde_json::from_str(&stored.body).unwrap();
        assert_eq!(written, read, "{} means the same as when it was written", stored.kind);
        known.push(stored.kind);
    }
    let mut missing = String::new();
    for event in everything().events {
        let stored = event.to_stored().unwrap();
        if !known.contains(&stored.kind) {
            known.push(stored.kind);
            missing = format!("{missing}{}\n", stored.body);
        }
    }
    if std::env::var_os("ZEPHYR_WRITE_CORPUS").is_some() && !missing.is_empty() {
        std::fs::write(corpus(), format!("{text}{missing}")).unwrap();
        return;
    }
    assert!(missing.is_empty(), "not in the corpus: {missing}; run once with ZEPHYR_WRITE_CORPUS=1");
    assert_eq!(known.len(), 3, "a new kind of event needs a scene that makes it");
}

/// A book in which every kind of event is written.
fn everything() -> Book {
    let mut book = Book::new();
    book.acts("sam", put("maya", Some("ines"), "2026-02-04T12:00:00Z", "2026-02-04T18:00:00Z")).unwrap();
    book.acts("sam", leave("tomas", "2026-02-04T12:00:00Z", "2026-02-05T12:00:00Z")).unwrap();
    book.acts("tomas", Command::End { number: 2 }).unwrap();
    book
}
