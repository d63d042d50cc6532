//! The task around the engine: it owns the engine, waits for what there is to do, and lets sends out.
//!
//! One turn: carry out what was asked, hand out what is due, write down what the world answered. Pages leave between
//! the first two, before anything else is looked at. Deliberately not here: HTTP, and what is decided.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::SignedDuration;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::{Interval, MissedTickBehavior};
use zephyr_core::World;
use zephyr_engine::ports::{Entropy, Objects, Store, StoreError, real_time};
use zephyr_engine::{Ask, Engine, Send};
use zephyr_fault::{self as fault, Point};

use crate::bounds;
use crate::metrics::{Metrics, instant};

mod handle;
mod lease;
mod queue;
mod send;

pub use handle::{Handle, Unanswered};

use handle::Asked;
use lease::{Keeper, Taken};
use queue::Queue;
use send::{Owed, Returned};

/// Entropy that only one task ever has; it need not be shareable for that task to move between threads.
struct Exclusive<E>(Mutex<E>);

impl<E: Entropy> Entropy for Exclusive<E> {
    fn fill(&mut self, bytes: &mut [u8]) {
        self.0.get_mut().unwrap_or_else(PoisonError::into_inner).fill(bytes);
    }
}

/// The engine and everything that can wake it.
pub struct Runtime<S, E> {
    engine: Engine<S, Exclusive<E>>,
    store: S,
    speed: u32,
    metrics: Metrics,
    commands: Queue,
    /// Unbounded as a type; what is out at a time is bounded by the engine.
    returns: mpsc::UnboundedSender<Returned>,
    returning: mpsc::UnboundedReceiver<Returned>,
    world: watch::Receiver<Arc<World>>,
    turns: watch::Sender<u64>,
    leave: oneshot::Receiver<()>,
    leaving: bool,
    safety_net: Interval,
    /// Asked and not yet carried out.
    asked: Vec<Asked>,
    /// Came back and not yet written down.
    returned: Vec<Returned>,
    /// Sends that have not come back.
    out: usize,
    /// Whether to poll once more before waiting.
    again: bool,
    lease: Keeper,
}

impl<S: Store + Objects, E: Entropy> Runtime<S, E> {
    /// A runtime, the handle that talks to it, and the word on which it ends once nothing is under way any more.
    pub fn new(
        store: S,
        entropy: E,
        world: watch::Receiver<Arc<World>>,
        speed: u32,
        metrics: Metrics,
    ) -> (Self, Handle, oneshot::Sender<()>) {
        let mut engine = Engine::new(store.clone(), Exclusive(Mutex::new(entropy)), world.borrow().clone());
        engine.look_at_roster();
        let (asking, commands) = queue::queue();
        let (returns, returning) = mpsc::unbounded_channel();
        let (turns, turned) = watch::channel(0);
        let (goodbye, leave) = oneshot::channel();
        let mut safety_net = tokio::time::interval(bounds::SAFETY_NET);
        safety_net.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let runtime = Self {
            engine,
            store,
            speed,
            metrics,
            commands,
            returns,
            returning,
            world,
            turns,
            leave,
            leaving: false,
            safety_net,
            asked: Vec::new(),
            returned: Vec::new(),
            out: 0,
            again: true,
            lease: Keeper::new(),
        };
        (runtime, Handle::new(asking, turned), goodbye)
    }

    /// Runs until it was told to end and nothing is under way, or until the store holds something unreadable.
    pub async fn run(mut self) -> Result<(), StoreError> {
        loop {
            self.gather().await;
            let turn = self.turn().await;
            self.turns.send_modify(|turns| *turns = turns.wrapping_add(1));
            match turn {
                Ok(()) => {}
                Err(error @ StoreError::Corrupt(_)) => {
                    tracing::error!(%error, "the engine stops");
                    return Err(error);
                }
                Err(error @ StoreError::Lapsed(_)) => {
                    tracing::warn!(%error, "another replica has taken over what this one had claimed");
                    self.lease.lost();
                }
                Err(error) => {
                    tracing::warn!(%error, "the store failed; trying again");
                    tokio::time::sleep(bounds::STORE_REST).await;
                }
            }
            if self.leaving && self.out == 0 && !self.again && self.asked.is_empty() && self.returned.is_empty() {
                return Ok(());
            }
        }
    }

    /// Takes what has come in; waits for something if nothing has.
    async fn gather(&mut self) {
        tokio::select! {
            biased;
            _ = self.safety_net.tick() => self.look_again(),
            () = std::future::ready(()) => {}
        }
        self.take_waiting();
        if self.again || !self.asked.is_empty() || !self.returned.is_empty() {
            return;
        }
        let until_wake = self.engine.next_wake().map_or(bounds::SAFETY_NET, |wait| real_time(wait, self.speed));
        let until_wake = self.lease.renew_in().map_or(until_wake, |wait| until_wake.min(wait));
        tokio::select! {
            biased;
            Some(asked) = self.commands.next() => self.asked.push(asked),
            Some(returned) = self.returning.recv() => self.take_back(returned),
            Ok(()) = self.world.changed() => self.world.mark_changed(),
            _ = &mut self.leave, if !self.leaving => {
                self.leaving = true;
                self.commands.close();
            }
            _ = self.safety_net.tick() => self.look_again(),
            // What another replica has written may be due here, or be what somebody waits for.
            () = self.store.news() => self.look_again(),
            () = tokio::time::sleep(until_wake) => {}
        }
        self.take_waiting();
    }

