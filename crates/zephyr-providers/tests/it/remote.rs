//! The built-in providers with their documents in memory, and effects to send to them.

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use http::{Method, Request, Response};
use jiff::{SignedDuration, Timestamp};
use serde::de::DeserializeOwned;
use zephyr_core::effect::{ChannelOp, Effect, Hush, MirrorSend, Occasion, Outcome, PageSend, PublicState, Receipt};
use zephyr_core::effect::{StatusOp, TicketEnd, TicketOp};
use zephyr_core::policy::{Method as By, Severity};
use zephyr_core::{EffectId, IncidentId, PersonId};
use zephyr_providers::builtin::{self, Channel, Inbox, Key, StatusEntry, Ticket};

pub const ROOM: &str = "inc-7-checkout";
pub const ENTRY: &str = "st-0123456789ab";
pub const TICKET: &str = "tk-0123456789ab";

/// The remote side. Each request comes a second after the one before.
pub struct Remote {
    pub docs: BTreeMap<Key, String>,
    now: Timestamp,
}

impl Remote {
    pub fn new() -> Self {
        Self { docs: BTreeMap::new(), now: "2026-03-01T02:00:00Z".parse().unwrap() }
    }

    /// What was made so far: a channel, a status entry and a ticket.
    pub fn with_things() -> Self {
        let mut remote = Self::new();
        remote.done(&channel(None, "c1", create_room(ROOM)));
        remote.done(&status(None, "s1", create_entry()));
        remote.done(&ticket(None, "t1", create_ticket()));
        remote
    }

    pub fn request(&mut self, request: &Request<Bytes>) -> Response<Bytes> {
        self.now = self.now.checked_add(SignedDuration::from_secs(1)).unwrap();
        let keys = builtin::keys(request);
        let docs = keys.iter().map(|key| self.docs.get(key).cloned()).collect();
        let (response, write) = builtin::handle(self.now, request, docs);
        for (key, text) in write {
            assert!(keys.contains(&key), "wrote {key:?}, which was not asked for");
            self.docs.insert(key, text);
        }
        response
    }

    pub fn send(&mut self, effect: &Effect) -> Outcome {
        self.send_as(effect_id(1), effect)
    }

    pub fn send_as(&mut self, id: EffectId, effect: &Effect) -> Outcome {
        let response = self.request(&zephyr_providers::encode(id, effect));
        zephyr_providers::decode(effect, &response)
    }

    #[track_caller]
    pub fn done(&mut self, effect: &Effect) -> Receipt {
        match self.send(effect) {
            Outcome::Done(receipt) => receipt,
            other => panic!("{effect:?} became {other:?}"),
        }
    }

    #[track_caller]
    pub fn refused(&mut self, effect: &Effect, words: &str) {
        let before = self.docs.clone();
        match self.send(effect) {
            Outcome::Permanent { error } => assert!(error.contains(words), "`{error}` does not say `{words}`"),
            other => panic!("{effect:?} became {other:?}"),
        }
        assert_eq!(before, self.docs, "a refused step changed something");
    }

    pub fn doc<T: DeserializeOwned>(&self, kind: &'static str, id: &str) -> T {
        serde_json::from_str(&self.docs[&Key { kind, id: id.to_owned() }]).unwrap()
    }

    pub fn room(&self) -> Channel {
        self.doc(builtin::CHANNEL, ROOM)
    }

    pub fn entry(&self) -> StatusEntry {
        self.doc(builtin::STATUS_ENTRY, ENTRY)
    }

    pub fn ticket(&self) -> Ticket {
        self.doc(builtin::TICKET, TICKET)
    }

    pub fn inbox(&self) -> Inbox {
        self.doc(builtin::INBOX, "maya")
    }
}

pub fn incident() -> IncidentId {
    serde_json::from_str("\"01890000-0000-7000-8000-0123456789ab\"").unwrap()
}

pub fn effect_id(index: u32) -> EffectId {
    EffectId::derive(incident().stream(), 1, index)
}

pub fn person(name: &str) -> PersonId {
    name.parse().unwrap()
}

pub fn page() -> PageSend {
    PageSend {
        occasion: Occasion::Incident(incident()),
        number: 7,
        severity: Severity::One,
        summary: Some("checkout is down".to_owned()),
        person: person("maya"),
        ring: 1,
        entry: 0,
        method: By::Push,
        asks: false,
    }
}

pub fn hush(why: &str) -> Effect {
    Effect::Hush(Hush {
        occasion: Occasion::Incident(incident()),
        person: person("maya"),
        ring: 1,
        why: why.to_owned(),
    })
}

