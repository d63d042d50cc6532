//! Every step in a state that does not allow it, and requests that make no sense.

use zephyr_core::effect::{ChannelOp, Outcome, PublicState, TicketEnd, TicketOp};

use crate::remote::{
    ENTRY, ROOM, Remote, TICKET, all_effects, channel, create_entry, create_room, create_ticket, edit, raw, room,
    room_steps, status, ticket, update,
};

#[test]
fn nothing_can_be_done_to_what_was_never_made() {
    let mut remote = Remote::new();
    for (name, op) in room_steps() {
        remote.refused(&room(name, op.clone()), "404: there is no such channel");
        remote.refused(&channel(None, name, op), "404: there is no such channel");
    }
    let state = PublicState::Investigating;
    remote.refused(&status(Some(ENTRY), "k", update(state)), "404: there is no such status entry");
    for op in [edit(), TicketOp::Close { end: TicketEnd::Done }, TicketOp::Reopen] {
        remote.refused(&ticket(Some(TICKET), "k", op), "404: there is no such ticket");
    }
    assert!(remote.docs.is_empty());
}

#[test]
fn an_archived_channel_takes_nothing_but_unarchive() {
    let mut remote = Remote::with_things();
    remote.done(&room("a", ChannelOp::Archive));
    for (name, op) in room_steps().into_iter().filter(|(name, _)| *name != "unarchive") {
        remote.refused(&room(name, op), "409: the channel is archived");
    }
    remote.done(&room("u", ChannelOp::Unarchive));
    remote.refused(&room("u2", ChannelOp::Unarchive), "409: the channel is not archived");
    for (name, op) in room_steps() {
        remote.done(&room(name, op));
    }
}

#[test]
fn nothing_is_made_twice() {
    let mut remote = Remote::with_things();
    remote.refused(&channel(None, "c2", create_room(ROOM)), "409: there is a channel of that name");
    remote.refused(&status(None, "s2", create_entry()), "409: this incident has a status entry");
    remote.refused(&ticket(None, "t2", create_ticket()), "409: this incident has a ticket");
    remote.done(&room("a", ChannelOp::Archive));
    remote.refused(&channel(None, "c3", create_room(ROOM)), "409: there is a channel of that name");
    remote.done(&channel(None, "c4", create_room("inc-7-checkout-2")));
}

#[test]
fn an_entry_that_is_over_can_only_be_reopened() {
    use PublicState::{Investigating, Resolved, Withdrawn};
    for over in [Resolved, Withdrawn] {
        let mut remote = Remote::with_things();
        remote.done(&status(Some(ENTRY), "1", update(over)));
        for again in [Resolved, Withdrawn] {
            remote.refused(&status(Some(ENTRY), "2", update(again)), "409: the entry is over");
        }
        remote.done(&status(Some(ENTRY), "3", update(Investigating)));
        remote.done(&status(Some(ENTRY), "4", update(over)));
        assert_eq!(remote.entry().state, over);
    }
}

#[test]
fn a_ticket_is_closed_when_open_and_opened_when_closed() {
    let mut remote = Remote::with_things();
    let close = TicketOp::Close { end: TicketEnd::Cancelled };
    remote.refused(&ticket(Some(TICKET), "1", TicketOp::Reopen), "409: the ticket is open already");
    remote.done(&ticket(Some(TICKET), "2", close.clone()));
    remote.refused(&ticket(Some(TICKET), "3", close), "409: the ticket is closed already");
}

#[test]
fn a_key_names_one_step_only() {
    let mut remote = Remote::with_things();
    remote.done(&room("k", ChannelOp::Post { text: "hello".to_owned() }));
    remote.refused(&room("k", ChannelOp::Archive), "422: this idempotency key already named another step, `messages`");
}

#[test]
fn names_and_texts_have_a_form() {
    let mut remote = Remote::with_things();
    let long = "x".repeat(81);
    for name in ["", "Upper", "two words", "a/b", "-", "_a", "a\u{202e}b", "#a", long.as_str()] {
        remote.refused(&channel(None, "n", create_room(name)), "400: a channel's name is");
    }
    remote.refused(&room("p", ChannelOp::Post { text: " \n".to_owned() }), "400: the message is empty");
    remote.refused(&room("p", ChannelOp::Post { text: "x".repeat(12_001) }), "400: the message has more than 12000");
    remote.refused(&room("p", ChannelOp::Topic { topic: "x".repeat(12_001) }), "400: the topic has more than 12000");
    remote.done(&room("p", ChannelOp::Topic { topic: String::new() }));
    remote.refused(&room("", ChannelOp::Archive), "400: an idempotency key is needed");
    remote.refused(&room(&"k".repeat(201), ChannelOp::Archive), "400: an idempotency key has at most");
}

#[test]
fn requests_that_make_no_sense_are_refused_and_name_no_document() {
    let page = r#"{"id":"00000000-0000-8000-8000-000000000000","incident":"01890000-0000-7000-8000-0123456789ab",
        "number":7,"severity":9,"summary":null,"ring":1,"entry":0,"method":"push"}"#;
    let long = " ".repeat(300_000);
    let key = Some("k");
    let table = [
        (404, "POST", "/", key, ""),
        (405, "GET", "/rooms", key, ""),
        (404, "POST", "/rooms/a/explode", key, "{}"),
        (404, "POST", "/rooms/a/create", key, "{}"),
        (404, "POST", "/rooms/a/b/c", key, "{}"),
        (404, "POST", "/status/a/archive", key, "{}"),
        (404, "POST", "/tickets/a/pin", key, "{}"),
        (404, "POST", "/inbox/maya/open", key, "{}"),
        (404, "POST", "/inbox/maya", key, "{}"),
        (400, "POST", "/inbox/Maya/hush", key, "{}"),
        (400, "POST", "/inbox/maya/pages", key, page),
        (400, "POST", "/rooms/%ff/archive", key, "{}"),
        (400, "POST", "/rooms/a/archive", None, "{}"),
        (400, "POST", "/rooms/a/archive", Some("%ff"), "{}"),
        (400, "POST", "/rooms/a/archive", key, ""),
        (400, "POST", "/rooms/a/archive", key, "{\"force\":true}"),
        (400, "POST", "/rooms", key, "{\"name\":\"a\"}"),
        (400, "GET", "/rooms/a/steps", key, ""),
        (400, "GET", "/rooms/a/steps?key=", key, ""),
        (405, "POST", "/rooms/a/steps?key=k", key, "{}"),
        (405, "GET", "/rooms/a/archive", key, ""),
        (405, "DELETE", "/inbox/maya/pages", key, ""),
        (413, "POST", "/rooms/a/archive", key, long.as_str()),
    ];
    let mut remote = Remote::new();
    for (status, method, uri, key, body) in table {
        let request = raw(method, uri, key, body);
        let response = remote.request(&request);
        let said = String::from_utf8_lossy(response.body());
        assert_eq!(response.status().as_u16(), status, "{method} {uri}: {said}");
        assert_eq!(zephyr_providers::builtin::keys(&request), [], "{method} {uri}");
    }
    assert!(remote.docs.is_empty());
}

#[test]
fn a_document_that_cannot_be_read_is_left_alone_and_tried_again() {
    let mut remote = Remote::new();
    for (_, effect) in all_effects() {
        remote.done(&effect);
    }
    remote.docs.values_mut().for_each(|text| text.truncate(20));
    let before = remote.docs.clone();
    for (name, effect) in all_effects() {
        assert!(matches!(remote.send(&effect), Outcome::Retry { after: None, .. }), "{name}");
    }
    assert_eq!(remote.docs, before);
}
