//! Looks at channels, status entries and tickets from outside, as the providers hold them, and compares them with what
//! the incident says they should be: nothing missing, nothing twice.

use serde::de::DeserializeOwned;
use zephyr_core::effect::PublicState;
use zephyr_core::incident::Incident;
use zephyr_engine::ports::Objects;
use zephyr_providers::builtin::{CHANNEL, Channel, STATUS_ENTRY, StatusEntry, TICKET, Ticket, TicketState};
use zephyr_store::ModelStore;

use crate::ready::ready;

/// Documents that a run makes at most.
const ROWS: usize = 1_000;

/// Everything that differs, in words.
pub fn differences(state: &Incident, store: &ModelStore) -> Vec<String> {
    let mut found = Vec::new();
    channel(state, store, &mut found);
    status(state, store, &mut found);
    ticket(state, store, &mut found);
    found
}

fn channel(state: &Incident, store: &ModelStore, found: &mut Vec<String>) {
    let wanted = state.channel_wanted();
    let all = documents::<Channel>(store, CHANNEL);
    let mine: Vec<&Channel> = all.iter().filter(|channel| channel.incident == state.id).collect();
    let Some(channel) = one(&mine, wanted.made, "channel", found) else { return };
    let messages: Vec<&String> = channel.messages.iter().map(|message| &message.text).collect();
    let mut differ = |what: &str, same: bool| {
        if !same {
            found.push(format!("the channel's {what} is not what it should be"));
        }
    };
    differ("topic", channel.archived_at.is_some() || channel.topic == wanted.topic);
    differ("people", channel.archived_at.is_some() || channel.people == wanted.members);
    differ("archiving", channel.archived_at.is_some() == wanted.archived);
    differ("privacy", channel.private == wanted.private);
    // A channel that is closed for writing stays as it was; what came later waits for it to open again.
    let closed = channel.archived_at.is_some();
    differ("pin", closed || channel.pinned.as_ref() == Some(&wanted.pin));
    differ("card", closed || channel.card.as_ref().map(|card| &card.text) == Some(&wanted.card));
    let all = messages.len() == wanted.posts.len() || closed;
    differ("messages", all && messages.into_iter().zip(&wanted.posts).all(|(said, should)| said == should));
}

fn status(state: &Incident, store: &ModelStore, found: &mut Vec<String>) {
    let wanted = state.status_wanted();
    let all = documents::<StatusEntry>(store, STATUS_ENTRY);
    let mine: Vec<&StatusEntry> = all.iter().filter(|entry| entry.incident == state.id).collect();
    let Some(entry) = one(&mine, wanted.made, "status entry", found) else { return };
    let lines = entry.lines.iter().map(|line| (line.state, line.text.clone()));
    let should = std::iter::once((PublicState::Investigating, wanted.opening)).chain(wanted.updates);
    if !lines.eq(should) {
        found.push(format!("the status entry says {:?}", entry.lines));
    }
    if entry.lines.iter().any(|line| line.text.contains(state.summary.as_str()))
        || entry.title == state.summary.as_str()
    {
        found.push("the summary is public".to_owned());
    }
}

fn ticket(state: &Incident, store: &ModelStore, found: &mut Vec<String>) {
    let wanted = state.ticket_wanted();
    let all = documents::<Ticket>(store, TICKET);
    let mine: Vec<&Ticket> = all.iter().filter(|ticket| ticket.incident == state.id).collect();
    let Some(ticket) = one(&mine, wanted.made, "ticket", found) else { return };
    let ended = match &ticket.state {
        TicketState::Open => None,
        TicketState::Closed { end, .. } => Some(*end),
    };
    if ended != wanted.end || ticket.title != wanted.title {
        found.push(format!("the ticket is {:?}, not {:?}", ticket.state, wanted.end));
    }
}

fn one<'a, T>(mine: &[&'a T], wanted: bool, what: &str, found: &mut Vec<String>) -> Option<&'a T> {
    if mine.len() != usize::from(wanted) {
        found.push(format!("it has {} of its {what}", mine.len()));
    }
    mine.first().copied()
}

fn documents<T: DeserializeOwned>(store: &ModelStore, kind: &str) -> Vec<T> {
    let rows = ready(store.objects(kind, ROWS)).unwrap_or_default();
    rows.iter().filter_map(|(_, text)| serde_json::from_str(text).ok()).collect()
}
