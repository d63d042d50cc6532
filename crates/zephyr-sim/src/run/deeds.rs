//! What people do: declare until they are heard, answer, think better of it, end and reopen.

use jiff::SignedDuration;
use zephyr_core::incident::{Again, Command, Incident};
use zephyr_core::page::{Page, PageState, Target};
use zephyr_core::policy::Severity;
use zephyr_core::text::{PublicLine, Reason};
use zephyr_core::{Actor, IncidentId, PersonId};
use zephyr_engine::{Answer, Ask, Request, RequestKey};

use super::replica::Replica;
use super::{Happening, Run};
use crate::ready::ready;

impl Run {
    pub(super) fn declare(&mut self, key: u64) {
        let Some(declaration) = self.declarations.get(&key).cloned() else { return };
        let request = Request {
            id: format!("declare-{key}"),
            actor: Actor::Bot("probe".to_owned()),
            key: Some(RequestKey { key: format!("key-{key}"), body_hash: format!("hash-{key}") }),
            ask: Ask::Open(declaration),
        };
        match self.ask(request) {
            Some(Answer::Done(_) | Answer::Repeated { .. }) => {
                self.accepted.insert(key);
            }
            Some(Answer::Busy) => self.script.at(self.now + SignedDuration::from_secs(2), Happening::Declare { key }),
            Some(Answer::Similar(other)) => self.join(key, &other),
            Some(other) => self.oracle.broken(format!("I1 a declaration was answered {other:?}")),
            None => {
                self.counters.count("declaration tried again");
                self.script.at(self.now + SignedDuration::from_secs(2), Happening::Declare { key });
            }
        }
    }

    /// Adds a declaration to what is open, or insists on an incident of its own.
    fn join(&mut self, key: u64, other: &Incident) {
        let Some(declaration) = self.declarations.get_mut(&key) else { return };
        if declaration.severity < other.severity || !other.is_open() {
            self.oracle.broken(format!("I1 {} was offered for something else", other.label()));
        }
        if self.chance.percent(30) {
            self.counters.count("declared anyway");
            declaration.anyway = true;
            return self.script.at(self.now + SignedDuration::from_secs(20), Happening::Declare { key });
        }
        let (summary, severity) = (declaration.summary.clone(), Some(declaration.severity));
        let again = Again { summary, severity, reported_by: None, ring_me: false };
        let request = Request {
            id: format!("join-{key}"),
            actor: Actor::Bot("probe".to_owned()),
            key: Some(RequestKey { key: format!("join-{key}"), body_hash: format!("join-{}", other.id) }),
            ask: Ask::Of { incident: other.id, command: Command::Join(again) },
        };
        match self.ask(request) {
            Some(Answer::Done(_) | Answer::Repeated { .. }) => {
                self.counters.count("declared again");
                self.accepted.insert(key);
                self.joined.insert(key);
            }
            // It is over by now, or somebody else was offered the first time: declared once more.
            Some(Answer::Refused(_) | Answer::KeyReused | Answer::Busy) | None => {
                self.script.at(self.now + SignedDuration::from_secs(2), Happening::Declare { key });
            }
            Some(other) => self.oracle.broken(format!("a declaration was answered {other:?}")),
        }
    }

    pub(super) fn act(&mut self, who: PersonId, incident: IncidentId, command: Command) {
        let request = Request {
            id: format!("act-{who}"),
            actor: Actor::Person(who.clone()),
            key: None,
            ask: Ask::Of { incident, command: command.clone() },
        };
        match self.ask(request) {
            Some(Answer::Done(state)) => {
                self.oracle.confirmed(&state, self.now);
                self.counters.count(match command {
                    Command::Acknowledge => "answered",
                    Command::Decline { .. } => "declined",
                    Command::Resolve { .. } => "resolved",
                    Command::Cancel { .. } => "cancelled",
                    Command::Reclassify { .. } => "reclassified",
                    Command::SetService { .. } => "service set",
                    Command::Reopen { .. } => "reopened",
                    Command::Update { .. } => "updated",
                    Command::Take { .. } => "taken",
                    Command::Stop { .. } => "stopped",
                    Command::RingAgain { .. } => "rung again",
                    Command::Join(_) => "declared again",
                });
                if state.is_open() && matches!(command, Command::Acknowledge | Command::Reopen { .. }) {
                    self.will_change(&who, &state);
                    self.will_see_to_pages(&who, &state);
                    self.will_end(who, &state);
                } else if !state.is_open() && !self.healed {
                    self.may_reopen(who, incident);
                }
            }
            Some(Answer::Refused(_)) => self.counters.count("command refused"),
            // Others were faster too often: whoever asked asks again.
            Some(Answer::Busy) => self.again(who, incident, command),
            Some(other) => self.oracle.broken(format!("a command was answered {other:?}")),
            None => self.again(who, incident, command),
        }
    }

