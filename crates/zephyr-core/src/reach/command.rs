//! What people and programs ask; the only input that can be refused.

use jiff::Timestamp;

use super::decision::{Decided, Decision};
use super::{Asked, Body, Code, Drill, Ended, Reach, Whom};
use crate::event::Stamp;
use crate::incident::chain_of;
use crate::page::{self, Chain, PageEvent, Target};
use crate::policy::{ChainStep, Method, Severity, StepWho, TargetWho};
use crate::{Actor, Cause, EffectId, PersonId, RotationId, SignedDuration, StreamId, World, limits};

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// The server has started: from now on it is looked for whom a drill is due.
    Begin,
    /// Rings somebody with nothing being wrong.
    Drill {
        /// Whom.
        of: Whom,
        /// Whose chain is practised.
        severity: Severity,
    },
    /// A person answers: one drill, or every drill that rings them.
    Acknowledge {
        /// Only this one.
        drill: Option<u64>,
    },
    /// A person cannot: one drill, or every drill that rings them.
    Decline {
        /// Only this one.
        drill: Option<u64>,
    },
    /// Somebody ends a drill.
    Stop {
        /// Which.
        drill: u64,
    },
    /// A person wants a code over one of their methods.
    AskCode {
        /// Over which.
        method: Method,
    },
    /// A person gives the code that came.
    Confirm {
        /// Over which.
        method: Method,
        /// The code.
        code: Code,
    },
}

impl Command {
    /// The number of the drill it is about, where that is there already.
    pub fn number(&self) -> Option<u64> {
        match self {
            Self::Acknowledge { drill } | Self::Decline { drill } => *drill,
            Self::Stop { drill } => Some(*drill),
            Self::Begin | Self::Drill { .. } | Self::AskCode { .. } | Self::Confirm { .. } => None,
        }
    }
}

/// Why a command was refused. Nothing has changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// By the page of the drill.
    #[error(transparent)]
    Page(#[from] page::Refused),
    /// Only a person can do this.
    #[error("only a person does this: use a token bound to a person, or name yourself")]
    NotAPerson,
    /// A program ends only what it began.
    #[error("`{0}` is a program: it can stop only a drill that it began itself")]
    NotItsOwn(String),
    /// The policy in force has no such person.
    #[error("the policy in force has no person `{0}`")]
    NoSuchPerson(PersonId),
    /// The policy in force has no such rotation.
    #[error("the policy in force has no rotation `{0}`")]
    NoSuchRotation(RotationId),
    /// There is no such drill.
    #[error("there is no drill DRILL-{0}")]
    NoSuchDrill(u64),
    /// It is over.
    #[error("{label} is over: {state}")]
    Over {
        /// `DRILL-3`.
        label: String,
        /// `answered`, `unanswered`, `stopped`.
        state: &'static str,
    },
    /// One of the same goes on.
    #[error("{label} rings for {whom} already: `zephyr drill stop {label}` ends it")]
    GoesOn {
        /// `DRILL-3`.
        label: String,
        /// For whom.
        whom: String,
    },
    /// More drills go on than make sense.
    #[error("{max} drills go on: end some of them first", max = limits::DRILLS_AT_ONCE)]
    TooMany,
    /// The person has no such method.
    #[error("your ladder in the policy has no {0}")]
    NoSuchMethod(Method),
    /// A code was sent a moment ago.
    #[error("a code was sent over {method} less than {secs} s ago: give that one, or wait", secs = limits::CODE_EVERY.as_secs())]
    TooSoon {
        /// Over which.
        method: Method,
    },
    /// No code waits to be given.
    #[error("no code waits for {0}: ask for one first; a code is good for {mins} min and {tries} tries", mins = limits::CODE_KEPT.as_mins(), tries = limits::CODE_TRIES)]
    NoCode(Method),
    /// There is no key, so that no code can be made.
    #[error("this server has no key for codes: start it again")]
    NoKey,
}

/// Decides what a command does.
pub fn command(
    state: &Reach,
    command: Command,
    actor: Actor,
    cause: Cause,
    world: &World,
    now: Timestamp,
) -> Result<Decided, Refused> {
    let mut decision = Decision::on(state, Stamp { at: now, actor: actor.clone(), cause, world });
    match command {
        Command::Begin => {
            if state.look_at.is_none() {
                decision.emit(Body::Began { look_at: plus(now, limits::LOOK_FIRST) });
            }
        }
        Command::Drill { of, severity } => begin(&mut decision, of, severity, world, now)?,
        Command::Acknowledge { drill } => {
            let person = actor.person().ok_or(Refused::NotAPerson)?;
            for (number, event) in acknowledged(state, drill, person)? {
                decision.page(number, event);
            }
        }
        Command::Decline { drill } => {
            let person = actor.person().ok_or(Refused::NotAPerson)?;
            for (number, event) in declined(state, drill, person, now)? {
                decision.page(number, event);
            }
        }
        Command::Stop { drill } => {
            let drill = running(state, drill)?;
            match &actor {
                Actor::Bot(name) if drill.began_by != actor => return Err(Refused::NotItsOwn(name.clone())),
                _ => decision.end(drill.number, Ended::Stopped { by: actor.clone() }, world, now),
            }
        }
        Command::AskCode { method } => {
            let person = actor.person().ok_or(Refused::NotAPerson)?;
            let asked = ask_code(state, person, method, world, now)?;
            decision.emit(asked);
        }
        Command::Confirm { method, code } => {
            let person = actor.person().ok_or(Refused::NotAPerson)?;
            let given = confirm(state, person, method, &code, world, now)?;
            decision.emit(given);
        }
    }
    Ok(decision.finish())
}

