//! Logs: what machines send, and what is asked of them.

use model::{Level, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// One record. Bytes that are no UTF-8 are shown as U+FFFD; `format=text` gives them as they came.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct LogRecord {
    /// Its number, for good: a permalink.
    pub seq: u64,
    #[schema(value_type = String)]
    pub time: Timestamp,
    #[schema(value_type = Option<String>)]
    pub level: Option<Level>,
    pub source: String,
    pub message: String,
    /// How long the message is, where it was cut.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message_bytes: Option<usize>,
    /// Where its head says the time and the level once more, from and to, in characters; where that was asked for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub repeats: Vec<[usize; 2]>,
    #[schema(value_type = Object)]
    pub fields: Map<String, Value>,
}

/// What part of a query was not understood.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct QueryProblem {
    /// Bytes of the query's text.
    pub from: usize,
    pub to: usize,
    pub problem: String,
}

/// A part of the query that finds nothing, or is searched as words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = HintJson)]
pub struct Hint {
    /// What is doubtful about it, in words.
    pub hint: String,
    pub part: String,
    /// What may have been meant by it,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instead: Option<String>,
    /// and the whole query with all that may have been meant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub query: Option<String>,
}

/// What was read to answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = ReadJson)]
pub struct WorkDone {
    /// Blocks there are, those that their head ruled out, and those of which a column was unpacked.
    pub blocks: u64,
    pub pruned: u64,
    pub decoded: u64,
    pub bytes: u64,
    /// Records that are in no block yet.
    pub in_memory: u64,
}

/// Either `rows`, or `columns` with the `table` that `| stats` and its like make.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SearchAnswer {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rows: Option<Vec<LogRecord>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub columns: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Vec<Vec<Object>>>)]
    pub table: Option<Vec<Vec<Value>>>,
    /// Where the next page begins.
    pub next: Option<String>,
    pub problems: Vec<QueryProblem>,
    /// Why nothing was found, perhaps.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hints: Vec<Hint>,
    /// What the answer does not hold, and why.
    pub left_out: Vec<String>,
    pub read: WorkDone,
}

// Records of one source around one of them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = ContextJson)]
pub struct Surroundings {
    pub before: Vec<LogRecord>,
    pub record: LogRecord,
    pub after: Vec<LogRecord>,
    pub left_out: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = HistogramJson)]
pub struct Histogram {
    /// When the first step begins.
    #[schema(value_type = String)]
    pub start: Timestamp,
    /// When the last one ends.
    #[schema(value_type = String)]
    pub end: Timestamp,
    /// How long a step is by the clock; days have 23 or 25 hours where clocks are set.
    pub step_ms: u64,
    pub steps: Vec<HistogramStep>,
    pub problems: Vec<QueryProblem>,
    /// Why nothing was found, perhaps.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hints: Vec<Hint>,
    pub left_out: Vec<String>,
    pub read: WorkDone,
}

// Records of one step, by their level.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = StepJson)]
pub struct HistogramStep {
    /// It lasts until the next one starts.
    #[schema(value_type = String)]
    pub start: Timestamp,
    pub total: u64,
    pub trace: u64,
    pub debug: u64,
    pub info: u64,
    pub warning: u64,
    pub error: u64,
    pub critical: u64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = FacetsJson)]
pub struct Facets {
    pub fields: Vec<Facet>,
    pub problems: Vec<QueryProblem>,
    pub left_out: Vec<String>,
    pub read: WorkDone,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = FacetJson)]
pub struct Facet {
    pub field: String,
    /// Records that have it.
    pub records: u64,
    /// The most frequent first; none where it has too many values to count.
    pub values: Option<Vec<FacetValue>>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct FacetValue {
    #[schema(value_type = Object)]
    pub value: Value,
    pub records: u64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = DeletedJson)]
pub struct Deleted {
    /// Records that match.
    pub matching: u64,
    /// How many of them are gone: all, or none.
    pub deleted: u64,
    /// From when on `1h` and `today` were counted.
    #[schema(value_type = String)]
    pub now: Timestamp,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = ImportsJson)]
pub struct Imports {
    /// By the id of the import, what was given as `to` of the last batch that was kept.
    #[schema(value_type = Object)]
    pub imports: BTreeMap<String, Value>,
}

/// What became of what was sent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = TakenJson)]
pub struct Taken {
    /// Records that are synced and searchable.
    pub accepted: u64,
    /// Lines that are no records.
    pub rejected: u64,
    /// Secrets that were masked.
    pub masked: u64,
    /// Why lines were rejected: of the first hundred.
    pub problems: Vec<LineProblem>,
    /// Of a batch of an import: the first and the last number of its records, which have all between them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seqs: Option<(u64, u64)>,
}

/// Numbers of records: ranges, each from its first to its last.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SeqRanges {
    pub seqs: Vec<(u64, u64)>,
}

/// How many records there are of those that were asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct StoredCount {
    pub stored: u64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LineProblem {
    /// From 1.
    pub line: u64,
    pub problem: String,
    /// `too-old`, `too-long`: by which a program knows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
}

/// What a problem says besides, where some of what was sent is kept all the same: the first records.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptAllTheSame {
    pub accepted: u64,
}

/// What an event of the stream holds: records as they are acknowledged.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TailEvent<Row = LogRecord> {
    pub rows: Vec<Row>,
    /// Matching records before them that are left out: they came too fast, or are too long.
    pub missed: u64,
}

/// Counts as a text of bars, each a character: `▁▃█`.
pub fn sparkline(counts: &[u64]) -> String {
    const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    let top = counts.iter().copied().max().unwrap_or(0).max(1);
    let bar = |count: &u64| match *count {
        0 => ' ',
        count => BARS[(count.saturating_mul(7) / top) as usize],
    };
    counts.iter().map(bar).collect()
}
