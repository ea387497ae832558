-- What became of items, by five minutes: an item stands in the window of its `finished_at` under the state that it has
-- now. `what`: 0 recipients of mailings, 1 items of other jobs, 2 traces that other programs have posted.
DROP TABLE activity;
CREATE TABLE activity (
    window_start BIGINT NOT NULL,
    shard        BIGINT NOT NULL,
    what         BIGINT NOT NULL,
    application  TEXT NOT NULL,
    succeeded    BIGINT NOT NULL,
    failed       BIGINT NOT NULL,
    unknown      BIGINT NOT NULL,
    PRIMARY KEY (window_start, shard, what, application)
);

-- What was found wrong before any attempt had no moment.
UPDATE items SET finished_at = (SELECT created_at FROM jobs WHERE id = items.job_id)
WHERE verdict IS NOT NULL AND state IN (3, 4) AND finished_at IS NULL;

INSERT INTO activity (window_start, shard, what, application, succeeded, failed, unknown)
SELECT items.finished_at - items.finished_at % 300000000, 0, CASE jobs.kind WHEN 'mail' THEN 0 ELSE 1 END,
       jobs.application_name, count(*) FILTER (WHERE items.state = 2), count(*) FILTER (WHERE items.state = 3), count(*) FILTER (WHERE items.state = 4)
FROM items JOIN jobs ON jobs.id = items.job_id
WHERE items.state IN (2, 3, 4) AND items.finished_at IS NOT NULL AND jobs.kind <> 'external'
GROUP BY 1, 3, 4;

-- The items of an external job are counted and not kept.
INSERT INTO activity (window_start, shard, what, application, succeeded, failed, unknown)
SELECT coalesce(finished_at, updated_at) - coalesce(finished_at, updated_at) % 300000000, 1, 1, application_name,
       sum(succeeded), sum(failed), sum(unknown)
FROM jobs WHERE kind = 'external' AND succeeded + failed + unknown > 0 GROUP BY 1, 4;

INSERT INTO activity (window_start, shard, what, application, succeeded, failed, unknown)
SELECT created_at - created_at % 300000000, 0, 2, application_name, sum(1 - errors), sum(errors), 0
FROM traces WHERE outcome IS NULL GROUP BY 1, 4;
