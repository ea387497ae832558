-- A run's own limits, held beside those of its account, and what it has spent of them.
ALTER TABLE jobs ADD COLUMN limits TEXT;
ALTER TABLE jobs ADD COLUMN pace TEXT;
