//! The chat room: one channel for each incident.
//!
//! Deliberately not here: what people write; that is a stream of its own. A channel holds what zephyr posts.

use std::collections::BTreeSet;

use bytes::Bytes;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use zephyr_core::effect::ChannelOp;
use zephyr_core::limits::PEOPLE;
use zephyr_core::{IncidentId, PersonId};

use super::answer::Refusal;
use super::encode::json;
use super::thing::{Steps, Thing, check_length, check_text, keep_last};
use super::{CHANNEL, call, limits};

/// A channel, as its document holds it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Channel {
    /// Its name, which is its id.
    pub name: String,
    /// Of which incident.
    pub incident: IncidentId,
    /// The line above the messages; may be empty.
    pub topic: String,
    /// Only for those invited.
    pub private: bool,
    /// Who was invited.
    pub people: BTreeSet<PersonId>,
    /// The pinned text, as long as there is one.
    pub pinned: Option<String>,
    /// The card, once it was posted.
    pub card: Option<Card>,
    /// The latest messages, oldest first.
    pub messages: Vec<Message>,
    /// When it was made.
    pub created_at: Timestamp,
    /// Since when it is closed for writing.
    pub archived_at: Option<Timestamp>,
    /// What was done to it.
    pub steps: Steps,
}

/// The one message that is edited in place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Card {
    /// When it was first posted.
    pub at: Timestamp,
    /// When its text was last set.
    pub edited_at: Timestamp,
    /// Its text, as it came.
    pub text: String,
}

