//! Texts that want to be more than text.

use zephyr_core::effect::{ChannelOp, Effect, PageSend, PublicState, StatusOp, TicketOp};

use crate::remote::{ENTRY, Remote, TICKET, effect_id, lookup, page, room, status, ticket};

fn hostile() -> Vec<String> {
    vec![
        "\",\"private\":true,\"x\":\"".to_owned(),
        "}]}\n{\"error\":\"x\"}".to_owned(),
        "a\u{0}b\u{1b}[2J\u{7}\r\nSet-Cookie: a=b".to_owned(),
        "\u{202e}nwod si\u{2066} everything \u{feff}".to_owned(),
        "<script>alert(1)</script>{{7*7}}${x}%0d%0a".to_owned(),
        "\\u0000 \\\" \u{2028}\u{2029}".to_owned(),
        "👩‍👩‍👧‍👦 مرحبا".to_owned(),
        "\u{1}".repeat(10_000),
        "é".repeat(10_000),
    ]
}

#[test]
fn a_hostile_text_is_kept_as_it_came_and_touches_nothing_else() {
    for text in hostile() {
        let mut remote = Remote::with_things();
        let (room_before, entry_before, ticket_before) = (remote.room(), remote.entry(), remote.ticket());
        remote.done(&room("1", ChannelOp::Topic { topic: text.clone() }));
        remote.done(&room("2", ChannelOp::Pin { text: format!("x{text}") }));
        remote.done(&room("3", ChannelOp::Card { text: format!("x{text}") }));
        remote.done(&room("4", ChannelOp::Post { text: format!("x{text}") }));
        remote.done(&status(
            Some(ENTRY),
            "1",
            StatusOp::Update { state: PublicState::Investigating, text: format!("x{text}") },
        ));
        remote.done(&ticket(Some(TICKET), "1", TicketOp::Edit { title: format!("x{text}"), body: text.clone() }));

        let mut after = remote.room();
        assert_eq!(after.topic, text);
        assert_eq!(after.pinned.as_deref(), Some(format!("x{text}").as_str()));
        assert_eq!(after.card.take().unwrap().text, format!("x{text}"));
        assert_eq!(after.messages.len(), 1);
        assert_eq!(after.messages[0].text, format!("x{text}"));
        (after.topic, after.pinned, after.messages) = (room_before.topic.clone(), None, Vec::new());
        after.steps = room_before.steps.clone();
        assert_eq!(after, room_before);
        assert_eq!(remote.entry().lines[1].text, format!("x{text}"));
        assert_eq!(remote.entry().title, entry_before.title);
        assert_eq!(remote.ticket().body, text);
        assert_eq!(remote.ticket().state, ticket_before.state);
    }
}

#[test]
fn a_hostile_page_is_one_entry() {
    for text in hostile() {
        let mut remote = Remote::new();
        remote.send_as(effect_id(1), &Effect::Page(PageSend { summary: Some(text.clone()), ..page() }));
        let inbox = remote.inbox();
        assert_eq!(inbox.entries.len(), 1);
        assert_eq!(inbox.entries[0].summary.as_deref(), Some(text.as_str()));
    }
}

#[test]
fn a_hostile_key_names_one_step_and_is_found_again() {
    for key in hostile().into_iter().filter(|key| key.len() < 200) {
        let mut remote = Remote::with_things();
        let post = room(&key, ChannelOp::Post { text: "hello".to_owned() });
        remote.done(&post);
        remote.done(&post);
        assert_eq!(remote.room().messages.len(), 1);
        assert!(remote.room().steps.find(&key).is_some());
        assert!(!remote.done(&lookup(&post)).absent);
    }
}

#[test]
fn a_hostile_id_finds_nothing() {
    for id in hostile().into_iter().map(|id| format!("../inbox/maya/{id}")) {
        let mut remote = Remote::with_things();
        let effect = crate::remote::channel(Some(&id), "k", ChannelOp::Archive);
        // Refused as unknown, or, where the address is too long to be one, as no address at all.
        remote.refused(&effect, "answered 404");
    }
}
