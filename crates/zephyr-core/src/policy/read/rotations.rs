//! `[rotations.payments]`: layers of people taking turns.

use std::collections::BTreeMap;

use super::layer;
use super::names::{self, Names};
use super::notes::Notes;
use super::section::Section;
use crate::policy::{Layer, Rotation, Rule};
use crate::{RotationId, limits};

/// What a newcomer would copy.
const LAYER: &str = "[{ zone = \"Europe/Berlin\", every = \"1 week\", handoff = \"Monday 09:00\", from = 2026-01-05, \
                     people = [\"maya\"] }]";

pub(super) fn read(notes: &mut Notes<'_>, root: &Section<'_, '_>, names: &Names<'_>) -> BTreeMap<RotationId, Rotation> {
    let Some(section) = root.child(notes, "rotations", &[]) else { return BTreeMap::new() };
    let mut rotations = BTreeMap::new();
    for given in section.names() {
        let id = names::name::<RotationId>(notes, &given);
        if given.text == "service" {
            let message = "a rotation cannot be called `service`: as a target that means the owner of the service";
            notes.add(Rule::ReservedName, &given.at, message, "give it another name");
        }
        let Some(table) = section.child(notes, given.text, &["layers"]) else { continue };
        let layers = layers(notes, &table, names);
        if let Some(id) = id {
            rotations.insert(id, Rotation { layers });
        }
    }
    if rotations.len() > limits::ROTATIONS {
        let message = format!("there are {} rotations, and at most {} are read", rotations.len(), limits::ROTATIONS);
        notes.add(Rule::TooMany, &section.at, message, "leave some out");
    }
    rotations
}

fn layers(notes: &mut Notes<'_>, section: &Section<'_, '_>, names: &Names<'_>) -> Vec<Layer> {
    if section.get("layers").is_none() {
        let message = format!("[{}] is empty: nobody would ever be on call", section.path);
        notes.add(Rule::EmptyRotation, &section.at, message, format!("add layers = {LAYER}"));
    }
    let Some(array) = section.array(notes, "layers") else { return Vec::new() };
    if array.is_empty() {
        let message = format!("[{}] has no layer: nobody would ever be on call", section.path);
        notes.add(Rule::EmptyRotation, &section.at("layers"), message, format!("write layers = {LAYER}"));
    }
    if array.len() > limits::LAYERS {
        let message = format!("there are {} layers, and at most {} are read", array.len(), limits::LAYERS);
        notes.add(Rule::TooMany, &section.at("layers"), message, "leave some out");
        return Vec::new();
    }
    let path = section.below("layers");
    let mut layers: Vec<Vec<Layer>> = array.iter().map(|value| layer::read(notes, &path, value, names)).collect();
    // Within a tier they stay in the order of the file.
    layers.sort_by_key(|versions| versions.first().map(|layer| layer.tier));
    let placed = layers
        .into_iter()
        .enumerate()
        .map(|(place, versions)| versions.into_iter().map(move |layer| Layer { place, ..layer }));
    placed.flatten().collect()
}