fn step<Op>(remote: Option<&str>, key: &str, op: Op) -> MirrorSend<Op> {
    let remote = remote.map(str::to_owned);
    MirrorSend { incident: incident(), remote, key: key.to_owned(), since: 3, op, lookup: false }
}

pub fn channel(remote: Option<&str>, key: &str, op: ChannelOp) -> Effect {
    Effect::Channel(step(remote, key, op))
}

pub fn room(key: &str, op: ChannelOp) -> Effect {
    channel(Some(ROOM), key, op)
}

pub fn status(remote: Option<&str>, key: &str, op: StatusOp) -> Effect {
    Effect::Status(step(remote, key, op))
}

pub fn ticket(remote: Option<&str>, key: &str, op: TicketOp) -> Effect {
    Effect::Ticket(step(remote, key, op))
}

pub fn lookup(effect: &Effect) -> Effect {
    let mut effect = effect.clone();
    match &mut effect {
        Effect::Channel(send) => send.lookup = true,
        Effect::Status(send) => send.lookup = true,
        Effect::Ticket(send) => send.lookup = true,
        Effect::Page(_) | Effect::Hush(_) | Effect::Inform(_) | Effect::Notice(_) | Effect::Code(_) => {}
    }
    effect
}

pub fn create_room(name: &str) -> ChannelOp {
    ChannelOp::Create { name: name.to_owned(), topic: "SEV-1 checkout is down".to_owned(), private: false }
}

pub fn create_entry() -> StatusOp {
    StatusOp::Create { title: "Checkout".to_owned(), component: "Checkout".to_owned(), text: "We look.".to_owned() }
}

pub fn update(state: PublicState) -> StatusOp {
    StatusOp::Update { state, text: "We found it.".to_owned() }
}

pub fn create_ticket() -> TicketOp {
    TicketOp::Create { title: "INC-7".to_owned(), body: "checkout is down".to_owned() }
}

pub fn edit() -> TicketOp {
    TicketOp::Edit { title: "INC-7 again".to_owned(), body: "more".to_owned() }
}

/// Every step that a new channel takes, in an order that it allows.
pub fn room_steps() -> Vec<(&'static str, ChannelOp)> {
    let text = |text: &str| text.to_owned();
    vec![
        ("topic", ChannelOp::Topic { topic: text("SEV-2 checkout is slow") }),
        ("invite", ChannelOp::Invite { people: BTreeSet::from([person("maya"), person("ines")]) }),
        ("pin", ChannelOp::Pin { text: text("runbooks/incident.md") }),
        ("card", ChannelOp::Card { text: text("INC-7, SEV-1") }),
        ("post", ChannelOp::Post { text: text("maya answered") }),
        ("archive", ChannelOp::Archive),
        ("unarchive", ChannelOp::Unarchive),
    ]
}

/// Every variant of every effect, in an order that a new remote side allows.
pub fn all_effects() -> Vec<(&'static str, Effect)> {
    let close = TicketOp::Close { end: TicketEnd::Done };
    let mut all = vec![
        ("page", Effect::Page(page())),
        ("page_private", Effect::Page(PageSend { summary: None, entry: 1, method: By::Call, ..page() })),
        ("hush", hush("answered by ines")),
        ("channel_create", channel(None, "c1", create_room(ROOM))),
    ];
    all.extend(room_steps().into_iter().map(|(name, op)| (name, room(name, op))));
    all.extend([
        ("status_create", status(None, "s1", create_entry())),
        ("status_investigating", status(Some(ENTRY), "s2", update(PublicState::Investigating))),
        ("status_resolved", status(Some(ENTRY), "s3", update(PublicState::Resolved))),
        ("status_reopened", status(Some(ENTRY), "s4", update(PublicState::Investigating))),
        ("status_withdrawn", status(Some(ENTRY), "s5", update(PublicState::Withdrawn))),
        ("ticket_create", ticket(None, "t1", create_ticket())),
        ("ticket_edit", ticket(Some(TICKET), "t2", edit())),
        ("ticket_close", ticket(Some(TICKET), "t3", close)),
        ("ticket_reopen", ticket(Some(TICKET), "t4", TicketOp::Reopen)),
        ("ticket_cancel", ticket(Some(TICKET), "t5", TicketOp::Close { end: TicketEnd::Cancelled })),
    ]);
    all
}

/// A request by hand.
pub fn raw(method: &str, uri: &str, key: Option<&str>, body: &str) -> Request<Bytes> {
    let mut request = Request::new(Bytes::from(body.to_owned()));
    *request.method_mut() = Method::from_bytes(method.as_bytes()).unwrap();
    *request.uri_mut() = format!("http://builtin.invalid{uri}").parse().unwrap();
    if let Some(key) = key {
        request.headers_mut().insert("idempotency-key", key.parse().unwrap());
    }
    request
}
