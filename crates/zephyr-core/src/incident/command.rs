//! What people and programs ask of an incident; the only input that can be refused.

use jiff::Timestamp;

use super::decision::{Decision, Stamp};
use super::open::sentence;
use super::{Again, Body, Decided, Incident, Phase, Reporter, reclassify, similar};
use crate::page::{self, Record, StopWhy, Target};
use crate::policy::Severity;
use crate::text::{PublicLine, Reason};
use crate::{Actor, Cause, PersonId, RegionId, ServiceId, World};

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// A person answers every page that wants them.
    Acknowledge,
    /// A person cannot; one page, or every page that wants them.
    Decline {
        /// Only this one.
        target: Option<Target>,
    },
    /// A person makes themselves responder of a page.
    Take {
        /// Which.
        target: Target,
    },
    /// A responder stops a page.
    Stop {
        /// Which.
        target: Target,
        /// Why.
        reason: Reason,
    },
    /// Rings somebody again whom an answered page did not reach.
    RingAgain {
        /// Which page.
        target: Target,
        /// Whom.
        person: PersonId,
    },
    /// A person tells how things stand: to the channel, and in public where it has an entry.
    Update {
        /// Their words.
        text: PublicLine,
    },
    /// It is worse, or less bad, than it was said to be.
    Reclassify {
        /// The severity from now on.
        severity: Severity,
        /// It was wrong from the beginning: what is owed afterwards follows the new one.
        correct: bool,
    },
    /// Says which service it is, or where; what is not given stays.
    SetService {
        /// The service.
        service: Option<ServiceId>,
        /// The region.
        region: Option<RegionId>,
    },
    /// It is not over: same number, the present severity's targets are paged as at opening.
    Reopen {
        /// The public line, instead of the policy's sentence.
        public: Option<PublicLine>,
        /// Ring whoever reopens too, if due.
        ring_me: bool,
    },
    /// It is over.
    Resolve {
        /// The public line, instead of the policy's sentence.
        public: Option<PublicLine>,
        /// Who noticed it first, instead of what was said before.
        reported_by: Option<Reporter>,
    },
    /// Somebody declares the same again: it is added here, and they take part.
    Join(Again),
    /// It was a false alarm. No reason is asked for.
    Cancel {
        /// The public line, instead of the policy's sentence.
        public: Option<PublicLine>,
    },
}

impl Command {
    fn ends_or_changes(&self) -> bool {
        use Command::{Cancel, Reclassify, Reopen, Resolve, SetService};
        matches!(self, Resolve { .. } | Cancel { .. } | Reclassify { .. } | SetService { .. } | Reopen { .. })
    }
}

/// Why a command was refused. Nothing has changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// By the pages.
    #[error(transparent)]
    Page(#[from] page::Refused),
    /// Only a person can do this.
    #[error("only a person does this: use a token bound to a person, or name yourself")]
    NotAPerson,
    /// A program ends and changes only what it declared itself.
    #[error("`{0}` is a program: it can end or change only what it opened itself")]
    NotItsOwn(String),
    /// It is worse than what it should be added to.
    #[error("{label} is {severity}, and {declared} is declared: what is worse opens an incident of its own")]
    Worse {
        /// `INC-7`.
        label: String,
        /// How bad that one is.
        severity: Severity,
        /// How bad this is.
        declared: Severity,
    },
    /// It is over.
    #[error("{label} is {phase} already")]
    NotOpen {
        /// `INC-7`.
        label: String,
        /// `resolved` or `cancelled`.
        phase: &'static str,
    },
}

