//! The engine: three verbs over a store.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use zephyr_core::effect::{Effect, Lane, Outcome};
use zephyr_core::{StreamId, World, limits};

use crate::input::{Answer, Request};
use crate::outbox::{Held, Outbox, Send};
use crate::ports::{About, Claimed, End, Entropy, Finish, Retry, Store, StoreError};
use crate::recent::Recent;
use crate::retry;
use crate::state::{State, incident_at, state_at};
use crate::transact::{Answered, Input, Settled};
use crate::worlds::Worlds;
use crate::write::Doubt;

/// Decides, commits and hands out. One at a time for each replica.
#[derive(Debug)]
pub struct Engine<S, E> {
    pub(crate) store: S,
    pub(crate) entropy: E,
    pub(crate) worlds: Worlds,
    pub(crate) next_number: Option<u64>,
    pub(crate) outbox: Outbox,
    pub(crate) recent: Recent,
    /// How often it has written.
    pub(crate) writes: u64,
    /// Commits whose answer was lost.
    pub(crate) doubtful: Vec<Doubt>,
    /// The epoch of the lease; `None` until there is one.
    pub(crate) epoch: Option<u64>,
    /// Outcomes that are not written yet.
    returned: Vec<(Send, Outcome, &'static str)>,
    /// For each wake-up that began a step: how long after it was due that was decided.
    pub(crate) begun: Vec<SignedDuration>,
    now: Timestamp,
    next: Option<Timestamp>,
}

impl<S: Store, E: Entropy> Engine<S, E> {
    /// An engine that has just started: it looks at once for everything that is due.
    pub fn new(store: S, entropy: E, world: Arc<World>) -> Self {
        let mut engine = Self {
            store,
            entropy,
            worlds: Worlds::new(world),
            next_number: None,
            outbox: Outbox::default(),
            recent: Recent::default(),
            writes: 0,
            doubtful: Vec::new(),
            epoch: None,
            returned: Vec::new(),
            begun: Vec::new(),
            now: Timestamp::MIN,
            next: Some(Timestamp::MIN),
        };
        engine.look_again();
        engine
    }

    /// Decides in another world from now on.
    pub fn set_world(&mut self, world: Arc<World>) {
        self.worlds = Worlds::new(world);
    }

    /// Carries out requests, in order, in one transaction. Each is answered when it is durable, or refused alone.
    pub async fn execute(&mut self, requests: Vec<Request>) -> Result<Vec<Answer>, StoreError> {
        self.settle().await?;
        let hash = |request: &Request| request.key.as_ref().map(|key| key.body_hash.clone());
        let asked: Vec<(Option<String>, Option<u64>)> =
            requests.iter().map(|request| (hash(request), request.ask.number())).collect();
        let inputs: Vec<Input> = requests.into_iter().map(Input::Request).collect();
        let settled = self.transact(&inputs).await?;
        let mut answers = Vec::with_capacity(settled.len());
        for (settled, (hash, number)) in settled.into_iter().zip(asked) {
            answers.push(match settled {
                Settled::Done(State::Incident(incident)) => Answer::Done(incident),
                Settled::Done(State::Roster(roster)) => {
                    let number = number.unwrap_or(roster.latest);
                    Answer::Arranged { roster, number, repeated: false }
                }
                Settled::Refused(refused) => Answer::Refused(refused),
                Settled::NotArranged(refused) => Answer::NotArranged(refused),
                Settled::NotFound => Answer::NotFound,
                Settled::Repeated(row) if Some(&row.body_hash) != hash.as_ref() => Answer::KeyReused,
                Settled::Repeated(row) => self.again(row.about, number).await?,
                Settled::Similar(other) => Answer::Similar(other),
                Settled::Fenced | Settled::StillDue | Settled::Busy => Answer::Busy,
            });
        }
        Ok(answers)
    }

    /// What a request that was answered before is answered once more: what there was then.
    async fn again(&self, about: About, number: Option<u64>) -> Result<Answer, StoreError> {
        let About::Stream { stream, version } = about else { return Ok(Answer::KeyReused) };
        if stream == StreamId::ROSTER {
            let then = state_at(&self.store, stream, version).await?;
            let Some(roster) = then.as_ref().and_then(State::roster).cloned() else { return Ok(Answer::NotFound) };
            let number = number.unwrap_or(roster.latest);
            return Ok(Answer::Arranged { roster, number, repeated: true });
        }
        Ok(match incident_at(&self.store, stream, version).await? {
            Some((incident, policy)) => Answer::Repeated { incident: Arc::new(incident), policy },
            None => Answer::NotFound,
        })
    }

