//! Logs: what machines send, and what is asked of them.

mod answer_words;
mod arriving;
pub(crate) mod ask;
mod counts;
mod delete;
mod hints;
mod imports;
mod intake;
pub(crate) mod jobs;
pub(crate) mod rows;
mod tail;
#[cfg(test)]
mod tests;

use crate::{
    auth::Access,
    problem::{Problem, worded},
    routes::{About, Routes},
};
use axum::http::StatusCode;
use logs::search::SearchError;
use std::io::ErrorKind;

pub(crate) use arriving::Pace;
pub(crate) use ask::{ContextQuery, SearchQuery};
pub(crate) use counts::{FacetsQuery, HistogramQuery};
pub(crate) use intake::{LOGS_BYTES_MAX, Packing, taking};

pub(crate) fn declare(routes: Routes) -> Routes {
    let routes = routes.post(
        "/api/v1/logs",
        Access::Ingest,
        intake::json_lines,
        About::new("Keep log records: one JSON object a line, whatever the content type says")
            .unaudited()
            .query::<intake::LinesQuery>()
            .takes_text(
                "application/x-ndjson",
                "JSON lines, plain or packed with gzip or zstd; bytes that are no UTF-8 are kept",
            )
            .gives::<::api::logs::Taken>(200, "How many are synced and searchable, and why others were not taken")
            .body_max(LOGS_BYTES_MAX),
    );
    delete::declare(imports::declare(routes))
        .get(
            "/api/v1/logs/search",
            Access::Read,
            ask::search,
            About::new("Records that match, newest first, or the table that `| stats` makes of them")
                .query::<SearchQuery>()
                .gives::<::api::logs::SearchAnswer>(200, "A page; as `jsonl`, `csv` or `text`, the records as they are found"),
        )
        .get(
            "/api/v1/logs/histogram",
            Access::Read,
            counts::histogram,
            About::new("How many records match, over time and by level")
                .query::<HistogramQuery>()
                .gives::<::api::logs::Histogram>(200, "Steps, one behind the other; of days, from midnight to midnight"),
        )
        .get(
            "/api/v1/logs/facets",
            Access::Read,
            counts::facets,
            About::new("The values that matching records have most often, field by field")
                .query::<FacetsQuery>()
                .gives::<::api::logs::Facets>(200, "Fields with their values"),
        )
        .get(
            "/api/v1/logs/context",
            Access::Read,
            ask::context,
            About::new("The records of the same source around one record")
                .query::<ContextQuery>()
                .gives::<::api::logs::Surroundings>(200, "Records in the order of time"),
        )
        .get(
            "/api/v1/logs/tail",
            Access::Read,
            tail::tail,
            About::new("Records that match, as they are acknowledged: `rows` and `missed`, by server-sent events")
                .query::<tail::TailQuery>()
                .gives_text(200, Some("text/event-stream"), "The events"),
        )
}

impl From<logs::Error> for Problem {
    fn from(error: logs::Error) -> Self {
        use telemetry::Error as Store;
        let detail = error.to_string();
        match &error {
            logs::Error::Store(Store::Busy { .. })
            | logs::Error::Asked
            | logs::Error::Exported
            | logs::Error::Received => {
                let seconds = error.retry_after().map_or(1, |wait| wait.as_secs().max(1) as u32);
                Self::busy("logs-busy", detail, seconds).status(StatusCode::TOO_MANY_REQUESTS)
            }
            logs::Error::Store(Store::Full) => Self::new(StatusCode::INSUFFICIENT_STORAGE, "disk-full", detail),
            logs::Error::Store(Store::TooLarge { .. }) => Self::too_large(detail),
            logs::Error::Query(_) => Self::invalid(detail).remedy("use a shorter expression"),
            logs::Error::InUse { pid } => Self::busy("logs-in-use", worded("problem-logs-in-use", &[("pid", pid)]), 5),
            logs::Error::Closed | logs::Error::Store(Store::Closed) => {
                Self::busy("stopping", worded("problem-stopping", &[]), 5)
            }
            logs::Error::Store(Store::Io { error: of, .. }) | logs::Error::Io { error: of, .. }
                if matches!(of.kind(), ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem) =>
            {
                tracing::error!(%error, "the log store cannot be written");
                Self::new(
                    StatusCode::INTERNAL_SERVER_ERROR,
                    "logs-not-writable",
                    worded("problem-logs-not-writable", &[]),
                )
                .remedy(worded("problem-logs-not-writable-help", &[]))
            }
            _ => Self::internal(&error),
        }
    }
}

impl From<SearchError> for Problem {
    fn from(error: SearchError) -> Self {
        let detail = error.to_string();
        match error {
            SearchError::Zone(_) => Self::invalid(detail).remedy("write it as Europe/Paris, or leave it out"),
            SearchError::Moment { .. } => {
                Self::invalid(detail).remedy("write 2025-01-31T14:00:00Z, 2025-01-31, or 15m, 1h, 7d for so long ago")
            }
            SearchError::Log(error) => error.into(),
        }
    }
}
