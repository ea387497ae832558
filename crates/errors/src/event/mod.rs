//! An error or a message that a client reports, read tolerantly into one shape.
//!
//! The shape is a subset of what clients send, so that what is kept ([`Event::body`]) is read again by the same reader.

mod breadcrumb;
mod exception;
pub mod in_app;
mod libraries;
mod message;
mod platform;
mod request;
mod security_report;
mod stack_trace;
mod user;

pub use breadcrumb::Breadcrumb;
pub use exception::{Exception, Mechanism, Thread};
pub use message::Message;
pub use platform::Platform;
pub use request::Request;
pub use security_report::SecurityReport;
pub use stack_trace::{Frame, Minified, StackTrace, Unmapped};
pub use user::User;

use crate::{
    fields::{Fields, FreeBounds, Keep},
    json::{self, NotJson},
    problem::{Place, Problem, Problems},
    scrubbing::{Removed, Scrubbing, ScrubbingSettings},
    tree::Json,
};
use model::{Level, Timestamp};
use serde::Serialize;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use uuid::Uuid;

/// Characters of names: of a release, a host, a transaction.
pub(crate) const NAME_CHARS_MAX: usize = 256;

const EXCEPTIONS_MAX: usize = 50;
const THREADS_MAX: usize = 64;
const BREADCRUMBS_MAX: usize = 100;
const TAGS_MAX: usize = 200;
const TAG_CHARS_MAX: usize = 200;
const MODULES_MAX: usize = 1000;
const IMAGES_MAX: usize = 500;
const FINGERPRINT_PARTS_MAX: usize = 20;

/// What is read of `contexts` and of `extra`.
const FREE_BOUNDS: FreeBounds = FreeBounds { entries: 200, depth: 8, text_chars: 8192 };

/// One report of an error, or of a message. A list of frames begins with the outermost call; a list of exceptions with
/// the first cause.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Event {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event_id: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timestamp: Option<Timestamp>,
    /// None where the client says nothing: [`Event::level`] is what holds then.
    #[serde(rename = "level", skip_serializing_if = "Option::is_none")]
    pub level_said: Option<Level>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub platform: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub logger: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub transaction: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub server_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub release: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dist: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub environment: Option<String>,
    #[serde(rename = "logentry", skip_serializing_if = "Option::is_none")]
    pub message: Option<Message>,
    #[serde(rename = "exception", skip_serializing_if = "Vec::is_empty")]
    pub exceptions: Vec<Exception>,
    /// Of a message: where it was said.
    #[serde(rename = "stacktrace", skip_serializing_if = "Option::is_none")]
    pub stack_trace: Option<StackTrace>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub threads: Vec<Thread>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub csp: Option<SecurityReport>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fingerprint: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request: Option<Request>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<User>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub tags: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub breadcrumbs: Vec<Breadcrumb>,
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub contexts: Map<String, Value>,
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub extra: Map<String, Value>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub modules: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sdk: Option<Sdk>,
    #[serde(rename = "debug_meta", skip_serializing_if = "DebugMeta::is_empty")]
    pub debug_meta: DebugMeta,
    /// What was set aside or cut while this was read.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub problems: Vec<Problem>,
    /// What was taken out because it is secret.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub removed: Vec<Removed>,
}

/// The client's library.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Sdk {
    pub name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// `auto`: the address that the report came from is the user's; `never`, or none: it is not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub infer_ip: Option<String>,
}

/// The files that ran, with the ids by which their source maps are found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct DebugMeta {
    pub images: Vec<DebugImage>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct DebugImage {
    /// `sourcemap`, or a native format.
    #[serde(rename = "type")]
    pub kind: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub debug_id: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code_file: Option<String>,
}

/// The trace an event belongs to; ids in lower-case hex.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TraceContext {
    pub trace_id: Option<String>,
    pub span_id: Option<String>,
    pub parent_span_id: Option<String>,
    pub op: Option<String>,
    pub status: Option<String>,
}

impl Event {
    /// Reads a client's JSON, its secrets taken out by `scrubbing`.
    ///
    /// # Errors
    /// When the bytes are no JSON object. Anything else that is not as expected is set aside: [`Event::problems`].
    pub fn read(bytes: &[u8], scrubbing: &Scrubbing) -> Result<Self, NotJson> {
        let mut problems = Problems::default();
        let read = json::read("the event", bytes, &mut problems, |mut document, problems| {
            document.as_object()?;
            let removed = scrubbing.scrub(&mut document);
            Some((Self::of(document, problems), removed))
        })?;
        let (mut event, removed) = read.ok_or(NotJson::no_object("the event"))?;
        (event.problems, event.removed) = (problems.into_list(), removed);
        Ok(event)
    }

    /// Reads what [`Event::body`] wrote.
    ///
    /// # Errors
    /// When it is no JSON.
    pub fn from_body(body: &str) -> Result<Self, NotJson> {
        json::read("the kept event", body.as_bytes(), &mut Problems::default(), |mut document, problems| {
            let mut kept = |key| match &mut document {
                Json::Object(object) => object.take(key).unwrap_or_default().into_value(),
                _ => Value::Null,
            };
            let (told, removed) = (kept("problems"), kept("removed"));
            let mut event = Self::of(document, problems);
            event.problems = serde_json::from_value(told).unwrap_or_default();
            event.removed = serde_json::from_value(removed).unwrap_or_default();
            event
        })
    }

