-- Times are UTC microseconds, ids and JSON are text. Texts compare by bytes, as everywhere else in zephyr.

CREATE TABLE streams (
    id      TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    kind    TEXT COLLATE "C" NOT NULL,
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
    stream TEXT COLLATE "C" NOT NULL REFERENCES streams (id),
    seq    BIGINT NOT NULL,
    at     BIGINT NOT NULL,
    kind   TEXT   NOT NULL,
    body   TEXT   NOT NULL,
    PRIMARY KEY (stream, seq)
);
-- The newest event of all, below which the clock never starts.
CREATE INDEX events_at ON events (at);

CREATE TABLE index_rows (
    stream TEXT COLLATE "C" NOT NULL REFERENCES streams (id),
    key    TEXT COLLATE "C" NOT NULL,
    value  TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (stream, key, value)
);
CREATE INDEX index_rows_found ON index_rows (key, value, stream);
CREATE UNIQUE INDEX index_rows_number ON index_rows (value) WHERE key = 'number';

-- `epoch`: who holds it. `done_at`: it is over, and its body is purged.
CREATE TABLE effects (
    id         TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    stream     TEXT COLLATE "C" NOT NULL REFERENCES streams (id),
    lane       TEXT COLLATE "C" NOT NULL,
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

-- One row for each lease that a replica took. It lapses at `until`; `over` = 1: another replica has ended it, and no
-- write of its epoch is taken any more.
CREATE TABLE replicas (
    epoch     BIGINT NOT NULL PRIMARY KEY,
    opened_at BIGINT NOT NULL,
    until     BIGINT NOT NULL,
    over      BIGINT NOT NULL
);
CREATE INDEX replicas_alive ON replicas (until) WHERE over = 0;

CREATE TABLE policies (
    version TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    text    TEXT   NOT NULL,
    at      BIGINT NOT NULL
);
CREATE TABLE policy_history (
    seq        BIGINT NOT NULL PRIMARY KEY,
    version    TEXT COLLATE "C" NOT NULL REFERENCES policies (version),
    at         BIGINT NOT NULL,
    applied_by TEXT   NOT NULL,
    source     TEXT   NOT NULL,
    request    TEXT
);

CREATE TABLE requests (
    key       TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    body_hash TEXT   NOT NULL,
    about     TEXT   NOT NULL,
    at        BIGINT NOT NULL
);
CREATE INDEX requests_at ON requests (at);

-- `rev` grows with each write of a kind; 0 is a document that is being made.
CREATE TABLE objects (
    kind TEXT COLLATE "C" NOT NULL,
    id   TEXT COLLATE "C" NOT NULL,
    body TEXT   NOT NULL,
    rev  BIGINT NOT NULL,
    at   BIGINT NOT NULL,
    PRIMARY KEY (kind, id)
);
CREATE INDEX objects_rev ON objects (kind, rev);

-- Rows stay for ever: they are also the record of who made and who revoked a token.
CREATE TABLE tokens (
    hash            TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    kind            TEXT   NOT NULL,
    holder          TEXT   NOT NULL,
    at              BIGINT NOT NULL,
    id              TEXT COLLATE "C" NOT NULL,
    scopes          TEXT,
    created_by      TEXT,
    created_request TEXT,
    expires_at      BIGINT,
    revoked_at      BIGINT,
    revoked_by      TEXT,
    revoked_request TEXT
);
CREATE UNIQUE INDEX tokens_id ON tokens (id);
CREATE INDEX tokens_at ON tokens (at, id);

-- What the audit would find nowhere else: who signed in, who was refused for guessing, whose token floods.
CREATE TABLE notices (
    seq     BIGINT NOT NULL PRIMARY KEY,
    at      BIGINT NOT NULL,
    kind    TEXT   NOT NULL,
    actor   TEXT,
    about   TEXT COLLATE "C" NOT NULL,
    request TEXT
);
CREATE INDEX notices_at ON notices (at);
