//! A server that behaves like DHIS2 2.38 to 2.43, as far as keeping two of them equal needs: metadata with its references,
//! data values, imports that take all or nothing, times in the server's own zone. What its answers look like is read off
//! the sources of those versions; no real server has been compared with it.
//!
//! [`Dhis2::state`] is everything it holds and saw, to change and to assert on; [`Faults`] is how it misbehaves.

mod files;
mod import;
mod read;
mod server;
mod tracker;

pub use tracker::Tracked;

use jiff::tz::TimeZone;
use model::{Clock, Timestamp};
use serde_json::{Map, Value, json};
use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

/// What every user of it logs in with.
pub const TOKEN: &str = "d2pat_stand_in";

/// A running server. It ends when this is dropped.
pub struct Dhis2 {
    /// `http://127.0.0.1:…`, without a slash.
    pub url: String,
    state: Arc<Mutex<State>>,
    task: tokio::task::JoinHandle<()>,
}

/// Everything it holds and saw.
pub struct State {
    /// 38 for 2.38.
    pub version: u32,
    pub zone: TimeZone,
    pub clock: Clock,
    /// By type, as `organisationUnits`, and uid.
    pub objects: BTreeMap<String, BTreeMap<String, Object>>,
    pub values: BTreeMap<Key, Datum>,
    /// Registrations that a data set is complete, with their day.
    pub registrations: BTreeMap<Registration, String>,
    /// `trackedEntities`, `enrollments`, `events` and `relationships`, by uid.
    pub tracked: BTreeMap<String, BTreeMap<String, Tracked>>,
    /// Contents of files, by uid.
    pub files: BTreeMap<String, Vec<u8>>,
    /// Imports of tracker data because of which people were sent messages.
    pub messages: u64,
    /// Type, uid and moment of each deletion.
    pub deleted: Vec<(String, String, Timestamp)>,
    pub requests: Vec<Seen>,
    /// Objects and rows that imports have written, those that changed nothing included.
    pub written: Written,
    pub faults: Faults,
}

#[derive(Clone, Debug)]
pub struct Object {
    pub body: Map<String, Value>,
    pub updated_at: Timestamp,
}

/// Data element, period, organisation unit, category option combination, attribute option combination.
pub type Key = (String, String, String, String, String);

/// Data set, period, organisation unit, attribute option combination.
pub type Registration = (String, String, String, String);

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Datum {
    pub value: String,
    pub comment: Option<String>,
    pub updated_at: Timestamp,
    pub deleted: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    pub method: String,
    pub path: String,
    pub query: String,
    pub status: u16,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Written {
    pub objects: u64,
    pub deletions: u64,
    pub values: u64,
    /// Entities, enrollments, events and relationships.
    pub tracked: u64,
}

/// How it misbehaves; nothing by default.
#[derive(Clone, Debug, Default)]
pub struct Faults {
    /// Of the next imports, one each.
    pub imports: VecDeque<Fault>,
    /// Every answer takes as long.
    pub delay: Duration,
    /// Imports with larger bodies are answered by 413.
    pub body_max: Option<usize>,
    /// Objects that are refused, with the code that the report names.
    pub refused: BTreeMap<String, String>,
    /// The report of a refusal names no object.
    pub nameless: bool,
    /// Objects that are accepted and not kept.
    pub silent: BTreeSet<String>,
    /// Of these types every read is empty, forbidden, or shorter than it says.
    pub empty: BTreeSet<String>,
    pub forbidden: BTreeSet<String>,
    pub short: BTreeSet<String>,
    /// Objects that lists leave out, without saying so.
    pub hidden: BTreeSet<String>,
    /// The account has no organisation units.
    pub no_units: bool,
    /// Nobody is let in.
    pub locked_out: bool,
    /// Every answer is 503, as while it starts.
    pub starting: bool,
    /// Bodies of reads break off half way.
    pub truncated: bool,
}

/// What becomes of one import.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Nothing unusual: so that a later one can be given a fault.
    None,
    /// This status, and nothing is written.
    Status(u16),
    /// Written, and answered by 504: a proxy lost its patience.
    GatewayTimeout,
    /// The connection breaks, and nothing is written.
    CutBefore,
    /// Written, and the connection breaks before the answer.
    CutAfter,
}

impl Dhis2 {
    /// Version 2.43 in UTC, empty but for its `default` objects.
    pub async fn start(clock: Clock) -> std::io::Result<Self> {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}", listener.local_addr()?);
        let state = Arc::new(Mutex::new(State::new(clock)));
        let task = tokio::spawn(server::run(listener, Arc::clone(&state)));
        Ok(Self { url, state, task })
    }

    /// Locked while the guard lives: do not keep it over an `await`.
    pub fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }
}

