//! Which pages a severity asks for, each with its chain: the ladder of the policy text, read once more.

use jiff::SignedDuration;
use zephyr_core::policy::{ChainStep, Policy, Severity, StepWho, TargetWho};
use zephyr_core::{RotationId, ServiceId};

/// A page that has to be.
#[derive(Debug, Clone)]
pub struct Due {
    /// `service`, or the rotation's name.
    pub name: String,
    /// Whose it is.
    pub owner: Option<RotationId>,
    /// Whether its first step rings every layer.
    pub everyone: bool,
    /// Who is rung one after another.
    pub steps: Vec<ChainStep>,
    last_wait: SignedDuration,
}

impl Due {
    /// How long a step waits for an answer.
    pub fn wait(&self, step: usize) -> SignedDuration {
        self.steps.get(step + 1).map_or(self.last_wait, |next| next.after)
    }
}

/// All of them.
pub fn all(policy: &Policy, severity: Severity, service: Option<&ServiceId>) -> Vec<Due> {
    let Some(rule) = policy.severities.get(&severity) else { return Vec::new() };
    let platform = super::named("platform").filter(|id| policy.rotations.contains_key(id));
    let names_platform = rule.page.iter().any(|wanted| platform.is_some() && wanted.rotation() == platform.as_ref());
    let owner = service.and_then(|id| policy.services.get(id)).map(|service| service.owner.clone());
    let mut all = Vec::new();
    for wanted in &rule.page {
        let (name, owner) = match &wanted.who {
            TargetWho::Rotation(rotation) => (rotation.to_string(), Some(rotation.clone())),
            // Nobody knows whose it is: platform finds out, once.
            TargetWho::Service if owner.is_none() && names_platform => continue,
            TargetWho::Service if owner.is_none() && platform.is_some() => ("platform".to_owned(), platform.clone()),
            TargetWho::Service => ("service".to_owned(), owner.clone()),
        };
        let steps = rule.chain.as_ref().unwrap_or(&policy.chain);
        let steps = if name == "service" { steps.clone() } else { entered_at(steps, owner.as_ref()) };
        all.push(Due { name, owner, everyone: wanted.everyone, steps, last_wait: policy.round_wait });
    }
    all
}

/// A chain that names the rotation itself is entered there: whoever comes before it is not rung.
fn entered_at(steps: &[ChainStep], own: Option<&RotationId>) -> Vec<ChainStep> {
    let names = |step: &ChainStep| match &step.who {
        StepWho::Rotation(named) => Some(named.clone()),
        StepWho::OnCall | StepWho::NextInRotation | StepWho::Person(_) => None,
    };
    let own = steps.iter().position(|step| own.is_some() && names(step).as_ref() == own);
    let kept = |index: usize, step: &ChainStep| names(step).is_none() || own.is_none_or(|own| index > own);
    let kept: Vec<ChainStep> =
        steps.iter().enumerate().filter(|(index, step)| kept(*index, step)).map(|(_, step)| step.clone()).collect();
    if kept.is_empty() { vec![ChainStep { after: SignedDuration::ZERO, who: StepWho::OnCall }] } else { kept }
}
