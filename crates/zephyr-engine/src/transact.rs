//! Load, decide, commit: for many inputs at once, in one transaction, again for those where another was faster.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use zephyr_core::effect::{Effect, Inform, Lane, Outcome};
use zephyr_core::incident::{self, Incident, Refused};
use zephyr_core::{Cause, EffectId, StreamId, limits};
use zephyr_core::{reach, roster};

use crate::deciding;
use crate::engine::Engine;
use crate::input::{Ask, Request};
use crate::ports::{About, Commit, Committed, Entropy, Finish, NewEffect, RequestRow, Store, StoreError};
use crate::similar::Alike;
use crate::state::{Decided, Parts, State, format};
use crate::states::States;

/// One thing to decide about one stream.
#[derive(Debug, Clone)]
pub(crate) enum Input {
    /// A time came.
    Wake(StreamId),
    /// A person or program asks.
    Request(Request),
    /// An effect has an outcome.
    Outcome(Answered),
    /// Another incident has something to tell this one.
    Told(Told),
}

impl Input {
    fn key(&self) -> Option<&str> {
        match self {
            Self::Request(Request { key: Some(key), .. }) => Some(&key.key),
            Self::Request(_) | Self::Wake(_) | Self::Outcome(_) | Self::Told(_) => None,
        }
    }
}

/// Which incident is to be told of which, and the effect that ends with it.
#[derive(Debug, Clone)]
pub(crate) struct Told {
    pub inform: Inform,
    pub finish: Finish,
}

/// An effect and what became of it.
#[derive(Debug, Clone)]
pub(crate) struct Answered {
    pub stream: StreamId,
    pub id: EffectId,
    pub effect: Effect,
    pub outcome: Outcome,
    pub provider: &'static str,
    /// How the effect's own row ends; `None` leaves it as it is.
    pub finish: Option<Finish>,
    /// How long what is decided because of it waits, besides pages.
    pub patience: SignedDuration,
}

/// What became of one input.
#[derive(Debug, Clone)]
pub(crate) enum Settled {
    /// Committed, or nothing had to change.
    Done(State),
    Refused(Refused),
    NotArranged(roster::Refused),
    NotReached(reach::Refused),
    NotFound,
    Repeated(RequestRow),
    /// One about the same is open.
    Similar(Arc<Incident>),
    /// The effect belongs to another epoch.
    Fenced,
    /// It was said not to be due any more, and it is.
    StillDue,
    Busy,
}

/// What is to become of one input.
pub(crate) enum Next {
    Decided(Decided),
    Settled(Settled),
    /// It rests on what is only being opened: it is decided once that is written.
    Later,
}

impl Next {
    pub fn of_incident(decided: incident::Decided) -> Self {
        Self::Decided(Decided::Incident(Box::new(decided)))
    }

    pub fn of_reach(decided: reach::Decided) -> Self {
        Self::Decided(Decided::Reach(Box::new(decided)))
    }

    pub fn of_roster(decided: roster::Decided) -> Self {
        Self::Decided(Decided::Roster(Box::new(decided)))
    }
}

/// Inputs decided together, before they are written.
#[derive(Debug, Default)]
struct Turn {
    commits: Vec<Commit>,
    /// The states that they lead to.
    after: Vec<State>,
    /// Whose commit it is, by input, and how late the wake-up was.
    owners: Vec<(usize, Option<SignedDuration>)>,
    /// Inputs that write nothing, with their answer.
    followers: Vec<(usize, Settled)>,
    /// Inputs to decide once this is written.
    later: Vec<usize>,
}

impl<S: Store, E: Entropy> Engine<S, E> {
    /// Decides all inputs and commits what they change. Inputs on the same stream see one another in order.
    pub(crate) async fn transact(&mut self, inputs: &[Input]) -> Result<Vec<Settled>, StoreError> {
        let mut settled: Vec<Option<Settled>> = vec![None; inputs.len()];
        let mut todo: Vec<usize> = (0..inputs.len()).collect();
        for _ in 0..limits::CONFLICT_TRIES {
            if todo.is_empty() {
                break;
            }
            // In the order in which they were asked, also where some are decided anew.
            todo.sort_unstable();
            let staged = self.stage(inputs, std::mem::take(&mut todo)).await;
            // Known again only where all is written that was counted with it.
            let next_number = self.next_number.take();
            let Turn { commits, after, owners, followers, later } = staged?;
            todo.extend(later);
            let results = if commits.is_empty() { Vec::new() } else { self.write(commits, after).await? };
            let all_written = results.iter().all(|(result, _)| *result == Committed::Done);
            self.next_number = next_number.filter(|_| all_written);
            for (index, found) in followers {
                // What changed nothing, or was refused, may rest on what was decided before it in the same turn.
                match settled.get_mut(index) {
                    Some(slot) if all_written => *slot = Some(found),
                    _ => todo.push(index),
                }
            }
            for ((index, late), (result, state)) in owners.into_iter().zip(results) {
                let Some(slot) = settled.get_mut(index) else { continue };
                match result {
                    Committed::Done => {
                        self.begun.extend(late);
                        *slot = Some(Settled::Done(state));
                    }
                    Committed::Fenced => *slot = Some(Settled::Fenced),
                    Committed::Repeated => *slot = self.repeated(inputs.get(index)).await?,
                    Committed::Conflict => todo.push(index),
                }
            }
        }
        Ok(settled.into_iter().map(|slot| slot.unwrap_or(Settled::Busy)).collect())
    }

