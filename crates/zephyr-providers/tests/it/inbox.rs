//! What a person finds in the pager inbox.

use zephyr_core::effect::{Effect, Occasion, Outcome, PageSend};

use crate::remote::{Remote, effect_id, hush, page, person};

#[track_caller]
fn deliver(remote: &mut Remote, index: u32, page: PageSend) {
    match remote.send_as(effect_id(index), &Effect::Page(page)) {
        Outcome::Done(receipt) => assert!(receipt.delivered),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_page_and_its_end() {
    let mut remote = Remote::new();
    deliver(&mut remote, 1, page());
    deliver(&mut remote, 2, PageSend { summary: None, entry: 1, ..page() });
    deliver(&mut remote, 3, PageSend { ring: 2, ..page() });
    remote.done(&hush("answered by ines"));
    insta::assert_json_snapshot!(remote.inbox());
}

#[test]
fn the_same_send_twice_is_one_entry_delivered_twice() {
    let mut remote = Remote::new();
    deliver(&mut remote, 1, page());
    let first = remote.inbox();
    deliver(&mut remote, 1, page());
    let mut second = remote.inbox();
    assert_eq!(second.entries[0].deliveries, 2);
    second.entries[0].deliveries = 1;
    assert_eq!(first, second);
}

#[test]
fn an_end_that_comes_before_its_page_still_ends_it() {
    let mut remote = Remote::new();
    remote.done(&hush("answered by ines"));
    deliver(&mut remote, 1, page());
    deliver(&mut remote, 2, PageSend { ring: 2, ..page() });
    let entries = remote.inbox().entries;
    assert_eq!(entries[0].over.as_ref().unwrap().why, "answered by ines");
    assert_eq!(entries[1].over, None);
}

#[test]
fn a_ring_ends_once_and_keeps_its_first_reason() {
    let mut remote = Remote::new();
    deliver(&mut remote, 1, page());
    remote.done(&hush("answered by ines"));
    let before = remote.inbox();
    remote.done(&hush("stopped"));
    assert_eq!(remote.inbox(), before);
}

#[test]
fn an_end_reaches_only_its_person_and_incident() {
    let mut remote = Remote::new();
    let other = serde_json::from_str("\"01890000-0000-7000-8000-00000000000b\"").unwrap();
    deliver(&mut remote, 1, PageSend { occasion: Occasion::Incident(other), ..page() });
    deliver(&mut remote, 2, PageSend { person: person("ines"), ..page() });
    remote.done(&hush("answered"));
    assert_eq!(remote.inbox().entries[0].over, None);
    let ines: zephyr_providers::builtin::Inbox = remote.doc(zephyr_providers::builtin::INBOX, "ines");
    assert_eq!(ines.entries[0].over, None);
}

#[test]
fn an_inbox_keeps_the_latest_two_hundred() {
    let mut remote = Remote::new();
    for index in 0..210 {
        deliver(&mut remote, index, PageSend { number: u64::from(index), ..page() });
        let Effect::Hush(mut end) = hush("answered") else { unreachable!() };
        end.ring = index;
        remote.done(&Effect::Hush(end));
    }
    let inbox = remote.inbox();
    assert_eq!((inbox.entries.len(), inbox.ended.len()), (200, 200));
    assert_eq!((inbox.entries[0].number, inbox.ended[199].ring), (10, 209));
}

#[test]
fn the_key_of_a_page_is_its_id() {
    let mut remote = Remote::new();
    let mut request = zephyr_providers::encode(effect_id(1), &Effect::Page(page()));
    request.headers_mut().insert("idempotency-key", "another".parse().unwrap());
    assert_eq!(remote.request(&request).status(), 400);
    assert!(remote.docs.is_empty());
}

#[test]
fn a_drill_is_told_apart_from_the_incident_of_its_number() {
    let mut remote = Remote::new();
    deliver(&mut remote, 1, PageSend { occasion: Occasion::Drill(7), ..page() });
    deliver(&mut remote, 2, page());
    remote.done(&hush("answered"));
    let entries = remote.inbox().entries;
    assert_eq!(entries.iter().map(|entry| entry.label()).collect::<Vec<_>>(), ["DRILL-7", "INC-7"]);
    assert!(entries[0].is_drill() && entries[0].over.is_none() && entries[1].over.is_some());
}
