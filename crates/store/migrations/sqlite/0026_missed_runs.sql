-- How many runs were missed lately is asked by whoever collects metrics.
CREATE INDEX schedule_runs_missed ON schedule_runs (noted_at) WHERE state = 3;
