//! What clients report, at work: taken in and acknowledged, counted into issues, asked.
//!
//! A report's way: [`Reports::receive`] reads an envelope by the rules of the crate `errors` and appends what it holds to the
//! telemetry store, whose write-ahead log is the acknowledgement. [`projection`] then counts events into issues, in the order
//! of their numbers and each once ([why](../../../docs/decisions/0017-issues.md)). [`Reports::events`] finds them again.
//!
//! What comes beside events is kept before the answer too: sessions and drops as counts of their hour, feedback as rows, files as
//! blobs. Events of minified code wait for their source maps, which were uploaded before ([`Reports::assemble`]).

mod attachments;
mod dropped;
mod endpoint_detail;
mod endpoints;
mod error;
mod events;
mod feedback;
mod gather;
mod observe;
mod open_telemetry;
mod projection;
mod projects;
mod rates;
mod receive;
mod recent;
mod records;
mod removal;
mod retention;
mod sessions;
mod settings;
mod source_maps;
mod stored_traces;
mod summary;
#[cfg(test)]
mod tests;
mod uploads;

pub use dropped::CLIENT_REASONS;
pub use endpoint_detail::{DurationBar, EndpointDetail, EndpointName, EndpointRelease, SlowTransaction};
pub use endpoints::{ENDPOINTS_MAX, Endpoint, Endpoints};
pub use error::Error;
pub use events::{EventPage, StoredEvent};
pub use open_telemetry::SpansReceived;
pub use projects::{DropReason, KnownProject};
pub use rates::Rate;
pub use receive::{Form, Received};
pub use settings::ProjectSettings;
pub use stored_traces::{StoredTrace, TRACE_SPANS_MAX};
pub use summary::ProjectSummary;
#[doc(hidden)]
pub use uploads::forged;
pub use uploads::{Assembly, CHUNK_BYTES_MAX, CHUNKS_MAX, UploadedBundle, WrongChecksum};

use blobs::Blobs;
use logs::Logs;
use model::{Clock, Rng};
use projects::Projects;
use recent::RecentIds;
use source_maps::SourceMaps;
use std::sync::Arc;
use store::Db;
use tokio::sync::{Notify, watch};

/// The reports of a data directory. Clones are one.
#[derive(Clone)]
pub struct Reports(Arc<Inner>);

struct Inner {
    db: Db,
    logs: Logs,
    blobs: Blobs,
    clock: Clock,
    rng: Rng,
    projects: Projects,
    recent: Arc<RecentIds>,
    source_maps: SourceMaps,
    /// Events wait to be counted.
    waiting: Notify,
    /// Rings when an event has made, or reopened, an issue.
    changes: watch::Sender<()>,
}

impl Reports {
    pub fn new(db: Db, logs: Logs, blobs: Blobs, clock: Clock, rng: Rng) -> Self {
        let (projects, recent, source_maps) = (Projects::default(), Arc::default(), SourceMaps::default());
        let (waiting, changes) = (Notify::new(), watch::Sender::new(()));
        Self(Arc::new(Inner { db, logs, blobs, clock, rng, projects, recent, source_maps, waiting, changes }))
    }

    /// Rings when an issue is new, or has come back.
    pub fn changes(&self) -> watch::Receiver<()> {
        self.0.changes.subscribe()
    }
}