    /// Decides the inputs `todo`, in order, on what is stored and on one another.
    async fn stage(&mut self, inputs: &[Input], todo: Vec<usize>) -> Result<Turn, StoreError> {
        let mut turn = Turn::default();
        let asked = || todo.iter().filter_map(|index| inputs.get(*index));
        if asked().any(|input| matches!(input, Input::Request(Request { ask: Ask::Open(_), .. }))) {
            self.know_next_number().await?;
        }
        let answered = self.answered(asked()).await?;
        let mut alike = Alike::of(&self.store, asked(), self.worlds.given()).await?;
        let mut streams: BTreeSet<StreamId> = asked().flat_map(streams_of).chain(alike.streams()).collect();
        if asked().any(|input| matches!(input, Input::Wake(StreamId::ROSTER))) {
            // Whoever takes over is told what is open.
            streams.extend(self.store.find(Incident::PHASE, "open", limits::HANDOFF_OPEN).await?);
        }
        let streams: Vec<StreamId> = streams.into_iter().collect();
        let (now, mut states) = self.load(&streams).await?;
        let mut keys = BTreeSet::new();
        for index in todo {
            let Some(input) = inputs.get(index) else { continue };
            // The second of a double click is answered like the first, and an incident sees another roster, once that is
            // written.
            let rests_on_roster = states.is_rearranged() && stream_of(input) != Some(StreamId::ROSTER);
            if rests_on_roster || input.key().is_some_and(|key| keys.contains(key)) {
                turn.later.push(index);
                continue;
            }
            if let Some(row) = input.key().and_then(|key| answered.get(key)) {
                turn.followers.push((index, Settled::Repeated(row.clone())));
                continue;
            }
            match self.decide(input, &states, &alike, now)? {
                Next::Decided(planned) => {
                    let staged = turn.commits.len();
                    let late = lateness(input, &states, &planned, now);
                    if let Some((commit, state)) = self.commit_of(input, planned, now, staged, &mut states)? {
                        alike.decided(commit.stream, &commit.index);
                        keys.extend(input.key());
                        turn.commits.push(commit);
                        turn.after.push(state);
                        turn.owners.push((index, late));
                    } else {
                        let found = stream_of(input).and_then(|stream| states.get(stream));
                        let found = found.cloned().map_or(Settled::NotFound, Settled::Done);
                        turn.followers.push((index, found));
                    }
                }
                Next::Settled(answer) => turn.followers.push((index, answer)),
                Next::Later => turn.later.push(index),
            }
        }
        Ok(turn)
    }

    /// What was answered before, of all that is asked with a key.
    async fn answered(&self, asked: impl Iterator<Item = &Input>) -> Result<BTreeMap<String, RequestRow>, StoreError> {
        let keys: BTreeSet<String> = asked.filter_map(Input::key).map(str::to_owned).collect();
        let keys: Vec<String> = keys.into_iter().collect();
        let rows = if keys.is_empty() { Vec::new() } else { self.store.requests(&keys).await? };
        Ok(rows.into_iter().map(|row| (row.key.clone(), row)).collect())
    }

    async fn repeated(&self, input: Option<&Input>) -> Result<Option<Settled>, StoreError> {
        let Some(Input::Request(Request { key: Some(key), .. })) = input else { return Ok(None) };
        Ok(self.store.request(&key.key).await?.map(Settled::Repeated))
    }

