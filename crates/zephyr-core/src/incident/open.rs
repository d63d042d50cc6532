//! Opening an incident: who is paged, what is said in public, what is pinned.
//!
//! Deliberately not here: whether one like it is open already (`similar`), which is asked before.

use jiff::Timestamp;

use super::decision::{Decision, Stamp};
use super::{Approval, Body, Decided, PublicOpening, Reporter, Similar, Unclear, targets};
use crate::catalog::{self, Match};
use crate::page::{self, Record};
use crate::policy::{Policy, Severity};
use crate::text::{PublicLine, Summary};
use crate::{Actor, Cause, IncidentId, PersonId, RegionId, ServiceId, World};

/// A declaration with the names it gets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Open {
    /// Made by the engine.
    pub id: IncidentId,
    /// Given by the engine.
    pub number: u64,
    /// What was declared.
    pub declared: Declaration,
    /// One about the same that is open, and did not hold it up.
    pub similar: Option<Similar>,
}

/// What somebody declares.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Declaration {
    /// What is wrong.
    pub summary: Summary,
    /// How bad.
    pub severity: Severity,
    /// The service, where it is named; else it is looked for in the summary.
    pub service: Option<ServiceId>,
    /// The region, likewise.
    pub region: Option<RegionId>,
    /// Only for its participants and admins.
    pub private: bool,
    /// Who noticed it first, where it is known.
    pub reported_by: Option<Reporter>,
    /// The first public line, instead of the policy's sentence.
    pub public: Option<PublicLine>,
    /// Ring the opener too, if due, instead of taking the opening as their answer.
    pub ring_me: bool,
    /// Open it although one about the same is open.
    pub anyway: bool,
}

/// What a declaration is about: what it names itself, else what its summary does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    /// The service, where it is known.
    pub service: Option<ServiceId>,
    /// The region, where it is known.
    pub region: Option<RegionId>,
    /// What the summary names several of.
    pub unclear: Unclear,
}

impl Declaration {
    /// What it is about.
    pub fn subject(&self, policy: &Policy) -> Subject {
        let found = catalog::find(policy, self.summary.as_str());
        let (service, services) = named_or_found(self.service.clone(), found.service);
        let (region, regions) = named_or_found(self.region.clone(), found.region);
        Subject { service, region, unclear: Unclear { services, regions } }
    }
}

/// What is named, else the only one found; and those among which somebody has to choose.
fn named_or_found<Id>(named: Option<Id>, found: Match<Id>) -> (Option<Id>, Vec<Id>) {
    match (named, found) {
        (Some(named), _) => (Some(named), Vec::new()),
        (None, Match::Several(several)) => (None, several),
        (None, found) => (found.one(), Vec::new()),
    }
}

/// Opens an incident. It cannot be refused: whoever may declare has been asked before.
pub fn open(open: Open, actor: Actor, cause: Cause, world: &World, now: Timestamp) -> Option<Decided> {
    let Open { id, number, declared, similar } = open;
    let policy = &world.policy;
    let update_due_at = now.checked_add(policy.update_every).unwrap_or(Timestamp::MAX);
    let Subject { service, region, unclear } = declared.subject(policy);
    let Declaration { summary, severity, private, reported_by, public, ring_me, .. } = declared;
    let pages = targets::pages(policy, severity, service.as_ref());
    let opener = actor.person().filter(|_| !ring_me).cloned();
    let about = About { severity, service: service.as_ref(), region: region.as_ref(), private };
    let public = public_opening(&about, public.as_ref(), policy, update_due_at);
    let runbook = world.runbook.clone();
    let body = Body::Opened {
        id,
        number,
        summary,
        severity,
        service,
        region,
        private,
        reported_by,
        runbook,
        public,
        update_due_at,
        unclear,
        similar,
    };
    let mut decision = Decision::opening(body, Stamp { at: now, actor, cause, world })?;
    pages.into_iter().for_each(|page| decision.page(page));
    page::steps(&mut decision, world, now);
    if let Some(opener) = opener {
        answer_as_opener(&mut decision, &opener);
    }
    Some(decision.finish())
}

/// Who opens, or opens again, and is due themselves has thereby answered: their phone need not ring.
pub(super) fn answer_as_opener(decision: &mut Decision<'_>, opener: &PersonId) {
    if decision.paging().wanted().contains(opener)
        && let Ok(Some(answered)) = decision.paging().acknowledge(opener)
    {
        decision.page(answered);
    }
}

/// What an incident is about, as far as the public is concerned.
pub(super) struct About<'a> {
    pub severity: Severity,
    pub service: Option<&'a ServiceId>,
    pub region: Option<&'a RegionId>,
    pub private: bool,
}

/// The first public words; `None` where the severity has no entry, or the incident is private.
pub(super) fn public_opening(
    about: &About<'_>,
    line: Option<&PublicLine>,
    policy: &Policy,
    due_at: Timestamp,
) -> Option<PublicOpening> {
    let shown = policy.severities.get(&about.severity).is_some_and(|rule| rule.status_page);
    if !shown || about.private {
        return None;
    }
    let component = component(policy, about.service);
    let title = match about.region {
        Some(region) => format!("{component} ({region})"),
        None => component.clone(),
    };
    let sentence = || sentence(&policy.public.opened, &component, about.region, due_at);
    let text = line.map_or_else(sentence, |line| line.to_string());
    Some(PublicOpening { title, component, text, approved: approved(policy).filter(|_| line.is_none()) })
}

/// Whoever applied a policy has approved its sentences.
fn approved(policy: &Policy) -> Option<Approval> {
    let by = policy.public.approved_by.clone()?;
    Some(Approval { policy: policy.version.clone(), by })
}

/// What the status page calls a service; the organisation where no service is known.
fn component(policy: &Policy, service: Option<&ServiceId>) -> String {
    let known = service.and_then(|id| policy.services.get(id));
    known.map_or_else(|| policy.organisation.clone(), |service| service.component.clone())
}

/// Fills in a sentence of the policy. Where no region is known, ` in {region}` is left out.
pub(super) fn sentence(template: &str, component: &str, region: Option<&RegionId>, time: Timestamp) -> String {
    let text = match region {
        Some(region) => template.replace("{region}", region.as_str()),
        None => template.replace(" in {region}", "").replace("{region}", "all regions"),
    };
    text.replace("{time}", &time.strftime("%H:%M UTC").to_string()).replace("{component}", component)
}
