//! The roster is a stream like an incident: loaded, decided on and committed by the same engine, and seen by every
//! decision about incidents from the commit on.

use zephyr_core::effect::Effect;
use zephyr_core::page::Target;
use zephyr_core::roster::Command;
use zephyr_core::{Actor, StreamId};
use zephyr_core::{SignedDuration, Timestamp};
use zephyr_engine::{Answer, Ask, Request, audit};

use crate::kit::{Place, declared, keyed, open, said};

const CHECKOUT: &str = "Checkout p99 elevated in eu-frankfurt";

fn arrange(command: Command) -> Request {
    let actor = Actor::Person("sam".parse().unwrap());
    Request { id: "r".to_owned(), actor, key: None, ask: Ask::Arrange(command) }
}

fn put(person: &str, from: Timestamp, hours: i64) -> Command {
    let until = from + SignedDuration::from_hours(hours);
    let rotation = "payments".parse().unwrap();
    Command::Override { rotation, person: person.parse().unwrap(), instead_of: None, from, until }
}

/// Whom the service page of an incident wants.
fn wanted(answer: &Answer) -> Vec<String> {
    let Answer::Done(incident) = answer else { panic!("{answer:?}") };
    let page = &incident.paging.pages[&Target::named("service")];
    page.wanted().into_iter().flatten().map(ToString::to_string).collect()
}

#[test]
fn whoever_was_put_on_call_is_paged_also_in_the_same_turn_and_after_a_restart() {
    let mut place = Place::new();
    let now = place.store.peek_now();
    let before = wanted(&place.ask(open(declared(2, CHECKOUT))));
    assert!(!before.contains(&"tomas".to_owned()), "{before:?}");
    let answers = place.asks(vec![arrange(put("tomas", now, 4)), open(declared(1, "Search is down"))]);
    assert!(matches!(answers[0], Answer::Arranged { number: 1, repeated: false, .. }), "{answers:?}");
    assert_eq!(said(&answers[1]), "done INC-2");

    let mut other = declared(2, CHECKOUT);
    other.anyway = true;
    assert_eq!(wanted(&place.ask(open(other.clone()))), ["tomas"]);
    place.restart();
    assert_eq!(wanted(&place.ask(open(other))), ["tomas"]);
}

#[test]
fn a_repeated_arrangement_is_made_once_and_says_its_number() {
    let mut place = Place::new();
    let now = place.store.peek_now();
    let first = place.ask(keyed(arrange(put("sam", now, 4)), "k"));
    assert!(matches!(first, Answer::Arranged { number: 1, repeated: false, .. }), "{first:?}");
    place.ask(arrange(put("ines", now, 1)));
    let again = place.ask(keyed(arrange(put("sam", now, 4)), "k"));
    let Answer::Arranged { roster, number: 1, repeated: true } = again else { panic!("{again:?}") };
    assert_eq!(roster.changes.overrides.len(), 1, "as it was then");
}

#[test]
fn who_is_put_on_call_by_somebody_else_is_told_and_not_rung() {
    let mut place = Place::new();
    let now = place.store.peek_now();
    place.ask(arrange(put("ines", now, 4)));
    place.ask(arrange(put("sam", now, 4)));
    let sends = place.poll();
    let told: Vec<&str> = sends.iter().map(|send| send.effect.kind()).collect();
    assert_eq!(told, ["notice"], "nobody is told what they did themselves: {sends:?}");
    let Effect::Notice(notice) = &sends[0].effect else { panic!("{sends:?}") };
    assert_eq!(notice.person.as_str(), "ines");
}

#[test]
fn what_is_refused_changes_nothing() {
    let mut place = Place::new();
    let now = place.store.peek_now();
    let refused = place.ask(arrange(put("sam", now, 0)));
    assert!(matches!(refused, Answer::NotArranged(_)), "{refused:?}");
    assert!(place.store.peek_events(StreamId::ROSTER).is_empty());
}

#[test]
fn a_stored_roster_is_looked_through_like_an_incident() {
    let mut place = Place::new();
    let now = place.store.peek_now();
    place.ask(arrange(put("ines", now, 4)));
    let row = place.store.peek_stream(StreamId::ROSTER).unwrap().row;
    let events = place.store.peek_events(StreamId::ROSTER);
    assert_eq!(audit(&row, &events), Vec::<String>::new());
    let mut other = row.clone();
    other.state = row.state.replace("ines", "maya");
    assert_eq!(audit(&other, &events), ["the roster: its state is not what its events make of it"]);
    other = row;
    other.wake_at = Some(now);
    assert_eq!(audit(&other, &events).len(), 1);
}
