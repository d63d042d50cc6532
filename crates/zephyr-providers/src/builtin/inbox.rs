//! The pager inbox: what a person was rung with, on a page of the console that rings; and what they were told.
//!
//! Deliberately not here: answering. An entry that was delivered is no answer; only a person answers.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use zephyr_core::effect::Occasion;
use zephyr_core::notice::About;
use zephyr_core::policy::{Method, Severity};
use zephyr_core::{EffectId, IncidentId, PersonId};

use super::answer::{Answer, Refusal};
use super::limits;
use super::thing::{check_length, keep_last};

/// One person's inbox, as its document holds it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inbox {
    /// Whose.
    pub person: PersonId,
    /// The latest entries, oldest first.
    pub entries: Vec<Entry>,
    /// The latest rings that ended, oldest first; a page of one of them that comes late is over from the start.
    pub ended: Vec<EndedRing>,
    /// What the person was told without being rung, oldest first. Absent in inboxes written before there was such.
    #[serde(default)]
    pub notices: Vec<Note>,
}

/// One page that reached the inbox.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Names the send; the same send twice is one entry.
    pub id: EffectId,
    /// For what.
    #[serde(flatten)]
    pub occasion: Occasion,
    /// Its number, `7` for `INC-7`.
    pub number: u64,
    /// Its severity when the send was decided.
    pub severity: Severity,
    /// What is wrong, as it came; `None` for a private incident.
    pub summary: Option<String>,
    /// Which ring of that person on this occasion, from 1.
    pub ring: u32,
    /// Which entry of the ring's ladder, from 0.
    pub entry: u32,
    /// How the person wanted to be rung.
    pub method: Method,
    /// Nothing new: the person answered, and is asked for a sign of life.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub asks: bool,
    /// When it came first.
    pub at: Timestamp,
    /// How often it came.
    pub deliveries: u32,
    /// Since when it does not ring any more.
    pub over: Option<Ended>,
}

/// Something the person was told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// Names the send; the same send twice is one note.
    pub id: EffectId,
    /// What it says, with times in UTC.
    pub text: String,
    /// The same as data, for whoever shows it in the reader's zone.
    pub about: About,
    /// When it came first.
    pub at: Timestamp,
}

/// The end of a ring.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ended {
    /// When the inbox was told.
    pub at: Timestamp,
    /// Why, in a few words.
    pub why: String,
}

