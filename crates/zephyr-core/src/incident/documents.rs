//! What the channel, the status entry and the ticket of an incident should look like.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

use super::{Incident, Phase};
use crate::PersonId;
use crate::effect::{ChannelOp, PublicState, StatusOp, TicketEnd, TicketOp};
use crate::mirror::{Document, Step, is_default};
use crate::page::{PageState, Place};
use crate::world::Runbook;

/// A chat channel.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ChannelDoc {
    /// Whether there is one.
    #[serde(skip_serializing_if = "is_default")]
    pub made: bool,
    /// Its name.
    #[serde(skip_serializing_if = "is_default")]
    pub name: String,
    /// Whether only those invited see it.
    #[serde(skip_serializing_if = "is_default")]
    pub private: bool,
    /// The line above the messages.
    #[serde(skip_serializing_if = "is_default")]
    pub topic: String,
    /// Who is invited.
    #[serde(skip_serializing_if = "is_default")]
    pub members: BTreeSet<PersonId>,
    /// The pinned runbook.
    #[serde(skip_serializing_if = "is_default")]
    pub pin: String,
    /// The card that always says how things stand.
    #[serde(skip_serializing_if = "is_default")]
    pub card: String,
    /// Messages in order.
    #[serde(skip_serializing_if = "is_default")]
    pub posts: Vec<String>,
    /// Closed for writing.
    #[serde(skip_serializing_if = "is_default")]
    pub archived: bool,
}

impl Document for ChannelDoc {
    type Op = ChannelOp;

    fn step(&self, wanted: &Self) -> Option<Step<ChannelOp>> {
        let harmless = |op| Some(Step { op, once: None });
        if !self.made {
            let (name, topic, private) = (wanted.name.clone(), wanted.topic.clone(), wanted.private);
            let op = ChannelOp::Create { name, topic, private };
            return wanted.made.then(|| Step { op, once: Some("create".to_owned()) });
        }
        if self.archived {
            return if wanted.archived { None } else { harmless(ChannelOp::Unarchive) };
        }
        if !wanted.members.is_subset(&self.members) {
            let people = wanted.members.difference(&self.members).cloned().collect();
            return harmless(ChannelOp::Invite { people });
        }
        if self.pin != wanted.pin {
            return harmless(ChannelOp::Pin { text: wanted.pin.clone() });
        }
        if let Some(text) = wanted.posts.get(self.posts.len()).cloned() {
            let once = Some(format!("post-{}", self.posts.len()));
            return Some(Step { op: ChannelOp::Post { text }, once });
        }
        if self.card != wanted.card {
            return harmless(ChannelOp::Card { text: wanted.card.clone() });
        }
        if self.topic != wanted.topic {
            return harmless(ChannelOp::Topic { topic: wanted.topic.clone() });
        }
        if wanted.archived { harmless(ChannelOp::Archive) } else { None }
    }

    fn done(&mut self, op: &ChannelOp) {
        match op {
            ChannelOp::Create { name, topic, private } => {
                let (name, topic, private) = (name.clone(), topic.clone(), *private);
                *self = Self { made: true, name, topic, private, ..Self::default() };
            }
            ChannelOp::Topic { topic } => self.topic.clone_from(topic),
            ChannelOp::Invite { people } => self.members.extend(people.iter().cloned()),
            ChannelOp::Pin { text } => self.pin.clone_from(text),
            ChannelOp::Card { text } => self.card.clone_from(text),
            ChannelOp::Post { text } => self.posts.push(text.clone()),
            ChannelOp::Archive => self.archived = true,
            ChannelOp::Unarchive => self.archived = false,
        }
    }
}

