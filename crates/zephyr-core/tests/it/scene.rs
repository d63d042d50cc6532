//! A small company, one incident and a clock that only moves when told: transcripts of what the core decides.

use jiff::{SignedDuration, Timestamp};
use zephyr_core::effect::{Effect, Outcome, PageSend, Receipt};
use zephyr_core::incident::{self, Body, Command, Decided, Declaration, Incident, Open, Refused, Similar, SimilarWhy};
use zephyr_core::policy::{self, Policy, Severity};
use zephyr_core::text::Summary;
use zephyr_core::world::Runbook;
use zephyr_core::{Actor, Cause, EffectId, IncidentId, PersonId, World};

/// Payments: ines, then tomas. Platform: pat, then quinn, with rosa in a second layer. EM eve, founder fay.
pub const COMPANY: &str = r#"
[organisation]
name = "Small"
regions = ["eu-frankfurt"]
admins = ["fay"]
[people.ines]
name = "Ines"
phone = "+447700900001"
zone = "Etc/UTC"
[people.tomas]
name = "Tomas"
phone = "+447700900002"
zone = "Etc/UTC"
[people.pat]
name = "Pat"
zone = "Etc/UTC"
[people.quinn]
name = "Quinn"
zone = "Etc/UTC"
[people.rosa]
name = "Rosa"
zone = "Etc/UTC"
[people.eve]
name = "Eve"
zone = "Etc/UTC"
[people.fay]
name = "Fay"
zone = "Etc/UTC"
[services.checkout]
owner = "payments"
[rotations.payments]
layers = [{ zone = "Etc/UTC", every = "1 week", handoff = "Monday 09:00", from = 2026-01-05, people = ["ines", "tomas"] }]
[rotations.platform]
layers = [
  { zone = "Etc/UTC", every = "2 weeks", handoff = "Monday 09:00", from = 2026-01-05, people = ["pat", "quinn"] },
  { zone = "Etc/UTC", every = "1 week", handoff = "Monday 09:00", from = 2026-01-05, people = ["rosa"] },
]
[rotations.em]
layers = [{ zone = "Etc/UTC", every = "1 week", handoff = "Monday 09:00", from = 2026-01-05, people = ["eve"] }]
[rotations.founder]
layers = [{ zone = "Etc/UTC", every = "1 week", handoff = "Monday 09:00", from = 2026-01-05, people = ["fay"] }]
"#;

pub fn company() -> Policy {
    policy::read(COMPANY).unwrap_or_else(|mistakes| panic!("{mistakes:#?}"))
}

pub fn person(name: &str) -> PersonId {
    name.parse().unwrap()
}

/// What somebody declares who names nothing but what is wrong.
pub fn declared(severity: u8, summary: &str) -> Declaration {
    Declaration {
        summary: Summary::new(summary).unwrap(),
        severity: Severity::try_from(severity).unwrap(),
        service: None,
        region: None,
        private: false,
        reported_by: None,
        public: None,
        ring_me: false,
        anyway: false,
    }
}

pub struct Scene {
    pub world: World,
    pub state: Incident,
    pub now: Timestamp,
    pub began: Timestamp,
    pub effects: Vec<(EffectId, Effect)>,
    pub events: Vec<incident::Event>,
    log: Vec<String>,
}

impl Scene {
    /// Opens `INC-1` on Tuesday 2026-01-06 at 03:00 UTC, by a program unless a person is named.
    pub fn open(severity: u8, summary: &str, by: Option<&str>) -> Self {
        Self::open_in(company(), severity, summary, by)
    }

    pub fn open_in(policy: Policy, severity: u8, summary: &str, by: Option<&str>) -> Self {
        Self::open_as(policy, 1, declared(severity, summary), None, by)
    }

    /// Opens another at the same moment, beside this one.
    pub fn opens_beside(&self, severity: u8, summary: &str) -> Self {
        let beside = Similar::to(&self.state, SimilarWhy::Worse);
        Self::open_as(self.world.policy.clone(), 2, declared(severity, summary), Some(beside), Some("quinn"))
    }

    /// Is told that another was opened.
    pub fn is_told_of(&mut self, other: &Self) {
        let cause = Cause::Effect(EffectId::derive(other.state.stream(), 1, 0));
        let decided = incident::inform(&self.state, &other.state, cause, &self.world, self.now);
        self.take(decided);
    }

