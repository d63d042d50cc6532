-- Who did what is a view over what is kept anyway; what was missing is by which request. `notices` has what is kept
-- nowhere else: who signed in, who was refused for guessing, whose token floods.
ALTER TABLE tokens ADD COLUMN created_request TEXT;
ALTER TABLE tokens ADD COLUMN revoked_request TEXT;
ALTER TABLE policy_history ADD COLUMN request TEXT;
-- What a request is answered by may be a token or a policy too.
ALTER TABLE requests RENAME COLUMN stream TO about;

CREATE TABLE notices (
    seq     BIGINT NOT NULL PRIMARY KEY,
    at      BIGINT NOT NULL,
    kind    TEXT   NOT NULL,
    actor   TEXT,
    about   TEXT   NOT NULL,
    request TEXT
);
CREATE INDEX notices_at ON notices (at);
