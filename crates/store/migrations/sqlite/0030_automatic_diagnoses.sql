-- A diagnosis that Vigie began by itself, once for each incident.
ALTER TABLE diagnoses ADD COLUMN incident TEXT;
CREATE UNIQUE INDEX diagnoses_by_incident ON diagnoses (incident) WHERE incident IS NOT NULL;
CREATE INDEX diagnoses_by_job ON diagnoses (job, created_at DESC) WHERE job IS NOT NULL;