    fn again(&mut self, who: PersonId, incident: IncidentId, command: Command) {
        let again = self.now + SignedDuration::from_secs(5);
        self.script.at(again, Happening::Act { who, incident, command });
    }

    /// Somebody who answered looks closer: it is worse, or less bad, or another service.
    fn will_change(&mut self, who: &PersonId, state: &Incident) {
        let services: Vec<_> = self.world.policy.services.keys().cloned().collect();
        let command = match self.chance.between(0, 10) {
            0..3 => {
                let severity = self.chance.pick(&Severity::ALL).copied().unwrap_or(Severity::One);
                Command::Reclassify { severity, correct: self.chance.percent(20) }
            }
            4..6 => match PublicLine::new("Still investigating.") {
                Ok(text) => Command::Update { text },
                Err(error) => unreachable!("{error}"),
            },
            3 => Command::SetService { service: self.chance.pick(&services).cloned(), region: None },
            _ => return,
        };
        let after = SignedDuration::from_secs(self.chance.between(5, 600));
        self.script.at(self.now + after, Happening::Act { who: who.clone(), incident: state.id, command });
    }

    /// Somebody who answered takes another page, stops one, or rings again whom it did not reach.
    fn will_see_to_pages(&mut self, who: &PersonId, state: &Incident) {
        let targets: Vec<_> = state.paging.pages.keys().cloned().collect();
        let Some(target) = self.chance.pick(&targets).cloned() else { return };
        let command = match self.chance.between(0, 20) {
            0..2 => Command::Take { target },
            2 => match Reason::new("It is with us.") {
                Ok(reason) => Command::Stop { target, reason },
                Err(error) => unreachable!("{error}"),
            },
            3..10 => match self.not_reached(state) {
                Some((target, person)) => Command::RingAgain { target, person },
                None => return,
            },
            _ => return,
        };
        let after = SignedDuration::from_secs(self.chance.between(5, 900));
        self.script.at(self.now + after, Happening::Act { who: who.clone(), incident: state.id, command });
    }

    fn not_reached(&mut self, state: &Incident) -> Option<(Target, PersonId)> {
        let of = |page: &Page| match &page.state {
            PageState::Answered(answered) => answered.not_reached.union(&answered.also).cloned().collect(),
            PageState::Ringing(_) | PageState::Stopped { .. } => Vec::new(),
        };
        let pages = state.paging.pages.iter();
        let missed: Vec<(Target, PersonId)> =
            pages.flat_map(|(target, page)| of(page).into_iter().map(|person| (target.clone(), person))).collect();
        self.chance.pick(&missed).cloned()
    }

    /// Some ends were none.
    fn may_reopen(&mut self, who: PersonId, incident: IncidentId) {
        if self.chance.percent(15) {
            let after = SignedDuration::from_secs(self.chance.between(10, 900));
            let command = Command::Reopen { public: None, ring_me: false };
            self.script.at(self.now + after, Happening::Act { who, incident, command });
        }
    }

    fn will_end(&mut self, who: PersonId, state: &Incident) {
        let after = SignedDuration::from_secs(self.chance.between(30, 2_400));
        let command = match self.chance.between(0, 10) {
            0 => Command::Cancel { public: None },
            1..7 => Command::Resolve { public: None, reported_by: None },
            _ => return,
        };
        self.script.at(self.now + after, Happening::Act { who, incident: state.id, command });
    }

    pub(super) fn close_all(&mut self) {
        let open: Vec<IncidentId> =
            self.oracle.incidents.values().filter(|state| state.is_open()).map(|state| state.id).collect();
        let Some(who) = self.world.policy.people.keys().next().cloned() else { return };
        for incident in open {
            self.act(who.clone(), incident, Command::Resolve { public: None, reported_by: None });
        }
    }

    /// Asks one of the replicas; `None` where nobody answers.
    pub(super) fn ask(&mut self, request: Request) -> Option<Answer> {
        let count = i64::try_from(self.replicas.len()).unwrap_or(1);
        let index = usize::try_from(self.chance.between(0, count)).unwrap_or(0);
        if !self.replicas.get(index).is_some_and(Replica::is_running) {
            return None;
        }
        if self.keep_lease(index).is_err() {
            return None;
        }
        let replica = self.replicas.get_mut(index)?;
        replica.wake(self.now);
        let answer = ready(replica.engine.as_mut()?.execute(vec![request])).ok().and_then(|mut answers| answers.pop());
        self.observe(index);
        // Whoever was paused or has died while it answered is not heard.
        let is_heard = self.replicas.get(index).is_some_and(Replica::is_running);
        answer.filter(|_| is_heard)
    }
}
