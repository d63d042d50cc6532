//! How the rest of the server talks to the engine's task.

use tokio::sync::{mpsc, oneshot, watch};
use zephyr_engine::ports::StoreError;
use zephyr_engine::{Answer, Request};

use super::queue::Ends;

/// A request on its way to the engine.
#[derive(Debug)]
pub struct Asked {
    request: Request,
    reply: Reply,
}

type Reply = oneshot::Sender<Result<Answer, Unanswered>>;

impl Asked {
    pub(super) fn new(request: Request, reply: Reply) -> Self {
        Self { request, reply }
    }

    pub(super) fn request(&self) -> &Request {
        &self.request
    }

    pub(super) fn into_parts(self) -> (Request, Reply) {
        (self.request, self.reply)
    }
}

/// Why a request got no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unanswered {
    /// Too many wait; nothing changed.
    Full,
    /// The store did not take it; nothing changed.
    NotWritten,
    /// The store's answer was lost: it may have been written.
    Unknown,
    /// The server is ending.
    Leaving,
}

impl From<&StoreError> for Unanswered {
    fn from(error: &StoreError) -> Self {
        match error {
            StoreError::Unavailable(_) | StoreError::Lapsed(_) => Self::NotWritten,
            StoreError::Unknown(_) | StoreError::Corrupt(_) => Self::Unknown,
        }
    }
}

/// Asks the engine, and waits for news.
#[derive(Debug, Clone)]
pub struct Handle {
    commands: Ends,
    turned: watch::Receiver<u64>,
}

impl Handle {
    pub(super) fn new(commands: Ends, turned: watch::Receiver<u64>) -> Self {
        Self { commands, turned }
    }

    /// Asks for one thing; answered when it is durable or refused.
    pub async fn ask(&self, request: Request) -> Result<Answer, Unanswered> {
        self.post(request)?.await.unwrap_or(Err(Unanswered::Leaving))
    }

    /// Asks for several at once, so that they share a commit; answered in order.
    pub async fn ask_all(&self, requests: Vec<Request>) -> Vec<Result<Answer, Unanswered>> {
        let posted: Vec<_> = requests.into_iter().map(|request| self.post(request)).collect();
        let mut answers = Vec::with_capacity(posted.len());
        for reply in posted {
            answers.push(match reply {
                Ok(reply) => reply.await.unwrap_or(Err(Unanswered::Leaving)),
                Err(unanswered) => Err(unanswered),
            });
        }
        answers
    }

    /// Changes after each of the engine's turns. A receiver made before a read sees everything written after it.
    pub fn turns(&self) -> watch::Receiver<u64> {
        let mut turns = self.turned.clone();
        turns.mark_unchanged();
        turns
    }

    /// Whether the engine's task still runs.
    pub fn is_alive(&self) -> bool {
        !self.commands.are_closed()
    }

    fn post(&self, request: Request) -> Result<oneshot::Receiver<Result<Answer, Unanswered>>, Unanswered> {
        let (reply, answer) = oneshot::channel();
        let commands = self.commands.of(&request);
        commands.try_send(Asked::new(request, reply)).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => Unanswered::Full,
            mpsc::error::TrySendError::Closed(_) => Unanswered::Leaving,
        })?;
        Ok(answer)
    }
}
