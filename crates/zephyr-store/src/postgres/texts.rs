//! Statements that only PostgreSQL is sent: those that lock rows, and those of leases, of which a file needs none.
//! Everything else is in [`statements`](crate::statements).
//!
//! `NOW($n)` stands for the present in microseconds: the value bound, or the database's own clock where none is.

use crate::statements::Rows;

/// The present. `$1`: the time of a test, or NULL.
pub const NOW: &str = "SELECT COALESCE($1::BIGINT, (EXTRACT(EPOCH FROM clock_timestamp()) * 1000000)::BIGINT)";
/// Begins a transaction in which every statement sees what was committed before it.
pub const BEGIN: &str = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE";

/// Makes the lease of `$1` last `$2` microseconds from now; the epoch where nobody has ended it, how many leases of
/// others have lapsed. `$3`: the time of a test, or NULL.
pub const RENEW: &str = "WITH clock AS (
    SELECT COALESCE($3::BIGINT, (EXTRACT(EPOCH FROM clock_timestamp()) * 1000000)::BIGINT) AS now
), own AS (
    UPDATE replicas SET until = (SELECT now FROM clock) + $2::BIGINT WHERE epoch = $1 AND over = 0 RETURNING epoch
)
SELECT (SELECT epoch FROM own),
    (SELECT COUNT(*) FROM replicas WHERE over = 0 AND until <= (SELECT now FROM clock) AND epoch <> $1)";
/// Begins an epoch with a lease of `$1` microseconds. `$2`: the time of a test, or NULL.
pub const BEGIN_EPOCH: &str = "WITH clock AS (
    SELECT COALESCE($2::BIGINT, (EXTRACT(EPOCH FROM clock_timestamp()) * 1000000)::BIGINT) AS now
)
INSERT INTO replicas (epoch, opened_at, until, over)
SELECT (SELECT COALESCE(MAX(epoch), 0) + 1 FROM replicas), now, now + $1::BIGINT, 0 FROM clock RETURNING epoch";
/// Ends the leases that have lapsed, but not `$1`; one whose owner is writing just now is left for the next time. `$2`:
/// the time of a test, or NULL.
pub const END_LAPSED: &str = "UPDATE replicas SET over = 1 WHERE epoch IN (
    SELECT epoch FROM replicas WHERE over = 0 AND epoch <> $1
        AND until <= COALESCE($2::BIGINT, (EXTRACT(EPOCH FROM clock_timestamp()) * 1000000)::BIGINT)
    FOR UPDATE SKIP LOCKED
)";
/// Frees what leases that are over still hold. A statement of its own: it has to see what was written until they ended.
pub const FREE_CLAIMS: &str = "UPDATE effects SET epoch = NULL, abandoned = 1
WHERE epoch IS NOT NULL AND epoch IN (SELECT epoch FROM replicas WHERE over = 1)";
/// Forgets leases that are over and were taken before `$1`.
pub const PRUNE_REPLICAS: &str = "DELETE FROM replicas WHERE over = 1 AND opened_at <= $1
AND NOT EXISTS (SELECT 1 FROM effects WHERE effects.epoch = replicas.epoch)";
/// The epoch `$1` where nobody has ended it, and nobody can until this transaction has.
pub const HOLD_EPOCH: &str = "SELECT epoch FROM replicas WHERE epoch = $1 AND over = 0 FOR SHARE";
/// Waits until no transaction of the epoch is under way.
pub const QUIET: &str = "SELECT epoch FROM replicas WHERE epoch = $1 FOR UPDATE";

/// How many leases have not lapsed. `$1`: the time of a test, or NULL.
pub const SERVING: &str = "SELECT COUNT(*) FROM replicas WHERE over = 0
AND until > COALESCE($1::BIGINT, (EXTRACT(EPOCH FROM clock_timestamp()) * 1000000)::BIGINT)";
/// A setting of the database.
pub const SETTING: &str = "SELECT current_setting($1, true)";

/// Claims effects of one lane and urgency; what another replica is claiming just now is passed over.
pub const CLAIM: &str = "WITH picked AS (
    SELECT id FROM effects WHERE lane = $2 AND urgency = $3 AND done_at IS NULL AND epoch IS NULL AND due_at <= $4
    ORDER BY due_at, id LIMIT $5 FOR UPDATE SKIP LOCKED
)
UPDATE effects SET epoch = $1 WHERE id IN (SELECT id FROM picked)
RETURNING id, stream, body, attempt, abandoned, due_at";

/// Makes room for documents that are not there, so that they can be locked; a row is kind, id,
/// nothing, 0 and the time.
pub static HOLD_OBJECTS: Rows =
    Rows::new("INSERT INTO objects (kind, id, body, rev, at) VALUES ", 0, 5, " ON CONFLICT (kind, id) DO NOTHING");
/// Takes the documents' rows and keeps them until the end of the transaction; a row is kind and id.
pub static LOCK_OBJECTS: Rows = Rows::new(
    "SELECT kind, id, body, rev FROM objects WHERE (kind, id) IN (VALUES ",
    0,
    2,
    ") ORDER BY kind, id FOR UPDATE",
);
/// Takes away the room of documents that were not made; a row is kind and id.
pub static DROP_OBJECTS: Rows = Rows::new("DELETE FROM objects WHERE rev = 0 AND (kind, id) IN (VALUES ", 0, 2, ")");
/// Keeps answered requests, in place of those up to `$1` only.
pub static PUT_REQUESTS: Rows = Rows::new(
    "INSERT INTO requests (key, body_hash, about, at) VALUES ",
    1,
    4,
    " ON CONFLICT (key) DO UPDATE SET body_hash = excluded.body_hash, about = excluded.about, at = excluded.at
    WHERE requests.at <= $1",
);

/// Every statement, for the test that prepares them.
#[cfg(test)]
pub fn all() -> Vec<&'static str> {
    let single = [
        NOW,
        BEGIN,
        RENEW,
        BEGIN_EPOCH,
        END_LAPSED,
        FREE_CLAIMS,
        PRUNE_REPLICAS,
        HOLD_EPOCH,
        QUIET,
        SERVING,
        SETTING,
        CLAIM,
    ];
    let rows = [&HOLD_OBJECTS, &LOCK_OBJECTS, &DROP_OBJECTS, &PUT_REQUESTS];
    single.into_iter().chain(rows.iter().flat_map(|rows| rows.texts()).map(|(_, text)| *text)).collect()
}