/// Decides what a command does.
pub fn command(
    state: &Incident,
    command: Command,
    actor: Actor,
    cause: Cause,
    world: &World,
    now: Timestamp,
) -> Result<Decided, Refused> {
    let stamp = Stamp { at: now, actor: actor.clone(), cause, world };
    if let Actor::Bot(name) = &actor
        && actor != state.opened_by
        && command.ends_or_changes()
    {
        return Err(Refused::NotItsOwn(name.clone()));
    }
    let mut decision = Decision::on(state, stamp);
    let declines = matches!(command, Command::Decline { .. });
    match command {
        Command::Update { text } => update(&mut decision, &text, world, now)?,
        Command::Reclassify { severity, correct } => {
            reclassify::reclassify(&mut decision, severity, correct, world, now)?
        }
        Command::SetService { service, region } => reclassify::set_service(&mut decision, service, region, world, now)?,
        Command::Reopen { public, ring_me } => {
            let opener = actor.person().filter(|_| !ring_me);
            reclassify::reopen(&mut decision, public, opener, world, now);
        }
        Command::Resolve { public, reported_by } => {
            end(&mut decision, false, public, world, now)?;
            reported(&mut decision, reported_by);
        }
        Command::Join(again) => similar::join(&mut decision, again, actor.person())?,
        Command::Cancel { public } => end(&mut decision, true, public, world, now)?,
        on_pages => {
            let person = actor.person().ok_or(Refused::NotAPerson)?;
            if !state.is_open() {
                return Err(not_open(state));
            }
            let paging = &state.paging;
            let event = match on_pages {
                Command::Acknowledge => {
                    // Answering again is how somebody says that they are still there.
                    let again = || paging.sign_of_life(person, now);
                    paging.acknowledge(person)?.or_else(again)
                }
                Command::Decline { target } => Some(paging.decline(person, target.as_ref(), now)?),
                Command::Take { target } => paging.take(person, &target)?,
                Command::Stop { target, reason } => Some(paging.stop(person, &target, reason)?),
                Command::RingAgain { target, person } => Some(paging.ring_again(&target, &person, now)?),
                _ => None,
            };
            event.into_iter().for_each(|event| decision.page(event));
        }
    }
    if !declines {
        answer_the_asking(&mut decision, actor.person(), now);
    }
    Ok(decision.finish())
}

/// Whatever a responder does here answers the question whether they are still there, besides saying that they cannot.
fn answer_the_asking(decision: &mut Decision<'_>, by: Option<&PersonId>, now: Timestamp) {
    let state = decision.state();
    if let Some(by) = by.filter(|by| decision.has_events() && state.paging.is_asking() && state.is_responder(by)) {
        state.paging.sign_of_life(by, now).into_iter().for_each(|event| decision.page(event));
    }
}

/// Tells how things stand; the next update is due a while from now.
fn update(decision: &mut Decision<'_>, text: &PublicLine, world: &World, now: Timestamp) -> Result<(), Refused> {
    let state = decision.state();
    if !state.is_open() {
        return Err(not_open(state));
    }
    if !decision.is_by_a_person() {
        return Err(Refused::NotAPerson);
    }
    let update_due_at = now.checked_add(world.policy.update_every).unwrap_or(Timestamp::MAX);
    decision.emit(Body::Updated { text: text.to_string(), update_due_at });
    Ok(())
}

/// Ends the incident: every page stops in the same decision; status entry, ticket and channel follow. Ended like that
/// already is no error.
fn end(
    decision: &mut Decision<'_>,
    false_alarm: bool,
    public: Option<PublicLine>,
    world: &World,
    now: Timestamp,
) -> Result<(), Refused> {
    let state = decision.state();
    match (&state.phase, false_alarm) {
        (Phase::Open, _) => {}
        (Phase::Resolved { .. }, false) | (Phase::Cancelled { .. }, true) => return Ok(()),
        (Phase::Resolved { .. } | Phase::Cancelled { .. }, _) => return Err(not_open(state)),
    }
    let sentences = &world.policy.public;
    let (template, why) = match false_alarm {
        true => (&sentences.cancelled, StopWhy::Cancelled),
        false => (&sentences.resolved, StopWhy::Resolved),
    };
    let public = closing_line(state, public, template, now);
    let stopped = state.paging.stop_all(why);
    decision.emit(if false_alarm { Body::Cancelled { public } } else { Body::Resolved { public } });
    stopped.into_iter().for_each(|event| decision.page(event));
    Ok(())
}

/// Keeps who noticed it first. Said before is no news.
fn reported(decision: &mut Decision<'_>, by: Option<Reporter>) {
    if let Some(reported_by) = by
        && decision.state().reported_by != by
    {
        decision.emit(Body::ReporterSet { reported_by });
    }
}

fn closing_line(state: &Incident, given: Option<PublicLine>, template: &str, now: Timestamp) -> Option<String> {
    let opening = state.public.as_ref()?;
    let from_policy = || sentence(template, &opening.component, state.region.as_ref(), now);
    Some(given.map_or_else(from_policy, |line| line.to_string()))
}

pub(super) fn not_open(state: &Incident) -> Refused {
    Refused::NotOpen { label: state.label(), phase: state.phase.as_str() }
}