    fn open_as(policy: Policy, number: u64, declared: Declaration, similar: Option<Similar>, by: Option<&str>) -> Self {
        let now: Timestamp = "2026-01-06T03:00:00Z".parse().unwrap();
        let world = World::new(policy, Runbook::Missing { path: "runbooks/incident.md".into() });
        let id = IncidentId(format!("01890000-0000-7000-8000-{number:012}").parse().unwrap());
        let open = Open { id, number, declared, similar };
        let actor = by.map_or(Actor::Bot("probe".into()), |name| Actor::Person(person(name)));
        let decided = incident::open(open, actor, Cause::Request("r-1".into()), &world, now).unwrap();
        let mut scene =
            Self { world, state: decided.state.clone(), now, began: now, effects: vec![], events: vec![], log: vec![] };
        scene.take(decided);
        scene
    }

    /// Lets time pass: everything due is done at the moment it is due, and every send is accepted and reaches.
    pub fn after(&mut self, minutes: i64) -> &mut Self {
        let until = self.now + SignedDuration::from_mins(minutes);
        self.deliver(|_| Some(done()));
        while let Some(wake) = self.state.next_wake().filter(|wake| *wake <= until) {
            self.now = self.now.max(wake);
            let decided = incident::wake(&self.state, &self.world, self.now);
            assert!(decided.state.next_wake().is_none_or(|next| next > self.now), "everything due was done");
            self.take(decided);
            self.deliver(|_| Some(done()));
        }
        self.now = until;
        self
    }

    /// One look at what is due now.
    pub fn wakes(&mut self) -> &mut Self {
        let decided = incident::wake(&self.state, &self.world, self.now);
        self.take(decided);
        self
    }

    pub fn acts(&mut self, name: &str, command: Command) -> Result<(), Refused> {
        let actor = Actor::Person(person(name));
        let cause = Cause::Request("r-2".into());
        let decided = incident::command(&self.state, command, actor, cause, &self.world, self.now)?;
        self.take(decided);
        Ok(())
    }

    pub fn acknowledges(&mut self, name: &str) -> &mut Self {
        self.acts(name, Command::Acknowledge).unwrap();
        self
    }

    /// Gives an outcome to every effect that waits, where `outcome` has one, and to those that follow from it.
    pub fn deliver(&mut self, outcome: impl Fn(&Effect) -> Option<Outcome>) -> &mut Self {
        let mut left = Vec::new();
        while let Some((id, effect)) = (!self.effects.is_empty()).then(|| self.effects.remove(0)) {
            let Some(answer) = outcome(&effect) else {
                left.push((id, effect));
                continue;
            };
            let decided = incident::outcome(&self.state, id, &effect, answer, "fake", &self.world, self.now);
            self.take(decided);
        }
        self.effects = left;
        self
    }

    /// The page sends that wait.
    pub fn sends(&self) -> Vec<&PageSend> {
        self.effects
            .iter()
            .filter_map(|(_, effect)| match effect {
                Effect::Page(send) => Some(send),
                _ => None,
            })
            .collect()
    }

    /// The story of the pages so far, with the time since opening.
    pub fn pages(&self) -> String {
        self.log.join("\n")
    }

    fn take(&mut self, decided: Decided) {
        for event in &decided.events {
            if matches!(event.body, Body::Page(_)) && !incident::narrate(event).detail {
                let since = event.at.duration_since(self.began);
                let text = incident::narrate(event).text;
                self.log.push(format!("+{:02}:{:02} {text}", since.as_mins(), since.as_secs() % 60));
            }
        }
        let mut folded = Some(self.state.clone());
        if self.state.version >= decided.events.first().map_or(u64::MAX, |event| event.seq) {
            folded = None;
        }
        for event in &decided.events {
            folded = Incident::fold(folded, event);
        }
        assert_eq!(folded.as_ref(), Some(&decided.state), "the state is the fold of its events");
        self.state = decided.state;
        self.effects.extend(decided.effects);
        self.events.extend(decided.events);
    }
}

pub fn done() -> Outcome {
    Outcome::Done(Receipt { remote: Some("remote".into()), delivered: true, ..Receipt::default() })
}

pub fn refused() -> Outcome {
    Outcome::Permanent { error: "no such number".into() }
}
