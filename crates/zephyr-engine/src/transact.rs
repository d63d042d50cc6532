//! Load, decide, commit: for many inputs at once, in one transaction, again for those where another was faster.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use zephyr_core::effect::{Effect, Lane, Outcome};
use zephyr_core::incident::{self, Body, Decided, Declaration, Event, Incident, Open, Refused, STATE_FORMAT};
use zephyr_core::page::PageEvent;
use zephyr_core::{Cause, EffectId, IncidentId, StreamId, World, catalog, limits};

use crate::engine::Engine;
use crate::input::{Ask, Request};
use crate::ports::{About, Commit, Committed, Entropy, EventRow, Finish, NewEffect, RequestRow, Store, StoreError};

/// One thing to decide about one stream.
#[derive(Debug, Clone)]
pub(crate) enum Input {
    /// A time came.
    Wake(StreamId),
    /// A person or program asks.
    Request(Request),
    /// An effect has an outcome.
    Outcome(Answered),
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
}

/// What became of one input.
#[derive(Debug, Clone)]
pub(crate) enum Settled {
    /// Committed, or nothing had to change.
    Done(Arc<Incident>),
    Refused(Refused),
    NotFound,
    Repeated(RequestRow),
    /// The effect belongs to another epoch.
    Fenced,
    Busy,
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
            let (now, mut states) = self.load(&inputs_at(inputs, &todo)).await?;
            let mut commits = Vec::new();
            let mut after = Vec::new();
            let mut owners = Vec::new();
            let mut followers = Vec::new();
            for index in std::mem::take(&mut todo) {
                let Some(input) = inputs.get(index) else { continue };
                match self.decide(input, &states, now).await? {
                    Ok(planned) => {
                        let staged = commits.len();
                        let late = lateness(input, &states, &planned, now);
                        if let Some((commit, state)) = self.commit_of(input, *planned, now, staged, &mut states)? {
                            commits.push(commit);
                            after.push(state);
                            owners.push((index, late));
                        } else {
                            followers.push((index, states.of(input).cloned().map_or(Settled::NotFound, Settled::Done)));
                        }
                    }
                    Err(other) => followers.push((index, other)),
                }
            }
            let results = if commits.is_empty() { Vec::new() } else { self.write(commits, after).await? };
            let all_written = results.iter().all(|(result, _)| *result == Committed::Done);
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
                    Committed::Conflict => {
                        self.next_number = None;
                        todo.push(index);
                    }
                }
            }
        }
        Ok(settled.into_iter().map(|slot| slot.unwrap_or(Settled::Busy)).collect())
    }

    async fn repeated(&self, input: Option<&Input>) -> Result<Option<Settled>, StoreError> {
        let Some(Input::Request(Request { key: Some(key), .. })) = input else { return Ok(None) };
        Ok(self.store.request(&key.key).await?.map(Settled::Repeated))
    }

    /// The states of streams, folded anew where they were written in an older format.
    async fn load(&mut self, ids: &[StreamId]) -> Result<(Timestamp, States), StoreError> {
        let mut states = States::default();
        if ids.is_empty() {
            return Ok((self.store.now().await?, states));
        }
        let loaded = self.store.load(ids).await?;
        for row in loaded.streams.into_iter().flatten() {
            let id = row.id;
            states.0.insert(id, self.recent.incident_of(&self.store, row).await?);
        }
        Ok((loaded.now, states))
    }

    async fn decide(
        &mut self,
        input: &Input,
        states: &States,
        now: Timestamp,
    ) -> Result<Result<Box<Decided>, Settled>, StoreError> {
        let world = self.world.clone();
        if let Input::Request(Request { key: Some(key), .. }) = input
            && let Some(row) = self.store.request(&key.key).await?
        {
            return Ok(Err(Settled::Repeated(row)));
        }
        Ok(match input {
            Input::Request(Request { ask: Ask::Open(declared), actor, id, .. }) => {
                let open = self.opening(declared, &world, now).await?;
                let cause = Cause::Request(id.clone());
                incident::open(open, actor.clone(), cause, &world, now).map(Box::new).ok_or(Settled::Busy)
            }
            Input::Request(Request { ask: Ask::Of { command, .. }, actor, id, .. }) => {
                let Some(state) = states.of(input) else { return Ok(Err(Settled::NotFound)) };
                let cause = Cause::Request(id.clone());
                incident::command(state, command.clone(), actor.clone(), cause, &world, now)
                    .map(Box::new)
                    .map_err(Settled::Refused)
            }
            Input::Wake(_) => match states.of(input) {
                Some(state) => Ok(Box::new(incident::wake(state, &world, now))),
                None => Err(Settled::NotFound),
            },
            Input::Outcome(Answered { id, effect, outcome, provider, .. }) => match states.of(input) {
                Some(state) => {
                    Ok(Box::new(incident::outcome(state, *id, effect, outcome.clone(), provider, &world, now)))
                }
                None => Err(Settled::NotFound),
            },
        })
    }

    async fn opening(&mut self, declared: &Declaration, world: &World, now: Timestamp) -> Result<Open, StoreError> {
        let matched = catalog::find(&world.policy, declared.summary.as_str());
        let number = match self.next_number {
            Some(number) => number,
            None => {
                let greatest = self.store.greatest(Incident::NUMBER).await?;
                greatest.and_then(|value| value.parse::<u64>().ok()).unwrap_or(0) + 1
            }
        };
        self.next_number = Some(number + 1);
        let declared = Declaration {
            service: declared.service.clone().or(matched.service),
            region: declared.region.clone().or(matched.region),
            ..declared.clone()
        };
        Ok(Open { id: self.new_id(now), number, declared })
    }

    fn new_id(&mut self, now: Timestamp) -> IncidentId {
        let mut random = [0_u8; 10];
        self.entropy.fill(&mut random);
        let millis = u64::try_from(now.as_millisecond()).unwrap_or(0);
        IncidentId(uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid())
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
    ) -> Result<Option<(Commit, Arc<Incident>)>, StoreError> {
        let finish = match input {
            Input::Outcome(answered) => answered.finish.clone(),
            Input::Wake(_) | Input::Request(_) => None,
        };
        let request = match input {
            Input::Request(Request { key: Some(key), .. }) => {
                Some(key.answered(About::Stream(decided.state.stream()), now))
            }
            _ => None,
        };
        if decided.events.is_empty() && finish.is_none() && request.is_none() {
            return Ok(None);
        }
        let Decided { state, events, effects } = decided;
        check_fold(states.get(state.stream()), &events, &state);
        let expected = state.version - u64::try_from(events.len()).unwrap_or(0);
        let urgency = u8::from(state.severity);
        let rows = events.iter().map(to_row).collect::<Result<Vec<_>, _>>()?;
        let effects = effects.into_iter().map(|(id, effect)| {
            let claimed = effect.lane() == Lane::Page && self.outbox.has_room_for_claims(staged);
            NewEffect { id, effect, urgency, due_at: now, claimed }
        });
        let corrupt = |error: serde_json::Error| StoreError::Corrupt(error.to_string());
        let commit = Commit {
            stream: state.stream(),
            expected,
            events: rows,
            state: serde_json::to_string(&state).map_err(corrupt)?,
            format: STATE_FORMAT,
            wake_at: state.next_wake(),
            urgency,
            index: state.index(),
            effects: effects.collect(),
            finish,
            request,
        };
        let state = Arc::new(state);
        states.0.insert(state.stream(), state.clone());
        Ok(Some((commit, state)))
    }

    /// Commits, and takes note of what was committed; `after` are the states they lead to. Where the store's answer was
    /// lost, what it holds is read before anything else is done.
    async fn write(&mut self, commits: Vec<Commit>, after: Vec<Arc<Incident>>) -> Result<Vec<Written>, StoreError> {
        self.writes += 1;
        let results = match self.store.commit(&commits).await {
            Ok(results) => results,
            Err(StoreError::Unknown(why)) => {
                self.next_number = None;
                let doubt = |(commit, after)| Doubt { commit, after, epoch: self.epoch };
                self.doubtful.extend(commits.into_iter().zip(after).map(doubt));
                return match self.settle_doubts().await {
                    Ok(results) => Ok(results),
                    Err(_) => Err(StoreError::Unknown(why)),
                };
            }
            Err(error) => {
                self.next_number = None;
                return Err(error);
            }
        };
        for ((commit, state), result) in commits.into_iter().zip(&after).zip(&results) {
            if *result == Committed::Done {
                self.adopt(commit, state.clone(), true);
            }
        }
        Ok(results.into_iter().zip(after).collect())
    }

    /// Finds out which commits without an answer were written: those whose events are in the store.
    pub(crate) async fn settle_doubts(&mut self) -> Result<Vec<Written>, StoreError> {
        let mut results = Vec::new();
        while let Some(Doubt { commit, .. }) = self.doubtful.first() {
            let written = match commit.events.is_empty() {
                // Nothing but the end of an effect or a request key: doing it again is harmless.
                true => false,
                false => {
                    let found = self.store.events(commit.stream, commit.expected, commit.events.len()).await?;
                    found == commit.events
                }
            };
            let Doubt { commit, after, epoch } = self.doubtful.remove(0);
            results.push((if written { Committed::Done } else { Committed::Conflict }, after.clone()));
            if written {
                self.adopt(commit, after, epoch == self.epoch);
            }
        }
        Ok(results)
    }

    /// Takes note of what was written; `mine` where its claims are still this replica's.
    fn adopt(&mut self, commit: Commit, state: Arc<Incident>, mine: bool) {
        self.recent.keep(state);
        if let Some(wake_at) = commit.wake_at {
            self.wake_no_later_than(wake_at);
        }
        for effect in commit.effects {
            self.outbox.committed(commit.stream, effect, self.writes, mine);
        }
    }
}