    /// The states of streams, and the world with the roster that is stored beside them.
    async fn load(&mut self, ids: &[StreamId]) -> Result<(Timestamp, States), StoreError> {
        let others = ids.iter().copied().filter(|id| *id != StreamId::ROSTER);
        let ids: Vec<StreamId> = others.chain([StreamId::ROSTER]).collect();
        let loaded = self.store.load(&ids).await?;
        let mut known = BTreeMap::new();
        for row in loaded.streams.into_iter().flatten() {
            known.insert(row.id, self.recent.state_of(&self.store, row).await?);
        }
        let roster = known.get(&StreamId::ROSTER).and_then(State::roster);
        let world = self.worlds.stored(roster.map(Arc::as_ref));
        Ok((loaded.now, States::new(known, world)))
    }

    fn decide(&mut self, input: &Input, states: &States, alike: &Alike, now: Timestamp) -> Result<Next, StoreError> {
        let Input::Request(Request { ask: Ask::Open(declared), actor, id, .. }) = input else {
            return Ok(deciding::decide(input, states, now));
        };
        let world = states.world();
        let similar = match alike.likeness(declared, actor, states, world, now) {
            Ok(similar) => similar,
            Err(other) => return Ok(other),
        };
        let open = self.opening(declared, similar, now)?;
        let decided = incident::open(open, actor.clone(), Cause::Request(id.clone()), world, now);
        Ok(decided.map_or(Next::Settled(Settled::Busy), Next::of_incident))
    }

    /// The commit that a decision asks for, and the state after it; `None` where it changes nothing and finishes
    /// nothing.
    fn commit_of(
        &self,
        input: &Input,
        decided: Decided,
        now: Timestamp,
        staged: usize,
        states: &mut States,
    ) -> Result<Option<(Commit, State)>, StoreError> {
        let finish = match input {
            Input::Outcome(answered) => answered.finish.clone(),
            Input::Told(told) => Some(told.finish.clone()),
            Input::Wake(_) | Input::Request(_) => None,
        };
        let before = stream_of(input).and_then(|stream| states.get(stream));
        let Parts { state, events, effects } = decided.into_parts(before)?;
        let request = match input {
            Input::Request(Request { key: Some(key), .. }) => {
                let (stream, version) = (state.stream(), Some(state.version()));
                Some(key.answered(About::Stream { stream, version }, now))
            }
            _ => None,
        };
        if events.is_empty() && finish.is_none() && request.is_none() {
            return Ok(None);
        }
        let expected = state.version() - u64::try_from(events.len()).unwrap_or(0);
        let urgency = state.urgency();
        let patience = match input {
            Input::Outcome(answered) => answered.patience,
            Input::Wake(_) | Input::Request(_) | Input::Told(_) => SignedDuration::ZERO,
        };
        let effects = effects.into_iter().map(|(id, effect)| {
            let page = effect.lane() == Lane::Page;
            let claimed = page && self.outbox.has_room_for_claims(urgency, staged);
            let due_at = if page { now } else { now.checked_add(patience).unwrap_or(now) };
            NewEffect { id, effect, urgency, due_at, claimed }
        });
        let stream = state.stream();
        let commit = Commit {
            stream,
            expected,
            events,
            state: state.to_json()?,
            format: format(stream.kind),
            wake_at: state.next_wake(),
            urgency,
            index: state.index(),
            effects: effects.collect(),
            finish,
            request,
        };
        states.put(state.clone(), &self.worlds);
        Ok(Some((commit, state)))
    }
}

/// How long after it was due a wake-up begins a step; `None` where it begins none.
fn lateness(input: &Input, states: &States, decided: &Decided, now: Timestamp) -> Option<SignedDuration> {
    let Input::Wake(stream) = input else { return None };
    let due = states.get(*stream)?.next_wake()?;
    decided.begins_a_step().then(|| now.duration_since(due).max(SignedDuration::ZERO))
}

pub(crate) fn stream_of(input: &Input) -> Option<StreamId> {
    match input {
        Input::Wake(stream) => Some(*stream),
        Input::Request(Request { ask: Ask::Of { incident, .. }, .. }) => Some(incident.stream()),
        Input::Request(Request { ask: Ask::Open(_), .. }) => None,
        Input::Request(Request { ask: Ask::Arrange(_), .. }) => Some(StreamId::ROSTER),
        Input::Request(Request { ask: Ask::Reach(_), .. }) => Some(StreamId::REACH),
        Input::Outcome(answered) => Some(answered.stream),
        Input::Told(told) => Some(told.inform.other.stream()),
    }
}

/// The stream that an input is about, and what it has to know besides.
fn streams_of(input: &Input) -> impl Iterator<Item = StreamId> + use<> {
    let besides = match input {
        Input::Told(told) => Some(told.inform.incident.stream()),
        Input::Wake(_) | Input::Request(_) | Input::Outcome(_) => None,
    };
    stream_of(input).into_iter().chain(besides)
}
