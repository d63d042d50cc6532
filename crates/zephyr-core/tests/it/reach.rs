//! Drills and verified contacts: transcripts of what the core decides.

use std::collections::BTreeMap;
use std::path::PathBuf;

use jiff::{SignedDuration, Timestamp};
use zephyr_core::effect::{Effect, Outcome, Receipt};
use zephyr_core::invariants;
use zephyr_core::notice::About;
use zephyr_core::policy::{Method, Rule, Severity};
use zephyr_core::reach::{self, Code, CodeKey, Command, Ended, Event, Fared, Reach, Refused, Whom};
use zephyr_core::world::Runbook;
use zephyr_core::{Actor, Cause, EffectId, World};

use crate::scene::{company, person, refused};

struct Scene {
    world: World,
    state: Reach,
    now: Timestamp,
    began: Timestamp,
    effects: Vec<(EffectId, Effect)>,
    events: Vec<Event>,
}

impl Scene {
    /// Tuesday 2026-01-06 at 03:00 UTC; nothing happened yet.
    fn new() -> Self {
        let now: Timestamp = "2026-01-06T03:00:00Z".parse().unwrap();
        let mut world = World::new(company(), Runbook::Missing { path: "runbooks/incident.md".into() });
        world.codes = Some(CodeKey::new([7; 32]));
        Self { world, state: Reach::default(), now, began: now, effects: vec![], events: vec![] }
    }

    fn of(whom: Whom) -> Self {
        let mut scene = Self::new();
        scene.asks("rosa", Command::Drill { of: whom, severity: Severity::Two }).unwrap();
        scene
    }

    fn asks(&mut self, name: &str, command: Command) -> Result<(), Refused> {
        self.ask(Actor::Person(person(name)), command)
    }

    fn ask(&mut self, actor: Actor, command: Command) -> Result<(), Refused> {
        let decided = reach::command(&self.state, command, actor, Cause::Request("r".into()), &self.world, self.now)?;
        self.take(decided);
        Ok(())
    }

    fn deliver(&mut self, outcome: impl Fn(&Effect) -> Outcome) {
        while !self.effects.is_empty() {
            let (id, effect) = self.effects.remove(0);
            let answer = outcome(&effect);
            let decided = reach::outcome(&self.state, id, &effect, answer, "fake", &self.world, self.now);
            self.take(decided);
        }
    }

    /// Lets time pass; every send is accepted.
    fn after(&mut self, wait: SignedDuration) {
        let until = self.now + wait;
        self.deliver(|_| done());
        while let Some(wake) = self.state.next_wake().filter(|wake| *wake <= until) {
            self.now = self.now.max(wake);
            let decided = reach::wake(&self.state, &self.world, self.now);
            self.take(decided);
            self.deliver(|_| done());
        }
        self.now = until;
    }

    fn take(&mut self, decided: reach::Decided) {
        let mut state = Some(self.state.clone());
        for event in &decided.events {
            state = Some(Reach::fold(state, event));
        }
        assert_eq!(state.as_ref(), Some(&decided.state), "the state is the fold of its events");
        assert_eq!(invariants::broken_reach(&decided.state, decided.state.next_wake()), Vec::<String>::new());
        self.state = decided.state;
        self.effects.extend(decided.effects);
        self.events.extend(decided.events);
    }

    /// The story, with the time since the beginning.
    fn story(&self) -> String {
        let lines = self.events.iter().map(|event| (event.at.duration_since(self.began), reach::narrate(event)));
        let told = lines.filter(|(_, line)| !line.detail);
        let lines = told.map(|(at, line)| format!("+{:02}:{:02} {}", at.as_mins(), at.as_secs() % 60, line.text));
        lines.collect::<Vec<_>>().join("\n")
    }

    fn fared(&self, name: &str) -> Option<Fared> {
        self.state.last.get(&person(name)).map(|last| last.fared)
    }

    fn found(&self) -> BTreeMap<(String, Rule), String> {
        let found = reach::findings(&self.state, &self.world, self.now);
        found.into_iter().map(|it| ((it.person.to_string(), it.rule), it.message)).collect()
    }

    fn key(&self) -> &CodeKey {
        self.world.codes.as_ref().unwrap()
    }
}

fn done() -> Outcome {
    Outcome::Done(Receipt { delivered: true, ..Receipt::default() })
}

fn mins(minutes: i64) -> SignedDuration {
    SignedDuration::from_mins(minutes)
}

fn days(days: i64) -> SignedDuration {
    SignedDuration::from_hours(24 * days)
}

fn rotation(name: &str) -> Whom {
    Whom::Rotation(name.parse().unwrap())
}

