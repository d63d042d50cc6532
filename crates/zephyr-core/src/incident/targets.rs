//! From a severity to pages: which targets, owned by whom, with which chain.

use crate::page::{Chain, PageEvent, Target};
use crate::policy::{ChainStep, Policy, Severity, StepWho, TargetRule, TargetWho};
use crate::{RotationId, ServiceId, SignedDuration};

/// The rotation that is paged for a service nobody could name.
const FALLBACK: &str = "platform";

/// The pages that a severity asks for, in the order of the ladder. Where no service is known, platform is paged in
/// its owner's place.
pub(crate) fn pages(policy: &Policy, severity: Severity, service: Option<&ServiceId>) -> Vec<PageEvent> {
    let Some(rule) = policy.severities.get(&severity) else { return Vec::new() };
    let known = service.and_then(|id| policy.services.get(id));
    let platform = FALLBACK.parse::<RotationId>().ok().filter(|id| policy.rotations.contains_key(id));
    let mut pages: Vec<PageEvent> = Vec::new();
    for wanted in &rule.page {
        let (who, rotation) = match &wanted.who {
            TargetWho::Rotation(rotation) => (wanted.who.clone(), Some(rotation.clone())),
            TargetWho::Service => match (known, &platform) {
                (Some(service), _) => (TargetWho::Service, Some(service.owner.clone())),
                (None, Some(_)) if pages_platform(rule.page.iter(), platform.as_ref()) => continue,
                (None, Some(platform)) => (TargetWho::Rotation(platform.clone()), Some(platform.clone())),
                (None, None) => (TargetWho::Service, None),
            },
        };
        let held_for = Some(policy.held_for);
        let steps = rule.chain.as_ref().unwrap_or(&policy.chain);
        let chain = Chain { steps: chain_of(steps, rotation.as_ref(), &who), round_wait: policy.round_wait, held_for };
        pages.push(PageEvent::Began { target: Target::from(&who), rotation, everyone: wanted.everyone, chain });
    }
    pages
}

fn pages_platform<'a>(mut rules: impl Iterator<Item = &'a TargetRule>, platform: Option<&RotationId>) -> bool {
    rules.any(|rule| rule.rotation() == platform)
}

/// The chain of a target. One whose rotation the chain names itself enters it there: steps up to its own name fall
/// away, so that EM goes on to founder, and founder to nobody else.
pub(crate) fn chain_of(steps: &[ChainStep], rotation: Option<&RotationId>, who: &TargetWho) -> Vec<ChainStep> {
    let own = steps.iter().position(|step| match (&step.who, rotation) {
        (StepWho::Rotation(named), Some(rotation)) => *who != TargetWho::Service && named == rotation,
        _ => false,
    });
    let falls_away = |index: usize, step: &ChainStep| {
        matches!(step.who, StepWho::Rotation(_)) && own.is_some_and(|own| index <= own)
    };
    let mut chain: Vec<ChainStep> = steps
        .iter()
        .enumerate()
        .filter(|(index, step)| !falls_away(*index, step))
        .map(|(_, step)| step.clone())
        .collect();
    if chain.is_empty() {
        chain.push(ChainStep { after: SignedDuration::ZERO, who: StepWho::OnCall });
    }
    chain
}