/// A commit whose answer was lost, the state it leads to, and the epoch that its claims were made under.
#[derive(Debug)]
pub(crate) struct Doubt {
    commit: Commit,
    after: Arc<Incident>,
    epoch: Option<u64>,
}

/// What became of a commit, and the state it leads to.
type Written = (Committed, Arc<Incident>);

/// States as they are in the present transaction.
#[derive(Debug, Default)]
pub(crate) struct States(BTreeMap<StreamId, Arc<Incident>>);

impl States {
    fn get(&self, stream: StreamId) -> Option<&Arc<Incident>> {
        self.0.get(&stream)
    }

    fn of(&self, input: &Input) -> Option<&Arc<Incident>> {
        self.get(stream_of(input)?)
    }
}

/// How long after it was due a wake-up begins a step; `None` where it begins none.
fn lateness(input: &Input, states: &States, decided: &Decided, now: Timestamp) -> Option<SignedDuration> {
    let Input::Wake(stream) = input else { return None };
    let begins = |event: &Event| matches!(event.body, Body::Page(PageEvent::StepBegan { .. }));
    let due = states.get(*stream)?.next_wake()?;
    decided.events.iter().any(begins).then(|| now.duration_since(due).max(SignedDuration::ZERO))
}

fn stream_of(input: &Input) -> Option<StreamId> {
    match input {
        Input::Wake(stream) => Some(*stream),
        Input::Request(Request { ask: Ask::Of { incident, .. }, .. }) => Some(incident.stream()),
        Input::Request(Request { ask: Ask::Open(_), .. }) => None,
        Input::Outcome(answered) => Some(answered.stream),
    }
}