    /// Does what is due and hands out what is to be sent. Page sends that are ready go before everything else.
    pub async fn poll(&mut self) -> Result<Vec<Send>, StoreError> {
        self.settle().await?;
        if self.outbox.is_ready() {
            let sends = self.hand_out().await?;
            // Where none of it was due any more, there may be other things to do.
            if !sends.is_empty() {
                return Ok(sends);
            }
        }
        let due = self.store.due(limits::WAKES_A_TURN).await?;
        if self.next.is_some_and(|next| next <= due.now) {
            // Whatever this time was kept for may be an effect whose next try is due.
            self.look_again();
        }
        self.now = due.now;
        self.next = due.next;
        if due.streams.len() >= limits::WAKES_A_TURN {
            self.next = Some(self.now);
        }
        if !due.streams.is_empty() {
            let inputs: Vec<Input> = due.streams.into_iter().map(Input::Wake).collect();
            self.transact(&inputs).await?;
        }
        self.claim(Lane::Page).await?;
        self.claim(Lane::Tell).await?;
        if !self.outbox.is_ready() && self.pass_on().await? {
            self.claim(Lane::Tell).await?;
        }
        self.hand_out().await
    }

    /// How long the runtime may sleep before it polls again; `None` where nothing is due at any time.
    pub fn next_wake(&self) -> Option<SignedDuration> {
        if self.outbox.is_ready() {
            return Some(SignedDuration::ZERO);
        }
        self.next.map(|next| next.duration_since(self.now).max(SignedDuration::ZERO))
    }

    /// For each wake-up that began a step since this was asked last: how long after it was due that was decided.
    pub fn take_begun(&mut self) -> Vec<SignedDuration> {
        std::mem::take(&mut self.begun)
    }

    /// Looks into the store for effects that others left, at the next poll. The safety net, once in a while.
    pub fn look_again(&mut self) {
        self.outbox.waiting(Lane::Page);
        self.outbox.waiting(Lane::Tell);
    }