fn begin(
    decision: &mut Decision<'_>,
    of: Whom,
    severity: Severity,
    world: &World,
    now: Timestamp,
) -> Result<(), Refused> {
    let (state, policy) = (decision.state(), &world.policy);
    let rule = policy.severities.get(&severity);
    let (target, rotation, steps) = match &of {
        Whom::Person(person) => {
            if !policy.people.contains_key(person) {
                return Err(Refused::NoSuchPerson(person.clone()));
            }
            let step = ChainStep { after: SignedDuration::ZERO, who: StepWho::Person(person.clone()) };
            (Target::named(person.as_str()), None, vec![step])
        }
        Whom::Rotation(rotation) => {
            if !policy.rotations.contains_key(rotation) {
                return Err(Refused::NoSuchRotation(rotation.clone()));
            }
            let steps = rule.and_then(|rule| rule.chain.as_ref()).unwrap_or(&policy.chain);
            let who = TargetWho::Rotation(rotation.clone());
            (Target::from(&who), Some(rotation.clone()), chain_of(steps, Some(rotation), &who))
        }
    };
    if let Some(same) = state.running().find(|drill| drill.of == of) {
        return Err(Refused::GoesOn { label: same.label(), whom: of.as_str().to_owned() });
    }
    if state.running().count() >= limits::DRILLS_AT_ONCE {
        return Err(Refused::TooMany);
    }
    let wide = |rule: &crate::policy::TargetRule| rule.everyone && rule.rotation() == rotation.as_ref();
    let everyone = rotation.is_some() && rule.is_some_and(|rule| rule.page.iter().any(wide));
    let number = state.latest + 1;
    decision.emit(Body::DrillBegan { number, of, severity, ends_at: plus(now, limits::DRILL_MAX) });
    let chain = Chain { steps, round_wait: policy.round_wait, held_for: None };
    decision.page(number, PageEvent::Began { target, rotation, everyone, chain });
    Ok(())
}

fn running(state: &Reach, number: u64) -> Result<&Drill, Refused> {
    let drill = state.drills.get(&number).ok_or(Refused::NoSuchDrill(number))?;
    match drill.over {
        None => Ok(drill),
        Some(_) => Err(Refused::Over { label: drill.label(), state: drill.state() }),
    }
}

/// What an answer changes. The same answer again is no error.
fn acknowledged(state: &Reach, only: Option<u64>, person: &PersonId) -> Result<Vec<(u64, PageEvent)>, Refused> {
    if let Some(number) = only {
        let drill = state.drills.get(&number).ok_or(Refused::NoSuchDrill(number))?;
        if drill.answer().is_some_and(|(by, _)| by == person) {
            return Ok(Vec::new());
        }
        let event = running(state, number)?.paging.acknowledge(person)?;
        return Ok(event.into_iter().map(|event| (number, event)).collect());
    }
    let answer = |drill: &Drill| Some((drill.number, drill.paging.acknowledge(person).ok()??));
    let events: Vec<(u64, PageEvent)> = state.running().filter_map(answer).collect();
    if events.is_empty() { Err(page::Refused::NothingRings(person.clone()).into()) } else { Ok(events) }
}

fn declined(
    state: &Reach,
    only: Option<u64>,
    person: &PersonId,
    now: Timestamp,
) -> Result<Vec<(u64, PageEvent)>, Refused> {
    if let Some(number) = only {
        let event = running(state, number)?.paging.decline(person, None, now)?;
        return Ok(vec![(number, event)]);
    }
    let decline = |drill: &Drill| Some((drill.number, drill.paging.decline(person, None, now).ok()?));
    let events: Vec<(u64, PageEvent)> = state.running().filter_map(decline).collect();
    if events.is_empty() { Err(page::Refused::NothingRings(person.clone()).into()) } else { Ok(events) }
}

fn ask_code(state: &Reach, id: &PersonId, method: Method, world: &World, now: Timestamp) -> Result<Body, Refused> {
    let person = world.policy.people.get(id).ok_or_else(|| Refused::NoSuchPerson(id.clone()))?;
    if !person.ladder.iter().any(|entry| entry.method == method) {
        return Err(Refused::NoSuchMethod(method));
    }
    let key = world.codes.as_ref().ok_or(Refused::NoKey)?;
    let asked = state.contact(id, method).and_then(|contact| contact.asked.as_ref());
    if asked.is_some_and(|asked| now.duration_since(asked.at) < limits::CODE_EVERY) {
        return Err(Refused::TooSoon { method });
    }
    let address = key.fingerprint(id, person, method);
    Ok(Body::CodeAsked { person: id.clone(), method, address, until: plus(now, limits::CODE_KEPT) })
}

/// A code given rightly verifies the address it was sent to; another is counted.
fn confirm(
    state: &Reach,
    id: &PersonId,
    method: Method,
    code: &Code,
    world: &World,
    now: Timestamp,
) -> Result<Body, Refused> {
    let key = world.codes.as_ref().ok_or(Refused::NoKey)?;
    let good = |asked: &&Asked| now < asked.until && asked.wrong < limits::CODE_TRIES;
    let asked = state.contact(id, method).and_then(|contact| contact.asked.as_ref()).filter(good);
    let asked = asked.ok_or(Refused::NoCode(method))?;
    let (person, sent_by) = (id.clone(), EffectId::derive(StreamId::REACH, asked.seq, 0));
    Ok(if key.code(sent_by) == *code {
        Body::Verified { person, method, address: asked.address.clone() }
    } else {
        Body::CodeWrong { person, method }
    })
}

fn plus(at: Timestamp, wait: SignedDuration) -> Timestamp {
    at.checked_add(wait).unwrap_or(Timestamp::MAX)
}