/// A status-page entry.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct StatusDoc {
    /// Whether there is one.
    #[serde(skip_serializing_if = "is_default")]
    pub made: bool,
    /// Public title.
    #[serde(skip_serializing_if = "is_default")]
    pub title: String,
    /// Affected component.
    #[serde(skip_serializing_if = "is_default")]
    pub component: String,
    /// First line.
    #[serde(skip_serializing_if = "is_default")]
    pub opening: String,
    /// Further lines, with the state after each.
    #[serde(skip_serializing_if = "is_default")]
    pub updates: Vec<(PublicState, String)>,
}

impl Document for StatusDoc {
    type Op = StatusOp;

    fn step(&self, wanted: &Self) -> Option<Step<StatusOp>> {
        if !self.made {
            let (title, component, text) = (wanted.title.clone(), wanted.component.clone(), wanted.opening.clone());
            let op = StatusOp::Create { title, component, text };
            return wanted.made.then(|| Step { op, once: Some("create".to_owned()) });
        }
        let (state, text) = wanted.updates.get(self.updates.len()).cloned()?;
        let once = Some(format!("update-{}", self.updates.len()));
        Some(Step { op: StatusOp::Update { state, text }, once })
    }

    fn done(&mut self, op: &StatusOp) {
        match op {
            StatusOp::Create { title, component, text } => {
                let (title, component, opening) = (title.clone(), component.clone(), text.clone());
                *self = Self { made: true, title, component, opening, updates: Vec::new() };
            }
            StatusOp::Update { state, text } => self.updates.push((*state, text.clone())),
        }
    }
}

/// A ticket.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TicketDoc {
    /// Whether there is one.
    #[serde(skip_serializing_if = "is_default")]
    pub made: bool,
    /// Title.
    #[serde(skip_serializing_if = "is_default")]
    pub title: String,
    /// Text.
    #[serde(skip_serializing_if = "is_default")]
    pub body: String,
    /// How it ended.
    #[serde(skip_serializing_if = "is_default")]
    pub end: Option<TicketEnd>,
}

impl Document for TicketDoc {
    type Op = TicketOp;

    fn step(&self, wanted: &Self) -> Option<Step<TicketOp>> {
        let (title, body) = (wanted.title.clone(), wanted.body.clone());
        let harmless = |op| Some(Step { op, once: None });
        if !self.made {
            let once = Some("create".to_owned());
            return wanted.made.then_some(Step { op: TicketOp::Create { title, body }, once });
        }
        if self.end.is_some() && self.end != wanted.end {
            return harmless(TicketOp::Reopen);
        }
        if (&self.title, &self.body) != (&title, &body) {
            return harmless(TicketOp::Edit { title, body });
        }
        match wanted.end {
            Some(end) if self.end.is_none() => harmless(TicketOp::Close { end }),
            _ => None,
        }
    }

    fn done(&mut self, op: &TicketOp) {
        match op {
            TicketOp::Create { title, body } => {
                *self = Self { made: true, title: title.clone(), body: body.clone(), end: None };
            }
            TicketOp::Edit { title, body } => {
                self.title.clone_from(title);
                self.body.clone_from(body);
            }
            TicketOp::Close { end } => self.end = Some(*end),
            TicketOp::Reopen => self.end = None,
        }
    }
}

impl Incident {
    /// What the channel should look like. A false alarm that has no channel yet gets none.
    pub fn channel_wanted(&self) -> ChannelDoc {
        let cancelled = self.is_cancelled();
        ChannelDoc {
            made: self.channel.shown.made || !cancelled,
            name: self.channel_name(),
            private: self.private,
            topic: format!("{} · {} · {}", self.label(), self.severity, self.phase.as_str()),
            members: self.participants.clone(),
            pin: self.pin(),
            card: self.card(),
            posts: self.posts.clone(),
            archived: cancelled,
        }
    }

    /// What the status entry should look like. Without public words there is none.
    pub fn status_wanted(&self) -> StatusDoc {
        let Some(public) = &self.public else { return StatusDoc::default() };
        StatusDoc {
            made: self.status.shown.made || !self.is_cancelled(),
            title: public.title.clone(),
            component: public.component.clone(),
            opening: public.text.clone(),
            updates: self.public_updates.clone(),
        }
    }

