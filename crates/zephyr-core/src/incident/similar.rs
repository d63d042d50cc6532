//! Declarations of the same: what is open already and about the same as what somebody declares, and how one incident
//! knows of another.
//!
//! Only what is open counts: whoever declares after an end says that it is happening now. A private declaration is
//! compared with private incidents of its declarer, any other with those that everybody sees: nothing is hinted at.
//!
//! Deliberately not here: repetitions of one request, which its key recognises (`zephyr-engine`).

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::decision::{Decision, Stamp};
use super::open::{Subject, answer_as_opener};
use super::{Body, Decided, Declaration, Incident, Refused, Reporter};
use crate::policy::Severity;
use crate::text::Summary;
use crate::{Actor, Cause, IncidentId, PersonId, RegionId, ServiceId, World, catalog, limits};

/// What a summary names several of, as long as nobody has said which is meant.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unclear {
    /// Services; none, or at least two.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub services: Vec<ServiceId>,
    /// Regions; none, or at least two.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub regions: Vec<RegionId>,
}

impl Unclear {
    /// Whether nothing is.
    pub fn is_nothing(&self) -> bool {
        self.services.is_empty() && self.regions.is_empty()
    }

    /// Somebody has said which service, or which region.
    pub(super) fn settle(&mut self, service: bool, region: bool) {
        if service {
            self.services.clear();
        }
        if region {
            self.regions.clear();
        }
    }
}

/// One about the same that was open when an incident was opened all the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Similar {
    /// Its id.
    pub id: IncidentId,
    /// Its number.
    pub number: u64,
    /// Why it did not hold up the opening.
    pub why: SimilarWhy,
}

/// Why an incident was opened although one about the same was open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SimilarWhy {
    /// It is worse.
    Worse,
    /// Whoever declared it wanted so.
    Anyway,
}

/// What there is to a declaration besides its own words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Likeness<'a> {
    /// Nothing about the same is open, or nothing that may be told of: it opens.
    New,
    /// This one is, no less bad: it is offered instead of a second one.
    Offered(&'a Incident),
    /// This one is; it opens all the same, and both say so.
    Beside(&'a Incident, SimilarWhy),
}

impl<'a> Likeness<'a> {
    /// Looks for what is open and about the same among `candidates`. The worst of them counts, then the newest.
    pub fn of(
        declared: &Declaration,
        subject: &Subject,
        actor: &Actor,
        candidates: impl IntoIterator<Item = &'a Incident>,
        now: Timestamp,
    ) -> Self {
        let words = normalised(&declared.summary);
        let same = candidates.into_iter().filter(|other| other.may_be_told_to(actor, declared.private));
        let same = same.filter(|other| other.is_recent(now) && other.is_about(subject, &words));
        let Some(other) = same.min_by_key(|other| (other.severity, std::cmp::Reverse(other.number))) else {
            return Self::New;
        };
        let worse = declared.severity < other.severity;
        if !worse && !declared.anyway {
            return Self::Offered(other);
        }
        // Who takes part in one private incident need not know of the other.
        if declared.private {
            return Self::New;
        }
        Self::Beside(other, if worse { SimilarWhy::Worse } else { SimilarWhy::Anyway })
    }
}

impl Similar {
    /// The link from an incident that opens to another.
    pub fn to(other: &Incident, why: SimilarWhy) -> Self {
        Self { id: other.id, number: other.number, why }
    }
}

impl Incident {
    /// The index key of what it is about: a declaration of the same has one of its values. Open incidents only.
    pub const ABOUT: &'static str = "about";

    /// The values of [`Incident::ABOUT`] under which an open incident about the same is found.
    pub fn about_values(declared: &Declaration, subject: &Subject) -> Vec<String> {
        values(declared.private, &declared.summary, subject.service.as_ref(), subject.region.as_ref())
    }

    pub(super) fn about(&self) -> Vec<String> {
        if !self.is_open() {
            return Vec::new();
        }
        values(self.private, &self.summary, self.service.as_ref(), self.region.as_ref())
    }

    fn is_recent(&self, now: Timestamp) -> bool {
        self.is_open() && now.duration_since(self.opened_at) < limits::SIMILAR_WITHIN
    }

    /// Whether whoever declares may know of this one. Admins see private incidents, but are not offered what they take
    /// no part in.
    fn may_be_told_to(&self, actor: &Actor, private: bool) -> bool {
        self.private == private
            && match actor {
                _ if !self.private => true,
                Actor::Operator => true,
                Actor::Person(person) => self.participants.contains(person),
                Actor::Bot(_) | Actor::System | Actor::Provider(_) => false,
            }
    }

    /// The same service and region; or the same words, unless they are known to be about another service or region.
    fn is_about(&self, subject: &Subject, words: &str) -> bool {
        let (service, region) = (subject.service.as_ref(), subject.region.as_ref());
        let same_place = service.is_some() && service == self.service.as_ref() && region == self.region.as_ref();
        let same_words = || normalised(&self.summary) == words;
        same_place
            || (says_no_more(service, self.service.as_ref())
                && says_no_more(region, self.region.as_ref())
                && same_words())
    }
}

fn says_no_more<Id: PartialEq>(declared: Option<&Id>, known: Option<&Id>) -> bool {
    declared.is_none() || declared == known
}

fn normalised(summary: &Summary) -> String {
    catalog::normalised(summary.as_str())
}

fn values(private: bool, summary: &Summary, service: Option<&ServiceId>, region: Option<&RegionId>) -> Vec<String> {
    let scope = if private { "private:" } else { "" };
    let digest = Sha256::digest(normalised(summary));
    let digits: String = digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    let words = format!("{scope}words:{digits}");
    // No name of a region is a dash.
    let place = service.map(|service| format!("{scope}{service}/{}", region.map_or("-", RegionId::as_str)));
    place.into_iter().chain([words]).collect()
}

/// What somebody adds to an incident who declares the same again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Again {
    /// In their words.
    pub summary: Summary,
    /// How bad they say it is, where they said so.
    pub severity: Option<Severity>,
    /// Who noticed it first, as they say.
    pub reported_by: Option<Reporter>,
    /// Ring them too, if due, instead of taking the declaration as their answer.
    pub ring_me: bool,
}

/// Adds a declaration of the same. One that is worse is no mere repetition.
pub(super) fn join(decision: &mut Decision<'_>, again: Again, person: Option<&PersonId>) -> Result<(), Refused> {
    let state = decision.state();
    if !state.is_open() {
        return Err(super::command::not_open(state));
    }
    let Again { summary, severity, reported_by, ring_me } = again;
    if let Some(worse) = severity.filter(|severity| *severity < state.severity) {
        return Err(Refused::Worse { label: state.label(), severity: state.severity, declared: worse });
    }
    decision.emit(Body::DeclaredAgain { summary, severity, reported_by });
    if let Some(person) = person.filter(|_| !ring_me) {
        answer_as_opener(decision, person);
    }
    Ok(())
}

/// Lets an incident know that another about the same was opened. It does not matter how often: it is told once.
pub fn inform(state: &Incident, opened: &Incident, cause: Cause, world: &World, now: Timestamp) -> Decided {
    let mut decision = Decision::on(state, Stamp { at: now, actor: opened.opened_by.clone(), cause, world });
    if !state.similar.contains(&opened.number) && !opened.private && !state.private {
        let Incident { id, number, severity, summary, .. } = opened;
        let (id, number, severity, summary) = (*id, *number, *severity, summary.clone());
        decision.emit(Body::SimilarOpened { id, number, severity, summary });
    }
    decision.finish()
}
