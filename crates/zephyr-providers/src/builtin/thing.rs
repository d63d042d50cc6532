//! What channels, status entries and tickets have in common: they are made once, changed by steps that have a key each,
//! and can be asked whether a step was done.
//!
//! Deliberately not here: what the steps do, and in which state they are refused.

use bytes::Bytes;
use http::StatusCode;
use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use zephyr_core::IncidentId;

use super::answer::{Answer, Refusal};
use super::encode::escape;
use super::{Key, limits};

/// A kind of thing that a mirror keeps in step with an incident.
pub trait Thing: Serialize + DeserializeOwned {
    /// What can be done to it.
    type Op;
    /// The kind of its documents.
    const KIND: &'static str;
    /// Where they are made and found.
    const PATH: &'static str;
    /// Between the path of its page on the console and its id.
    const LINK: &'static str;
    /// For people: `channel`.
    const NOUN: &'static str;

    /// What the step is called; the last part of its path.
    fn verb(op: &Self::Op) -> &'static str;
    /// The step's body.
    fn body(incident: IncidentId, op: &Self::Op) -> Bytes;
    /// Reads the body of a creation.
    fn read_create(body: &[u8]) -> Result<(IncidentId, Self::Op), Refusal>;
    /// Reads the body of any other step; `None` where there is no such verb.
    fn read_step(verb: &str, body: &[u8]) -> Result<Option<Self::Op>, Refusal>;
    /// The id of the thing that the step makes; `None` where it makes none.
    fn id_created_by(incident: IncidentId, op: &Self::Op) -> Option<String>;
    /// Makes it.
    fn create(now: Timestamp, id: &str, incident: IncidentId, op: Self::Op) -> Result<Self, Refusal>;
    /// Changes it, or refuses in the state that it is in.
    fn step(&mut self, now: Timestamp, op: Self::Op) -> Result<(), Refusal>;
    /// The steps done so far.
    fn steps(&mut self) -> &mut Steps;
}

/// A request about one thing.
pub struct Asked<T: Thing> {
    /// Which.
    pub id: String,
    /// Names the step.
    pub key: String,
    /// What is asked for.
    pub what: What<T::Op>,
}

/// What is asked for.
pub enum What<Op> {
    /// To make it.
    Create(IncidentId, Op),
    /// To change it.
    Step(Op),
    /// Whether the step was done.
    Lookup,
}

impl<T: Thing> Asked<T> {
    /// The document that holds it.
    pub fn document(&self) -> Key {
        Key { kind: T::KIND, id: self.id.clone() }
    }
}

/// A step that was done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// As the request named it.
    pub key: String,
    /// What it was: `create`, `topic`, …
    pub verb: String,
}

/// The steps done to a thing, the latest.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Steps(Vec<Step>);

impl Steps {
    /// The step with this key, if it was done.
    pub fn find(&self, key: &str) -> Option<&Step> {
        self.0.iter().rev().find(|step| step.key == key)
    }

    fn note(&mut self, key: String, verb: &str) {
        self.0.push(Step { key, verb: verb.to_owned() });
        keep_last(&mut self.0, limits::STEPS);
    }
}

/// Answers a request about a thing, with the document to write where something changed.
pub fn serve<T: Thing>(
    now: Timestamp,
    asked: Asked<T>,
    doc: Option<String>,
) -> Result<(Answer, Option<String>), Refusal> {
    let doc: Option<T> = doc.map(|text| serde_json::from_str(&text)).transpose().map_err(|e| Refusal::broken(&e))?;
    let Asked { id, key, what } = asked;
    let link = format!("{}{}", T::LINK, escape(&id));
    let answer = Answer { done: true, id: Some(id.clone()), link: Some(link), delivered: false };
    let (incident, op) = match what {
        What::Lookup => {
            let done = doc.is_some_and(|mut thing| thing.steps().find(&key).is_some());
            let absent = Answer { done: false, id: None, link: None, delivered: false };
            return Ok((if done { answer } else { absent }, None));
        }
        What::Create(incident, op) => (Some(incident), op),
        What::Step(op) => (None, op),
    };
    let verb = T::verb(&op);
    let mut thing = match (doc, incident) {
        (Some(mut thing), _) => {
            // Asked before the state is: a step that was done stays done, whatever came after it.
            match thing.steps().find(&key) {
                Some(step) if step.verb == verb => return Ok((answer, None)),
                Some(step) => return Err(key_reused(&step.verb)),
                None => thing.step(now, op)?,
            }
            thing
        }
        (None, Some(incident)) => T::create(now, &id, incident, op)?,
        (None, None) => return Err(Refusal::unknown("not_found", format!("there is no such {}", T::NOUN))),
    };
    thing.steps().note(key, verb);
    let text = serde_json::to_string(&thing).map_err(|e| Refusal::broken(&e))?;
    Ok((answer, Some(text)))
}

fn key_reused(verb: &str) -> Refusal {
    let message = format!("this idempotency key already named another step, `{verb}`");
    Refusal { status: StatusCode::UNPROCESSABLE_ENTITY, code: "key_reused", message }
}

/// Drops the oldest until at most `max` are left.
pub fn keep_last<T>(list: &mut Vec<T>, max: usize) {
    list.drain(..list.len().saturating_sub(max));
}

/// Refuses a text that is empty or too long to keep. What is in it is nobody's business here: it is only kept.
pub fn check_text(what: &str, text: &str) -> Result<(), Refusal> {
    if text.trim().is_empty() {
        return Err(Refusal::bad("no_text", format!("the {what} is empty")));
    }
    check_length(what, text)
}

/// Refuses a text that is too long to keep.
pub fn check_length(what: &str, text: &str) -> Result<(), Refusal> {
    if text.chars().count() > limits::TEXT_CHARS {
        let message = format!("the {what} has more than {} characters", limits::TEXT_CHARS);
        return Err(Refusal::bad("long_text", message));
    }
    Ok(())
}

/// The id of the one thing of its kind that an incident has: the last twelve digits of the incident's own, which are
/// random.
pub fn id_of(prefix: &str, incident: IncidentId) -> String {
    let incident = incident.to_string();
    let digits = incident.rsplit('-').next().unwrap_or(&incident);
    format!("{prefix}-{digits}")
}
