-- What data values were when both instances were last equal, where changes travel both ways: for each data set and unit,
-- 16 bytes for each value, hashes of its key and of what it held. Never a value.

CREATE TABLE dhis2_values (
    pair     TEXT NOT NULL,
    data_set TEXT NOT NULL,
    unit     TEXT NOT NULL,
    hashes   BYTEA NOT NULL,
    PRIMARY KEY (pair, data_set, unit)
);
