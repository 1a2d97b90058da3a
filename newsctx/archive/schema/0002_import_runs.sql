CREATE TABLE import_runs (
    run_id VARCHAR PRIMARY KEY,
    source VARCHAR NOT NULL,           -- file name only: an archive may be handed on
    source_key VARCHAR NOT NULL,       -- digest of the source's bytes and of how it is read
    format VARCHAR NOT NULL,
    base_version VARCHAR NOT NULL,     -- content version that the run started from
    state VARCHAR NOT NULL,            -- running, done
    rows_done BIGINT NOT NULL,         -- position of the last committed row in the source
    counts VARCHAR NOT NULL,           -- JSON
    started TIMESTAMP NOT NULL,
    finished TIMESTAMP
);
CREATE TABLE import_rejects (
    run_id VARCHAR NOT NULL,
    kind VARCHAR NOT NULL,             -- rejected, warning
    file VARCHAR NOT NULL,
    line BIGINT NOT NULL,
    reason VARCHAR NOT NULL
);
-- articles that the run in progress has met; emptied when it ends
CREATE TABLE run_seen (article_id VARCHAR NOT NULL);
