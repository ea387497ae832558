-- Failed items of earlier runs of a mailing that items of a later one stand for: once the later one has an outcome, the earlier
-- failure no longer counts. A person is counted once.
CREATE TABLE replaced_items (
    job_id      BLOB NOT NULL,
    seq         INTEGER NOT NULL,
    earlier_job BLOB NOT NULL,
    earlier_seq INTEGER NOT NULL,
    PRIMARY KEY (job_id, seq, earlier_job, earlier_seq)
) WITHOUT ROWID;

-- What rows said before they were corrected: whoever brings the older list again finds them received, too.
CREATE TABLE corrected_rows (
    job_id  BLOB NOT NULL,
    seq     INTEGER NOT NULL,
    key     TEXT NOT NULL,
    content TEXT NOT NULL,
    PRIMARY KEY (job_id, seq, key, content)
) WITHOUT ROWID;

-- Whether a job has rows in either table.
ALTER TABLE jobs ADD COLUMN linked INTEGER NOT NULL DEFAULT 0;