    /// Takes what became of sends; `&str` names the provider for the timeline. Give each once: what the store does not
    /// take is kept, and written before anything else is done.
    pub async fn finished(&mut self, results: Vec<(Send, Outcome, &'static str)>) -> Result<(), StoreError> {
        results.iter().for_each(|(send, ..)| self.outbox.came_back(&send.effect));
        self.returned.extend(results);
        self.settle().await
    }

    /// Writes what could not be written before: commits without an answer, then outcomes.
    async fn settle(&mut self) -> Result<(), StoreError> {
        self.settle_doubts().await?;
        if self.returned.is_empty() {
            return Ok(());
        }
        let now = self.store.now().await?;
        let mut inputs = Vec::new();
        let mut retries = Vec::new();
        for (send, outcome, provider) in &self.returned {
            match plan(send, outcome.clone(), now) {
                Plan::Retry(retry) => retries.push(retry),
                Plan::Decide { outcome, end } => inputs.push(Input::Outcome(Answered {
                    stream: send.stream,
                    id: send.id,
                    effect: send.effect.clone(),
                    outcome,
                    provider,
                    finish: Some(Finish { effect: send.id, end }),
                    patience: SignedDuration::ZERO,
                })),
            }
        }
        for input in &inputs {
            if let Input::Outcome(Answered { finish: Some(Finish { end: End::Again(retry), .. }), .. }) = input {
                self.wake_no_later_than(retry.due_at);
            }
        }
        retries.iter().for_each(|retry| self.wake_no_later_than(retry.due_at));
        if !inputs.is_empty() {
            self.transact(&inputs).await?;
            // Written: only later tries are left to note.
            self.returned.retain(|(send, ..)| retries.iter().any(|retry| retry.effect == send.id));
        }
        if !retries.is_empty() {
            self.store.retry(&retries).await?;
        }
        self.returned.clear();
        Ok(())
    }

    pub(crate) fn poll_at_once(&mut self) {
        self.next = Some(self.now);
    }

    pub(crate) fn wake_no_later_than(&mut self, at: Timestamp) {
        self.next = Some(self.next.map_or(at, |next| next.min(at)));
    }

    /// Claims what the store holds of a lane.
    async fn claim(&mut self, lane: Lane) -> Result<(), StoreError> {
        let Some((urgency, room)) = self.outbox.should_claim(lane) else { return Ok(()) };
        let claimed = match self.store.claim(lane, urgency, room).await {
            Ok(claimed) => claimed,
            Err(error) => {
                self.outbox.waiting(lane);
                return Err(error);
            }
        };
        if claimed.len() >= room {
            self.outbox.waiting(lane);
        }
        for Claimed { id, stream, effect, urgency, attempt, due_at, abandoned } in claimed {
            let abandoned = abandoned && is_doubtful(&effect);
            let send = Send { id, stream, effect, attempt, due_at };
            self.outbox.hold(Held { send, urgency, abandoned, decided_at: None });
        }
        Ok(())
    }

    /// Lets out what is held. What could not be looked at, because the store failed, is held on to.
    async fn hand_out(&mut self) -> Result<Vec<Send>, StoreError> {
        let held = self.outbox.take();
        if held.is_empty() {
            return Ok(Vec::new());
        }
        match self.last_look(&held).await {
            Ok(sends) => {
                sends.iter().for_each(|send| self.outbox.gone_out(&send.effect));
                Ok(sends)
            }
            Err(error) => {
                held.into_iter().for_each(|held| self.outbox.hold(held));
                Err(error)
            }
        }
    }

    /// Asks for the last time what is still due. What an earlier life never learnt the outcome of, the timeline is
    /// told of first: such pages are sent once more, anything else is asked about instead.
    async fn last_look(&mut self, held: &[Held]) -> Result<Vec<Send>, StoreError> {
        let (fresh, held): (Vec<&Held>, Vec<&Held>) =
            held.iter().partition(|held| held.decided_at == Some(self.writes));
        let mut sends: Vec<Send> = fresh.into_iter().map(|held| held.send.clone()).collect();
        if held.is_empty() {
            return Ok(sends);
        }
        let ids: Vec<_> = held.iter().map(|held| held.send.stream).collect();
        let rows = self.store.load(&ids).await?.streams;
        let (mut inputs, mut about) = (Vec::new(), Vec::new());
        for (held, row) in held.into_iter().zip(rows) {
            let Held { send, abandoned, .. } = held;
            let due = match row {
                Some(row) => self.recent.state_of(&self.store, row).await?.still_due(&send.effect),
                None => false,
            };
            let page = send.effect.lane() == Lane::Page;
            if !due {
                inputs.push(own_word(send, Outcome::NotDue, true, SignedDuration::ZERO));
                about.push(held);
            } else if *abandoned {
                let error = "zephyr stopped before it learnt the answer".to_owned();
                // Asked sooner, the provider might not have met yet what is still on its way.
                let over = own_word(send, Outcome::Ambiguous { error }, !page, limits::ANSWERED_BY);
                inputs.push(over);
                about.push(held);
            }
            if due && (page || !abandoned) {
                sends.push(send.clone());
            }
        }
        if !inputs.is_empty() {
            for (held, settled) in about.into_iter().zip(self.transact(&inputs).await?) {
                if matches!(settled, Settled::StillDue) {
                    self.outbox.hold(held.clone());
                }
            }
        }
        Ok(sends)
    }
}

/// What zephyr itself has to say of an effect.
pub(crate) fn own_word(send: &Send, outcome: Outcome, over: bool, patience: SignedDuration) -> Input {
    Input::Outcome(Answered {
        stream: send.stream,
        id: send.id,
        effect: send.effect.clone(),
        outcome,
        provider: "zephyr",
        finish: over.then_some(Finish { effect: send.id, end: End::Over }),
        patience,
    })
}

/// Whether doing it twice could be noticed and would do harm. Questions, ends of rings, and what a person reads twice
/// are harmless.
fn is_doubtful(effect: &Effect) -> bool {
    match effect {
        Effect::Page(_) => true,
        Effect::Hush(_) | Effect::Inform(_) | Effect::Notice(_) => false,
        Effect::Channel(send) => !send.lookup,
        Effect::Status(send) => !send.lookup,
        Effect::Ticket(send) => !send.lookup,
    }
}

/// What an outcome means for the effect's own row.
enum Plan {
    /// The stream learns of it, and the row ends like that.
    Decide { outcome: Outcome, end: End },
    /// A later try that failed as well: the row alone remembers.
    Retry(Retry),
}

fn plan(send: &Send, outcome: Outcome, now: Timestamp) -> Plan {
    let attempt = send.attempt + 1;
    let again = |wait: SignedDuration, error: &str| Retry {
        effect: send.id,
        attempt,
        due_at: now.checked_add(wait).unwrap_or(Timestamp::MAX),
        error: error.to_owned(),
    };
    let page = send.effect.lane() == Lane::Page;
    match outcome {
        Outcome::Retry { error, .. } if !page && attempt >= limits::MIRROR_TRIES => {
            let error = format!("given up for now after {attempt} tries: {error}");
            Plan::Decide { outcome: Outcome::Permanent { error }, end: End::Over }
        }
        Outcome::Retry { after, error } => {
            let retry = again(retry::wait(send.id, attempt, after), &error);
            if attempt == 1 {
                Plan::Decide { outcome: Outcome::Retry { after, error }, end: End::Again(retry) }
            } else {
                Plan::Retry(retry)
            }
        }
        Outcome::Ambiguous { error } if page => {
            // Sent once more at once; after that on the curve.
            let wait = if attempt == 1 { SignedDuration::ZERO } else { retry::wait(send.id, attempt, None) };
            let retry = again(wait, &error);
            Plan::Decide { outcome: Outcome::Ambiguous { error }, end: End::Again(retry) }
        }
        Outcome::Ambiguous { error } if !is_doubtful(&send.effect) => {
            if attempt >= limits::MIRROR_TRIES {
                return Plan::Decide { outcome: Outcome::Permanent { error }, end: End::Over };
            }
            Plan::Retry(again(retry::wait(send.id, attempt, None), &error))
        }
        outcome => Plan::Decide { outcome, end: End::Over },
    }
}