    /// The event as compact JSON, its keys in a fixed order.
    pub fn body(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    fn of(document: Json<'_>, problems: &mut Problems) -> Self {
        let Some(mut fields) = Fields::of(document, Place::Root, problems) else { return Self::default() };
        let mut event = Self::default();
        event.read_names(&mut fields);
        event.read_what_happened(&mut fields);
        event.read_surroundings(&mut fields);
        fields.tell_unknown(IGNORED);
        in_app::mark(&mut event);
        event
    }

    fn read_names(&mut self, fields: &mut Fields<'_>) {
        self.event_id = fields.id("event_id");
        self.timestamp = fields.time("timestamp");
        self.level_said = fields.level("level");
        let mut name = |key| fields.text(key, NAME_CHARS_MAX);
        self.platform = name("platform").map(|platform| platform.to_ascii_lowercase());
        self.logger = name("logger");
        self.transaction = name("transaction").or_else(|| name("culprit"));
        self.server_name = name("server_name");
        self.release = name("release");
        self.dist = name("dist");
        self.environment = name("environment");
    }

    fn read_what_happened(&mut self, fields: &mut Fields<'_>) {
        self.message = Message::of_event(fields);
        // The last is what was caught: of a long chain its causes are cut in the middle.
        self.exceptions = fields.list("exception", Keep::Ends(EXCEPTIONS_MAX), Exception::read);
        self.stack_trace = fields.object("stacktrace", StackTrace::read);
        self.threads = fields.list("threads", Keep::First(THREADS_MAX), Thread::read);
        self.csp = fields.object("csp", SecurityReport::read);
        self.fingerprint = fields.texts("fingerprint", Keep::First(FINGERPRINT_PARTS_MAX), NAME_CHARS_MAX);
    }

    fn read_surroundings(&mut self, fields: &mut Fields<'_>) {
        self.request = fields.object("request", Request::read);
        self.user = fields.object("user", User::read);
        self.tags = fields.text_map("tags", TAGS_MAX, TAG_CHARS_MAX).into_iter().collect();
        self.breadcrumbs = fields.list("breadcrumbs", Keep::Last(BREADCRUMBS_MAX), Breadcrumb::read);
        self.contexts = fields.free_map("contexts", FREE_BOUNDS);
        self.extra = fields.free_map("extra", FREE_BOUNDS);
        self.modules = fields.text_map("modules", MODULES_MAX, NAME_CHARS_MAX).into_iter().collect();
        self.sdk = fields.object("sdk", Sdk::read);
        self.debug_meta = DebugMeta {
            images: fields
                .object("debug_meta", |mut meta| {
                    Some(meta.list("images", Keep::First(IMAGES_MAX), |image| Some(DebugImage::read(image))))
                })
                .unwrap_or_default(),
        };
    }

    /// As the client says; without a word, an error.
    pub fn level(&self) -> Level {
        self.level_said.unwrap_or(Level::Error)
    }

    /// The exception that was caught, which the others have caused.
    pub fn main_exception(&self) -> Option<&Exception> {
        self.exceptions.last()
    }

    pub fn trace(&self) -> TraceContext {
        let text = |key: &str| Some(self.contexts.get("trace")?.get(key)?.as_str()?.to_owned());
        TraceContext {
            trace_id: text("trace_id"),
            span_id: text("span_id"),
            parent_span_id: text("parent_span_id"),
            op: text("op"),
            status: text("status"),
        }
    }

    /// Fills in the address that the report came from, where the client leaves it to whoever receives it. Not where the
    /// project takes addresses out.
    pub fn fill_address(&mut self, address: &str, settings: &ScrubbingSettings) {
        let is_asked = |user: &User| user.ip_address.as_deref() == Some("{{auto}}");
        let infers = self.sdk.as_ref().is_some_and(|sdk| sdk.infer_ip.as_deref() == Some("auto"));
        let is_left = self.user.as_ref().map_or(infers, |user| is_asked(user) || infers && user.ip_address.is_none());
        if is_left && !(settings.on && settings.ip_addresses) {
            self.user.get_or_insert_default().ip_address = Some(address.to_owned());
        }
    }

    /// Every stack trace there is, to be changed: of exceptions, of threads, of the event.
    pub fn stack_traces_mut(&mut self) -> impl Iterator<Item = &mut StackTrace> {
        let exceptions = self.exceptions.iter_mut().filter_map(|exception| exception.stack_trace.as_mut());
        let threads = self.threads.iter_mut().filter_map(|thread| thread.stack_trace.as_mut());
        exceptions.chain(threads).chain(self.stack_trace.as_mut())
    }
}

/// What clients send that says nothing about the event, or is read elsewhere.
const IGNORED: &[&str] = &[
    "_meta",
    "type",
    "transaction_info",
    "spans",
    "start_timestamp",
    "measurements",
    "measurements_info",
    "project",
    "received",
    "key_id",
    "errors",
    "version",
    "time_spent",
    "site",
    "checksum",
    "repos",
    "sdkProcessingMetadata",
    "_metrics",
    "_dsc",
    "ingest_path",
    "attachments",
    "problems",
    "removed",
];

impl Sdk {
    fn read(mut fields: Fields<'_>) -> Option<Self> {
        let mut text = |key| fields.text(key, NAME_CHARS_MAX);
        let (name, version, kept) = (text("name")?, text("version"), text("infer_ip"));
        let said = fields.object("settings", |mut settings| settings.text("infer_ip", NAME_CHARS_MAX));
        Some(Self { name, version, infer_ip: said.or(kept) })
    }
}

impl DebugMeta {
    fn is_empty(&self) -> bool {
        self.images.is_empty()
    }
}

impl DebugImage {
    fn read(mut fields: Fields<'_>) -> Self {
        Self {
            kind: fields.text("type", NAME_CHARS_MAX).unwrap_or_default(),
            debug_id: fields.text("debug_id", NAME_CHARS_MAX).and_then(|id| id.get(..36).unwrap_or(&id).parse().ok()),
            code_file: fields.text("code_file", stack_trace::PATH_CHARS_MAX),
        }
    }
}

#[cfg(test)]
mod tests;
