//! What was decided and made undue before it left.

use zephyr_core::effect::Effect;
use zephyr_core::incident::Command;
use zephyr_core::policy::Severity;
use zephyr_engine::{Answer, Send};

use crate::kit::{Place, declared, of, open, said};

fn rung(sends: &[Send]) -> Vec<String> {
    let person = |send: &Send| match &send.effect {
        Effect::Page(page) => Some(page.person.to_string()),
        _ => None,
    };
    sends.iter().filter_map(person).collect()
}

#[test]
fn i4_what_is_decided_and_made_undue_in_one_turn_rings_nobody() {
    let mut place = Place::new();
    let Answer::Done(incident) = place.ask(open(declared(3, "Something is odd"))) else { panic!("it opens") };
    place.poll();
    let worse = || of(&incident, Command::Reclassify { severity: Severity::One, correct: false });
    let answers = place.asks(vec![worse(), of(&incident, Command::Cancel { public: None })]);
    assert_eq!(answers.iter().map(said).collect::<Vec<_>>(), ["done INC-1", "done INC-1"]);
    assert_eq!(rung(&place.poll()), [""; 0], "all of them were over before they left");

    let Answer::Done(other) = place.ask(open(declared(3, "Search is down"))) else { panic!("it opens") };
    place.poll();
    place.ask(of(&other, Command::Reclassify { severity: Severity::One, correct: false }));
    assert!(!rung(&place.poll()).is_empty(), "without the end they are rung");
}
