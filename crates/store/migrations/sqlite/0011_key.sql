-- Which secret.key the secrets of this database are sealed under, by a fingerprint that gives nothing of it away. One row.
CREATE TABLE secret_key (
    one         INTEGER PRIMARY KEY NOT NULL CHECK (one = 1),
    fingerprint TEXT NOT NULL
);
