-- Tokens get a public id, scopes, an expiry and an end. A row stays for ever: it is also the record of who made and who
-- revoked it. `scopes` NULL: all that the holder may. `by` NULL: made before this was noted.
ALTER TABLE tokens ADD COLUMN id TEXT;
ALTER TABLE tokens ADD COLUMN scopes TEXT;
ALTER TABLE tokens ADD COLUMN created_by TEXT;
ALTER TABLE tokens ADD COLUMN expires_at BIGINT;
ALTER TABLE tokens ADD COLUMN revoked_at BIGINT;
ALTER TABLE tokens ADD COLUMN revoked_by TEXT;
UPDATE tokens SET id = 'tok_' || substr(hash, 1, 12);
CREATE UNIQUE INDEX tokens_id ON tokens (id);
CREATE INDEX tokens_at ON tokens (at, id);
