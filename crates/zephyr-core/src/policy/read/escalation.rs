//! `[escalation]` and every other chain: who is rung after whom.

use jiff::SignedDuration;

use super::names::Names;
use super::notes::Notes;
use super::section::{Section, Text, duration};
use super::words;
use crate::limits;
use crate::policy::{ChainStep, Rule, StepWho};

const KEYS: [&str; 3] = ["chain", "then", "acknowledged_for"];
/// The wait of the default chain.
const STEP: SignedDuration = SignedDuration::from_mins(5);

pub(super) struct Escalation {
    pub(super) chain: Vec<ChainStep>,
    pub(super) round_wait: SignedDuration,
    pub(super) held_for: SignedDuration,
}

pub(super) fn read(notes: &mut Notes<'_>, root: &Section<'_, '_>, names: &Names<'_>) -> Escalation {
    let section = root.child(notes, "escalation", &KEYS);
    let written = section.as_ref().and_then(|section| chain(notes, section, names));
    let chain = match written {
        Some(chain) => chain,
        None => default_chain(notes, root, section.as_ref(), names),
    };
    let last = chain.last().map(|step| step.after).filter(|after| !after.is_zero());
    let held_for = section
        .as_ref()
        .and_then(|section| section.duration(notes, "acknowledged_for", limits::HELD_FOR_MIN, limits::HELD_FOR_MAX));
    let then = section.as_ref().and_then(|section| then(notes, section));
    Escalation { round_wait: then.or(last).unwrap_or(STEP), held_for: held_for.unwrap_or(limits::HELD_FOR), chain }
}

/// The key `chain` of a section; `None` where there is none.
pub(super) fn chain(notes: &mut Notes<'_>, section: &Section<'_, '_>, names: &Names<'_>) -> Option<Vec<ChainStep>> {
    let given = section.texts(notes, "chain", limits::CHAIN_STEPS)?;
    if given.is_empty() {
        let help = "write chain = [\"on call\", \"5m next in rotation\"]";
        notes.add(Rule::EmptyChain, &section.at("chain"), "this chain rings nobody", help);
    }
    let steps = given.iter().enumerate();
    Some(
        steps
            .filter_map(|(index, text)| if index == 0 { first(notes, text) } else { later(notes, text, names) })
            .collect(),
    )
}

fn first(notes: &mut Notes<'_>, given: &Text<'_>) -> Option<ChainStep> {
    if given.text.trim() == "on call" {
        return Some(ChainStep { after: SignedDuration::ZERO, who: StepWho::OnCall });
    }
    let message = "a chain begins with who is on call, at once";
    notes.add(Rule::ChainBeginsElsewhere, &given.at, message, "write \"on call\" first, without a wait");
    None
}

/// `5m next in rotation`, `5m em`.
fn later(notes: &mut Notes<'_>, given: &Text<'_>, names: &Names<'_>) -> Option<ChainStep> {
    let Some((wait, who)) = given.text.trim().split_once(' ').filter(|(wait, _)| begins_with_digit(wait)) else {
        let message = format!("{} does not say how long to wait before it", words::quoted(given.text));
        notes.add(Rule::StepWithoutWait, &given.at, message, format!("write \"5m {}\"", given.text.trim()));
        return None;
    };
    let after = duration(notes, given, wait, limits::STEP_MIN, limits::STEP_MAX);
    let who = match who.trim() {
        "on call" => StepWho::OnCall,
        "next in rotation" => StepWho::NextInRotation,
        name => StepWho::Rotation(rotation(notes, given, name, names)?),
    };
    Some(ChainStep { after: after?, who })
}

fn begins_with_digit(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_digit())
}

fn rotation(notes: &mut Notes<'_>, given: &Text<'_>, name: &str, names: &Names<'_>) -> Option<crate::RotationId> {
    if !names.has_rotation(name)
        && let Some(near) = words::near(name, ["on call", "next in rotation"])
    {
        let message = format!("there is no rotation {}", words::quoted(name));
        notes.add(Rule::UnknownRotation, &given.at, message, format!("did you mean `{near}`?"));
        return None;
    }
    names.rotation(notes, given, name)
}

/// On call, next in rotation, EM, founder.
fn default_chain(
    notes: &mut Notes<'_>,
    root: &Section<'_, '_>,
    section: Option<&Section<'_, '_>>,
    names: &Names<'_>,
) -> Vec<ChainStep> {
    let mut chain = vec![
        ChainStep { after: SignedDuration::ZERO, who: StepWho::OnCall },
        ChainStep { after: STEP, who: StepWho::NextInRotation },
    ];
    for name in ["em", "founder"] {
        if names.has_rotation(name) {
            chain.extend(name.parse().ok().map(|name| ChainStep { after: STEP, who: StepWho::Rotation(name) }));
        } else if section.is_none_or(|section| section.get("chain").is_none()) {
            let message = format!("the default chain ends with `em` and `founder`, and there is no rotation `{name}`");
            let help = format!("add [rotations.{name}], or write [escalation] with a chain of your own");
            notes.add(Rule::MissingRotation, section.map_or(&root.at, |section| &section.at), message, help);
        }
    }
    chain
}

/// `again`, `5m again`: how long the last step waits, where it says so.
fn then(notes: &mut Notes<'_>, section: &Section<'_, '_>) -> Option<SignedDuration> {
    let given = section.text(notes, "then")?;
    match given.text.trim().split_once(' ') {
        None if given.text.trim() == "again" => None,
        Some((wait, "again")) => duration(notes, &given, wait, limits::STEP_MIN, limits::STEP_MAX),
        _ => {
            let message = if given.text.trim() == "stop" {
                "a chain never stops".to_owned()
            } else {
                format!("{} is not what a chain can do at its end", words::quoted(given.text))
            };
            notes.add(
                Rule::ChainStops,
                &given.at,
                message,
                "write then = \"again\", or \"5m again\" to wait five minutes",
            );
            None
        }
    }
}
