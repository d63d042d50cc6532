//! Every SQL statement of the stores, as text that SQLite and PostgreSQL both read: `$1` placeholders, `RETURNING`,
//! `ON CONFLICT`, no arrays. A test prepares each of them.
//!
//! Deliberately not here: what is bound and read, which stands beside the use; schemas, which are migrations.

use std::fmt::Write;
use std::sync::OnceLock;

/// Takes the write lock at once, so that what is read inside stays true until the end.
pub const BEGIN: &str = "BEGIN IMMEDIATE";
/// Makes it durable.
pub const COMMIT: &str = "COMMIT";
/// Takes it back.
pub const ROLLBACK: &str = "ROLLBACK";

/// Begins an epoch.
pub const RAISE_EPOCH: &str = "INSERT INTO replicas (epoch, opened_at)
SELECT COALESCE(MAX(epoch), 0) + 1, $1 FROM replicas RETURNING epoch";
/// Frees what earlier epochs held.
pub const VOID_CLAIMS: &str = "UPDATE effects SET epoch = NULL, abandoned = 1 WHERE epoch IS NOT NULL";
/// Begins a write and reads the epoch in force.
pub const BEGIN_IN_EPOCH: &str = "BEGIN IMMEDIATE; SELECT COALESCE(MAX(epoch), 0) FROM replicas";
/// Open incidents, the oldest first.
pub const OPEN_STREAMS: &str = "SELECT id, version, format, state, wake_at FROM streams WHERE id IN
(SELECT stream FROM index_rows WHERE key = 'phase' AND value = 'open') ORDER BY id LIMIT $1";
/// One stream.
pub const STREAM: &str = "SELECT id, version, format, state, wake_at FROM streams WHERE id = $1";
/// When the oldest page that is not sent yet was due.
pub const OLDEST_PAGE: &str = "SELECT MIN(due_at) FROM effects WHERE lane = 'page' AND done_at IS NULL";
/// The time of the newest event.
pub const NEWEST_EVENT: &str = "SELECT MAX(at) FROM events";

/// The urgencies of armed streams, each with its first wake-up and its first that is still to come; and, as urgency
/// -1, when the next free effect falls due. Steps from one urgency to the next by index, whatever is armed.
pub const LOOK: &str = "WITH RECURSIVE wakes (urgency) AS (
    SELECT MIN(urgency) FROM streams WHERE wake_at IS NOT NULL
    UNION ALL
    SELECT (SELECT MIN(s.urgency) FROM streams s WHERE s.wake_at IS NOT NULL AND s.urgency > wakes.urgency)
    FROM wakes WHERE wakes.urgency IS NOT NULL
), sends (lane, urgency) AS (
    SELECT 'page', (SELECT MIN(urgency) FROM effects WHERE lane = 'page' AND done_at IS NULL AND epoch IS NULL)
    UNION ALL
    SELECT 'tell', (SELECT MIN(urgency) FROM effects WHERE lane = 'tell' AND done_at IS NULL AND epoch IS NULL)
    UNION ALL
    SELECT sends.lane, (SELECT MIN(e.urgency) FROM effects e WHERE e.lane = sends.lane
        AND e.done_at IS NULL AND e.epoch IS NULL AND e.urgency > sends.urgency)
    FROM sends WHERE sends.urgency IS NOT NULL
)
SELECT urgency,
    (SELECT MIN(s.wake_at) FROM streams s WHERE s.urgency = wakes.urgency AND s.wake_at IS NOT NULL),
    (SELECT MIN(s.wake_at) FROM streams s WHERE s.urgency = wakes.urgency AND s.wake_at > $1)
FROM wakes WHERE urgency IS NOT NULL
UNION ALL
SELECT -1, CAST(NULL AS BIGINT),
    (SELECT MIN(e.due_at) FROM effects e WHERE e.lane = sends.lane AND e.urgency = sends.urgency
        AND e.done_at IS NULL AND e.epoch IS NULL AND e.due_at > $1)
FROM sends WHERE urgency IS NOT NULL";
/// Streams of one urgency that have to be woken.
pub const DUE_STREAMS: &str =
    "SELECT id FROM streams WHERE urgency = $1 AND wake_at <= $2 ORDER BY wake_at, id LIMIT $3";

