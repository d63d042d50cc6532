//! What two policies differ in, told in the policy's own terms and without anybody's address.

use std::collections::BTreeMap;
use std::fmt;

use super::{Person, Policy, PublicSentences, Rotation, Service, SeverityRule};

/// One difference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// What it is about, as a person names it: `person`, `service`, `rotation`, `chain`.
    pub what: &'static str,
    /// Its name; empty where there is only one.
    pub name: String,
    /// What became of it.
    pub kind: Kind,
    /// Which parts of it are others; empty where it was added or removed.
    pub parts: Vec<&'static str>,
}

/// What became of something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// It was not there before.
    Added,
    /// It is not there any more.
    Removed,
    /// It is another.
    Changed,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Changed => "changed",
        })
    }
}

/// What `new` changes of `old`, in the order of a policy file. Empty where they mean the same.
pub fn compare(old: &Policy, new: &Policy) -> Vec<Change> {
    let mut changes = Vec::new();
    single(&mut changes, "organisation", old.organisation == new.organisation);
    let regions = |policy: &Policy| {
        policy.regions.iter().map(|region| (region.id.clone(), region.clone())).collect::<BTreeMap<_, _>>()
    };
    named(&mut changes, "region", &regions(old), &regions(new), |_, _| vec!["other names"]);
    named(&mut changes, "person", &old.people, &new.people, of_person);
    named(&mut changes, "service", &old.services, &new.services, of_service);
    named(&mut changes, "rotation", &old.rotations, &new.rotations, of_rotation);
    named(&mut changes, "severity", &old.severities, &new.severities, of_severity);
    single(&mut changes, "chain", old.chain == new.chain && old.round_wait == new.round_wait);
    single(&mut changes, "how long an answer holds", old.held_for == new.held_for);
    single(&mut changes, "time between updates", old.update_every == new.update_every);
    single(&mut changes, "path of the runbook", old.runbook == new.runbook);
    let sentences = of_sentences(&old.public, &new.public);
    if !sentences.is_empty() {
        changes.push(changed("public sentences", String::new(), sentences));
    }
    changes
}

fn changed(what: &'static str, name: String, parts: Vec<&'static str>) -> Change {
    Change { what, name, kind: Kind::Changed, parts }
}

fn single(changes: &mut Vec<Change>, what: &'static str, is_same: bool) {
    if !is_same {
        changes.push(changed(what, String::new(), Vec::new()));
    }
}

fn named<Id: Ord + fmt::Display, Thing: PartialEq>(
    changes: &mut Vec<Change>,
    what: &'static str,
    old: &BTreeMap<Id, Thing>,
    new: &BTreeMap<Id, Thing>,
    parts: impl Fn(&Thing, &Thing) -> Vec<&'static str>,
) {
    let whole = |id: &Id, kind| Change { what, name: id.to_string(), kind, parts: Vec::new() };
    changes.extend(old.keys().filter(|id| !new.contains_key(id)).map(|id| whole(id, Kind::Removed)));
    for (id, after) in new {
        match old.get(id) {
            None => changes.push(whole(id, Kind::Added)),
            Some(before) if before != after => changes.push(changed(what, id.to_string(), parts(before, after))),
            Some(_) => {}
        }
    }
}

/// The names of the parts that are not the same.
fn differing<const N: usize>(parts: [(&'static str, bool); N]) -> Vec<&'static str> {
    parts.into_iter().filter(|(_, is_same)| !is_same).map(|(name, _)| name).collect()
}

fn of_person(old: &Person, new: &Person) -> Vec<&'static str> {
    differing([
        ("name", old.name == new.name),
        ("mail address", old.email == new.email),
        ("telephone number", old.phone == new.phone),
        ("zone", old.zone == new.zone),
        ("hours awake", old.awake == new.awake),
        ("quiet hours", old.quiet == new.quiet),
        ("holidays", old.holidays == new.holidays),
        ("how they are paged", old.ladder == new.ladder),
        ("whether they are an admin", old.admin == new.admin),
    ])
}

fn of_service(old: &Service, new: &Service) -> Vec<&'static str> {
    differing([
        ("name", old.name == new.name),
        ("owner", old.owner == new.owner),
        ("other names", old.also_called == new.also_called),
        ("public name", old.component == new.component),
    ])
}

fn of_rotation(old: &Rotation, new: &Rotation) -> Vec<&'static str> {
    if old.layers.len() != new.layers.len() {
        return vec!["number of layers"];
    }
    let all = |same: fn(&super::Layer, &super::Layer) -> bool| {
        old.layers.iter().zip(&new.layers).all(|(old, new)| same(old, new))
    };
    differing([
        ("people", all(|old, new| old.slots == new.slots)),
        ("hours", all(|old, new| old.window == new.window)),
        ("zone", all(|old, new| old.zone == new.zone)),
        ("tiers", all(|old, new| (old.tier, old.place) == (new.tier, new.place))),
        (
            "hand-off",
            all(|old, new| {
                let handoff = |layer: &super::Layer| (layer.handoff_at, layer.from, layer.ends);
                old.every == new.every && handoff(old) == handoff(new)
            }),
        ),
    ])
}

fn of_severity(old: &SeverityRule, new: &SeverityRule) -> Vec<&'static str> {
    differing([
        ("when", old.when == new.when),
        ("whom it pages", old.page == new.page),
        ("whether it is public", old.status_page == new.status_page),
        ("chain", old.chain == new.chain),
    ])
}

fn of_sentences(old: &PublicSentences, new: &PublicSentences) -> Vec<&'static str> {
    differing([
        ("opened", old.opened == new.opened),
        ("resolved", old.resolved == new.resolved),
        ("cancelled", old.cancelled == new.cancelled),
    ])
}