/// One message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// When it was posted.
    pub at: Timestamp,
    /// Its text, as it came.
    pub text: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct CreateBody {
    incident: IncidentId,
    name: String,
    topic: String,
    private: bool,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct TopicBody {
    topic: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct InviteBody {
    people: BTreeSet<PersonId>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct TextBody {
    text: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct NoBody {}

impl Thing for Channel {
    type Op = ChannelOp;
    const KIND: &'static str = CHANNEL;
    const PATH: &'static str = "/rooms";
    const LINK: &'static str = "/rooms/";
    const NOUN: &'static str = "channel";

    fn verb(op: &ChannelOp) -> &'static str {
        match op {
            ChannelOp::Create { .. } => "create",
            ChannelOp::Topic { .. } => "topic",
            ChannelOp::Invite { .. } => "invite",
            ChannelOp::Pin { .. } => "pin",
            ChannelOp::Card { .. } => "card",
            ChannelOp::Post { .. } => "messages",
            ChannelOp::Archive => "archive",
            ChannelOp::Unarchive => "unarchive",
        }
    }

    fn body(incident: IncidentId, op: &ChannelOp) -> Bytes {
        match op.clone() {
            ChannelOp::Create { name, topic, private } => json(&CreateBody { incident, name, topic, private }),
            ChannelOp::Topic { topic } => json(&TopicBody { topic }),
            ChannelOp::Invite { people } => json(&InviteBody { people }),
            ChannelOp::Pin { text } | ChannelOp::Card { text } | ChannelOp::Post { text } => json(&TextBody { text }),
            ChannelOp::Archive | ChannelOp::Unarchive => json(&NoBody {}),
        }
    }

    fn read_create(body: &[u8]) -> Result<(IncidentId, ChannelOp), Refusal> {
        let CreateBody { incident, name, topic, private } = call::body(body)?;
        check_name(&name)?;
        check_length("topic", &topic)?;
        Ok((incident, ChannelOp::Create { name, topic, private }))
    }

    fn read_step(verb: &str, body: &[u8]) -> Result<Option<ChannelOp>, Refusal> {
        let text = |what| {
            let TextBody { text } = call::body(body)?;
            check_text(what, &text).map(|()| text)
        };
        Ok(Some(match verb {
            "topic" => {
                let TopicBody { topic } = call::body(body)?;
                check_length("topic", &topic)?;
                ChannelOp::Topic { topic }
            }
            "invite" => {
                let InviteBody { people } = call::body(body)?;
                ChannelOp::Invite { people }
            }
            "pin" => ChannelOp::Pin { text: text("pinned text")? },
            "card" => ChannelOp::Card { text: text("card")? },
            "messages" => ChannelOp::Post { text: text("message")? },
            "archive" => call::body(body).map(|NoBody {}| ChannelOp::Archive)?,
            "unarchive" => call::body(body).map(|NoBody {}| ChannelOp::Unarchive)?,
            _ => return Ok(None),
        }))
    }

    fn id_created_by(_: IncidentId, op: &ChannelOp) -> Option<String> {
        if let ChannelOp::Create { name, .. } = op { Some(name.clone()) } else { None }
    }

    fn create(now: Timestamp, id: &str, incident: IncidentId, op: ChannelOp) -> Result<Self, Refusal> {
        let mut channel = Self {
            name: id.to_owned(),
            incident,
            topic: String::new(),
            private: false,
            people: BTreeSet::new(),
            pinned: None,
            card: None,
            messages: Vec::new(),
            created_at: now,
            archived_at: None,
            steps: Steps::default(),
        };
        match op {
            ChannelOp::Create { topic, private, .. } => {
                channel.topic = topic;
                channel.private = private;
                Ok(channel)
            }
            _ => Err(Refusal::unknown("not_found", "there is no such channel")),
        }
    }

    fn step(&mut self, now: Timestamp, op: ChannelOp) -> Result<(), Refusal> {
        match (self.archived_at, &op) {
            (_, ChannelOp::Create { .. }) => {
                return Err(Refusal::conflict("name_taken", "there is a channel of that name already"));
            }
            (None, ChannelOp::Unarchive) => {
                return Err(Refusal::conflict("not_archived", "the channel is not archived"));
            }
            (Some(_), ChannelOp::Unarchive) | (None, _) => {}
            (Some(_), _) => return Err(Refusal::conflict("is_archived", "the channel is archived")),
        }
        self.change(now, op)
    }

    fn steps(&mut self) -> &mut Steps {
        &mut self.steps
    }
}

impl Channel {
    /// A step that its state allows.
    fn change(&mut self, now: Timestamp, op: ChannelOp) -> Result<(), Refusal> {
        match op {
            ChannelOp::Create { .. } => {}
            ChannelOp::Topic { topic } => self.topic = topic,
            ChannelOp::Invite { people } => self.invite(people)?,
            ChannelOp::Pin { text } => self.pinned = Some(text),
            ChannelOp::Card { text } => {
                let at = self.card.as_ref().map_or(now, |card| card.at);
                self.card = Some(Card { at, edited_at: now, text });
            }
            ChannelOp::Post { text } => {
                self.messages.push(Message { at: now, text });
                keep_last(&mut self.messages, limits::MESSAGES);
            }
            ChannelOp::Archive => self.archived_at = Some(now),
            ChannelOp::Unarchive => self.archived_at = None,
        }
        Ok(())
    }

    fn invite(&mut self, people: BTreeSet<PersonId>) -> Result<(), Refusal> {
        let all: BTreeSet<PersonId> = self.people.union(&people).cloned().collect();
        if all.len() > PEOPLE {
            return Err(Refusal::bad("too_many_people", format!("a channel has at most {PEOPLE} people")));
        }
        self.people = all;
        Ok(())
    }
}

/// A name is a part of links and stands in lists: small letters, digits, `-` and `_`, not beginning with a mark.
fn check_name(name: &str) -> Result<(), Refusal> {
    let fits = |c: char| (c.is_alphanumeric() && !c.is_uppercase()) || c == '-' || c == '_';
    let good = name.chars().count() <= limits::CHANNEL_NAME_CHARS
        && name.chars().next().is_some_and(char::is_alphanumeric)
        && name.chars().all(fits);
    if good {
        return Ok(());
    }
    let max = limits::CHANNEL_NAME_CHARS;
    Err(Refusal::bad("bad_name", format!("a channel's name is 1 to {max} small letters, digits, `-` and `_`")))
}
