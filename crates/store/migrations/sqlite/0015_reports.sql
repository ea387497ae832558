-- What clients send beside their errors, and what is sent of a release before it runs.

CREATE TABLE release_commits (
    release INTEGER NOT NULL,
    -- From 0, the newest first.
    place   INTEGER NOT NULL,
    id      TEXT NOT NULL,
    author  TEXT NOT NULL,
    message TEXT NOT NULL,
    at      INTEGER,
    PRIMARY KEY (release, place)
) WITHOUT ROWID;

-- Sessions by hours since 1970, counted by what came of them.
CREATE TABLE release_health (
    project       INTEGER NOT NULL,
    release       TEXT NOT NULL,
    environment   TEXT NOT NULL,
    hour          INTEGER NOT NULL,
    started       INTEGER NOT NULL,
    -- With errors that were handled, of those that are told as counts.
    errored       INTEGER NOT NULL,
    crashed       INTEGER NOT NULL,
    abnormal      INTEGER NOT NULL,
    -- Sketches of distinct digests: of sessions with errors that are told one by one, of users, and of those who met a crash.
    errored_ids   BLOB NOT NULL,
    users         BLOB NOT NULL,
    crashed_users BLOB NOT NULL,
    PRIMARY KEY (project, hour, release, environment)
) WITHOUT ROWID;
CREATE INDEX release_health_by_hour ON release_health (hour);

-- What people say of a program.
CREATE TABLE feedback (
    no          INTEGER PRIMARY KEY AUTOINCREMENT,
    project     INTEGER NOT NULL,
    -- The event that it is about, and the group of that event as soon as it is known: an issue has it by its groups.
    event       BLOB,
    hash        TEXT,
    name        TEXT NOT NULL,
    email       TEXT NOT NULL,
    message     TEXT NOT NULL,
    url         TEXT NOT NULL,
    release     TEXT NOT NULL,
    environment TEXT NOT NULL,
    at          INTEGER NOT NULL
);
CREATE INDEX feedback_by_project ON feedback (project, no);
CREATE INDEX feedback_by_hash ON feedback (project, hash, no) WHERE hash IS NOT NULL;
CREATE INDEX feedback_without_hash ON feedback (no) WHERE hash IS NULL AND event IS NOT NULL;
CREATE INDEX feedback_by_age ON feedback (at);

-- Files that came with an event; their bytes are a blob.
CREATE TABLE attachments (
    no           INTEGER PRIMARY KEY AUTOINCREMENT,
    project      INTEGER NOT NULL,
    event        BLOB NOT NULL,
    name         TEXT NOT NULL,
    content_type TEXT NOT NULL,
    kind         TEXT NOT NULL,
    sha256       TEXT NOT NULL,
    bytes        INTEGER NOT NULL,
    at           INTEGER NOT NULL
);
CREATE INDEX attachments_by_event ON attachments (project, event, no);
CREATE INDEX attachments_by_project ON attachments (project, no);
CREATE INDEX attachments_by_age ON attachments (at);
CREATE INDEX attachments_by_blob ON attachments (sha256);

-- What was not kept, by hours since 1970: dropped by the client before it left, or here.
CREATE TABLE dropped (
    project  INTEGER NOT NULL,
    hour     INTEGER NOT NULL,
    side     TEXT NOT NULL,
    category TEXT NOT NULL,
    reason   TEXT NOT NULL,
    count    INTEGER NOT NULL,
    PRIMARY KEY (project, hour, side, category, reason)
) WITHOUT ROWID;
CREATE INDEX dropped_by_hour ON dropped (hour);

-- Parts of an upload that wait for the others; their bytes are blobs.
CREATE TABLE upload_chunks (
    sha1   TEXT PRIMARY KEY NOT NULL,
    sha256 TEXT NOT NULL,
    bytes  INTEGER NOT NULL,
    at     INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX upload_chunks_by_age ON upload_chunks (at);
CREATE INDEX upload_chunks_by_blob ON upload_chunks (sha256);

-- Minified files and their source maps, as they were uploaded; their bytes are blobs.
CREATE TABLE artifacts (
    no         INTEGER PRIMARY KEY AUTOINCREMENT,
    project    INTEGER NOT NULL,
    -- Empty where the upload names none.
    release    TEXT NOT NULL,
    dist       TEXT NOT NULL,
    -- `~/static/app.js`
    name       TEXT NOT NULL,
    kind       TEXT NOT NULL,
    -- 32 hexadecimal digits; empty where the file has none.
    debug_id   TEXT NOT NULL,
    -- What a minified file says where its map is.
    source_map TEXT NOT NULL,
    sha256     TEXT NOT NULL,
    bytes      INTEGER NOT NULL,
    at         INTEGER NOT NULL,
    UNIQUE (project, release, dist, name, debug_id)
);
CREATE INDEX artifacts_by_debug_id ON artifacts (project, debug_id) WHERE debug_id <> '';
CREATE INDEX artifacts_by_name ON artifacts (project, name);
CREATE INDEX artifacts_by_age ON artifacts (project, no);
CREATE INDEX artifacts_by_blob ON artifacts (sha256);
