-- What reports errors, what is wrong with it, and in which of its versions.

CREATE TABLE projects (
    id             INTEGER PRIMARY KEY AUTOINCREMENT,
    slug           TEXT NOT NULL UNIQUE,
    name           TEXT NOT NULL,
    platform       TEXT NOT NULL,
    settings       TEXT NOT NULL,
    -- The last number that an issue was given.
    issues_made    INTEGER NOT NULL DEFAULT 0,
    created_at     INTEGER NOT NULL,
    first_event_at INTEGER,
    -- It is being deleted, with all that is its own.
    removed_at     INTEGER
);

-- With what clients of a project say who they are: 32 hexadecimal digits, public by nature.
CREATE TABLE project_keys (
    public_key  TEXT PRIMARY KEY NOT NULL,
    project     INTEGER NOT NULL,
    created_at  INTEGER NOT NULL,
    disabled_at INTEGER
) WITHOUT ROWID;
CREATE INDEX project_keys_by_project ON project_keys (project);

-- How far the events of a log are counted below, by the log.
CREATE TABLE projections (
    log     TEXT PRIMARY KEY NOT NULL,
    applied INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE issues (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    project       INTEGER NOT NULL,
    number        INTEGER NOT NULL,
    kind          TEXT NOT NULL,
    title         TEXT NOT NULL,
    culprit       TEXT NOT NULL,
    level         INTEGER NOT NULL,
    platform      TEXT NOT NULL,
    state         INTEGER NOT NULL,
    -- In which release it is resolved, or how long it is ignored: JSON.
    state_rule    TEXT,
    state_at      INTEGER NOT NULL,
    assignee      TEXT,
    first_seen    INTEGER NOT NULL,
    last_seen     INTEGER NOT NULL,
    events        INTEGER NOT NULL,
    users         INTEGER NOT NULL,
    first_release TEXT,
    last_release  TEXT,
    last_event    BLOB NOT NULL,
    last_event_no INTEGER NOT NULL,
    UNIQUE (project, number)
);
-- One for each order of the list. What most lists choose by stands behind it, so that they walk the index alone.
CREATE INDEX issues_by_last_seen ON issues (last_seen, id, project, state, level);
CREATE INDEX issues_by_first_seen ON issues (first_seen, id, project, state, level);
CREATE INDEX issues_by_events ON issues (events, id, project, state, level);
CREATE INDEX issues_by_users ON issues (users, id, project, state, level);
CREATE INDEX issues_by_state ON issues (project, state, state_at);
CREATE INDEX issues_by_assignee ON issues (assignee) WHERE assignee IS NOT NULL;

-- The groups that events fall into. Each event counts in one: those of an issue's hashes add up to its events.
CREATE TABLE issue_hashes (
    project    INTEGER NOT NULL,
    hash       TEXT NOT NULL,
    issue      INTEGER NOT NULL,
    -- The issue that it was first seen in: where it goes when a merge is undone.
    born_in    INTEGER NOT NULL,
    events     INTEGER NOT NULL,
    first_seen INTEGER NOT NULL,
    last_seen  INTEGER NOT NULL,
    PRIMARY KEY (project, hash)
) WITHOUT ROWID;
CREATE INDEX issue_hashes_by_issue ON issue_hashes (issue);

-- By hours since 1970.
CREATE TABLE issue_hours (
    issue       INTEGER NOT NULL,
    hour        INTEGER NOT NULL,
    environment TEXT NOT NULL,
    events      INTEGER NOT NULL,
    PRIMARY KEY (issue, hour, environment)
) WITHOUT ROWID;
CREATE INDEX issue_hours_by_hour ON issue_hours (hour);

-- Whom an issue has met, by eight bytes of a digest.
CREATE TABLE issue_users (
    issue     INTEGER NOT NULL,
    digest    INTEGER NOT NULL,
    -- The issue whose merge has brought it.
    came_with INTEGER,
    PRIMARY KEY (issue, digest)
) WITHOUT ROWID;

CREATE TABLE issue_tag_keys (
    issue           INTEGER NOT NULL,
    key             TEXT NOT NULL,
    -- Of which there are rows below.
    distinct_values INTEGER NOT NULL,
    -- With any value, those without a row included.
    events          INTEGER NOT NULL,
    PRIMARY KEY (issue, key)
) WITHOUT ROWID;

CREATE TABLE issue_tags (
    issue  INTEGER NOT NULL,
    key    TEXT NOT NULL,
    value  TEXT NOT NULL,
    events INTEGER NOT NULL,
    PRIMARY KEY (issue, key, value)
) WITHOUT ROWID;
CREATE INDEX issue_tags_by_value ON issue_tags (key, value, issue);

-- What was done to an issue, and what it did by itself.
CREATE TABLE issue_activity (
    no     INTEGER PRIMARY KEY AUTOINCREMENT,
    issue  INTEGER NOT NULL,
    at     INTEGER NOT NULL,
    who    TEXT NOT NULL,
    what   TEXT NOT NULL,
    detail TEXT NOT NULL
);
CREATE INDEX issue_activity_by_issue ON issue_activity (issue, no);

-- Issues that went into another, as they were: JSON. Their hours, users and tags stay beside.
CREATE TABLE merged_issues (
    id          INTEGER PRIMARY KEY NOT NULL,
    project     INTEGER NOT NULL,
    number      INTEGER NOT NULL,
    merged_into INTEGER NOT NULL,
    issue       TEXT NOT NULL,
    merged_at   INTEGER NOT NULL,
    UNIQUE (project, number)
);
CREATE INDEX merged_issues_by_target ON merged_issues (merged_into);

CREATE TABLE releases (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    project       INTEGER NOT NULL,
    version       TEXT NOT NULL,
    -- By an event, or by whoever made it.
    first_seen    INTEGER NOT NULL,
    -- Of events; none was seen yet.
    last_seen     INTEGER,
    events        INTEGER NOT NULL DEFAULT 0,
    new_issues    INTEGER NOT NULL DEFAULT 0,
    date_released INTEGER,
    UNIQUE (project, version)
);
CREATE INDEX releases_by_age ON releases (project, first_seen, id);

CREATE TABLE deploys (
    no          INTEGER PRIMARY KEY AUTOINCREMENT,
    release     INTEGER NOT NULL,
    environment TEXT NOT NULL,
    name        TEXT NOT NULL,
    url         TEXT NOT NULL,
    at          INTEGER NOT NULL
);
CREATE INDEX deploys_by_release ON deploys (release, no);
