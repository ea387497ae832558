-- What everybody may see of checks, and when work on them is planned.

-- One row, once somebody has set the page up; `settings` is JSON.
CREATE TABLE status_page (
    no         BIGINT PRIMARY KEY NOT NULL CHECK (no = 1),
    settings   TEXT NOT NULL,
    updated_at BIGINT NOT NULL
);

-- `spec` is a maintenance of the crate `checks` (JSON). One that is over stays as long as what it excuses is shown.
CREATE TABLE maintenances (
    id         UUID PRIMARY KEY NOT NULL,
    spec       TEXT NOT NULL,
    -- When it is over for good; none of one that comes again.
    ends_at    BIGINT,
    created_by TEXT NOT NULL,
    created_at BIGINT NOT NULL
);

-- How much of the disk was free, each hour, in hundredths of a percent: what a rule would have done is told by it.
CREATE TABLE disk_samples (
    at   BIGINT PRIMARY KEY NOT NULL,
    free BIGINT NOT NULL
);
