//! A tree of files for one incident.

use diagnosis::{Diagnosis, Question, RecipientList};
use jiff::{Timestamp, ToSpan as _, tz::TimeZone};
use model::{Clock, ManualClock};
use std::{fs, path::Path};

/// Files below a temporary folder, which is read as `/`.
pub(crate) struct Tree(tempfile::TempDir);

impl Tree {
    pub(crate) fn in_paris() -> Self {
        Self::in_zone("Europe/Paris")
    }

    pub(crate) fn in_zone(zone: &str) -> Self {
        let tree = Self(tempfile::tempdir().unwrap());
        tree.write("etc/timezone", &format!("{zone}\n"));
        tree
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn write(&self, inside: &str, text: &str) {
        let path = self.0.path().join(inside);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub(crate) fn write_bytes(&self, inside: &str, bytes: &[u8]) {
        let path = self.0.path().join(inside);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }

    pub(crate) fn bytes(&self) -> u64 {
        let mut folders = vec![self.0.path().to_owned()];
        let mut sum = 0;
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap().flatten() {
                let meta = entry.metadata().unwrap();
                if meta.is_dir() { folders.push(entry.path()) } else { sum += meta.len() }
            }
        }
        sum
    }

    pub(crate) fn remove(&self, inside: &str) {
        fs::remove_file(self.0.path().join(inside)).unwrap();
    }

    pub(crate) fn ask(&self, question: &Question, list: Option<&RecipientList>) -> Diagnosis {
        let clock = Clock::Manual(ManualClock::at("2026-03-01T08:00:00Z".parse().unwrap()));
        diagnosis::diagnose(self.path(), question, list, &clock).unwrap()
    }
}

/// A moment of the evening of 21 January 2026, in the shapes of logs of a zone.
#[derive(Clone, Copy)]
pub(crate) struct At(Timestamp, &'static str);

impl At {
    /// In Paris.
    pub(crate) fn new(hour: i8, minute: i8, second: i8) -> Self {
        Self::of_zone("Europe/Paris", hour, minute, second)
    }

    pub(crate) fn of_zone(name: &'static str, hour: i8, minute: i8, second: i8) -> Self {
        let zone = TimeZone::get(name).unwrap();
        Self(jiff::civil::date(2026, 1, 21).at(hour, minute, second, 0).to_zoned(zone).unwrap().timestamp(), name)
    }

    /// The same moment by the clock of another zone.
    pub(crate) fn seen_from(self, name: &'static str) -> Self {
        Self(self.0, name)
    }

    pub(crate) fn plus(self, seconds: i64) -> Self {
        Self(self.0 + seconds.seconds(), self.1)
    }

    fn written(self, shape: &str) -> String {
        self.0.to_zoned(TimeZone::get(self.1).unwrap()).strftime(shape).to_string()
    }

    /// nginx's access log.
    pub(crate) fn access(self) -> String {
        self.written("%d/%b/%Y:%H:%M:%S %z")
    }

    /// nginx's error log.
    pub(crate) fn nginx(self) -> String {
        self.written("%Y/%m/%d %H:%M:%S")
    }

    pub(crate) fn gunicorn(self) -> String {
        self.written("%Y-%m-%d %H:%M:%S %z")
    }

    pub(crate) fn syslog(self) -> String {
        self.written("%b %e %H:%M:%S")
    }

    /// Django, as its documentation formats it.
    pub(crate) fn application(self) -> String {
        self.written("%Y-%m-%d %H:%M:%S,000")
    }

    pub(crate) fn postgres(self) -> String {
        self.written("%Y-%m-%d %H:%M:%S.120 %Z")
    }

    pub(crate) fn celery(self) -> String {
        self.written("%Y-%m-%d %H:%M:%S,100")
    }

    /// rsyslog 8 with full dates.
    pub(crate) fn iso(self) -> String {
        self.written("%Y-%m-%dT%H:%M:%S.250000%:z")
    }

    pub(crate) fn micros(self) -> i64 {
        self.0.as_microsecond()
    }
}
