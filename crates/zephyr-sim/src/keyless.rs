//! Chat, status page and tickets of services that know no idempotency keys: every request is a new one. Asked twice for
//! a channel they make two, and say so in the end. That nothing public is done twice is then the engine's doing alone.
//!
//! They can be asked whether a step was done, as such services can be searched for what they hold.

use std::collections::{BTreeMap, BTreeSet};

use zephyr_core::effect::{
    ChannelOp, Effect, MirrorSend, Outcome, PublicState, Receipt, StatusOp, TicketEnd, TicketOp,
};
use zephyr_core::incident::Incident;
use zephyr_core::{IncidentId, PersonId};

/// Everything that was ever made.
#[derive(Debug, Default)]
pub struct Keyless {
    channels: BTreeMap<String, Made<Channel>>,
    entries: BTreeMap<String, Made<Entry>>,
    tickets: BTreeMap<String, Made<Ticket>>,
    count: u64,
}

#[derive(Debug)]
struct Made<T> {
    incident: IncidentId,
    /// Names of what was done to it.
    steps: BTreeSet<String>,
    thing: T,
}

#[derive(Debug, Default)]
struct Channel {
    topic: String,
    people: BTreeSet<PersonId>,
    pin: String,
    card: String,
    messages: Vec<String>,
    archived: bool,
}

#[derive(Debug, Default)]
struct Entry {
    lines: Vec<(PublicState, String)>,
}

#[derive(Debug, Default)]
struct Ticket {
    title: String,
    body: String,
    end: Option<TicketEnd>,
}

impl Keyless {
    /// Does what is asked; `None` where it is not about a channel, an entry or a ticket.
    pub fn handle(&mut self, effect: &Effect) -> Option<Outcome> {
        self.count += 1;
        let id = format!("thing-{}", self.count);
        match effect {
            Effect::Page(_) | Effect::Hush(_) | Effect::Inform(_) | Effect::Notice(_) => None,
            Effect::Channel(send) => {
                let create = |op: &ChannelOp| matches!(op, ChannelOp::Create { .. });
                Some(serve(&mut self.channels, id, send, create, Channel::change))
            }
            Effect::Status(send) => {
                let create = |op: &StatusOp| matches!(op, StatusOp::Create { .. });
                Some(serve(&mut self.entries, id, send, create, Entry::change))
            }
            Effect::Ticket(send) => {
                let create = |op: &TicketOp| matches!(op, TicketOp::Create { .. });
                Some(serve(&mut self.tickets, id, send, create, Ticket::change))
            }
        }
    }

    /// What there is of an incident that should not be, or is not and should, in words.
    pub fn differences(&self, state: &Incident) -> Vec<String> {
        let mut found = Vec::new();
        let mut differ = |what: &str, same: bool| {
            if !same {
                found.push(format!("without keys, {what}"));
            }
        };
        let wanted = state.channel_wanted();
        let channels: Vec<&Channel> = of(&self.channels, state.id);
        differ("it has no channel, or several", channels.len() == usize::from(wanted.made));
        for channel in channels {
            // A channel that is closed for writing stays as it was.
            let same = channel.topic == wanted.topic && channel.people == wanted.members && channel.pin == wanted.pin;
            differ("its channel does not look as it should", channel.archived || same && channel.card == wanted.card);
            differ("its channel is closed, or is not", channel.archived == wanted.archived);
            let all = channel.archived || channel.messages.len() == wanted.posts.len();
            let said = channel.messages.iter().zip(&wanted.posts).all(|(said, should)| said == should);
            differ("a message is missing, or there twice", all && said);
        }
        let wanted = state.status_wanted();
        let entries: Vec<&Entry> = of(&self.entries, state.id);
        differ("it has no status entry, or several", entries.len() == usize::from(wanted.made));
        for entry in entries {
            let opening = std::iter::once((PublicState::Investigating, wanted.opening.clone()));
            let same = entry.lines.iter().cloned().eq(opening.chain(wanted.updates.clone()));
            differ("a public line is missing, or there twice", same);
        }
        let wanted = state.ticket_wanted();
        let tickets: Vec<&Ticket> = of(&self.tickets, state.id);
        differ("it has no ticket, or several", tickets.len() == usize::from(wanted.made));
        for ticket in tickets {
            let same = ticket.title == wanted.title && ticket.body == wanted.body && ticket.end == wanted.end;
            differ("its ticket does not look as it should", same);
        }
        found
    }
}

fn of<T>(made: &BTreeMap<String, Made<T>>, incident: IncidentId) -> Vec<&T> {
    made.values().filter(|made| made.incident == incident).map(|made| &made.thing).collect()
}

fn serve<T: Default, Op>(
    things: &mut BTreeMap<String, Made<T>>,
    new_id: String,
    send: &MirrorSend<Op>,
    creates: impl Fn(&Op) -> bool,
    change: impl Fn(&mut T, &Op),
) -> Outcome {
    let done = |id: &str| {
        let (remote, link) = (Some(id.to_owned()), Some(format!("/{id}")));
        Outcome::Done(Receipt { remote, link, delivered: false, absent: false })
    };
    if send.lookup {
        let found = things.iter().find(|(_, made)| made.steps.contains(&send.key));
        return found.map_or(Outcome::Done(Receipt { absent: true, ..Receipt::default() }), |(id, _)| done(id));
    }
    let id = if creates(&send.op) {
        let made = Made { incident: send.incident, steps: BTreeSet::new(), thing: T::default() };
        things.insert(new_id.clone(), made);
        new_id
    } else {
        send.remote.clone().unwrap_or_default()
    };
    match things.get_mut(&id) {
        Some(made) => {
            made.steps.insert(send.key.clone());
            change(&mut made.thing, &send.op);
            done(&id)
        }
        None => Outcome::Permanent { error: "there is no such thing".to_owned() },
    }
}

impl Channel {
    fn change(&mut self, op: &ChannelOp) {
        match op {
            ChannelOp::Create { topic, .. } | ChannelOp::Topic { topic } => self.topic.clone_from(topic),
            ChannelOp::Invite { people } => self.people.extend(people.iter().cloned()),
            ChannelOp::Pin { text } => self.pin.clone_from(text),
            ChannelOp::Card { text } => self.card.clone_from(text),
            ChannelOp::Post { text } => self.messages.push(text.clone()),
            ChannelOp::Archive => self.archived = true,
            ChannelOp::Unarchive => self.archived = false,
        }
    }
}

impl Entry {
    fn change(&mut self, op: &StatusOp) {
        match op {
            StatusOp::Create { text, .. } => self.lines.push((PublicState::Investigating, text.clone())),
            StatusOp::Update { state, text } => self.lines.push((*state, text.clone())),
        }
    }
}

impl Ticket {
    fn change(&mut self, op: &TicketOp) {
        match op {
            TicketOp::Create { title, body } | TicketOp::Edit { title, body } => {
                self.title.clone_from(title);
                self.body.clone_from(body);
            }
            TicketOp::Close { end } => self.end = Some(*end),
            TicketOp::Reopen => self.end = None,
        }
    }
}