/// The urgencies of a lane that have something to claim, up to `$3`.
pub const CLAIMABLE: &str = "WITH RECURSIVE sends (urgency) AS (
    SELECT MIN(urgency) FROM effects WHERE lane = $1 AND done_at IS NULL AND epoch IS NULL
    UNION ALL
    SELECT (SELECT MIN(e.urgency) FROM effects e WHERE e.lane = $1
        AND e.done_at IS NULL AND e.epoch IS NULL AND e.urgency > sends.urgency)
    FROM sends WHERE sends.urgency IS NOT NULL
)
SELECT urgency FROM sends WHERE urgency <= $3 AND EXISTS (
    SELECT 1 FROM effects e WHERE e.lane = $1 AND e.urgency = sends.urgency
        AND e.done_at IS NULL AND e.epoch IS NULL AND e.due_at <= $2
) ORDER BY urgency";
/// Claims effects of one lane and urgency.
pub const CLAIM: &str = "UPDATE effects SET epoch = $1 WHERE id IN (
    SELECT id FROM effects WHERE lane = $2 AND urgency = $3 AND done_at IS NULL AND epoch IS NULL AND due_at <= $4
    ORDER BY due_at, id LIMIT $5
) RETURNING id, stream, body, attempt, abandoned, due_at";
/// Notes a failed try. `+epoch` keeps the planner from walking through all that the epoch holds.
pub const RETRY: &str = "UPDATE effects SET attempt = $1, due_at = $2, last_error = $3, epoch = NULL, abandoned = 0
WHERE id = $4 AND +epoch = $5";

/// Streams that have an index row.
pub const FIND: &str = "SELECT stream FROM index_rows WHERE key = $1 AND value = $2 ORDER BY stream DESC LIMIT $3";
/// The greatest value of an index key.
pub const GREATEST: &str = "SELECT MAX(value) FROM index_rows WHERE key = $1";
/// Events of a stream.
pub const EVENTS: &str = "SELECT seq, at, kind, body FROM events WHERE stream = $1 AND seq > $2 ORDER BY seq LIMIT $3";
/// A request that still counts.
pub const REQUEST: &str = "SELECT key, body_hash, about, at FROM requests WHERE key = $1 AND at > $2";
/// Unfinished effects by how their text begins, which is their kind, and how they stand, with the first due time; and,
/// with no kind, the first wake-up.
pub const BACKLOG: &str = "SELECT substr(body, 3, 16), CASE WHEN attempt > 0 THEN 'retrying' ELSE 'waiting' END,
    COUNT(*), MIN(due_at) FROM effects WHERE done_at IS NULL AND epoch IS NULL GROUP BY 1, 2
UNION ALL SELECT substr(body, 3, 16), 'sending', COUNT(*), MIN(due_at) FROM effects WHERE epoch IS NOT NULL GROUP BY 1
UNION ALL SELECT '', 'wake', 0, MIN(wake_at) FROM streams WHERE wake_at IS NOT NULL";

/// Whether there is anything to forget: finished effects up to `$1`, requests up to `$2`.
pub const PRUNABLE: &str = "SELECT 1 WHERE EXISTS (SELECT 1 FROM effects WHERE done_at <= $1)
OR EXISTS (SELECT 1 FROM requests WHERE at <= $2)";
/// Forgets finished effects.
pub const PRUNE_EFFECTS: &str =
    "DELETE FROM effects WHERE id IN (SELECT id FROM effects WHERE done_at <= $1 ORDER BY done_at LIMIT $2)";
/// Forgets requests.
pub const PRUNE_REQUESTS: &str =
    "DELETE FROM requests WHERE key IN (SELECT key FROM requests WHERE at <= $1 ORDER BY at LIMIT $2)";

/// Writes a document, `$5` its kind once more; it becomes the newest of its kind.
pub const PUT_OBJECT: &str = "INSERT INTO objects (kind, id, body, at, rev)
VALUES ($1, $2, $3, $4, (SELECT COALESCE(MAX(rev), 0) + 1 FROM objects WHERE kind = $5))
ON CONFLICT (kind, id) DO UPDATE SET body = excluded.body, at = excluded.at, rev = excluded.rev";
/// Documents of a kind.
pub const OBJECTS: &str = "SELECT id, body FROM objects WHERE kind = $1 AND rev > 0 ORDER BY rev DESC LIMIT $2";
/// Keeps a token.
pub const PUT_TOKEN: &str =
    "INSERT INTO tokens (hash, kind, holder, at, id, scopes, created_by, created_request, expires_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (hash) DO NOTHING";
