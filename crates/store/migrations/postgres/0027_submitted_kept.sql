-- Which messages still have their content, for those who let go of it.
CREATE INDEX submitted_kept ON submitted (received_at) WHERE content IS NOT NULL OR sha256 IS NOT NULL;
-- Which messages of a job name a blob.
CREATE INDEX submitted_blobs ON submitted (job_id, sha256) WHERE sha256 IS NOT NULL;