impl Drop for Dhis2 {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The objects named `default` that every server brings along, by type.
const DEFAULTS: [(&str, &str); 4] = [
    ("categoryOptions", "xYerKDKCefk"),
    ("categories", "GLevLNI9wkl"),
    ("categoryCombos", "bjDvmb4bfuf"),
    ("categoryOptionCombos", "HllvX50cXC0"),
];

impl State {
    fn new(clock: Clock) -> Self {
        let mut state = Self {
            version: 43,
            zone: TimeZone::UTC,
            clock,
            objects: BTreeMap::new(),
            values: BTreeMap::new(),
            registrations: BTreeMap::new(),
            tracked: BTreeMap::new(),
            files: BTreeMap::new(),
            messages: 0,
            deleted: Vec::new(),
            requests: Vec::new(),
            written: Written::default(),
            faults: Faults::default(),
        };
        for (kind, uid) in DEFAULTS {
            state.put(kind, json!({"id": uid, "name": "default", "code": "default"}));
        }
        state
    }

    /// Keeps an object as if a person had just saved it.
    pub fn put(&mut self, kind: &str, body: Value) {
        let Value::Object(body) = body else { return };
        let uid = body.get("id").and_then(Value::as_str).unwrap_or_default().to_owned();
        let object = Object { body, updated_at: self.clock.now() };
        self.objects.entry(kind.to_owned()).or_default().insert(uid, object);
    }

    /// Changes one property as if a person had just saved it.
    pub fn edit(&mut self, kind: &str, uid: &str, property: &str, value: Value) {
        let now = self.clock.now();
        if let Some(object) = self.objects.get_mut(kind).and_then(|objects| objects.get_mut(uid)) {
            object.body.insert(property.to_owned(), value);
            object.updated_at = now;
        }
    }

    pub fn remove(&mut self, kind: &str, uid: &str) {
        let now = self.clock.now();
        if self.objects.get_mut(kind).and_then(|objects| objects.remove(uid)).is_some() {
            self.deleted.push((kind.to_owned(), uid.to_owned(), now));
        }
    }

    /// Keeps a value under the `default` combinations as if it had just been entered.
    pub fn enter(&mut self, element: &str, period: &str, unit: &str, value: &str) {
        let default = || self.default_of("categoryOptionCombos");
        let key = (element.to_owned(), period.to_owned(), unit.to_owned(), default(), default());
        let updated_at = self.clock.now();
        self.values.insert(key, Datum { value: value.to_owned(), comment: None, updated_at, deleted: false });
    }

    /// Deletes a value as a person would: it is kept as deleted.
    pub fn erase(&mut self, element: &str, period: &str, unit: &str) {
        let now = self.clock.now();
        let is_it = |key: &Key| (key.0.as_str(), key.1.as_str(), key.2.as_str()) == (element, period, unit);
        for (_, datum) in self.values.iter_mut().filter(|(key, _)| is_it(key)) {
            (datum.deleted, datum.updated_at) = (true, now);
        }
    }

    /// Registers that a data set is complete.
    pub fn complete(&mut self, set: &str, period: &str, unit: &str, day: &str) {
        let option = self.default_of("categoryOptionCombos");
        self.registrations.insert((set.to_owned(), period.to_owned(), unit.to_owned(), option), day.to_owned());
    }

    /// The uid of the `default` object of a type.
    pub fn default_of(&self, kind: &str) -> String {
        let is_default = |object: &Object| object.body.get("name").and_then(Value::as_str) == Some("default");
        let found = self.objects.get(kind).and_then(|objects| objects.iter().find(|(_, object)| is_default(object)));
        found.map(|(uid, _)| uid.clone()).unwrap_or_default()
    }

    /// How many there are of a type.
    pub fn count(&self, kind: &str) -> usize {
        self.objects.get(kind).map_or(0, BTreeMap::len)
    }

    /// Imports that were asked for, by path.
    pub fn posts(&self, path: &str) -> usize {
        self.requests.iter().filter(|seen| seen.method == "POST" && seen.path == path).count()
    }

    fn has(&self, uid: &str) -> bool {
        self.objects.values().any(|objects| objects.contains_key(uid))
    }

    /// A time as metadata writes it: of the server's own clock on the wall, without a zone.
    fn local(&self, at: Timestamp) -> String {
        at.in_zone(&self.zone).strftime("%Y-%m-%dT%H:%M:%S%.3f").to_string()
    }
}
