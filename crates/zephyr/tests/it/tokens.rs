//! Tokens from the command line: made for something, listed without secrets, ended.

use crate::harness::{Place, seen};

#[test]
fn a_token_is_made_listed_and_revoked() {
    let place = Place::new();
    let _server = place.start();
    let made = place.json(&["token", "create", "--person", "nora", "--scope", "read,respond", "--expires", "90d"]);
    let (secret, id) = (made["token"].as_str().unwrap(), made["id"].as_str().unwrap());
    let list = place.command(&["token", "list"]).output().unwrap();
    let text = seen(&list);
    assert!(list.status.success() && text.contains(id) && text.contains("read respond"), "{text}");
    assert!(text.contains("in 90 days") && !text.contains(secret), "{text}");
    let open = |token: &str| {
        place.command(&["incident", "open", "Checkout is slow"]).env("ZEPHYR_TOKEN", token).output().unwrap()
    };
    let denied = open(secret);
    assert_eq!(denied.status.code(), Some(1));
    assert!(seen(&denied).contains("lacks the scope `declare`"), "{}", seen(&denied));
    assert_eq!(place.json(&["token", "revoke", id])["id"], id);
    let over = open(secret);
    assert_eq!(over.status.code(), Some(1));
    assert!(seen(&over).contains("was revoked on"), "{}", seen(&over));
    for wrong in [["token", "revoke", "../x"], ["token", "revoke", secret]] {
        assert_eq!(place.command(&wrong).output().unwrap().status.code(), Some(2));
    }
}
