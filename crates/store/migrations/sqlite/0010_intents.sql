-- Which attempt at an item was declared: from then on it may have been sent. On SQLite a journal beside the database
-- says so instead.
ALTER TABLE items ADD COLUMN declared INTEGER NOT NULL DEFAULT 0;
-- Whether a worker declares each message before it leaves: what it has only claimed was then not sent.
ALTER TABLE workers ADD COLUMN declares INTEGER NOT NULL DEFAULT 0;
