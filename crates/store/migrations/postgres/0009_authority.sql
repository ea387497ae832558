-- On whose word a job acts: 0 whoever may send mailings, 1 an administrator, 2 somebody on the machine itself. Commands and
-- calls run on an administrator's alone; only a job of the machine's own may name files outside `blobs/`.
ALTER TABLE jobs ADD COLUMN authority BIGINT NOT NULL DEFAULT 0;

-- Who made the jobs of before is not known. Mailings that were ready go on with the files they name; what is still being
-- prepared, and commands, of which anybody may have written the items, are begun anew by whoever wants them.
UPDATE jobs SET authority = 2 WHERE kind = 'mail' AND state <> 0;
