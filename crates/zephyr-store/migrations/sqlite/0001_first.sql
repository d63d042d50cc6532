-- Times are UTC microseconds, ids and JSON are text. Rows are found again by what `src/sqlite/statements.rs` asks.

PRAGMA application_id = 2053468264; -- 'zeph'

CREATE TABLE streams (
    id      TEXT   NOT NULL PRIMARY KEY,
    kind    TEXT   NOT NULL,
    version BIGINT NOT NULL,
    format  BIGINT NOT NULL,
    state   TEXT   NOT NULL,
    wake_at BIGINT,
    urgency BIGINT NOT NULL
);
-- Wake-ups by urgency: the due ones of each urgency are one range, however many are armed.
CREATE INDEX streams_wake ON streams (urgency, wake_at, id) WHERE wake_at IS NOT NULL;

-- Append-only: the timeline and the audit log.
CREATE TABLE events (
    stream TEXT   NOT NULL REFERENCES streams (id),
    seq    BIGINT NOT NULL,
    at     BIGINT NOT NULL,
    kind   TEXT   NOT NULL,
    body   TEXT   NOT NULL,
    PRIMARY KEY (stream, seq)
) WITHOUT ROWID;
-- The newest event of all, below which the clock never starts.
CREATE INDEX events_at ON events (at);

CREATE TABLE index_rows (
    stream TEXT NOT NULL REFERENCES streams (id),
    key    TEXT NOT NULL,
    value  TEXT NOT NULL,
    PRIMARY KEY (stream, key, value)
) WITHOUT ROWID;
CREATE INDEX index_rows_found ON index_rows (key, value, stream);
CREATE UNIQUE INDEX index_rows_number ON index_rows (value) WHERE key = 'number';

-- `epoch`: who holds it. `done_at`: it is over, and its body is purged.
CREATE TABLE effects (
    id         TEXT   NOT NULL PRIMARY KEY,
    stream     TEXT   NOT NULL REFERENCES streams (id),
    lane       TEXT   NOT NULL,
    urgency    BIGINT NOT NULL,
    due_at     BIGINT NOT NULL,
    body       TEXT   NOT NULL,
    attempt    BIGINT NOT NULL,
    last_error TEXT,
    epoch      BIGINT,
    abandoned  BIGINT NOT NULL,
    done_at    BIGINT
);
-- Each effect is in one of these three: to be claimed, held, or over and waiting to be pruned.
CREATE INDEX effects_free ON effects (lane, urgency, due_at, id) WHERE done_at IS NULL AND epoch IS NULL;
CREATE INDEX effects_held ON effects (epoch, lane, due_at) WHERE epoch IS NOT NULL;
CREATE INDEX effects_done ON effects (done_at) WHERE done_at IS NOT NULL;

-- One row for each time a server opened the store; the greatest epoch is the one in force.
CREATE TABLE replicas (
    epoch     BIGINT NOT NULL PRIMARY KEY,
    opened_at BIGINT NOT NULL
);

CREATE TABLE policies (
    version TEXT   NOT NULL PRIMARY KEY,
    text    TEXT   NOT NULL,
    at      BIGINT NOT NULL
);

CREATE TABLE requests (
    key       TEXT   NOT NULL PRIMARY KEY,
    body_hash TEXT   NOT NULL,
    stream    TEXT   NOT NULL,
    at        BIGINT NOT NULL
) WITHOUT ROWID;
CREATE INDEX requests_at ON requests (at);

-- `rev` grows with each write of a kind.
CREATE TABLE objects (
    kind TEXT   NOT NULL,
    id   TEXT   NOT NULL,
    body TEXT   NOT NULL,
    rev  BIGINT NOT NULL,
    at   BIGINT NOT NULL,
    PRIMARY KEY (kind, id)
);
CREATE INDEX objects_rev ON objects (kind, rev);

CREATE TABLE tokens (
    hash   TEXT   NOT NULL PRIMARY KEY,
    kind   TEXT   NOT NULL,
    holder TEXT   NOT NULL,
    at     BIGINT NOT NULL
);