/// A token.
pub const TOKEN: &str = "SELECT hash, kind, holder, at, id, scopes, created_by, created_request, expires_at,
revoked_at, revoked_by, revoked_request FROM tokens WHERE hash = $1";
/// A token by its public id.
pub const TOKEN_BY_ID: &str = "SELECT hash, kind, holder, at, id, scopes, created_by, created_request, expires_at,
revoked_at, revoked_by, revoked_request FROM tokens WHERE id = $1";
/// The newest tokens.
pub const TOKENS: &str = "SELECT hash, kind, holder, at, id, scopes, created_by, created_request, expires_at,
revoked_at, revoked_by, revoked_request FROM tokens ORDER BY at DESC, id DESC LIMIT $1";
/// Ends a token, once.
pub const REVOKE_TOKEN: &str = "UPDATE tokens SET revoked_at = $1, revoked_by = $2, revoked_request = $3
WHERE id = $4 AND revoked_at IS NULL";
/// Keeps the text of a policy.
pub const PUT_POLICY: &str = "INSERT INTO policies (version, text, at) VALUES ($1, $2, $3)
ON CONFLICT (version) DO UPDATE SET text = excluded.text";
/// Notes that it came into force, `$6` its version once more; nothing where it is the last that did.
pub const NOTE_POLICY: &str = "INSERT INTO policy_history (seq, version, at, applied_by, source, request)
SELECT (SELECT COALESCE(MAX(seq), 0) + 1 FROM policy_history), $1, CAST($2 AS BIGINT), $3, $4, $5 WHERE NOT EXISTS
(SELECT 1 FROM policy_history WHERE version = $6 AND seq = (SELECT MAX(seq) FROM policy_history))";
/// Which came into force, the last first.
pub const POLICIES: &str =
    "SELECT seq, version, at, applied_by, source, request FROM policy_history WHERE seq > 0 ORDER BY seq DESC LIMIT $1";
/// The text of one.
pub const POLICY_TEXT: &str = "SELECT text FROM policies WHERE version = $1";
/// Keeps a notice.
pub const NOTE: &str = "INSERT INTO notices (seq, at, kind, actor, about, request)
SELECT COALESCE(MAX(seq), 0) + 1, CAST($1 AS BIGINT), $2, $3, $4, $5 FROM notices";
/// Who did what, the newest first, from before `$1` to `$4`, at most `$5`. Of events and notices, which are many,
/// no more are read than are shown. Actors of events are in their bodies.
pub const AUDIT: &str = "SELECT at, source, name, seq, kind, actor, request, body FROM (
    SELECT at, source, name, seq, kind, actor, request, body FROM (
        SELECT at, 'event' AS source, stream AS name, seq, kind,
            CAST(NULL AS TEXT) AS actor, CAST(NULL AS TEXT) AS request, body
        FROM events WHERE at <= $1 AND (at < $1 OR ('event', stream, seq) < ($2, $3, $4))
        ORDER BY at DESC, stream DESC, seq DESC LIMIT $5
    ) AS latest
    UNION ALL SELECT at, 'token', id, 0, 'created', created_by, created_request, kind || ' ' || holder FROM tokens
    UNION ALL SELECT revoked_at, 'token', id, 1, 'revoked', revoked_by, revoked_request, kind || ' ' || holder
        FROM tokens WHERE revoked_at IS NOT NULL
    UNION ALL SELECT at, 'policy', version, seq, 'applied', applied_by, request, source FROM policy_history
    UNION ALL SELECT at, source, name, seq, kind, actor, request, body FROM (
        SELECT at, 'notice' AS source, about AS name, seq, kind, actor, request, '' AS body
        FROM notices WHERE at <= $1 AND (at < $1 OR ('notice', about, seq) < ($2, $3, $4))
        ORDER BY at DESC, about DESC, seq DESC LIMIT $5
    ) AS noticed
) AS done
WHERE at <= $1 AND (at < $1 OR (source, name, seq) < ($2, $3, $4))
ORDER BY at DESC, source DESC, name DESC, seq DESC LIMIT $5";

/// Documents: a row is kind and id.
pub static LOAD_OBJECTS: Rows = Rows::new("SELECT kind, id, body FROM objects WHERE (kind, id) IN (VALUES ", 0, 2, ")");
/// Loads streams: a row is an id.
pub static LOAD: Rows =
    Rows::new("SELECT id, version, format, state, wake_at FROM streams WHERE id IN (VALUES ", 0, 1, ")");
