-- Which uploads the items of a job name, so that those that nothing names can go.

CREATE TABLE job_blobs (
    job_id UUID NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
    -- In hexadecimal digits: its name in `blobs/`.
    sha256 TEXT NOT NULL,
    PRIMARY KEY (job_id, sha256)
);

CREATE INDEX job_blobs_by_hash ON job_blobs (sha256);

INSERT INTO job_blobs (job_id, sha256)
SELECT DISTINCT items.job_id, found[1]
FROM items, regexp_matches(items.payload, '"sha256"\s*:\s*"([0-9a-f]{64})"', 'g') AS found
WHERE items.payload LIKE '%"sha256"%';
