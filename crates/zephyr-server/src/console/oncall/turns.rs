//! Turns in words and bars: who stands there, whom the policy plans, who is away, and where nobody is.

use jiff::Timestamp;
use zephyr_core::policy::Policy;
use zephyr_core::proof::{Away, Slot};
use zephyr_core::{PersonId, RotationId};

/// How many tints people have.
const TINTS: usize = 6;

/// Who stands in a turn: `Ines Albrecht`, `Ines Albrecht and Chidi Eze`, `nobody`.
pub fn standing(policy: &Policy, slot: &Slot) -> String {
    names(policy, slot.standing.iter().map(|standing| &standing.person)).unwrap_or_else(|| "nobody".to_owned())
}

/// Several people by name; `None` for none.
pub fn names<'p>(policy: &Policy, people: impl Iterator<Item = &'p PersonId>) -> Option<String> {
    let names: Vec<String> = people.map(|person| policy.display_name(person)).collect();
    match names.split_last() {
        None => None,
        Some((last, [])) => Some(last.clone()),
        Some((last, rest)) => Some(format!("{} and {last}", rest.join(", "))),
    }
}

/// What is odd about a turn, in words: an override, leave, nobody on purpose. Empty where it is as planned.
pub fn odd(policy: &Policy, slot: &Slot) -> String {
    let mut said: Vec<String> = Vec::new();
    let planned = names(policy, slot.planned.iter());
    if slot.standing.iter().any(|standing| standing.by.is_some()) {
        let instead = planned.filter(|_| slot.planned.iter().any(|person| !stands(slot, person)));
        said.push(instead.map_or_else(|| "override".to_owned(), |names| format!("override, instead of {names}")));
    }
    for (person, why) in &slot.away {
        let name = policy.display_name(person);
        said.push(match why {
            Away::Leave => format!("{name} is on leave"),
            Away::Holiday => format!("{name} is on holiday"),
        });
    }
    if slot.planned.is_empty() && slot.standing.is_empty() {
        said.push("left empty by the policy".to_owned());
    }
    said.join("; ")
}

fn stands(slot: &Slot, person: &PersonId) -> bool {
    slot.standing.iter().any(|standing| standing.person == *person)
}

/// How a turn looks: whose it is, and whether it is as planned.
pub fn look(slot: &Slot, visitor: Option<&PersonId>) -> String {
    let Some(first) = slot.standing.first() else { return "none".to_owned() };
    let letters = first.person.as_str().bytes().fold(0_usize, |sum, byte| sum.wrapping_mul(31) + usize::from(byte));
    let over = if slot.standing.iter().any(|standing| standing.by.is_some()) { " over" } else { "" };
    let mine = if visitor.is_some_and(|person| stands(slot, person)) { " mine" } else { "" };
    format!("t{}{over}{mine}", letters % TINTS)
}

/// When nobody stands in any layer.
pub fn gaps(slots: &[Slot], from: Timestamp, until: Timestamp) -> Vec<(Timestamp, Timestamp)> {
    let mut held: Vec<(Timestamp, Timestamp)> =
        slots.iter().filter(|slot| !slot.standing.is_empty()).map(|slot| (slot.from, slot.until)).collect();
    held.sort_unstable();
    let mut gaps = Vec::new();
    let mut covered = from;
    for (begin, end) in held {
        if covered < begin.min(until) {
            gaps.push((covered, begin.min(until)));
        }
        covered = covered.max(end);
    }
    if covered < until {
        gaps.push((covered, until));
    }
    gaps
}

/// Turns of a layer with the same people and only the layer's own hours between them, as one: from a hand-off to the
/// next.
pub fn joined(slots: &[Slot], layer: usize) -> Vec<Slot> {
    let mut all: Vec<Slot> = Vec::new();
    for slot in slots.iter().filter(|slot| slot.layer == layer) {
        match all.last_mut() {
            Some(last) if last.is_alike(slot) && slot.from.duration_since(last.until).as_hours() < 72 => {
                last.until = slot.until;
            }
            _ => all.push(slot.clone()),
        }
    }
    all
}

/// Where a turn is shown by itself.
pub fn address(rotation: &RotationId, layer: usize, at: Timestamp) -> String {
    format!("/oncall/rotations/{rotation}/slot?layer={}&at={at}", layer.saturating_add(1))
}