/// Requests that still count, from `$1` on: a row is a key.
pub static REQUESTS: Rows =
    Rows::new("SELECT key, body_hash, about, at FROM requests WHERE at > $1 AND key IN (VALUES ", 1, 1, ")");
/// The newest streams that have an index row of the key `$1`, one more than `$2` for each value; a row is a value.
pub static FIND_EACH: Rows = Rows::new(
    "WITH wanted (value) AS (VALUES ",
    2,
    1,
    "), edges (value, least) AS (SELECT wanted.value, (SELECT i.stream FROM index_rows i
        WHERE i.key = $1 AND i.value = wanted.value ORDER BY i.stream DESC LIMIT 1 OFFSET $2) FROM wanted)
    SELECT r.value, r.stream FROM edges JOIN index_rows r
        ON r.key = $1 AND r.value = edges.value AND r.stream >= COALESCE(edges.least, '') ORDER BY r.stream DESC",
);
/// Writes streams.
pub static PUT_STREAMS: Rows = Rows::new(
    "INSERT INTO streams (id, kind, version, format, state, wake_at, urgency) VALUES ",
    0,
    7,
    " ON CONFLICT (id) DO UPDATE SET version = excluded.version, format = excluded.format, state = excluded.state,
    wake_at = excluded.wake_at, urgency = excluded.urgency",
);
/// Appends events.
pub static ADD_EVENTS: Rows = Rows::new("INSERT INTO events (stream, seq, at, kind, body) VALUES ", 0, 5, "");
/// Takes index rows away.
pub static DROP_INDEX: Rows = Rows::new("DELETE FROM index_rows WHERE (stream, key, value) IN (VALUES ", 0, 3, ")");
/// Adds index rows.
pub static ADD_INDEX: Rows = Rows::new("INSERT INTO index_rows (stream, key, value) VALUES ", 0, 3, "");
/// Adds effects. Ids are derived from stream, event and position: one that is there is the same one.
pub static ADD_EFFECTS: Rows = Rows::new(
    "INSERT INTO effects
    (id, stream, lane, urgency, due_at, body, attempt, last_error, epoch, abandoned, done_at) VALUES ",
    0,
    11,
    " ON CONFLICT (id) DO NOTHING",
);
/// Ends effects that the epoch `$2` holds, at `$1`; a row is an id.
pub static END_EFFECTS: Rows = Rows::new(
    "UPDATE effects SET done_at = $1, body = '', epoch = NULL WHERE +epoch = $2 AND id IN (VALUES ",
    2,
    1,
    ")",
);
/// Keeps answered requests.
pub static PUT_REQUESTS: Rows = Rows::new(
    "INSERT INTO requests (key, body_hash, about, at) VALUES ",
    0,
    4,
    " ON CONFLICT (key) DO UPDATE SET body_hash = excluded.body_hash, about = excluded.about, at = excluded.at",
);

/// Begins a write and reads all that a slice of commits must know; see [`Known`](crate::plan::Known). `$1` is the epoch,
/// `$2` the time from which requests count; then as many streams, numbers, effects and requests each as `size` says.
pub static CHECK: Check = Check { texts: OnceLock::new() };

/// How many rows one statement takes. Each size is a prepared statement; few rows are the common case.
const ROW_SIZES: [usize; 11] = [64, 32, 16, 8, 7, 6, 5, 4, 3, 2, 1];

/// A statement over any number of rows, in a few fixed sizes.
pub struct Rows {
    head: &'static str,
    fixed: usize,
    columns: usize,
    tail: &'static str,
    texts: OnceLock<Vec<(usize, &'static str)>>,
}

impl Rows {
    pub const fn new(head: &'static str, fixed: usize, columns: usize, tail: &'static str) -> Self {
        Self { head, fixed, columns, tail, texts: OnceLock::new() }
    }

    /// The rows in portions, each with the statement of its size. The rows' placeholders follow the fixed ones.
    pub fn portions<'r, T>(&self, rows: &'r [T]) -> impl Iterator<Item = (&'static str, &'r [T])> + use<'r, '_, T> {
        let mut rest = rows;
        std::iter::from_fn(move || {
            let (size, text) = self.texts().iter().find(|(size, _)| *size <= rest.len())?;
            let (portion, after) = rest.split_at_checked(*size)?;
            rest = after;
            Some((*text, portion))
        })
    }