/// A ring that ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EndedRing {
    /// For what it rang.
    #[serde(flatten)]
    pub occasion: Occasion,
    /// Which ring.
    pub ring: u32,
    /// When and why.
    pub ended: Ended,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PageBody {
    pub id: EffectId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub incident: Option<IncidentId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub drill: Option<u64>,
    pub number: u64,
    pub severity: Severity,
    pub summary: Option<String>,
    pub ring: u32,
    pub entry: u32,
    pub method: Method,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub asks: bool,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoticeBody {
    pub id: EffectId,
    pub text: String,
    pub about: About,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HushBody {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub incident: Option<IncidentId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub drill: Option<u64>,
    pub ring: u32,
    pub why: String,
}

type Written = (Answer, Option<String>);

/// An incident or a drill: one of both, and not both.
fn occasion(incident: Option<IncidentId>, drill: Option<u64>) -> Result<Occasion, Refusal> {
    match (incident, drill) {
        (Some(incident), None) => Ok(Occasion::Incident(incident)),
        (None, Some(drill)) => Ok(Occasion::Drill(drill)),
        (None, None) | (Some(_), Some(_)) => {
            Err(Refusal::bad("no_occasion", "a ring is for an incident or for a drill: name one of both"))
        }
    }
}

/// Puts a page into the inbox, or counts that it came again.
pub fn page(
    now: Timestamp,
    person: PersonId,
    key: &str,
    body: PageBody,
    doc: Option<String>,
) -> Result<Written, Refusal> {
    if key != body.id.to_string() {
        return Err(Refusal::bad("wrong_key", "the idempotency key of a page is its id"));
    }
    check_length("summary", body.summary.as_deref().unwrap_or(""))?;
    let occasion = occasion(body.incident, body.drill)?;
    let mut inbox = read(person, doc)?;
    let answer = Answer { done: true, id: Some(body.id.to_string()), link: None, delivered: true };
    match inbox.entries.iter_mut().find(|entry| entry.id == body.id) {
        Some(entry) => entry.deliveries = entry.deliveries.saturating_add(1),
        None => inbox.take(now, occasion, body),
    }
    write(answer, &inbox)
}

/// Puts a notice into the inbox; the same once more changes nothing.
pub fn notice(
    now: Timestamp,
    person: PersonId,
    key: &str,
    body: NoticeBody,
    doc: Option<String>,
) -> Result<Written, Refusal> {
    if key != body.id.to_string() {
        return Err(Refusal::bad("wrong_key", "the idempotency key of a notice is its id"));
    }
    check_length("text", &body.text)?;
    let mut inbox = read(person, doc)?;
    let NoticeBody { id, text, about } = body;
    let answer = Answer { done: true, id: Some(id.to_string()), link: None, delivered: true };
    if inbox.notices.iter().any(|note| note.id == id) {
        return Ok((answer, None));
    }
    inbox.notices.push(Note { id, text, about, at: now });
    keep_last(&mut inbox.notices, limits::INBOX_NOTICES);
    write(answer, &inbox)
}

/// Ends a ring, whether or not a page of it has come. A ring ends once: a second end changes nothing.
pub fn hush(now: Timestamp, person: PersonId, body: HushBody, doc: Option<String>) -> Result<Written, Refusal> {
    check_length("reason", &body.why)?;
    let occasion = occasion(body.incident, body.drill)?;
    let mut inbox = read(person, doc)?;
    let answer = Answer { done: true, id: None, link: None, delivered: false };
    if inbox.ended(occasion, body.ring).is_some() {
        return Ok((answer, None));
    }
    let ended = Ended { at: now, why: body.why };
    let ring = inbox.entries.iter_mut().filter(|e| e.occasion == occasion && e.ring == body.ring);
    ring.for_each(|entry| entry.over = Some(ended.clone()));
    inbox.ended.push(EndedRing { occasion, ring: body.ring, ended });
    keep_last(&mut inbox.ended, limits::ENDED_RINGS);
    write(answer, &inbox)
}

impl Entry {
    /// `INC-7`, `DRILL-3`.
    pub fn label(&self) -> String {
        self.occasion.label(self.number)
    }

    /// Whether it is a drill, and no incident.
    pub fn is_drill(&self) -> bool {
        self.occasion.drill().is_some()
    }
}

impl Inbox {
    /// One to which nothing came yet.
    pub fn of(person: PersonId) -> Self {
        Self { person, entries: Vec::new(), ended: Vec::new(), notices: Vec::new() }
    }

    fn ended(&self, occasion: Occasion, ring: u32) -> Option<&Ended> {
        self.ended.iter().find(|end| end.occasion == occasion && end.ring == ring).map(|end| &end.ended)
    }

    fn take(&mut self, now: Timestamp, occasion: Occasion, body: PageBody) {
        let over = self.ended(occasion, body.ring).cloned();
        let PageBody { id, number, severity, summary, ring, entry, method, asks, .. } = body;
        let (at, deliveries) = (now, 1);
        let new = Entry { id, occasion, number, severity, summary, ring, entry, method, asks, at, deliveries, over };
        self.entries.push(new);
        keep_last(&mut self.entries, limits::INBOX_ENTRIES);
    }
}

fn read(person: PersonId, doc: Option<String>) -> Result<Inbox, Refusal> {
    match doc {
        Some(text) => serde_json::from_str(&text).map_err(|error| Refusal::broken(&error)),
        None => Ok(Inbox::of(person)),
    }
}

fn write(answer: Answer, inbox: &Inbox) -> Result<Written, Refusal> {
    let text = serde_json::to_string(inbox).map_err(|error| Refusal::broken(&error))?;
    Ok((answer, Some(text)))
}
