//! A rotation's time as somebody draws it: each layer's turns with whom the policy plans for them, who stands there, and
//! who of the planned is away.
//!
//! Deliberately not here: whether that is enough (the proof), and how it is drawn.

use jiff::Timestamp;

use super::sweep::{Cut, Sweep};
use crate::oncall::Stand;
use crate::policy::{Layer, Policy};
use crate::{PersonId, RotationId, World};

/// One turn of a layer, or the part of it in which the same people stand there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slot {
    /// Which layer, from 0; an override beside all layers has 0.
    pub layer: usize,
    /// First instant of it.
    pub from: Timestamp,
    /// First instant after it.
    pub until: Timestamp,
    /// Whom the policy plans; empty for a turn that is nobody's on purpose, and for an override beside all layers.
    pub planned: Vec<PersonId>,
    /// Who stands there; empty where nobody does.
    pub standing: Vec<Standing>,
    /// Who of the planned is away, and why.
    pub away: Vec<(PersonId, Away)>,
}

/// Somebody who stands in a turn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// Who.
    pub person: PersonId,
    /// The number of the override that puts them there.
    pub by: Option<u64>,
}

/// Why somebody does not stand in their turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Away {
    /// By leave that was told.
    Leave,
    /// By a holiday of the policy.
    Holiday,
}

/// The turns of every layer of a rotation in a span of time, in order of time; what goes on alike is one. Empty for a
/// rotation that is not there.
pub fn slots(world: &World, rotation: &RotationId, from: Timestamp, until: Timestamp) -> Vec<Slot> {
    let mut slots: Vec<Slot> = Vec::new();
    for piece in Sweep::new(world, from, until).cuts(rotation) {
        let parts = parts(world, &piece);
        // What goes on ended where this piece begins; it lies among the last few.
        let last = slots.len().saturating_sub(2 * crate::limits::LAYERS);
        for part in parts {
            let goes_on = |known: &&mut Slot| known.until == part.from && known.is_alike(&part);
            match slots.get_mut(last..).unwrap_or_default().iter_mut().find(goes_on) {
                Some(known) => known.until = part.until,
                None => slots.push(part),
            }
        }
    }
    slots
}

impl Slot {
    /// Whether it is of the same layer and differs in its time only.
    pub fn is_alike(&self, other: &Self) -> bool {
        let parts = |slot: &Self| (slot.layer, slot.planned.clone(), slot.standing.clone(), slot.away.clone());
        parts(self) == parts(other)
    }
}

fn parts(world: &World, cut: &Cut<'_>) -> Vec<Slot> {
    let (from, until) = cut.span;
    let mut parts: Vec<Slot> = Vec::new();
    for (layer, turn) in &cut.held {
        let stand = cut.stands.iter().find(|stand| stand.is_of_turn(layer));
        let planned = layer.slots.get(turn.position).cloned().unwrap_or_default();
        let away = planned.iter().filter_map(|person| Some((person.clone(), why_away(world, person, from)?)));
        let away = away.filter(|(person, _)| !stand.is_some_and(|stand| stands(stand, person))).collect();
        parts.push(Slot { layer: layer.place, from, until, planned, standing: standing(stand), away });
    }
    let beside = cut.stands.iter().filter(|stand| !cut.held.iter().any(|(layer, _)| stand.is_of_turn(layer)));
    for stand in beside {
        let standing = standing(Some(stand));
        match parts.iter_mut().find(|part| part.layer == stand.place && part.standing.is_empty()) {
            Some(part) => part.standing = standing,
            None => {
                let (planned, away) = (Vec::new(), Vec::new());
                parts.push(Slot { layer: stand.place, from, until, planned, standing, away });
            }
        }
    }
    parts
}

fn stands(stand: &Stand<'_>, person: &PersonId) -> bool {
    stand.people.iter().any(|(standing, _)| *standing == person)
}

fn standing(stand: Option<&Stand<'_>>) -> Vec<Standing> {
    let people = stand.into_iter().flat_map(|stand| &stand.people);
    people.map(|(person, by)| Standing { person: (*person).clone(), by: *by }).collect()
}

fn why_away(world: &World, person: &PersonId, at: Timestamp) -> Option<Away> {
    if !world.schedule().is_away(person, at) {
        return None;
    }
    Some(if world.policy.holiday(person, at).is_some() { Away::Holiday } else { Away::Leave })
}

/// What a layer is called: its number, tier, zone and hours.
pub fn layer_name(policy: &Policy, rotation: &RotationId, place: usize, at: Timestamp) -> String {
    let known = policy.rotations.get(rotation);
    let several_tiers = known.is_some_and(|rotation| rotation.layers.iter().any(|layer| layer.tier > 1));
    let Some(layer) = known.and_then(|known| version(&known.layers, place, at)) else {
        return format!("Layer {}", place.saturating_add(1));
    };
    let tier = if several_tiers { format!("Tier {}, ", layer.tier) } else { String::new() };
    let zone = layer.zone.iana_name().unwrap_or("UTC");
    let hours = layer.window.filter(|window| !window.hours.is_whole_day());
    let hours = hours.map_or_else(String::new, |window| {
        format!(" {} to {}", window.hours.from.strftime("%H:%M"), window.hours.to.strftime("%H:%M"))
    });
    format!("{tier}layer {}: {zone}{hours}", place.saturating_add(1))
}

fn version(layers: &[Layer], place: usize, at: Timestamp) -> Option<&Layer> {
    let mut versions = layers.iter().filter(|layer| layer.place == place);
    let in_force = versions.clone().find(|layer| layer.ends.is_none_or(|ends| at < ends));
    in_force.or_else(|| versions.next())
}
