//! What people ask of pages: answer, decline, take, stop, ring again.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::step::plus;
use super::{Page, PageEvent, PageState, Paging, StopWhy, Target};
use crate::text::Reason;
use crate::{PersonId, limits};

/// Why an act on a page was refused. Nothing has changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// No page wants this person, and none has.
    #[error("nothing is ringing for {0}")]
    NothingRings(PersonId),
    /// Others have answered what rang for this person.
    #[error("{by} already answered: `page take` makes you a responder as well", by = join(by))]
    AlreadyAnswered {
        /// Who has.
        by: BTreeSet<PersonId>,
    },
    /// There is no page of that name.
    #[error("there is no page `{given}` here: it has {known}", known = join(known))]
    NoSuchPage {
        /// What was asked for.
        given: Target,
        /// What there is.
        known: BTreeSet<Target>,
    },
    /// Only somebody who answers for this may stop its pages.
    #[error("{0} has not answered here: only a responder may stop a page; `page take` makes you one")]
    NotAResponder(PersonId),
    /// It was stopped before.
    #[error("the page `{0}` is stopped already")]
    Stopped(Target),
    /// This person is not among those who were not reached.
    #[error("{person} is not among those whom the page `{target}` did not reach")]
    NotMissed {
        /// Which page.
        target: Target,
        /// Who.
        person: PersonId,
    },
}

fn join<T: ToString>(things: &BTreeSet<T>) -> String {
    things.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

impl Paging {
    /// A person answers: every page that wants them, and every page not answered yet that has rung them before. Doing
    /// it twice is no error and changes nothing, besides that it is a sign of life.
    pub fn acknowledge(&self, by: &PersonId) -> Result<Option<PageEvent>, Refused> {
        let targets = self.targets(|page| page.wants(by) || (page.is_ringing() && page.rung.contains(by)));
        if !targets.is_empty() {
            return Ok(Some(PageEvent::Acknowledged { by: by.clone(), targets }));
        }
        if self.holders().contains(by) || self.asked().any(|asked| asked == by) {
            return Ok(None);
        }
        let others = self.pages.values().filter(|page| page.rung.contains(by)).filter_map(Page::answered_by);
        let others: BTreeSet<PersonId> = others.flatten().cloned().collect();
        if others.is_empty() {
            Err(Refused::NothingRings(by.clone()))
        } else {
            Err(Refused::AlreadyAnswered { by: others })
        }
    }

    /// A person cannot: every page that wants them goes on at once, or only the one named. Whoever is asked for a sign
    /// of life is asked no longer.
    pub fn decline(&self, by: &PersonId, only: Option<&Target>, now: Timestamp) -> Result<PageEvent, Refused> {
        if let Some(target) = only {
            self.page(target)?;
        }
        let mut targets = self.targets(|page| page.wants(by));
        targets.retain(|target| only.is_none_or(|wanted| wanted == target));
        let is_asked = only.is_none() && self.asked().any(|asked| asked == by);
        if targets.is_empty() && !is_asked {
            return Err(Refused::NothingRings(by.clone()));
        }
        Ok(PageEvent::Declined { by: by.clone(), targets, until: plus(now, limits::DECLINED_FOR) })
    }

    /// A person makes themselves responder of a page, whoever answered before.
    pub fn take(&self, by: &PersonId, target: &Target) -> Result<Option<PageEvent>, Refused> {
        let page = self.page(target)?;
        let holds = page.answered_by().is_some_and(|responders| responders.contains(by));
        Ok((!holds).then(|| PageEvent::Taken { target: target.clone(), by: by.clone() }))
    }

    /// A responder of any of the pages stops one.
    pub fn stop(&self, by: &PersonId, target: &Target, reason: Reason) -> Result<PageEvent, Refused> {
        let page = self.page(target)?;
        if matches!(page.state, PageState::Stopped { .. }) {
            return Err(Refused::Stopped(target.clone()));
        }
        if !self.holders().contains(by) {
            return Err(Refused::NotAResponder(by.clone()));
        }
        let why = StopWhy::Person { by: by.clone(), reason };
        Ok(PageEvent::Stopped { targets: BTreeSet::from([target.clone()]), why })
    }

    /// Rings somebody again who did not answer in time while another did.
    pub fn ring_again(&self, target: &Target, person: &PersonId, now: Timestamp) -> Result<PageEvent, Refused> {
        let page = self.page(target)?;
        let missed = matches!(&page.state, PageState::Answered(answered) if answered.not_reached.contains(person));
        if !missed {
            return Err(Refused::NotMissed { target: target.clone(), person: person.clone() });
        }
        let until = plus(now, limits::ALL_RING_STEP);
        Ok(PageEvent::RungAgain { target: target.clone(), person: person.clone(), until })
    }

    /// Ends every page that is not over; `None` where all are.
    pub fn stop_all(&self, why: StopWhy) -> Option<PageEvent> {
        let targets = self.targets(|page| !matches!(page.state, PageState::Stopped { .. }));
        (!targets.is_empty()).then_some(PageEvent::Stopped { targets, why })
    }

    fn page(&self, target: &Target) -> Result<&Page, Refused> {
        let known = || self.pages.keys().cloned().collect();
        self.pages.get(target).ok_or_else(|| Refused::NoSuchPage { given: target.clone(), known: known() })
    }

    fn targets(&self, which: impl Fn(&Page) -> bool) -> BTreeSet<Target> {
        self.pages.iter().filter(|(_, page)| which(page)).map(|(target, _)| target.clone()).collect()
    }
}

impl Page {
    /// Who answered it; `None` while nobody has.
    pub fn answered_by(&self) -> Option<&BTreeSet<PersonId>> {
        match &self.state {
            PageState::Answered(answered) => Some(&answered.by),
            PageState::Ringing(_) | PageState::Stopped { .. } => None,
        }
    }
}
