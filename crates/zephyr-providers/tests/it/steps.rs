//! From effect to outcome and what it leaves behind; the second time; and the question whether it was done.

use std::collections::BTreeSet;

use zephyr_core::effect::{ChannelOp, Effect, PublicState, Receipt, TicketEnd, TicketOp};
use zephyr_providers::builtin::{CHANNEL, Key, Message, TicketState};

use crate::remote::{
    ENTRY, ROOM, Remote, TICKET, all_effects, channel, create_room, effect_id, lookup, person, room, room_steps,
    status, ticket, update,
};

fn receipt(remote: &str, link: &str) -> Receipt {
    Receipt { remote: Some(remote.to_owned()), link: Some(link.to_owned()), delivered: false, absent: false }
}

#[test]
fn every_effect_is_done() {
    let mut remote = Remote::new();
    for (_, effect) in all_effects() {
        let got = remote.done(&effect);
        let expected = match &effect {
            Effect::Page(_) => {
                Receipt { remote: Some(effect_id(1).to_string()), link: None, delivered: true, absent: false }
            }
            Effect::Hush(_) | Effect::Notice(_) => Receipt::default(),
            Effect::Channel(_) => receipt(ROOM, "/rooms/inc-7-checkout"),
            Effect::Status(_) => receipt(ENTRY, "/status#st-0123456789ab"),
            Effect::Ticket(_) => receipt(TICKET, "/tickets/tk-0123456789ab"),
            Effect::Inform(_) => panic!("what passes between incidents has no provider"),
            Effect::Code(_) => panic!("a code is made when it leaves"),
        };
        assert_eq!(got, expected, "{effect:?}");
    }
}

#[test]
fn a_second_time_with_the_same_key_changes_nothing() {
    let mut remote = Remote::new();
    for (name, effect) in all_effects() {
        if matches!(effect, Effect::Page(_)) {
            continue; // Counted as a second delivery: tested with the inbox.
        }
        let first = remote.done(&effect);
        let before = remote.docs.clone();
        assert_eq!(remote.done(&effect), first, "{name}");
        assert_eq!(remote.docs, before, "{name}");
    }
    // Late duplicates of all of them, in a state in which most would be refused as new steps.
    let before = remote.docs.clone();
    for (_, effect) in all_effects().iter().filter(|(_, effect)| !matches!(effect, Effect::Page(_))) {
        remote.done(effect);
    }
    assert_eq!(remote.docs, before);
}

#[test]
fn a_lookup_tells_done_from_not_done_and_changes_nothing() {
    let mut remote = Remote::new();
    for (name, effect) in all_effects() {
        if matches!(effect, Effect::Page(_) | Effect::Hush(_)) {
            continue;
        }
        let before = remote.docs.clone();
        let absent = Receipt { absent: true, ..Receipt::default() };
        assert_eq!(remote.done(&lookup(&effect)), absent, "{name}");
        assert_eq!(remote.docs, before, "{name}");
        let done = remote.done(&effect);
        let before = remote.docs.clone();
        assert_eq!(remote.done(&lookup(&effect)), done, "{name}");
        assert_eq!(remote.docs, before, "{name}");
    }
}

#[test]
fn a_lookup_of_a_creation_does_not_claim_the_channel_of_somebody_else() {
    let mut remote = Remote::with_things();
    let other = channel(None, "other", create_room(ROOM));
    assert!(remote.done(&lookup(&other)).absent);
    assert_eq!(remote.done(&lookup(&other)).remote, None);
    remote.refused(&other, "of that name");
}

#[test]
fn a_lookup_in_an_archived_channel_is_answered() {
    let mut remote = Remote::with_things();
    let post = room("p1", ChannelOp::Post { text: "hello".to_owned() });
    remote.done(&post);
    remote.done(&room("a1", ChannelOp::Archive));
    assert!(!remote.done(&lookup(&post)).absent);
}

#[test]
fn a_channel_holds_what_the_steps_made_of_it() {
    let mut remote = Remote::with_things();
    for (name, op) in room_steps() {
        remote.done(&room(name, op));
    }
    remote.done(&room("i2", ChannelOp::Invite { people: BTreeSet::from([person("li"), person("maya")]) }));
    remote.done(&room("p2", ChannelOp::Pin { text: "runbooks/db.md".to_owned() }));
    remote.done(&room("card2", ChannelOp::Card { text: "INC-7, SEV-2".to_owned() }));
    insta::assert_json_snapshot!(remote.room());
}

#[test]
fn a_status_entry_holds_what_the_steps_made_of_it() {
    let mut remote = Remote::with_things();
    for (key, state) in
        [("2", PublicState::Investigating), ("3", PublicState::Resolved), ("4", PublicState::Investigating)]
    {
        remote.done(&status(Some(ENTRY), key, update(state)));
    }
    insta::assert_json_snapshot!(remote.entry());
}

#[test]
fn a_ticket_holds_what_the_steps_made_of_it() {
    let mut remote = Remote::with_things();
    let send = |key: &str, op| ticket(Some(TICKET), key, op);
    remote.done(&send("2", TicketOp::Close { end: TicketEnd::Done }));
    assert!(matches!(remote.ticket().state, TicketState::Closed { end: TicketEnd::Done, .. }));
    remote.done(&send("3", TicketOp::Edit { title: "new".to_owned(), body: String::new() }));
    assert!(matches!(remote.ticket().state, TicketState::Closed { .. }));
    remote.done(&send("4", TicketOp::Reopen));
    remote.done(&send("5", TicketOp::Close { end: TicketEnd::Cancelled }));
    insta::assert_json_snapshot!(remote.ticket());
}

#[test]
fn a_channel_keeps_the_latest_thousand_messages() {
    let mut remote = Remote::with_things();
    let mut full = remote.room();
    full.messages = (0..999).map(|n| Message { at: full.created_at, text: n.to_string() }).collect();
    remote.docs.insert(Key { kind: CHANNEL, id: ROOM.to_owned() }, serde_json::to_string(&full).unwrap());
    for n in 999..1_005 {
        remote.done(&room(&format!("m{n}"), ChannelOp::Post { text: n.to_string() }));
    }
    let messages = remote.room().messages;
    assert_eq!(messages.len(), 1_000);
    assert_eq!((messages[0].text.as_str(), messages[999].text.as_str()), ("5", "1004"));
}

#[test]
fn a_status_entry_keeps_the_latest_lines() {
    let mut remote = Remote::with_things();
    for n in 0..510 {
        remote.done(&status(Some(ENTRY), &format!("u{n}"), update(PublicState::Investigating)));
    }
    assert_eq!(remote.entry().lines.len(), 500);
}
