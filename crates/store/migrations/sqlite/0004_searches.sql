-- Searches of the logs that somebody keeps under a name: the address of the page that shows them.
CREATE TABLE searches (
    id         BLOB PRIMARY KEY NOT NULL,
    owner      TEXT NOT NULL,
    name       TEXT NOT NULL,
    address    TEXT NOT NULL,
    created_at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE UNIQUE INDEX searches_by_owner ON searches (owner, name);
