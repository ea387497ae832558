//! The contract of `store::Db`: every case runs on SQLite and, when `VIGIE_TEST_POSTGRES` names a server whose user
//! may create databases, on PostgreSQL.

#![expect(clippy::unwrap_used, clippy::print_stderr, reason = "a test that fails says where")]

#[macro_use]
mod bed;
mod accounts;
mod alerts;
mod artifacts;
mod celery;
mod checks;
mod claims;
mod copying;
mod dhis2;
mod diagnoses;
mod external;
mod feed;
mod files;
mod held;
mod intents;
mod issues;
mod items;
mod job_schedules;
mod jobs;
mod key;
mod machine;
mod maintenances;
mod pacing;
mod projects;
mod recording;
mod release_health;
mod releases;
mod reports;
mod rescue;
mod schedules;
mod searches;
mod served;
mod submission;
mod tokens;
mod traces;
mod upkeep;
mod uploads;
mod users;
mod webhooks;
mod workers;
