-- A row is the same as one before by its key and by its content: the period, the amount, the file it names. '' stands
-- for any content, as of what was sent before this was kept.
ALTER TABLE items ADD COLUMN content TEXT NOT NULL DEFAULT '';

-- How the ledger of the job's name tells what was sent: 0 not at all, 1 by the key, 2 by key and content.
ALTER TABLE jobs ADD COLUMN ledger INTEGER NOT NULL DEFAULT 0;
UPDATE jobs SET ledger = 2 WHERE kind = 'mail';

CREATE TABLE ledger_of_rows (
    mailing TEXT NOT NULL,
    key     TEXT NOT NULL,
    content TEXT NOT NULL DEFAULT '',
    job_id  BLOB,
    -- The item of that job, where it is known.
    seq     INTEGER,
    sent_at INTEGER NOT NULL,
    state   INTEGER NOT NULL,
    PRIMARY KEY (mailing, key, content)
) WITHOUT ROWID;
INSERT INTO ledger_of_rows (mailing, key, job_id, sent_at, state)
    SELECT mailing, key, job_id, sent_at, state FROM ledger;
DROP TABLE ledger;
ALTER TABLE ledger_of_rows RENAME TO ledger;
-- Which mailings have served a row, whatever their name.
CREATE INDEX ledger_by_key ON ledger (key, sent_at);

-- Of two open mailings with one name, the later gets a name of its own.
UPDATE jobs SET name = name || ' (' || lower(hex(substr(id, 13))) || ')'
WHERE ledger > 0 AND state < 4 AND EXISTS (
    SELECT 1 FROM jobs AS other WHERE other.name = jobs.name AND other.ledger > 0 AND other.state < 4
        AND (other.created_at < jobs.created_at OR (other.created_at = jobs.created_at AND other.id < jobs.id)));
CREATE UNIQUE INDEX jobs_open_name ON jobs (name) WHERE ledger > 0 AND state < 4;