    /// What the ticket should look like.
    pub fn ticket_wanted(&self) -> TicketDoc {
        let mut title = format!("{} {}", self.label(), self.severity);
        let mut body = format!("Opened by {} at {}.", self.opened_by, self.opened_at.strftime("%Y-%m-%d %H:%M UTC"));
        if !self.private {
            let _ = write!(title, ": {}", self.summary);
            let _ = write!(body, "\n{}", self.summary);
        }
        let links = [("Channel", &self.channel.link), ("Status page", &self.status.link)];
        for (name, link) in links.into_iter().filter_map(|(name, link)| Some((name, link.as_ref()?))) {
            let _ = write!(body, "\n{name}: {link}");
        }
        let end = match self.phase {
            Phase::Open => None,
            Phase::Resolved { .. } => Some(TicketEnd::Done),
            Phase::Cancelled { .. } => Some(TicketEnd::Cancelled),
        };
        TicketDoc { made: self.ticket.shown.made || !self.is_cancelled(), title, body, end }
    }

    fn is_cancelled(&self) -> bool {
        matches!(self.phase, Phase::Cancelled { .. })
    }

    /// `inc-7-checkout-p99-elevated-in-eu-frankfurt`: letters and digits of the summary, at most 60 characters.
    fn channel_name(&self) -> String {
        let mut name = self.label().to_lowercase();
        if self.private {
            return name;
        }
        for word in self.summary.as_str().split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()) {
            if name.len() + word.len() >= 60 {
                break;
            }
            let _ = write!(name, "-{}", word.to_ascii_lowercase());
        }
        name
    }

    fn pin(&self) -> String {
        match &self.runbook {
            Runbook::Commit { path, commit } => format!("Runbook: {path} at commit {commit}"),
            Runbook::Content { path, hash } => format!("Runbook: {path}, version {hash}"),
            Runbook::Missing { path } => format!("There is no runbook at {path}."),
        }
    }

    fn card(&self) -> String {
        let mut card = format!("{} {}: {}", self.label(), self.severity, self.summary);
        let service = self.service.as_ref().map_or("not known", |service| service.as_str());
        let region = self.region.as_ref().map_or("not known", |region| region.as_str());
        let _ = write!(card, "\nService: {service} · Region: {region} · {}", self.phase.as_str());
        if !self.similar.is_empty() {
            let labels: Vec<String> = self.similar.iter().map(|number| format!("INC-{number}")).collect();
            let _ = write!(card, "\nAbout the same: {}", labels.join(", "));
        }
        if let Some(commander) = &self.acting_commander {
            let _ = write!(card, "\nActing incident commander: @{commander}");
        }
        for (target, page) in &self.paging.pages {
            let _ = write!(card, "\nPage {target}: {}", standing(&page.state));
        }
        let links = [("Status page", &self.status.link), ("Ticket", &self.ticket.link)];
        for (name, link) in links.into_iter().filter_map(|(name, link)| Some((name, link.as_ref()?))) {
            let _ = write!(card, "\n{name}: {link}");
        }
        if self.is_open() {
            let _ = write!(card, "\nNext update due {}", self.update_due_at.strftime("%H:%M UTC"));
        }
        card
    }
}

fn standing(state: &PageState) -> String {
    let names = |people: &BTreeSet<PersonId>| people.iter().map(|id| format!("@{id}")).collect::<Vec<_>>().join(", ");
    match state {
        PageState::Ringing(ringing) => match ringing.place {
            Place::Start | Place::Pause => "nobody to ring".to_owned(),
            Place::Step(_) | Place::Everybody => format!("ringing {}", names(&ringing.wanted)),
        },
        PageState::Answered(answered) => format!("answered by {}", names(&answered.by)),
        PageState::Stopped { .. } => "stopped".to_owned(),
    }
}
