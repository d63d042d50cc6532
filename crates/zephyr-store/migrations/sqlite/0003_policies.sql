-- Each time a policy came into force: which, when, by whom and from where. A policy may come back, so that one version
-- may stand here more than once. `policies.text` is the whole text from now on, with people's addresses: a server
-- without a file starts from it. Rows from before have none, and are known by a text that is not that of their version.
CREATE TABLE policy_history (
    seq        BIGINT NOT NULL PRIMARY KEY,
    version    TEXT   NOT NULL REFERENCES policies (version),
    at         BIGINT NOT NULL,
    applied_by TEXT   NOT NULL,
    source     TEXT   NOT NULL
);

INSERT INTO policy_history (seq, version, at, applied_by, source)
SELECT ROW_NUMBER() OVER (ORDER BY at, version), version, at, 'the operator', 'serve' FROM policies;
