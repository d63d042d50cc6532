//! Who may not be reached: what only a running server knows, beside the proof that is made from the policy alone.
//!
//! All of it warns, and none of it changes whom an incident pages.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::{Fared, Reach};
use crate::policy::{Method, Rule};
use crate::{PersonId, World, limits};

/// Something found about somebody who can be on call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The rule whose page explains it.
    pub rule: Rule,
    /// Who.
    pub person: PersonId,
    /// What, in one line.
    pub message: String,
    /// What to do.
    pub help: String,
}

/// What is found at an instant, in the order of rules and people.
pub fn findings(state: &Reach, world: &World, now: Timestamp) -> Vec<Finding> {
    let policy = &world.policy;
    let members: BTreeSet<&PersonId> = policy.rotations.values().flat_map(|rotation| rotation.members(now)).collect();
    let mut found: Vec<Finding> = members
        .iter()
        .flat_map(|person| [drill(state, world, person, now), contact(state, world, person, now)])
        .flatten()
        .collect();
    found.sort_by_key(|finding| finding.rule);
    found
}

fn drill(state: &Reach, world: &World, person: &PersonId, now: Timestamp) -> Option<Finding> {
    let name = world.policy.display_name(person);
    let help = format!("ring them on a quiet day: `zephyr drill page {person}`");
    let message = match state.last.get(person) {
        Some(last) if last.fared == Fared::Missed => {
            format!("{name} did not answer DRILL-{} on {}", last.number, day(last.at))
        }
        Some(last) if now.duration_since(last.at) > limits::DRILL_STALE => {
            format!("{name} was last reached by a drill on {}, more than 31 days ago", day(last.at))
        }
        Some(_) => return None,
        None => format!("no drill has rung {name} so far"),
    };
    Some(Finding { rule: Rule::NoDrill, person: person.clone(), message, help })
}

/// Two ways that fail apart, data and telephone, each verified in the last 90 days. Where the policy names one of both
/// only, that is found by the proof, and only what is there is asked for.
fn contact(state: &Reach, world: &World, person: &PersonId, now: Timestamp) -> Option<Finding> {
    world.codes.as_ref()?;
    let ladder = &world.policy.people.get(person)?.ladder;
    let methods: BTreeSet<Method> = ladder.iter().map(|entry| entry.method).collect();
    let good = |method: &Method| {
        let at = state.verified_at(person, *method, world);
        at.is_some_and(|at| now.duration_since(at) <= limits::VERIFIED_FOR)
    };
    let lacks = |telephone: bool| {
        let mut these = methods.iter().filter(|method| method.is_telephone() == telephone).peekable();
        these.peek().is_some() && !these.any(good)
    };
    let (data, telephone) = (lacks(false), lacks(true));
    let missing: Vec<&str> = [(data, "data"), (telephone, "telephone")]
        .into_iter()
        .filter_map(|(lacks, name)| lacks.then_some(name))
        .collect();
    let first = methods.iter().find(|method| if method.is_telephone() { telephone } else { data })?;
    Some(Finding {
        rule: Rule::UnverifiedContact,
        person: person.clone(),
        message: format!(
            "{} has not shown in the last 90 days to be reached by {}",
            world.policy.display_name(person),
            missing.join(" or ")
        ),
        help: format!("{person} asks for a code and gives it back: `zephyr contact verify {first}`"),
    })
}

fn day(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d").to_string()
}
