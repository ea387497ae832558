-- How long a job has been running: without its pauses, and without the time between its end and a retry.
ALTER TABLE jobs ADD COLUMN active_us BIGINT NOT NULL DEFAULT 0;
-- Since when it has been running this time.
ALTER TABLE jobs ADD COLUMN active_since BIGINT;

CREATE TEMPORARY TABLE stretches AS
    SELECT job_id, state, at, lead(at) OVER (PARTITION BY job_id ORDER BY no) AS until FROM job_states;
UPDATE jobs SET
    active_us = coalesce((SELECT sum(greatest(until - at, 0)) FROM stretches
                          WHERE job_id = jobs.id AND stretches.state = 2 AND until IS NOT NULL), 0),
    active_since = CASE WHEN state = 2
        THEN coalesce((SELECT max(at) FROM stretches WHERE job_id = jobs.id AND stretches.state = 2), updated_at) END;
-- Those whose states were not kept when they ran.
UPDATE jobs SET active_us = greatest(coalesce(finished_at, updated_at) - started_at, 0)
    WHERE started_at IS NOT NULL AND NOT EXISTS (SELECT 1 FROM stretches WHERE job_id = jobs.id AND stretches.state = 2);
DROP TABLE stretches;