#[test]
fn a_drill_of_a_person_rings_their_phone_and_ends_with_their_answer() {
    let mut scene = Scene::of(Whom::Person(person("ines")));
    let rung: Vec<_> = scene.effects.iter().map(|(_, effect)| effect.clone()).collect();
    let [Effect::Page(send)] = rung.as_slice() else { panic!("{rung:?}") };
    let line = "DRILL, not an incident: DRILL-1 SEV-2: begun by rosa; answer it as you would an incident";
    assert_eq!((send.person.as_str(), send.headline().as_str()), ("ines", line));
    scene.after(mins(2));
    assert!(scene.asks("tomas", Command::Acknowledge { drill: Some(1) }).is_err(), "he was not rung");
    scene.asks("ines", Command::Acknowledge { drill: None }).unwrap();
    scene.asks("ines", Command::Acknowledge { drill: Some(1) }).unwrap();
    let drill = &scene.state.drills[&1];
    assert_eq!(drill.answer(), Some((&person("ines"), mins(2))));
    assert_eq!(
        (drill.state(), scene.fared("ines"), scene.state.next_wake()),
        ("answered", Some(Fared::Answered), None)
    );
    let hush = scene.effects.iter().any(|(_, effect)| matches!(effect, Effect::Hush(hush) if hush.why == "answered"));
    assert!(hush, "her devices are told");
    insta::assert_snapshot!(scene.story(), @r"
    +00:00 DRILL-1, a drill and no incident, for ines as SEV-2 begun by rosa
    +00:00 page ines: paging ines (step 1); next in 5 min unless somebody answers
    +00:00 ines reached by push
    +01:00 ines reached by sms
    +02:00 ines reached by call
    +02:00 ines answered page ines
    +02:00 DRILL-1 is over: ines answered
    ");
}

#[test]
fn a_drill_of_a_rotation_goes_once_up_the_real_chain_and_rings_nobody_else() {
    let mut scene = Scene::of(rotation("payments"));
    scene.after(mins(60));
    insta::assert_snapshot!(scene.story(), @r"
    +00:00 DRILL-1, a drill and no incident, for payments as SEV-2 begun by rosa
    +00:00 page payments: paging ines (step 1); next in 5 min unless somebody answers
    +00:00 ines reached by push
    +01:00 ines reached by sms
    +02:00 ines reached by call
    +05:00 page payments: paging tomas (step 2); next in 5 min unless somebody answers
    +05:00 tomas reached by push
    +06:00 tomas reached by sms
    +07:00 tomas reached by call
    +10:00 page payments: paging eve (step 3); next in 5 min unless somebody answers
    +10:00 eve reached by push
    +15:00 page payments: paging fay (step 4); next in 5 min unless somebody answers
    +15:00 fay reached by push
    +20:00 DRILL-1 is over: NOBODY ANSWERED
    +20:00 paging stopped for page payments: no longer due
    ");
    let fared = ["ines", "tomas", "eve", "fay", "pat", "quinn", "rosa"].map(|name| scene.fared(name));
    let missed = Some(Fared::Missed);
    assert_eq!(fared, [missed, missed, missed, missed, None, None, None]);
    assert_eq!(scene.state.drills[&1].over.as_ref().map(|over| &over.how), Some(&Ended::Unanswered));
    let failed = scene.found().get(&("ines".to_owned(), Rule::NoDrill)).cloned();
    assert_eq!(failed.as_deref(), Some("Ines did not answer DRILL-1 on 2026-01-06"));
}

#[test]
fn whoever_answers_late_has_answered_and_whoever_was_passed_has_not() {
    let mut scene = Scene::of(rotation("payments"));
    scene.after(mins(6));
    scene.asks("ines", Command::Acknowledge { drill: None }).unwrap();
    assert_eq!((scene.fared("ines"), scene.fared("tomas")), (Some(Fared::Answered), None), "tomas is spared");

    let mut scene = Scene::of(rotation("payments"));
    scene.after(mins(6));
    scene.asks("tomas", Command::Acknowledge { drill: None }).unwrap();
    assert_eq!((scene.fared("ines"), scene.fared("tomas")), (Some(Fared::Missed), Some(Fared::Answered)));
}

#[test]
fn a_drill_that_reaches_no_device_fails_at_once_and_rings_no_last_resort() {
    let mut scene = Scene::of(Whom::Person(person("pat")));
    scene.deliver(|_| refused());
    scene.after(mins(1));
    let rung = scene.state.drills[&1].paging.rings.keys().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!((rung, scene.fared("pat")), (vec!["pat".to_owned()], Some(Fared::Missed)));
}

#[test]
fn only_a_person_answers_a_drill_and_a_program_stops_only_its_own() {
    let mut scene = Scene::of(Whom::Person(person("ines")));
    let bot = || Actor::Bot("watcher".into());
    assert_eq!(scene.ask(bot(), Command::Acknowledge { drill: Some(1) }), Err(Refused::NotAPerson));
    assert_eq!(scene.ask(bot(), Command::Stop { drill: 1 }), Err(Refused::NotItsOwn("watcher".into())));
    let again = Command::Drill { of: Whom::Person(person("ines")), severity: Severity::One };
    assert!(matches!(scene.asks("pat", again), Err(Refused::GoesOn { .. })), "one at a time for each");
    scene.asks("pat", Command::Stop { drill: 1 }).unwrap();
    assert_eq!((scene.state.drills[&1].state(), scene.fared("ines")), ("stopped", None), "nothing is learnt from it");
    assert!(matches!(scene.asks("ines", Command::Acknowledge { drill: Some(1) }), Err(Refused::Over { .. })));
    assert_eq!(scene.asks("ines", Command::Stop { drill: 9 }), Err(Refused::NoSuchDrill(9)));
}

#[test]
fn everybody_on_a_rotation_is_told_once_a_month_that_a_drill_is_due() {
    let mut scene = Scene::new();
    scene.ask(Actor::System, Command::Begin).unwrap();
    scene.ask(Actor::System, Command::Begin).unwrap();
    assert_eq!(scene.events.len(), 1, "it begins once");
    scene.after(days(29));
    let told = |scene: &Scene| {
        let reminded = scene.events.iter().filter_map(|event| match &event.body {
            reach::Body::Looked { reminded, .. } if !reminded.is_empty() => Some(reminded.len()),
            _ => None,
        });
        reminded.collect::<Vec<_>>()
    };
    assert_eq!(told(&scene), Vec::<usize>::new());
    scene.asks("rosa", Command::Drill { of: Whom::Person(person("ines")), severity: Severity::Two }).unwrap();
    scene.asks("ines", Command::Acknowledge { drill: None }).unwrap();
    scene.effects.clear();
    // The server was off for a quarter of a year: one wake-up, one notice each.
    scene.now += days(90);
    let decided = reach::wake(&scene.state, &scene.world, scene.now);
    scene.take(decided);
    assert_eq!(told(&scene), [7]);
    let notices: Vec<String> = scene.effects.iter().filter_map(|(_, effect)| notice(effect)).collect();
    assert_eq!(notices.len(), 7);
    assert!(notices.contains(&"ines since 2026-02-04T03:00:00Z".to_owned()), "{notices:?}");
    scene.after(days(29));
    assert_eq!(told(&scene), [7], "and not again in the month that follows");
}

fn notice(effect: &Effect) -> Option<String> {
    let Effect::Notice(notice) = effect else { return None };
    let About::DrillDue { since } = &notice.about else { return None };
    Some(format!("{} since {}", notice.person, since.map_or("ever".to_owned(), |since| since.to_string())))
}

/// Asks for a code; the one that is sent.
fn code(scene: &mut Scene, name: &str, method: Method) -> Code {
    scene.asks(name, Command::AskCode { method }).unwrap();
    let (id, effect) = scene.effects.pop().unwrap();
    let Effect::Code(send) = &effect else { panic!("{effect:?}") };
    assert_eq!((send.person.as_str(), send.method), (name, method));
    scene.key().code(id)
}

#[test]
fn a_code_given_rightly_verifies_the_address_it_went_to_for_ninety_days() {
    let mut scene = Scene::new();
    let sms = code(&mut scene, "ines", Method::Sms);
    let wrong: Code = "000000".parse().unwrap();
    scene.asks("ines", Command::Confirm { method: Method::Sms, code: wrong }).unwrap();
    let at = |scene: &Scene| scene.state.verified_at(&person("ines"), Method::Sms, &scene.world);
    assert_eq!(at(&scene), None);
    scene.after(mins(9));
    scene.asks("ines", Command::Confirm { method: Method::Sms, code: sms.clone() }).unwrap();
    assert_eq!(at(&scene), Some(scene.now));
    let used = scene.asks("ines", Command::Confirm { method: Method::Sms, code: sms });
    assert_eq!(used, Err(Refused::NoCode(Method::Sms)), "a code is good once");

    let rule = ("ines".to_owned(), Rule::UnverifiedContact);
    let data = "Ines has not shown in the last 90 days to be reached by data";
    assert_eq!(scene.found().get(&rule).map(String::as_str), Some(data));
    let push = code(&mut scene, "ines", Method::Push);
    scene.asks("ines", Command::Confirm { method: Method::Push, code: push }).unwrap();
    assert_eq!(scene.found().get(&rule), None);
    scene.now += days(91);
    assert!(scene.found().contains_key(&rule), "it wears off");
    scene.now -= days(91);
    let other = Some("+447700900009".to_owned());
    scene.world.policy.people.get_mut(&person("ines")).unwrap().phone = other;
    assert_eq!(at(&scene), None, "another number is another address");
    let telephone = "Ines has not shown in the last 90 days to be reached by telephone";
    assert_eq!(scene.found().get(&rule).map(String::as_str), Some(telephone));
}

#[test]
fn a_code_is_short_lived_bounded_in_tries_and_in_nothing_that_is_kept() {
    let mut scene = Scene::new();
    let sent = code(&mut scene, "ines", Method::Sms);
    let soon = scene.asks("ines", Command::AskCode { method: Method::Sms });
    assert_eq!(soon, Err(Refused::TooSoon { method: Method::Sms }));
    for _ in 0..5 {
        scene.asks("ines", Command::Confirm { method: Method::Sms, code: "000000".parse().unwrap() }).unwrap();
    }
    let guessed = scene.asks("ines", Command::Confirm { method: Method::Sms, code: sent.clone() });
    assert_eq!(guessed, Err(Refused::NoCode(Method::Sms)), "five wrong ones use it up");
    scene.after(mins(2));
    let late = code(&mut scene, "ines", Method::Sms);
    assert_ne!(late, sent);
    scene.after(mins(10));
    assert_eq!(
        scene.asks("ines", Command::Confirm { method: Method::Sms, code: late.clone() }),
        Err(Refused::NoCode(Method::Sms))
    );
    let stored: Vec<String> = scene.events.iter().map(|event| event.to_stored().unwrap().body).collect();
    let state = serde_json::to_string(&scene.state).unwrap();
    let kept = format!("{}{state}{:?}{sent:?}", stored.join("\n"), scene.key());
    for secret in [sent.reveal(), late.reveal(), "447700900001".to_owned(), "7, 7, 7".to_owned()] {
        assert!(!kept.contains(&secret), "{secret} is in what is kept: {kept}");
    }
    assert_eq!(scene.asks("eve", Command::AskCode { method: Method::Sms }), Err(Refused::NoSuchMethod(Method::Sms)));
}

fn corpus() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/reach.jsonl")
}

/// One of each kind, as this version writes them: `ZEPHYR_WRITE_CORPUS=1` adds kinds that the corpus lacks.
#[test]
#[expect(clippy::disallowed_methods, reason = "a switch for whoever adds a kind, not a setting of the program")]
fn every_kind_of_event_is_in_the_corpus_and_reads_back_as_it_was_written() {
    let text = std::fs::read_to_string(corpus()).unwrap_or_default();
    let mut known = BTreeMap::new();
    for line in text.lines() {
        let stored = Event::from_stored(1, Timestamp::UNIX_EPOCH, line).unwrap().to_stored().unwrap();
        let value = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap();
        assert_eq!(value(line), value(&stored.body), "{} means the same as when it was written", stored.kind);
        known.insert(stored.kind, line.to_owned());
    }
    let mut present = BTreeMap::new();
    for event in whole() {
        let stored = event.to_stored().unwrap();
        present.entry(stored.kind).or_insert(stored.body);
    }
    let missing: Vec<&String> = present.keys().filter(|kind| !known.contains_key(*kind)).collect();
    if std::env::var_os("ZEPHYR_WRITE_CORPUS").is_some() && !missing.is_empty() {
        let added: Vec<String> = missing.iter().map(|kind| present[*kind].clone()).collect();
        std::fs::write(corpus(), format!("{text}{}\n", added.join("\n"))).unwrap();
        return;
    }
    assert!(missing.is_empty(), "not in the corpus: {missing:?}; run once with ZEPHYR_WRITE_CORPUS=1");
    assert_eq!(present.len(), 11, "a new kind of event needs a scene below that makes it");
}

/// A scene in which everything happens.
fn whole() -> Vec<Event> {
    let mut scene = Scene::new();
    scene.ask(Actor::System, Command::Begin).unwrap();
    scene.asks("rosa", Command::Drill { of: rotation("payments"), severity: Severity::Two }).unwrap();
    scene.after(mins(12));
    scene.asks("eve", Command::Acknowledge { drill: None }).unwrap();
    scene.effects.clear();
    let sms = code(&mut scene, "ines", Method::Sms);
    scene.asks("ines", Command::Confirm { method: Method::Sms, code: "000000".parse().unwrap() }).unwrap();
    scene.asks("ines", Command::Confirm { method: Method::Sms, code: sms }).unwrap();
    scene.asks("ines", Command::AskCode { method: Method::Push }).unwrap();
    scene.deliver(|_| done());
    scene.asks("ines", Command::AskCode { method: Method::Call }).unwrap();
    scene.deliver(|_| refused());
    scene.events
}
