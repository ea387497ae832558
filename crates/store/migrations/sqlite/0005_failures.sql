-- Jobs with failed items, to list those with the most first. The others are not in it, so that counting what went well
-- changes no index.
CREATE INDEX jobs_by_failures ON jobs (failed, created_at) WHERE failed > 0;
