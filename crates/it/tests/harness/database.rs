//! A PostgreSQL database for one test, on the server that `VIGIE_TEST_POSTGRES` names.

use super::say;
use std::process::Command;

/// Dropped with the test.
pub(crate) struct Database {
    server: String,
    name: String,
}

impl Database {
    /// `None`, and a word, where no server is named.
    pub(crate) fn create() -> Option<Self> {
        let Ok(server) = std::env::var("VIGIE_TEST_POSTGRES") else {
            say("skipped: VIGIE_TEST_POSTGRES names no server");
            return None;
        };
        let name = format!("cr_{:016x}", model::Rng::system().below(u64::MAX));
        let database = Self { server, name };
        database.run(&format!("create database {}", database.name));
        Some(database)
    }

    pub(crate) fn url(&self) -> String {
        let (start, query) = self.server.split_once('?').unwrap_or((&self.server, ""));
        let (server, _) = start.rsplit_once('/').expect("postgres://user@host:port/database");
        let query = if query.is_empty() { String::new() } else { format!("?{query}") };
        format!("{server}/{}{query}", self.name)
    }

    /// `host:port` of the server.
    pub(crate) fn server(&self) -> String {
        let rest = self.server.split_once("://").map_or(self.server.as_str(), |(_, rest)| rest);
        let place = rest.split(['/', '?']).next().unwrap_or_default();
        let place = place.rsplit_once('@').map_or(place, |(_, place)| place);
        if place.contains(':') { place.to_owned() } else { format!("{place}:5432") }
    }

    fn run(&self, statement: &str) {
        let mut psql = Command::new("psql");
        psql.args(["--quiet", "--no-psqlrc", "--dbname", &self.server, "-c", statement]);
        let output = psql.output().expect("psql, which comes with PostgreSQL, is on the PATH");
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success() || std::thread::panicking(), "{statement}: {error}");
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        self.run(&format!("drop database if exists {} with (force)", self.name));
    }
}
