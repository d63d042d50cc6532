//! What waits for the engine: the urgent before everything else, so that no storm of openings stands between a person's
//! answer, or the opening of a SEV-1, and the engine's next turn.
//!
//! Both are bounded: whoever comes when one is full is told to come back, and nothing changed.

use tokio::sync::mpsc;
use zephyr_core::limits;
use zephyr_core::policy::Severity;
use zephyr_engine::{Ask, Request};

use super::handle::Asked;

/// Where requests are put.
#[derive(Debug, Clone)]
pub struct Ends {
    urgent: mpsc::Sender<Asked>,
    ordinary: mpsc::Sender<Asked>,
}

/// Where the engine's task takes them from.
#[derive(Debug)]
pub struct Queue {
    urgent: mpsc::Receiver<Asked>,
    ordinary: mpsc::Receiver<Asked>,
}

/// Both sides of an empty queue.
pub fn queue() -> (Ends, Queue) {
    let (urgent, urgently) = mpsc::channel(limits::COMMAND_QUEUE);
    let (ordinary, ordinarily) = mpsc::channel(limits::COMMAND_QUEUE);
    (Ends { urgent, ordinary }, Queue { urgent: urgently, ordinary: ordinarily })
}

/// Whether it goes first: the worst that can be opened, and whatever is asked of an incident that there is.
fn is_urgent(request: &Request) -> bool {
    match &request.ask {
        Ask::Open(declared) => declared.severity == Severity::One,
        Ask::Of { .. } => true,
        Ask::Arrange(_) => false,
    }
}

impl Ends {
    /// Where this one waits.
    pub fn of(&self, request: &Request) -> &mpsc::Sender<Asked> {
        if is_urgent(request) { &self.urgent } else { &self.ordinary }
    }

    /// Whether nobody takes anything any more.
    pub fn are_closed(&self) -> bool {
        self.urgent.is_closed()
    }
}

impl Queue {
    /// Waits for one; `None` once no more can come.
    pub async fn next(&mut self) -> Option<Asked> {
        tokio::select! {
            biased;
            Some(asked) = self.urgent.recv() => Some(asked),
            Some(asked) = self.ordinary.recv() => Some(asked),
            else => None,
        }
    }

    /// Takes what one turn carries out, beside what it has: everything urgent, and a few of the rest, so that the turn
    /// stays short for whatever is urgent next.
    pub fn take(&mut self, turn: &mut Vec<Asked>) {
        while turn.len() < limits::COMMANDS_A_TURN {
            let Ok(asked) = self.urgent.try_recv() else { break };
            turn.push(asked);
        }
        let urgent = turn.iter().filter(|asked| is_urgent(asked.request())).count();
        let most = if urgent > 0 { urgent.saturating_add(limits::BESIDE_URGENT) } else { limits::OPENINGS_A_TURN };
        while turn.len() < most {
            let Ok(asked) = self.ordinary.try_recv() else { break };
            turn.push(asked);
        }
    }

    /// Takes no more; what is in it is still to be taken.
    pub fn close(&mut self) {
        self.urgent.close();
        self.ordinary.close();
    }
}

#[cfg(test)]
mod tests {
    use tokio::sync::oneshot;
    use zephyr_core::incident::{Command, Declaration};
    use zephyr_core::text::Summary;
    use zephyr_core::{Actor, IncidentId};

    use super::*;

    fn asked(id: &str, ask: Ask) -> Asked {
        let request = Request { id: id.to_owned(), actor: Actor::Operator, key: None, ask };
        Asked::new(request, oneshot::channel().0)
    }

    fn opening(id: &str, severity: Severity) -> Asked {
        let summary = Summary::new("Search is slow").unwrap();
        asked(
            id,
            Ask::Open(Declaration {
                summary,
                severity,
                service: None,
                region: None,
                private: false,
                reported_by: None,
                public: None,
                ring_me: false,
                anyway: true,
            }),
        )
    }

    fn put(ends: &Ends, asked: Asked) {
        ends.of(asked.request()).try_send(asked).unwrap();
    }

    fn ids(turn: &[Asked]) -> Vec<&str> {
        turn.iter().map(|asked| asked.request().id.as_str()).collect()
    }

    #[test]
    fn f66_an_answer_and_a_sev_1_go_before_a_storm_of_openings_and_their_turn_is_short() {
        let (ends, mut queue) = queue();
        (0..300).for_each(|_| put(&ends, opening("storm", Severity::Three)));
        put(&ends, opening("worst", Severity::One));
        let incident: IncidentId = serde_json::from_str(r#""00000000-0000-0000-0000-000000000000""#).unwrap();
        put(&ends, asked("answer", Ask::Of { incident, command: Command::Acknowledge }));
        let mut turn = Vec::new();
        queue.take(&mut turn);
        assert_eq!(ids(&turn)[..2], ["worst", "answer"]);
        assert_eq!(turn.len(), 2 + limits::BESIDE_URGENT);
        let mut next = Vec::new();
        queue.take(&mut next);
        assert_eq!(next.len(), limits::OPENINGS_A_TURN);
    }
}