    /// The statement in each of its sizes, the largest first.
    pub fn texts(&self) -> &[(usize, &'static str)] {
        self.texts.get_or_init(|| ROW_SIZES.iter().map(|size| (*size, self.text(*size))).collect())
    }

    /// Leaked once for each size: a prepared statement is found again by its text.
    fn text(&self, size: usize) -> &'static str {
        let mut next = self.fixed + 1..;
        let rows = (0..size).map(|_| format!("({})", placeholders(&mut next, self.columns)));
        let rows: Vec<_> = rows.collect();
        format!("{}{}{}", self.head, rows.join(", "), self.tail).leak()
    }
}

/// The statement that checks a slice, in a few fixed sizes.
pub struct Check {
    texts: OnceLock<Vec<CheckText>>,
}

/// The check in one size.
pub struct CheckText {
    /// How many of each kind it takes.
    pub size: usize,
    /// With BEGIN before it.
    pub beginning: &'static str,
    /// Alone, for what the first could not take.
    pub following: &'static str,
}

impl Check {
    /// How many of each kind one statement takes at most.
    pub const MOST: usize = 64;

    /// The smallest that takes `count` of each kind. What is left over is bound as NULL.
    pub fn of_size(&self, count: usize) -> Option<&CheckText> {
        self.texts().iter().find(|text| text.size >= count)
    }

    /// The statement in each of its sizes, the smallest first.
    pub fn texts(&self) -> &[CheckText] {
        self.texts.get_or_init(|| [1, 8, Self::MOST].into_iter().map(CheckText::of_size).collect())
    }
}

impl CheckText {
    fn of_size(size: usize) -> Self {
        let following = Self::build(size);
        Self { size, beginning: format!("{BEGIN}; {following}").leak(), following }
    }

    fn build(size: usize) -> &'static str {
        let mut next = 3..;
        let mut list = || placeholders(&mut next, size);
        let (streams, numbers, effects, requests) = (list(), list(), list(), list());
        format!(
            "SELECT 'epoch', '', '', '', COALESCE(MAX(epoch), 0) FROM replicas
            UNION ALL SELECT 'stream', id, '', '', version FROM streams WHERE id IN ({streams})
            UNION ALL SELECT 'index', stream, key, value, 0 FROM index_rows WHERE stream IN ({streams})
            UNION ALL SELECT 'number', stream, value, '', 0 FROM index_rows
                WHERE key = 'number' AND value IN ({numbers})
            UNION ALL SELECT 'held', id, '', '', 0 FROM effects WHERE +epoch = $1 AND id IN ({effects})
            UNION ALL SELECT 'answered', key, '', '', 0 FROM requests WHERE at > $2 AND key IN ({requests})"
        )
        .leak()
    }
}

fn placeholders(next: &mut impl Iterator<Item = usize>, count: usize) -> String {
    let mut list = String::new();
    for number in next.take(count) {
        let comma = if list.is_empty() { "" } else { ", " };
        let _ = write!(list, "{comma}${number}");
    }
    list
}

/// Every statement, for the test that prepares them.
#[cfg(test)]
pub fn all() -> Vec<&'static str> {
    let single = [
        BEGIN,
        COMMIT,
        ROLLBACK,
        RAISE_EPOCH,
        VOID_CLAIMS,
        BEGIN_IN_EPOCH,
        NEWEST_EVENT,
        OPEN_STREAMS,
        STREAM,
        OLDEST_PAGE,
        LOOK,
        DUE_STREAMS,
        CLAIMABLE,
        CLAIM,
        RETRY,
        FIND,
        GREATEST,
        EVENTS,
        REQUEST,
        BACKLOG,
        PRUNABLE,
        PRUNE_EFFECTS,
        PRUNE_REQUESTS,
        PUT_OBJECT,
        OBJECTS,
        PUT_TOKEN,
        TOKEN,
        TOKEN_BY_ID,
        TOKENS,
        REVOKE_TOKEN,
        PUT_POLICY,
        NOTE_POLICY,
        POLICIES,
        POLICY_TEXT,
        NOTE,
        AUDIT,
    ];
    let rows = [
        &LOAD,
        &LOAD_OBJECTS,
        &REQUESTS,
        &FIND_EACH,
        &PUT_STREAMS,
        &ADD_EVENTS,
        &DROP_INDEX,
        &ADD_INDEX,
        &ADD_EFFECTS,
        &END_EFFECTS,
        &PUT_REQUESTS,
    ];
    let rows = rows.iter().flat_map(|rows| rows.texts()).map(|(_, text)| *text);
    single.into_iter().chain(rows).chain(CHECK.texts().iter().map(|text| text.following)).collect()
}