    fn look_again(&mut self) {
        self.engine.look_again();
        self.again = true;
    }

    fn take_waiting(&mut self) {
        self.commands.take(&mut self.asked);
        while let Ok(returned) = self.returning.try_recv() {
            self.take_back(returned);
        }
        if self.world.has_changed().unwrap_or(false) {
            self.engine.set_world(self.world.borrow_and_update().clone());
        }
    }

    fn take_back(&mut self, returned: Returned) {
        self.out = self.out.saturating_sub(1);
        self.returned.push(returned);
    }

    async fn turn(&mut self) -> Result<(), StoreError> {
        self.keep_lease().await?;
        self.execute().await?;
        self.poll().await?;
        self.finish().await
    }

    /// Renews the lease when it is time. Without one nothing is done, and whoever asked is told so.
    async fn keep_lease(&mut self) -> Result<(), StoreError> {
        if self.lease.renew_in() != Some(Duration::ZERO) {
            return Ok(());
        }
        let (asked_at, lasts) = self.lease.ask();
        match self.engine.renew(lasts).await {
            Ok(lease) => {
                let taken = self.lease.took(asked_at, lease);
                if taken == Taken::Anew {
                    self.metrics.lease_lost();
                }
                self.again |= taken != Taken::Renewed || lease.freed > 0;
                Ok(())
            }
            Err(error) => {
                let unanswered = Unanswered::from(&error);
                let asked = std::mem::take(&mut self.asked).into_iter().map(Asked::into_parts);
                asked.for_each(|(_, reply)| drop(reply.send(Err(unanswered))));
                Err(error)
            }
        }
    }

    /// Carries out what was asked, and answers.
    async fn execute(&mut self) -> Result<(), StoreError> {
        if self.asked.is_empty() {
            return Ok(());
        }
        let (requests, replies): (Vec<_>, Vec<_>) =
            std::mem::take(&mut self.asked).into_iter().map(Asked::into_parts).unzip();
        let opens = requests.iter().any(|request| matches!(request.ask, Ask::Open(_)));
        fault::at(if opens { Point::OpeningAsked } else { Point::CommandAsked });
        let begun = instant();
        let executed = self.engine.execute(requests).await;
        self.metrics.commit.observe(begun.elapsed().as_secs_f64());
        match executed {
            Ok(answers) => {
                fault::at(if opens { Point::OpeningCommitted } else { Point::CommandCommitted });
                // Nobody listens where the caller has gone; what was asked is done all the same.
                replies.into_iter().zip(answers).for_each(|(reply, answer)| drop(reply.send(Ok(answer))));
                fault::at(if opens { Point::OpeningAnswered } else { Point::CommandAnswered });
                Ok(())
            }
            Err(error) => {
                let unanswered = Unanswered::from(&error);
                replies.into_iter().for_each(|reply| drop(reply.send(Err(unanswered))));
                Err(error)
            }
        }
    }

    /// Hands out what is due.
    async fn poll(&mut self) -> Result<(), StoreError> {
        let ready = self.engine.next_wake() == Some(SignedDuration::ZERO);
        if self.leaving && !ready {
            self.again = false;
            return Ok(());
        }
        self.again = true;
        fault::at(Point::WakeBegun);
        let begun = instant();
        let sends = self.engine.poll().await;
        fault::at(Point::WakeCommitted);
        let since = SignedDuration::try_from(begun.elapsed()).unwrap_or_default();
        let since = since * i32::try_from(self.speed).unwrap_or(1);
        self.engine.take_begun().into_iter().for_each(|late| self.metrics.begun(late + since));
        let sends = sends?;
        self.again = ready || !sends.is_empty();
        let any = !sends.is_empty();
        sends.into_iter().for_each(|send| self.let_out(send));
        if any {
            // They go before whatever this task would do next.
            tokio::task::yield_now().await;
        }
        Ok(())
    }

    fn let_out(&mut self, send: Send) {
        self.out += 1;
        let owed = Owed::new(send, self.returns.clone());
        let codes = self.world.borrow().codes.clone();
        tokio::spawn(send::carry(self.store.clone(), owed, self.lease.permit(), codes, self.metrics.clone()));
    }

    /// Has the engine write down what came back; it keeps what the store does not take.
    async fn finish(&mut self) -> Result<(), StoreError> {
        if self.returned.is_empty() {
            return Ok(());
        }
        self.again = true;
        fault::at(Point::OutcomeBegun);
        self.engine.finished(std::mem::take(&mut self.returned)).await?;
        fault::at(Point::OutcomeRecorded);
        Ok(())
    }
}
