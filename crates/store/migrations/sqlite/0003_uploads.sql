-- Which uploads the items of a job name, so that those that nothing names can go.

CREATE TABLE job_blobs (
    job_id BLOB NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
    -- In hexadecimal digits: its name in `blobs/`.
    sha256 TEXT NOT NULL,
    PRIMARY KEY (job_id, sha256)
) WITHOUT ROWID;

CREATE INDEX job_blobs_by_hash ON job_blobs (sha256);

INSERT INTO job_blobs (job_id, sha256)
SELECT DISTINCT items.job_id, json_extract(attachment.value, '$.sha256')
FROM items, json_each(CASE WHEN json_valid(items.payload) THEN items.payload ELSE '{}' END, '$.attachments') AS attachment
WHERE items.payload LIKE '%"sha256"%' AND json_extract(attachment.value, '$.sha256') IS NOT NULL;
