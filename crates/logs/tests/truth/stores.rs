//! Logs as records, and the same records in stores in every state that records can be in.

use crate::plain::Plain;
use jiff::tz::TimeZone;
use logs::{Config, Logs, RecordMetadata};
use model::{Clock, ManualClock, Timestamp};
use sources::timestamps::Reference;
use std::{
    fs,
    ops::ControlFlow,
    path::{Path, PathBuf},
    time::Duration,
};
use telemetry::{
    Batch, Kind, Options, RoaringTreemap, Snapshot, Store,
    query::{Bounds, Page, Question, language::Order, parse, search},
};
use tempfile::TempDir;

pub(crate) const NOW: Timestamp = Timestamp::from_micros(1_795_000_000_000_000);
/// Bytes of one file that are read.
const FILE_BYTES_MAX: usize = 2 << 20;

/// Logs with a name.
pub(crate) struct Corpus {
    pub(crate) name: String,
    /// In the order in which they came.
    pub(crate) records: Vec<Plain>,
}

/// A store, and what it is called in what is told of it.
pub(crate) struct State {
    pub(crate) name: &'static str,
    pub(crate) store: Store,
    _folder: TempDir,
}

impl Corpus {
    /// What the program keeps of these texts: each is read as a source of its own.
    pub(crate) fn new(name: &str, texts: &[(String, Vec<u8>)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = Clock::Manual(ManualClock::at(NOW));
        let logs = Logs::new(folder.path(), Config::default(), clock, TimeZone::UTC).unwrap();
        let mut intake = logs.intake().unwrap();
        for (source, text) in texts {
            let mut reader = intake.reader(Reference::Modified(NOW));
            let told = RecordMetadata { source: source.as_bytes(), ..RecordMetadata::default() };
            intake.text(&mut &text[..], &mut reader, &told).unwrap();
        }
        intake.finish().unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let snapshot = runtime.block_on(logs.snapshot()).unwrap();
        let mut records: Vec<(u64, Plain)> = Vec::new();
        all(&snapshot, |seq, record| records.push((seq, Plain::new(record))));
        records.sort_by_key(|(seq, _)| *seq);
        Self { name: name.to_owned(), records: records.into_iter().map(|(_, plain)| plain).collect() }
    }

    /// All files of a folder; LICENSE and what is compressed are no logs.
    pub(crate) fn of_folder(folder: &Path) -> Self {
        let mut paths: Vec<PathBuf> = fs::read_dir(folder).unwrap().flatten().map(|entry| entry.path()).collect();
        paths.sort();
        let is_log = |path: &&PathBuf| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            path.is_file()
                && !name.starts_with("LICENSE")
                && ![".gz", ".bz2", ".zst", ".xz"].iter().any(|end| name.ends_with(end))
        };
        let texts: Vec<(String, Vec<u8>)> = paths
            .iter()
            .filter(is_log)
            .map(|path| {
                let mut bytes = fs::read(path).unwrap();
                bytes.truncate(FILE_BYTES_MAX);
                (path.file_name().unwrap_or_default().to_string_lossy().into_owned(), bytes)
            })
            .collect();
        Self::new(&folder.file_name().unwrap_or_default().to_string_lossy(), &texts)
    }

    /// In memory; sealed; sealed bit by bit and merged; and some of each. A record's sequence number is its position.
    pub(crate) fn states(&self) -> Vec<State> {
        let parts = |count: usize| self.records.len().div_ceil(count).max(1);
        vec![
            self.state("in memory", parts(3), |_| Then::Nothing),
            self.state("sealed", parts(2), |_| Then::Seal),
            self.state("merged", parts(9), |_| Then::Merge),
            self.state("partly sealed", parts(5), |part| if part < 3 { Then::Seal } else { Then::Nothing }),
        ]
    }

    fn state(&self, name: &'static str, rows: usize, then: impl Fn(usize) -> Then) -> State {
        let folder = tempfile::tempdir().unwrap();
        let options =
            Options { memory_bytes_max: 1 << 30, seal_bytes: 1 << 30, seal_rows: 1 << 20, ..Options::default() };
        let (store, _) = Store::open(folder.path(), options, NOW).unwrap();
        for (part, records) in self.records.chunks(rows).enumerate() {
            let mut batch = Batch::new();
            for plain in records {
                if batch.text_bytes() > 4 << 20 {
                    append(&store, std::mem::take(&mut batch));
                }
                batch.push(&plain.record).unwrap();
            }
            append(&store, batch);
            // What is sealed while its day is not over is left as it is.
            let now = match then(part) {
                Then::Nothing => continue,
                Then::Seal => Timestamp::EPOCH,
                Then::Merge => NOW,
            };
            store.seal(now).unwrap().blocking_recv().unwrap().unwrap();
        }
        State { name, store, _folder: folder }
    }
}

/// What is done after a part of the records.
enum Then {
    Nothing,
    Seal,
    Merge,
}

fn append(store: &Store, batch: Batch) {
    store.append(Kind::Log, batch, NOW).unwrap().blocking_recv().unwrap().unwrap();
}

impl State {
    pub(crate) fn delete(&self, seqs: RoaringTreemap) {
        self.store.delete(seqs).unwrap().blocking_recv().unwrap().unwrap();
        // What is deleted is merged away.
        let later = NOW + Duration::from_secs(86_400);
        self.store.tend(later).unwrap().blocking_recv().unwrap().unwrap();
    }
}

pub(crate) fn question(text: &str) -> Question {
    Question::new(&parse(text).0, NOW, &TimeZone::UTC).unwrap()
}

/// Calls `each` with all records that there are, newest first.
pub(crate) fn all(snapshot: &Snapshot, each: impl FnMut(u64, telemetry::Record)) {
    matching(snapshot, "*", Order::Descending, each);
}

/// The same of what a query finds, page by page.
pub(crate) fn matching(snapshot: &Snapshot, text: &str, order: Order, mut each: impl FnMut(u64, telemetry::Record)) {
    let (question, mut after) = (question(text), None);
    loop {
        let page = Page { order, after, limit: 4_000 };
        let told = search(snapshot, &question, page, &Bounds::default(), |hit| {
            after = Some(hit.cursor);
            each(hit.cursor.seq, hit.record.to_record());
            ControlFlow::Continue(())
        });
        assert_eq!(told.partial, [], "{text}");
        if told.value < page.limit {
            return;
        }
    }
}
