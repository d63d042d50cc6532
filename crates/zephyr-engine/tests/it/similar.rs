//! Two who declare the same: one incident, or two that know of one another, whenever the process ends.

use zephyr_core::effect::Effect;
use zephyr_core::incident::{Again, Command, Declaration};
use zephyr_core::text::Summary;

use crate::kit::{Place, all_said, declared, keyed, of, open, said};

const CHECKOUT: &str = "Checkout p99 elevated in eu-frankfurt";

fn anyway(declared: Declaration) -> Declaration {
    Declaration { anyway: true, ..declared }
}

#[test]
fn p12_the_second_of_the_same_is_offered_the_first_and_pages_nobody() {
    let mut place = Place::new();
    assert_eq!(said(&place.ask(open(declared(2, CHECKOUT)))), "done INC-1");
    let pages = place.store.peek_effects().len();
    assert_eq!(said(&place.ask(open(declared(2, "Checkout fails in frankfurt")))), "similar INC-1");
    assert_eq!(place.store.peek_effects().len(), pages);
    // It used no number.
    assert_eq!(said(&place.ask(open(declared(2, "Search is slow")))), "done INC-2");
    place.store.advance(jiff::SignedDuration::from_mins(10));
    assert_eq!(said(&place.ask(open(declared(2, CHECKOUT)))), "done INC-3");
}

#[test]
fn p12_two_in_one_turn_are_the_same_as_well() {
    let mut place = Place::new();
    let declarations = [
        declared(2, CHECKOUT),
        declared(2, "Frankfurt: nobody can pay at the checkout"),
        declared(3, CHECKOUT),
        declared(2, "Search is slow"),
        anyway(declared(3, CHECKOUT)),
        declared(1, CHECKOUT),
    ];
    let answers = place.asks(declarations.map(open).to_vec());
    let similar = "similar INC-1".to_owned();
    let [first, second, third, fourth, fifth, sixth] = &all_said(&answers)[..] else { panic!("{answers:?}") };
    assert_eq!([first, fourth], ["done INC-1", "done INC-2"]);
    assert_eq!([second, third], [&similar, &similar]);
    assert_eq!([fifth, sixth], ["done INC-3", "done INC-4"], "opened, once what they name is written");
    place.poll();
    let incidents = place.incidents();
    assert_eq!(incidents[2].similar, [1].into());
    assert_eq!(incidents[3].similar, [1].into());
    assert_eq!(incidents[0].similar, [3, 4].into(), "both were told to the first");
}

#[test]
fn p12_a_double_click_is_answered_twice_with_the_same_incident() {
    let mut place = Place::new();
    let click = keyed(open(declared(2, CHECKOUT)), "click");
    let answers = place.asks(vec![click.clone(), click.clone(), open(declared(2, CHECKOUT))]);
    assert_eq!(all_said(&answers), ["done INC-1", "repeated INC-1", "similar INC-1"]);
    place.restart();
    assert_eq!(said(&place.ask(click)), "repeated INC-1", "its key wins over the likeness, a restart between");
    assert_eq!(place.incidents().len(), 1);
}

#[test]
fn p12_what_was_only_being_opened_is_offered_to_nobody_when_it_is_not_written() {
    let mut place = Place::new();
    // Somebody else takes number 1 while this engine believes that it is free.
    assert_eq!(said(&place.ask(open(declared(2, "Search is slow")))), "done INC-1");
    let mut other = place.beside();
    assert_eq!(said(&other.ask(open(declared(2, "Logins fail")))), "done INC-2");
    let answers = place.asks(vec![open(declared(2, CHECKOUT)), open(declared(2, CHECKOUT))]);
    assert_eq!(all_said(&answers), ["done INC-3", "similar INC-3"], "decided anew, both of them");
    // The same for what is named: the one that opens beside another names one that there is.
    assert_eq!(said(&other.ask(open(declared(2, "Nothing works")))), "done INC-4");
    let answers = place.asks(vec![open(declared(3, "Cart is slow")), open(declared(1, "Cart is slow"))]);
    assert_eq!(all_said(&answers), ["done INC-5", "done INC-6"]);
    place.poll();
    assert_eq!(place.incidents()[4].similar, [6].into());
}

#[test]
fn p12_f3_what_is_worse_is_told_to_the_other_once_whenever_the_process_ends() {
    let mut place = Place::new();
    assert_eq!(said(&place.ask(open(declared(3, CHECKOUT)))), "done INC-1");
    assert_eq!(said(&place.ask(open(declared(1, CHECKOUT)))), "done INC-2");
    let untold = place.incidents();
    assert!(untold[0].similar.is_empty() && untold[1].similar == [1].into());
    // Killed between the two: the step is in the store.
    place.restart();
    let sends = place.poll();
    assert!(!sends.iter().any(|send| matches!(send.effect, Effect::Inform(_))), "it leaves through no provider");
    let told = place.incidents();
    assert_eq!(told[0].similar, [2].into());
    assert_eq!(place.told(&told[0], "INC-2 SEV-1, about the same, opened by sam"), 1);
    assert_eq!(place.told(&told[1], "INC-1 is about the same and less bad"), 1);
    place.restart();
    place.poll();
    assert_eq!(place.told(&place.incidents()[0], "INC-2"), 1);
    let left = place.store.peek_effects();
    assert!(left.iter().all(|(_, row)| !matches!(row.effect, Effect::Inform(_)) || row.done_at.is_some()));
}

#[test]
fn p12_what_is_told_beside_pages_waits_for_them() {
    let mut place = Place::new();
    place.ask(open(declared(3, CHECKOUT)));
    place.poll();
    place.ask(open(declared(1, CHECKOUT)));
    let first = crate::kit::ready(place.engine.poll()).unwrap();
    assert!(first.iter().any(|send| matches!(send.effect, Effect::Page(_))));
    assert!(place.incidents()[0].similar.is_empty(), "the pages left before it");
    place.poll();
    assert_eq!(place.incidents()[0].similar, [2].into());
}

#[test]
fn p12_an_end_in_the_same_turn_is_an_end() {
    let mut place = Place::new();
    place.ask(open(declared(2, CHECKOUT)));
    let incident = place.incidents().remove(0);
    let end = of(&incident, Command::Cancel { public: None });
    let answers = place.asks(vec![end, open(declared(2, CHECKOUT))]);
    assert_eq!(all_said(&answers), ["done INC-1", "done INC-2"]);
}

#[test]
fn p12_joining_is_done_once() {
    let mut place = Place::new();
    place.ask(open(declared(2, CHECKOUT)));
    let incident = place.incidents().remove(0);
    let summary = Summary::new("Nobody can pay").unwrap();
    let again = Again { summary, severity: None, reported_by: None, ring_me: false };
    let join = keyed(of(&incident, Command::Join(again)), "join");
    assert_eq!(said(&place.ask(join.clone())), "done INC-1");
    place.restart();
    assert_eq!(said(&place.ask(join)), "repeated INC-1");
    assert_eq!(place.told(&incident, "declared again by sam: Nobody can pay"), 1);
}