fn inputs_at(inputs: &[Input], indices: &[usize]) -> Vec<StreamId> {
    let mut streams: Vec<StreamId> =
        indices.iter().filter_map(|index| inputs.get(*index)).filter_map(stream_of).collect();
    streams.sort_unstable();
    streams.dedup();
    streams
}

fn to_row(event: &Event) -> Result<EventRow, StoreError> {
    let stored = event.to_stored().map_err(|error| StoreError::Corrupt(error.to_string()))?;
    Ok(EventRow { seq: event.seq, at: event.at, kind: stored.kind, body: stored.body })
}

/// In debug builds: the events as they are stored, read back and folded, give the state that is stored beside them.
fn check_fold(before: Option<&Arc<Incident>>, events: &[Event], after: &Incident) {
    if cfg!(debug_assertions) && !events.is_empty() {
        let mut state = before.map(|state| Incident::clone(state));
        for event in events {
            let stored = event.to_stored().ok();
            let read = stored.and_then(|stored| Event::from_stored(event.seq, event.at, &stored.body).ok());
            debug_assert_eq!(read.as_ref(), Some(event), "a stored event reads back as it was");
            state = Incident::fold(state, event);
        }
        debug_assert_eq!(state.as_ref(), Some(after), "the state is the fold of its events");
    }
}
