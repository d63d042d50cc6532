//! Operations on a store as they are generated: small numbers for streams, effects, keys and times, so that they meet
//! often. What they name is made real by `contract`.

use proptest::collection::vec;
use proptest::option::{of, weighted};
use proptest::prelude::*;
use zephyr_core::effect::Lane;

/// One call of a port, or something that happens to the store.
#[derive(Debug, Clone)]
pub enum Op {
    Commit(Vec<CommitOp>),
    /// A storm: this many new streams in one slice.
    Storm(u16),
    Claim(Lane, u8, usize),
    Retry(Vec<(usize, RetryOp)>),
    Due(usize),
    Load(Vec<u16>),
    Find(IndexOp, usize),
    Greatest(u8),
    Events(u16, u64, usize),
    Request(u8),
    Backlog,
    /// Reads the keys and writes them with this text; or the first of them twice.
    Exchange(Vec<(u8, u8)>, Vec<(u8, u8, u8)>),
    Objects(u8, usize),
    /// Hash, holder, and the key of the request.
    PutToken(u8, u8, Option<u8>),
    Token(u8),
    TokenById(u8),
    Tokens(usize),
    /// Id, by whom, and the key of the request.
    RevokeToken(u8, u8, Option<u8>),
    /// Version, text, and the key of the request.
    PutPolicy(u8, u8, Option<u8>),
    Note(u8),
    /// All of it, in portions of this many.
    Audit(usize),
    Policies(usize),
    PolicyText(u8),
    /// Nanoseconds.
    Advance(u64),
    Reopen,
}

#[derive(Debug, Clone)]
pub struct CommitOp {
    pub stream: u16,
    /// How far the expected version is from the real one.
    pub wrong_by: i64,
    /// None where only an effect is finished or a request answered.
    pub events: u64,
    /// Nanoseconds from now.
    pub wake_in: Option<i64>,
    pub urgency: u8,
    pub index: Vec<IndexOp>,
    pub effects: Vec<EffectOp>,
    /// Which of all effects named so far, from the last, and how.
    pub finish: Option<(usize, Option<RetryOp>)>,
    pub request: Option<u8>,
}

#[derive(Debug, Clone, Copy)]
pub enum IndexOp {
    Number(u8),
    Status(u8),
    Service(u8),
}

#[derive(Debug, Clone)]
pub struct EffectOp {
    pub is_page: bool,
    pub urgency: u8,
    /// Nanoseconds from now.
    pub due_in: i64,
    pub claimed: bool,
}

#[derive(Debug, Clone)]
pub struct RetryOp {
    pub attempt: u32,
    /// Nanoseconds from now.
    pub due_in: i64,
}

pub fn operations() -> impl Strategy<Value = Vec<Op>> {
    vec(operation(), 1..60)
}

fn operation() -> impl Strategy<Value = Op> {
    let lane = prop_oneof![Just(Lane::Page), Just(Lane::Tell)];
    let limit = prop_oneof![Just(0_usize), 1..4_usize, Just(300)];
    let id = || 0..4_u8;
    let urgency = prop_oneof![0..3_u8, Just(u8::MAX)];
    let key = || weighted(0.4, 0..4_u8);
    prop_oneof![
        30 => vec(commit(), 1..5).prop_map(Op::Commit),
        1 => (60..150_u16).prop_map(Op::Storm),
        9 => (lane, urgency, limit.clone()).prop_map(|(lane, urgency, limit)| Op::Claim(lane, urgency, limit)),
        5 => vec((0..12_usize, retry()), 0..4).prop_map(Op::Retry),
        5 => limit.clone().prop_map(Op::Due),
        3 => vec(0..7_u16, 0..9).prop_map(Op::Load),
        3 => (index(), limit.clone()).prop_map(|(index, limit)| Op::Find(index, limit)),
        2 => (0..4_u8).prop_map(Op::Greatest),
        3 => (0..6_u16, 0..4_u64, limit.clone()).prop_map(|(stream, after, limit)| Op::Events(stream, after, limit)),
        3 => id().prop_map(Op::Request),
        3 => Just(Op::Backlog),
        4 => (vec((0..2_u8, id()), 0..3), vec((0..2_u8, id(), any::<u8>()), 0..4))
            .prop_map(|(read, write)| Op::Exchange(read, write)),
        2 => (0..3_u8, limit.clone()).prop_map(|(kind, limit)| Op::Objects(kind, limit)),
        1 => (id(), any::<u8>(), key()).prop_map(|(hash, holder, key)| Op::PutToken(hash, holder, key)),
        1 => id().prop_map(Op::Token),
        1 => (0..4_usize).prop_map(Op::Tokens),
        1 => (id(), any::<u8>(), key()).prop_map(|(id, by, key)| Op::RevokeToken(id, by, key)),
        2 => (id(), any::<u8>(), key()).prop_map(|(version, text, key)| Op::PutPolicy(version, text, key)),
        1 => id().prop_map(Op::Note),
        2 => (1..9_usize).prop_map(Op::Audit),
        1 => limit.prop_map(Op::Policies),
        1 => id().prop_map(Op::PolicyText),
        8 => prop_oneof![8 => 0..8_000_000_000_u64, 1 => Just(25 * 3_600_000_000_000_u64)].prop_map(Op::Advance),
        2 => Just(Op::Reopen),
    ]
}

fn commit() -> impl Strategy<Value = CommitOp> {
    let stream = 0..5_u16;
    let wrong_by = prop_oneof![8 => Just(0_i64), 1 => Just(-1), 1 => 1..3_i64];
    let finish = weighted(0.4, (0..8_usize, of(retry())));
    (
        (stream, wrong_by, 0..4_u64, of(from_now()), 0..3_u8),
        (vec(index(), 0..5), vec(effect(), 0..4), finish, weighted(0.15, 0..4_u8)),
    )
        .prop_map(|((stream, wrong_by, events, wake_in, urgency), (index, effects, finish, request))| CommitOp {
            stream,
            wrong_by,
            events,
            wake_in,
            urgency,
            index,
            effects,
            finish,
            request,
        })
}

fn index() -> impl Strategy<Value = IndexOp> {
    prop_oneof![
        (0..6_u8).prop_map(IndexOp::Number),
        (0..2_u8).prop_map(IndexOp::Status),
        (0..3_u8).prop_map(IndexOp::Service)
    ]
}

fn effect() -> impl Strategy<Value = EffectOp> {
    (any::<bool>(), 0..3_u8, from_now(), weighted(0.4, Just(()))).prop_map(|(is_page, urgency, due_in, claimed)| {
        EffectOp { is_page, urgency, due_in, claimed: claimed.is_some() }
    })
}

fn retry() -> impl Strategy<Value = RetryOp> {
    (0..5_u32, from_now()).prop_map(|(attempt, due_in)| RetryOp { attempt, due_in })
}

/// Often exactly now, and on the same instant as others.
fn from_now() -> impl Strategy<Value = i64> {
    prop_oneof![
        Just(0_i64),
        -2..3_i64,
        (-5..15_i64).prop_map(|secs| secs * 1_000_000_000),
        -1_000_000_000..9_000_000_000_i64
    ]
}
