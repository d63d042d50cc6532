//! What the simulator relies on in the model beyond the contract: it never waits, and its epochs end.

use std::pin::pin;
use std::task::{Context, Poll, Waker};

use jiff::SignedDuration;
use zephyr_core::effect::Lane;
use zephyr_engine::ports::{Committed, End, Finish, Registry, Store, StoreError};
use zephyr_store::ModelStore;

use crate::kit::{after, commit, must, new_page, options, start, stream, token};

/// The answer of a future that is ready at once.
fn now<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(answer) => answer,
        Poll::Pending => panic!("the model waited"),
    }
}

#[test]
fn clones_share_everything_and_answer_at_once() {
    let store = ModelStore::new(start());
    let mut new = commit(stream(1), 0, start());
    new.effects = vec![new_page(stream(1), 0, start(), false)];
    assert_eq!(must(now(store.clone().commit(&[new]))), [Committed::Done]);
    assert_eq!(must(now(store.claim(Lane::Page, u8::MAX, 9))).len(), 1);
    assert_eq!(must(now(store.clone().backlog())).pages(), 1);
    assert_eq!(store.peek_effects().len(), 1);
    assert_eq!(store.peek_events(stream(1)).len(), 1);
}

#[test]
fn the_clock_never_runs_backwards() {
    let store = ModelStore::new(start());
    store.set_now(after(start(), SignedDuration::from_nanos(1_500)));
    assert_eq!(store.peek_now(), after(start(), SignedDuration::from_micros(1)));
    store.set_now(start());
    store.advance(SignedDuration::from_secs(-1));
    assert_eq!(store.peek_now(), after(start(), SignedDuration::from_micros(1)));
}

#[test]
fn f29_a_handle_of_an_epoch_that_is_over_writes_nothing() {
    let old = ModelStore::new(start());
    let mut new = commit(stream(1), 0, start());
    new.effects = vec![new_page(stream(1), 0, start(), true)];
    let effect = new_page(stream(1), 0, start(), true).id;
    must(now(old.commit(&[new])));

    let present = old.reopen();
    let claimed = must(now(present.claim(Lane::Page, u8::MAX, 9)));
    assert!(claimed.iter().all(|page| page.abandoned && page.id == effect) && claimed.len() == 1);

    let mut late = commit(stream(1), 1, start());
    late.finish = Some(Finish { effect, end: End::Over });
    assert!(matches!(now(old.commit(&[late.clone()])), Err(StoreError::Corrupt(_))));
    assert!(matches!(now(old.claim(Lane::Page, u8::MAX, 9)), Err(StoreError::Corrupt(_))));
    assert!(matches!(now(old.put_token(token(0, 0), None)), Err(StoreError::Corrupt(_))));
    assert!(matches!(now(old.revoke_token("tok_0", "nora", None, None)), Err(StoreError::Corrupt(_))));
    assert_eq!(must(now(present.commit(&[late]))), [Committed::Done]);
}

/// A loads version 1; B writes version 2; A's first decision is refused, and its second expects the version that B made.
async fn follows_a_refused_one(store: &impl Store) {
    must(store.commit(&[commit(stream(1), 0, start())]).await);
    let of_b = commit(stream(1), 1, start());
    must(store.commit(&[of_b]).await);
    let of_a = [commit(stream(1), 1, start()), commit(stream(1), 2, start()), commit(stream(2), 0, start())];
    assert_eq!(must(store.commit(&of_a).await), [Committed::Conflict, Committed::Conflict, Committed::Done]);
    let loaded = must(store.load(&[stream(1)]).await).streams;
    assert_eq!(loaded.iter().flatten().map(|row| row.version).collect::<Vec<_>>(), [2]);
}

#[test]
fn f27_what_was_decided_on_a_refused_decision_is_refused_with_it() {
    now(follows_a_refused_one(&ModelStore::new(start())));
}

#[tokio::test]
async fn f27_what_was_decided_on_a_refused_decision_is_refused_with_it_in_a_file() {
    let folder = must(tempfile::tempdir());
    let clock = zephyr_store::ManualClock::new(start());
    let store = must(zephyr_store::SqliteStore::open(folder.path().join("zephyr.db"), options(&clock)).await);
    follows_a_refused_one(&store).await;
}
