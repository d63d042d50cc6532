//! Which pages there are: every severity with every service, those that go up the same steps as one.

use std::collections::{BTreeMap, BTreeSet};

use super::Case;
use crate::page::PageEvent;
use crate::policy::{Policy, Severity, StepWho};
use crate::{PersonId, RotationId, ServiceId, incident};

/// Pages that go up the same steps.
pub(super) struct PageKind {
    /// Whose; `None` where nobody is known to own them.
    pub(super) rotation: Option<RotationId>,
    /// Whether the first step rings every layer.
    pub(super) everyone: bool,
    /// The steps.
    steps: Vec<StepWho>,
    /// The incidents that have such a page.
    pub(super) cases: BTreeSet<Case>,
}

/// Who stands on the second step.
pub(super) enum Second {
    /// Nobody else.
    Nobody,
    /// The next of the page's own rotation.
    Next,
    /// Whoever is on call there.
    OnCall(RotationId),
}

/// Who stands on a step that is looked up in a rotation, whoever was rung before.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Front {
    /// Whoever is primary.
    Primary(RotationId),
    /// Everybody on call in any layer.
    Everyone(RotationId),
}

impl Front {
    pub(super) fn rotation(&self) -> &RotationId {
        match self {
            Self::Primary(rotation) | Self::Everyone(rotation) => rotation,
        }
    }
}

impl PageKind {
    pub(super) fn second(&self) -> Second {
        match self.steps.get(1) {
            // Who is on call was rung by the first step.
            None | Some(StepWho::OnCall | StepWho::Person(_)) => Second::Nobody,
            Some(StepWho::NextInRotation) => Second::Next,
            Some(StepWho::Rotation(rotation)) => Second::OnCall(rotation.clone()),
        }
    }

    /// The steps that are looked up in a rotation, in order.
    fn fronts(&self) -> Vec<Front> {
        let own = |rotation: &RotationId| match self.everyone {
            true => Front::Everyone(rotation.clone()),
            false => Front::Primary(rotation.clone()),
        };
        let of_step = |step: &StepWho| match step {
            StepWho::OnCall => self.rotation.as_ref().map(own),
            StepWho::NextInRotation | StepWho::Person(_) => None,
            StepWho::Rotation(rotation) => Some(Front::Primary(rotation.clone())),
        };
        self.steps.iter().filter_map(of_step).collect()
    }
}

/// Every page of every incident that could be opened.
pub(super) fn kinds(policy: &Policy) -> Vec<PageKind> {
    // Services of one owner are paged alike: one of them is asked about for all.
    let mut owned: BTreeMap<&RotationId, Vec<&ServiceId>> = BTreeMap::new();
    policy.services.iter().for_each(|(id, service)| owned.entry(&service.owner).or_default().push(id));
    let mut kinds: BTreeMap<(Option<RotationId>, bool, Vec<String>), PageKind> = BTreeMap::new();
    for severity in Severity::ALL {
        let none: &[&ServiceId] = &[];
        for services in owned.values().map(Vec::as_slice).chain([none]) {
            for page in incident::pages(policy, severity, services.first().copied()) {
                let PageEvent::Began { target, rotation, everyone, chain } = page else { continue };
                let steps: Vec<StepWho> = chain.steps.into_iter().map(|step| step.who).collect();
                let key = (rotation.clone(), everyone, steps.iter().map(ToString::to_string).collect());
                let kind = kinds.entry(key);
                let cases = BTreeSet::new();
                let kind = kind.or_insert_with(|| PageKind { rotation, everyone, steps, cases });
                let case = |service| Case { severity, service, target: target.to_string() };
                if target.as_str() == "service" {
                    kind.cases.extend(services.iter().map(|service| case(Some((*service).clone()))));
                } else {
                    kind.cases.insert(case(None));
                }
                if services.is_empty() {
                    kind.cases.insert(case(None));
                }
            }
        }
    }
    kinds.into_values().collect()
}

/// The rotations that chains go on to: EM, founder.
pub(super) fn named_by_chains(policy: &Policy) -> BTreeSet<RotationId> {
    let own = policy.severities.values().filter_map(|rule| rule.chain.as_ref()).flatten();
    let named = policy.chain.iter().chain(own).filter_map(|step| match &step.who {
        StepWho::Rotation(rotation) => Some(rotation.clone()),
        StepWho::OnCall | StepWho::NextInRotation | StepWho::Person(_) => None,
    });
    named.collect()
}

/// Whether a rotation has one member only.
pub(super) fn is_of_one(policy: &Policy, rotation: &RotationId) -> bool {
    let layers = policy.rotations.get(rotation).into_iter().flat_map(|rotation| &rotation.layers);
    layers.flat_map(|layer| layer.people()).collect::<BTreeSet<&PersonId>>().len() == 1
}

/// The incidents that ring somebody of a rotation on some step.
pub(super) fn cases_reaching(kinds: &[PageKind], rotation: &RotationId) -> BTreeSet<Case> {
    let (own, others): (Vec<_>, Vec<_>) = kinds
        .iter()
        .filter(|kind| kind.fronts().iter().any(|front| front.rotation() == rotation))
        .partition(|kind| kind.rotation.as_ref() == Some(rotation));
    let kinds = if own.is_empty() { others } else { own };
    kinds.into_iter().flat_map(|kind| kind.cases.iter().cloned()).collect()
}

/// Two different steps of a chain, each pair once.
pub(super) fn pairs(kinds: &[PageKind]) -> Vec<(Front, Front, BTreeSet<Case>)> {
    let mut pairs: BTreeMap<(Front, Front), BTreeSet<Case>> = BTreeMap::new();
    for kind in kinds {
        let fronts = kind.fronts();
        for (index, earlier) in fronts.iter().enumerate() {
            for later in fronts.iter().skip(index + 1).filter(|later| later.rotation() != earlier.rotation()) {
                pairs.entry((earlier.clone(), later.clone())).or_default().extend(kind.cases.iter().cloned());
            }
        }
    }
    pairs.into_iter().map(|((earlier, later), cases)| (earlier, later, cases)).collect()
}
